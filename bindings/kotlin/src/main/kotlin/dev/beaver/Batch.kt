package dev.beaver

import dev.beaver.native.BatchHandle
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlin.time.Duration
import kotlin.time.Instant

/** What has to be so for an operation of a batch. If it is not, the whole batch fails as [BeaverException.Conflict]. */
public sealed interface When<out T> {
    /** Nothing is there. */
    public data object Absent : When<Nothing>

    /** What is there equals [value]. */
    public data class Equals<out T>(val value: T) : When<T>
}

/** What an operation of a batch did. */
public sealed interface Outcome {
    /** Whether it was done: false if there was nothing to do, like a key to delete that is not there. */
    public data class Applied(val done: Boolean) : Outcome

    /** How many items it removed. */
    public data class Count(val count: Long) : Outcome

    /** The times that log entries or messages got. */
    public data class Times(val times: List<Instant>) : Outcome
}

/**
 * Changes that are collected first and then made in one commit: all of them, or none. Nothing is locked meanwhile; a
 * condition says what still has to be so at the commit. Operations are counted from 0; an error says which one is meant.
 *
 * ```
 * db.batch {
 *     dictSet(stock, "apples", 2, condition = When.Equals(3))
 *     listPush(orders, Order("apples"))
 * }
 * ```
 */
public class Batch internal constructor(private val handle: BatchHandle) : AutoCloseable {
    /** How many operations it has. */
    public val size: Long get() = native(handle::len).toLong()

    /**
     * Makes the changes, and tells what each did. The batch is empty afterwards, whatever happens. [durable] chooses for
     * this commit whether it waits for the disk.
     */
    public fun commit(durable: Boolean? = null): List<Outcome> {
        val options = options("durable" to json(durable))
        return elements(native { handle.commit(options) }).map(::outcome)
    }

    /** Sets a key of a dict. */
    public fun <T> dictSet(dict: BeaverDict<T>, key: String, value: T, ttl: Duration? = null, condition: When<T>? = null): Unit =
        add(dict) {
            val (checked, encoded) = text("the key", key) to dict.codec.encode(value)
            val (seconds, given) = ttlSeconds(ttl) to json(dict.codec, condition)
            native { handle.dictSet(dict.handle, checked, encoded, seconds, given) }
        }

    /** Removes a key of a dict. */
    public fun <T> dictDelete(dict: BeaverDict<T>, key: String, condition: When<T>? = null): Unit = add(dict) {
        val (checked, given) = text("the key", key) to json(dict.codec, condition)
        native { handle.dictDelete(dict.handle, checked, given) }
    }

    /** Removes every key of a dict. */
    public fun dictClear(dict: BeaverDict<*>): Unit = add(dict) { native { handle.dictClear(dict.handle) } }

    /** Puts a value at the end of a list. */
    public fun <T> listPush(list: BeaverList<T>, value: T): Unit = add(list) {
        val encoded = list.codec.encode(value)
        native { handle.listPush(list.handle, encoded) }
    }

    /** Puts many values at the end of a list. */
    public fun <T> listExtend(list: BeaverList<T>, values: Iterable<T>): Unit = add(list) {
        val encoded = list.codec.encodeAll(values)
        native { handle.listExtend(list.handle, encoded) }
    }

    /** Puts a value before the first of a list. */
    public fun <T> listPrepend(list: BeaverList<T>, value: T): Unit = add(list) {
        val encoded = list.codec.encode(value)
        native { handle.listPrepend(list.handle, encoded) }
    }

    /** Puts a value before the one at the index. */
    public fun <T> listInsert(list: BeaverList<T>, index: Long, value: T): Unit = add(list) {
        val encoded = list.codec.encode(value)
        native { handle.listInsert(list.handle, index, encoded) }
    }

    /** Replaces the value at an index. Out of range, the batch fails as NOT_FOUND. */
    public fun <T> listSet(list: BeaverList<T>, index: Long, value: T, condition: When<T>? = null): Unit = add(list) {
        val (encoded, given) = list.codec.encode(value) to json(list.codec, condition)
        native { handle.listSet(list.handle, index, encoded, given) }
    }

    /** Removes the value at an index. Out of range, the batch fails as NOT_FOUND. */
    public fun <T> listDelete(list: BeaverList<T>, index: Long, condition: When<T>? = null): Unit = add(list) {
        val given = json(list.codec, condition)
        native { handle.listDelete(list.handle, index, given) }
    }

    /** Removes the first of a value. */
    public fun <T> listRemove(list: BeaverList<T>, value: T): Unit = add(list) {
        val encoded = list.codec.encode(value)
        native { handle.listRemove(list.handle, encoded) }
    }

    /** Removes every value of a list. */
    public fun listClear(list: BeaverList<*>): Unit = add(list) { native { handle.listClear(list.handle) } }

    /** Puts an item into a queue. */
    public fun <T> queuePut(queue: BeaverQueue<T>, data: T, priority: Number): Unit = add(queue) {
        val encoded = queue.codec.encode(data)
        native { handle.queuePut(queue.handle, encoded, priority.toDouble()) }
    }

