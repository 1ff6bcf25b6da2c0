package dev.beaver

import dev.beaver.native.Database
import dev.beaver.native.LogListener
import kotlinx.coroutines.flow.Flow
import kotlinx.serialization.KSerializer
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.serializer

/**
 * An open database: dicts, lists, queues, blobs, logs, channels, locks and collections of documents in one file. Open it
 * once in each process, and use it from any thread.
 *
 * ```
 * Beaver.open("app.db").use { db ->
 *     val users = db.dict<User>("users")
 *     users["alice"] = User("Alice")
 * }
 * ```
 *
 * What can wait for others, or takes long, is a `suspend` function; it runs on another thread, and ends when its
 * coroutine is cancelled. Each has a twin whose name ends in `Blocking`, for threads that may block. Everything else reads
 * or writes once and returns.
 */
public class Beaver private constructor(private val handle: Database, @PublishedApi internal val json: Json) : AutoCloseable {
    private val untyped = Codec(json, JsonElement.serializer())

    /** A dict whose values are [T]s. */
    public inline fun <reified T> dict(name: String): BeaverDict<T> = dict(name, json.serializersModule.serializer<T>())

    /** A dict whose values [serializer] reads and writes. */
    public fun <T> dict(name: String, serializer: KSerializer<T>): BeaverDict<T> =
        text("the name", name).let { BeaverDict(native { handle.dict(it) }, Codec(json, serializer)) }

    /** A list whose values are [T]s. */
    public inline fun <reified T> list(name: String): BeaverList<T> = list(name, json.serializersModule.serializer<T>())

    /** A list whose values [serializer] reads and writes. */
    public fun <T> list(name: String, serializer: KSerializer<T>): BeaverList<T> =
        text("the name", name).let { BeaverList(native { handle.list(it) }, Codec(json, serializer)) }

    /** A queue whose items are [T]s. */
    public inline fun <reified T> queue(name: String): BeaverQueue<T> = queue(name, json.serializersModule.serializer<T>())

    /** A queue whose items [serializer] reads and writes. */
    public fun <T> queue(name: String, serializer: KSerializer<T>): BeaverQueue<T> =
        text("the name", name).let { BeaverQueue(native { handle.queue(it) }, Codec(json, serializer)) }

    /** A log whose entries are [T]s. */
    public inline fun <reified T> log(name: String): BeaverLog<T> = log(name, json.serializersModule.serializer<T>())

    /** A log whose entries [serializer] reads and writes. */
    public fun <T> log(name: String, serializer: KSerializer<T>): BeaverLog<T> =
        text("the name", name).let { BeaverLog(native { handle.log(it) }, Codec(json, serializer)) }

    /** A channel whose messages are [T]s. */
    public inline fun <reified T> channel(name: String): BeaverChannel<T> =
        channel(name, json.serializersModule.serializer<T>())

    /** A channel whose messages [serializer] reads and writes. */
    public fun <T> channel(name: String, serializer: KSerializer<T>): BeaverChannel<T> =
        text("the name", name).let { BeaverChannel(native { handle.channel(it) }, Codec(json, serializer)) }

    /** A collection whose documents have [T]s for bodies. */
    public inline fun <reified T> collection(name: String): BeaverCollection<T> =
        collection(name, json.serializersModule.serializer<T>())

    /** A collection whose bodies [serializer] reads and writes. */
    public fun <T> collection(name: String, serializer: KSerializer<T>): BeaverCollection<T> =
        text("the name", name).let { BeaverCollection(native { handle.collection(it) }, Codec(json, serializer)) }

    /** A dict of any JSON. */
    @JvmName("jsonDict")
    public fun dict(name: String): BeaverDict<JsonElement> = dict(name, untyped.serializer)

    /** A list of any JSON. */
    @JvmName("jsonList")
    public fun list(name: String): BeaverList<JsonElement> = list(name, untyped.serializer)

    /** A queue of any JSON. */
    @JvmName("jsonQueue")
    public fun queue(name: String): BeaverQueue<JsonElement> = queue(name, untyped.serializer)

    /** A log of any JSON. */
    @JvmName("jsonLog")
    public fun log(name: String): BeaverLog<JsonElement> = log(name, untyped.serializer)

    /** A channel of any JSON. */
    @JvmName("jsonChannel")
    public fun channel(name: String): BeaverChannel<JsonElement> = channel(name, untyped.serializer)

    /** A collection of documents whose bodies are any JSON. */
    @JvmName("jsonCollection")
    public fun collection(name: String): BeaverCollection<JsonElement> = collection(name, untyped.serializer)

    /** A store of blobs. */
    public fun blobs(name: String): BeaverBlobs = text("the name", name).let { BeaverBlobs(native { handle.blobs(it) }) }

    /** A lock, for an owner of its own. */
    public fun lock(name: String): BeaverLock = text("the name", name).let { BeaverLock(native { handle.lock(it) }) }

    /** The names of all structures of a kind. */
    public fun names(kind: Kind): List<String> = native { handle.names(kind.name.lowercase()) }

    /** What is in the database. */
    public val info: Info get() = untyped.decode(Info.serializer(), native(handle::info))

    /** Sizes and counts. */
    public val stats: Stats get() = untyped.decode(Stats.serializer(), native(handle::stats))

    /** Changes that are made in one commit, or not at all; nothing is done before [Batch.commit]. */
    public fun batch(): Batch = Batch(native(handle::batch))

    /** Makes all changes that [changes] collects in one commit, or none. Returns what each did. */
    public inline fun batch(durable: Boolean? = null, changes: Batch.() -> Unit): List<Outcome> =
        batch().use { it.apply(changes).commit(durable) }

