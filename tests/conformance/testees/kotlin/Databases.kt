package dev.beaver.testee

import dev.beaver.Beaver
import dev.beaver.BeaverException
import dev.beaver.Batch
import dev.beaver.Durability
import dev.beaver.Kind
import dev.beaver.Outcome
import dev.beaver.Structure
import kotlin.time.Duration.Companion.milliseconds

fun open(args: Args): Beaver {
    val options = args.options(
        "options", "read_only", "create", "durability", "busy_timeout_ms", "cache_kib", "mmap_bytes", "low_memory",
        "read_cache_bytes", "portable_watch",
    )
    return Beaver.open(args.text("path")) {
        options.truth("read_only")?.let { readOnly = it }
        options.truth("create")?.let { create = it }
        options.named<Durability>("durability")?.let { durability = it }
        options.int("busy_timeout_ms")?.let { busyTimeout = it.milliseconds }
        options.count("cache_kib")?.let { cacheKib = it }
        options.int("mmap_bytes")?.let { mmapBytes = it }
        options.truth("low_memory")?.let { lowMemory = it }
        options.int("read_cache_bytes")?.let { readCacheBytes = it }
        options.truth("portable_watch")?.let { portableWatch = it }
    }
}

fun database(request: Request, db: Beaver): Answer {
    val args = request.args
    val name = args.text("name")
    return when (request.verb) {
        "dict" -> request.keep(db.dict(name))
        "list" -> request.keep(db.list(name))
        "queue" -> request.keep(db.queue(name))
        "blob" -> request.keep(db.blobs(name))
        "log" -> request.keep(db.log(name))
        "channel" -> request.keep(db.channel(name))
        "collection" -> request.keep(db.collection(name))
        "lock" -> request.keep(db.lock(name))
        "on" -> request.keep(db.on(args.text("topic"), args.text("event")))
        "emit" -> result(db.emit(args.text("topic"), args.text("event"), args.json("payload")))
        "close" -> done(db.close())
        "pause" -> done(db.pause())
        "resume" -> done(db.resume())
        "interrupt" -> done(db.interrupt())
        "checkpoint" -> done(db.checkpointBlocking())
        "vacuum" -> done(db.vacuumBlocking())
        "backup" -> done(db.backupBlocking(args.text("path")))
        "names" -> result(db.names(args.named<Kind>("kind") ?: throw Unsayable("there is no such kind")))
        "info" -> result(
            row(
                "path" to db.info.path,
                "format" to db.info.format,
                "structures" to db.info.structures.map { row("kind" to it.kind, "name" to it.name, "count" to it.count) },
            ),
        )
        "verify" -> db.verifyBlocking().let { result(row("ok" to it.ok, "problems" to it.problems)) }
        "repair" -> db.repairBlocking().let { result(row("rebuilt" to it.rebuilt, "problems" to it.problems)) }
        "stats" -> db.stats.let {
            result(
                row(
                    "file_bytes" to it.fileBytes,
                    "free_bytes" to it.freeBytes,
                    "wal_bytes" to it.walBytes,
                    "readers" to it.readers,
                    "waiters" to it.waiters,
                    "writers_waiting" to it.writersWaiting,
                    "cache_hits" to it.cacheHits,
                    "cache_misses" to it.cacheMisses,
                ),
            )
        }
        "batch" -> batch(db, args)
        else -> unknown(request)
    }
}

private fun batch(db: Beaver, args: Args): Answer {
    val durable = args.options("options", "durable").truth("durable")
    Structures(db).use { structures ->
        val outcomes = db.batch(durable) {
            for ((index, operation) in args.items("operations").withIndex()) {
                try {
                    add(structures, operation)
                } catch (refused: BeaverException) {
                    // The name is a part of the operation: where it is refused, the operation is.
                    return Answer.error(refused.kind.name, refused.message, refused.operation ?: index)
                }
            }
        }
        return result(outcomes.map(::outcome))
    }
}

/** One handle for each name, of a batch that may have the same one many times. */
private class Structures(private val db: Beaver) : AutoCloseable {
    private val made = mutableMapOf<Pair<String, String>, Structure<*, *>>()

    @Suppress("UNCHECKED_CAST")
    private fun <S : Structure<*, *>> of(kind: String, name: String, make: (String) -> S): S =
        made.getOrPut(kind to name) { make(name) } as S

    fun dict(name: String) = of("dict", name) { db.dict(it) }
    fun list(name: String) = of("list", name) { db.list(it) }
    fun queue(name: String) = of("queue", name) { db.queue(it) }
    fun blobs(name: String) = of("blobs", name) { db.blobs(it) }
    fun log(name: String) = of("log", name) { db.log(it) }
    fun channel(name: String) = of("channel", name) { db.channel(it) }
    fun collection(name: String) = of("collection", name) { db.collection(it) }

    override fun close() = made.values.forEach { it.close() }
}

private fun outcome(outcome: Outcome): Any = when (outcome) {
    is Outcome.Applied -> outcome.done
    is Outcome.Count -> outcome.count
    is Outcome.Times -> outcome.times
}

private fun Batch.add(db: Structures, op: Args) {
    val (name, key) = op.text("name") to op.text("key")
    val index = op.int("index") ?: 0
    when (op.text("op")) {
        "dict_set" -> dictSet(db.dict(name), key, op.json("value"), op.duration("ttl"), op.condition())
        "dict_delete" -> dictDelete(db.dict(name), key, op.condition())
        "dict_clear" -> dictClear(db.dict(name))
        "list_push" -> listPush(db.list(name), op.json("value"))
        "list_prepend" -> listPrepend(db.list(name), op.json("value"))
        "list_extend" -> listExtend(db.list(name), op.jsons("values"))
        "list_insert" -> listInsert(db.list(name), index, op.json("value"))
        "list_set" -> listSet(db.list(name), index, op.json("value"), op.condition())
        "list_delete" -> listDelete(db.list(name), index, op.condition())
        "list_clear" -> listClear(db.list(name))
        "queue_put" -> queuePut(db.queue(name), op.json("data"), op.number("priority")!!)
        "queue_clear" -> queueClear(db.queue(name))
        "blob_put" -> blobPut(db.blobs(name), key, op.bytes("bytes"), op.optionalJson("metadata"), op.condition())
        "blob_delete" -> blobDelete(db.blobs(name), key)
        "log_append" -> logAppend(db.log(name), op.json("data"), op.time("at"))
        "channel_publish" -> channelPublish(db.channel(name), op.json("payload"))
        "channel_clear" -> channelClear(db.channel(name))
        "collection_index" -> indexOptions(op).let { (fts, fuzzy) -> collectionIndex(db.collection(name), document(op), fts, fuzzy) }
        "collection_drop" -> collectionDrop(db.collection(name), op.text("id"))
        "collection_clear" -> collectionClear(db.collection(name))
        "collection_connect" -> collectionConnect(db.collection(name), edge(op))
        "collection_disconnect" -> collectionDisconnect(db.collection(name), op.text("source"), op.text("target"), op.optional("label"))
        else -> throw Unsayable("the testee does not know this operation")
    }
}