    /** Settles a leased item. If the lease is over, the batch fails. */
    public fun queueAck(queue: BeaverQueue<*>, id: Long): Unit = add(queue) { native { handle.queueAck(queue.handle, id.toULong()) } }

    /** Removes every item of a queue. */
    public fun queueClear(queue: BeaverQueue<*>): Unit = add(queue) { native { handle.queueClear(queue.handle) } }

    /** Stores a blob. */
    public fun blobPut(
        blobs: BeaverBlobs,
        key: String,
        data: ByteArray,
        metadata: JsonElement? = null,
        condition: When<JsonElement>? = null,
    ): Unit = add(blobs) {
        val (checked, about) = text("the key", key) to metadata?.let(anyJson::encode)
        val (bytes, given) = direct(data) to json(anyJson, condition)
        native { handle.blobPut(blobs.handle, checked, bytes, about, given) }
    }

    /** Removes a blob. */
    public fun blobDelete(blobs: BeaverBlobs, key: String): Unit = add(blobs) {
        val checked = text("the key", key)
        native { handle.blobDelete(blobs.handle, checked) }
    }

    /** Removes every blob of a store. */
    public fun blobClear(blobs: BeaverBlobs): Unit = add(blobs) { native { handle.blobClear(blobs.handle) } }

    /** Appends an entry to a log. */
    public fun <T> logAppend(log: BeaverLog<T>, data: T, at: Instant? = null): Unit = add(log) {
        val (encoded, micros) = log.codec.encode(data) to at?.let(::micros)
        native { handle.logAppend(log.handle, encoded, micros) }
    }

    /** Removes every entry of a log. */
    public fun logClear(log: BeaverLog<*>): Unit = add(log) { native { handle.logClear(log.handle) } }

    /** Publishes a message. */
    public fun <T> channelPublish(channel: BeaverChannel<T>, payload: T): Unit = add(channel) {
        val encoded = channel.codec.encode(payload)
        native { handle.channelPublish(channel.handle, encoded) }
    }

    /** Removes every message of a channel. */
    public fun channelClear(channel: BeaverChannel<*>): Unit = add(channel) { native { handle.channelClear(channel.handle) } }

    /** Stores a document. */
    public fun <T> collectionIndex(
        collection: BeaverCollection<T>,
        document: Document<T>,
        fts: Fts = Fts.All,
        fuzzy: Boolean = false,
    ): Unit = add(collection) {
        val (id, body) = text("the id", document.id) to collection.codec.encode(document.body)
        val (options, embedding) = indexOptions(fts, fuzzy) to optionalBytes(document.embedding)
        native { handle.collectionIndex(collection.handle, id, body, embedding, options) }
    }

    /** Removes a document and its edges. */
    public fun collectionDrop(collection: BeaverCollection<*>, id: String): Unit = add(collection) {
        val checked = text("the id", id)
        native { handle.collectionDrop(collection.handle, checked) }
    }

    /** Removes every document of a collection. */
    public fun collectionClear(collection: BeaverCollection<*>): Unit =
        add(collection) { native { handle.collectionClear(collection.handle) } }

    /** Connects two documents. If one of them is not there, the batch fails as NOT_FOUND. */
    public fun collectionConnect(collection: BeaverCollection<*>, edge: Edge): Unit = add(collection) {
        val (source, target) = text("the source", edge.source) to text("the target", edge.target)
        val (label, options) = text("the label", edge.label) to edgeOptions(edge.weight, edge.metadata)
        native { handle.collectionConnect(collection.handle, source, target, label, options) }
    }

    /** Removes the edge of a [label], or all from the one to the other. */
    public fun collectionDisconnect(
        collection: BeaverCollection<*>,
        source: String,
        target: String,
        label: String? = null,
    ): Unit = add(collection) {
        val (from, to) = text("the source", source) to text("the target", target)
        val means = label?.let { text("the label", it) }
        native { handle.collectionDisconnect(collection.handle, from, to, means) }
    }

    /** Forgets what was collected. */
    override fun close(): Unit = handle.close()

    private inline fun add(structure: Structure<*, *>, work: () -> Unit): Unit =
        try {
            structure.pinned(work)
        } catch (failed: BeaverException) {
            throw failed.at(size)
        }
}

private val anyJson = Codec(defaultJson, JsonElement.serializer())

private fun <T> json(codec: Codec<T>, condition: When<T>?): String? = when (condition) {
    null -> null
    When.Absent -> """{"if":"absent"}"""
    is When.Equals -> """{"if":{"equals":${codec.encode(condition.value)}}}"""
}

private fun outcome(element: JsonElement): Outcome {
    if (element is JsonArray) return Outcome.Times(element.map { instant(it.jsonPrimitive.long) })
    val number = element.jsonPrimitive
    return number.booleanOrNull?.let(Outcome::Applied) ?: Outcome.Count(number.long)
}