    /** Listens from now on to an [event] of a [topic], or to all of them by `*`. Close it to end it. */
    public fun on(topic: String, event: String = "*"): Subscription<Event> {
        val (checkedTopic, checkedEvent) = text("the topic", topic) to text("the event", event)
        return subscription(native { handle.on(checkedTopic, checkedEvent) })
    }

    /** The events of a [topic], from when the flow is collected on. */
    public fun events(topic: String, event: String = "*"): Flow<Event> = flowOf { on(topic, event) }

    /** Tells an event of your own to whoever listens. False if nobody does. */
    public fun emit(topic: String, event: String, payload: JsonElement = JsonObject(emptyMap())): Boolean {
        val (checkedTopic, checkedEvent) = text("the topic", topic) to text("the event", event)
        val encoded = untyped.encode(payload)
        return native { handle.emit(checkedTopic, checkedEvent, encoded) }
    }

    /** Receives diagnostics from now on, from any thread; null ends it. */
    public fun setLog(listener: ((level: LogLevel, target: String, text: String) -> Unit)?): Unit =
        native { handle.setLog(listener?.let(::Listener)) }

    /** Lets go of the file until [resume]: for an app that goes into the background. Calls fail as PAUSED meanwhile. */
    public fun pause(): Unit = native(handle::pause)

    /** Takes the file up again. */
    public fun resume(): Unit = native(handle::resume)

    /** Ends what other threads wait for or read right now: they fail as INTERRUPTED. */
    public fun interrupt(): Unit = native(handle::interrupt)

    /** Moves what is in the log of the file into it. */
    public suspend fun checkpoint(): Unit = working { checkpointBlocking() }

    /** [checkpoint] for a thread that may block. */
    public fun checkpointBlocking(): Unit = native(handle::checkpoint)

    /** Makes the file as small as it can be. */
    public suspend fun vacuum(): Unit = working { vacuumBlocking() }

    /** [vacuum] for a thread that may block. */
    public fun vacuumBlocking(): Unit = native(handle::vacuum)

    /** Reads everything and lists what is wrong. */
    public suspend fun verify(): VerifyReport = working { verifyBlocking() }

    /** [verify] for a thread that may block. */
    public fun verifyBlocking(): VerifyReport = untyped.decode(VerifyReport.serializer(), native(handle::verify))

    /** Makes everything anew that is derived and damaged, and verifies. [progress] may end it by false. */
    public suspend fun repair(progress: ((done: Long, total: Long) -> Boolean)? = null): RepairReport =
        working { wanted -> repair(progress, wanted) }

    /** [repair] for a thread that may block. */
    public fun repairBlocking(progress: ((done: Long, total: Long) -> Boolean)? = null): RepairReport =
        repair(progress, always)

    private fun repair(progress: ((Long, Long) -> Boolean)?, wanted: () -> Boolean) =
        untyped.decode(RepairReport.serializer(), calling(Steps(progress, wanted)) { handle.repair(it) })

    /** Copies the database into a file while it is used. The file is replaced when the copy is whole. */
    public suspend fun backup(path: String, progress: ((done: Long, total: Long) -> Boolean)? = null): Unit =
        working { wanted -> backup(path, progress, wanted) }

    /** [backup] for a thread that may block. */
    public fun backupBlocking(path: String, progress: ((done: Long, total: Long) -> Boolean)? = null): Unit =
        backup(path, progress, always)

    private fun backup(path: String, progress: ((Long, Long) -> Boolean)?, wanted: () -> Boolean) {
        val checked = text("the path", path)
        calling(Steps(progress, wanted)) { handle.backup(checked, it) }
    }

    /** Closes it for all handles: calls that run or wait, and later ones, fail as CLOSED. A second time does nothing. */
    override fun close(): Unit = synchronized(this) {
        if (!handle.uniffiIsDestroyed) handle.use { native(it::shutdown) }
    }

    public companion object {
        /** Opens a file, or `:memory:` for a database that lives as long as it is open. */
        public fun open(path: String, configure: OpenOptions.() -> Unit = {}): Beaver {
            val options = OpenOptions().apply(configure)
            val (checked, text) = text("the path", path) to options.text()
            val db = Beaver(native { Database.open(checked, text) }, options.json)
            options.log?.let(db::setLog)
            return db
        }

        /** Makes a database at [path], where nothing may stand, of a backup, which is checked first. */
        public suspend fun restore(
            backup: String,
            path: String,
            progress: ((done: Long, total: Long) -> Boolean)? = null,
        ): Unit = working { wanted -> restore(backup, path, progress, wanted) }

        /** [restore] for a thread that may block. */
        public fun restoreBlocking(
            backup: String,
            path: String,
            progress: ((done: Long, total: Long) -> Boolean)? = null,
        ): Unit = restore(backup, path, progress, always)

        private fun restore(from: String, to: String, progress: ((Long, Long) -> Boolean)?, wanted: () -> Boolean) {
            val (checkedFrom, checkedTo) = text("the path", from) to text("the path", to)
            calling(Steps(progress, wanted)) { dev.beaver.native.restore(checkedFrom, checkedTo, it) }
        }

        /** The version of the library. */
        public val version: String get() = dev.beaver.native.version()

        /** How many objects of the library are alive, for tests: 0 when all are closed or collected. */
        public val liveObjects: Long get() = dev.beaver.native.liveObjects()
    }
}

private class Listener(private val listener: (LogLevel, String, String) -> Unit) : LogListener {
    override fun log(level: Int, target: String, text: String) {
        listener(LogLevel.entries.getOrElse(level - 1) { LogLevel.DEBUG }, target, text)
    }
}
