package dev.beaver.testee

import dev.beaver.BeaverBlobs
import dev.beaver.BeaverDict
import dev.beaver.BeaverException
import dev.beaver.BeaverList
import dev.beaver.BeaverLock
import dev.beaver.BeaverLog
import dev.beaver.BeaverQueue
import dev.beaver.BlobReader
import dev.beaver.BlobWriter
import dev.beaver.DEFAULT_HOLD
import dev.beaver.DeadLetter
import dev.beaver.DumpFormat
import dev.beaver.Lease
import dev.beaver.LoadMode
import dev.beaver.QueueItem
import dev.beaver.Structure
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonPrimitive
import kotlin.time.Duration

/** What all structures do alike. */
fun common(request: Request, structure: Structure<*, *>): Answer {
    val args = request.args
    val ttl = args.duration("ttl") ?: DEFAULT_HOLD
    return when (request.verb) {
        "len" -> result(structure.size)
        "clear" -> result(structure.clear())
        "acquire" -> structure.acquireBlocking(args.timeout(), ttl)?.let(request::keep) ?: Answer.timeout
        "release" -> result(structure.release())
        "renew" -> result(structure.renew(ttl))
        "locked" -> result(structure.isLocked)
        "on" -> request.keep(structure.on(args.text("event")))
        "dump" -> result(structure.dumpBlocking(format(args.options("options", "format"))))
        "load" -> {
            structure.loadBlocking(args.text("text"), args.options("options", "mode").name("mode", LoadMode.REPLACE))
            Answer.none
        }
        else -> unknown(request)
    }
}

private fun format(options: Args) = when (options.optional("format")) {
    null, "json" -> DumpFormat.JSON
    "jsonl" -> DumpFormat.JSON_LINES
    else -> throw Unsayable("there is no such format")
}

fun dict(request: Request, dict: BeaverDict<JsonElement>): Answer {
    val args = request.args
    val (key, ttl) = args.text("key") to args.duration("ttl")
    return when (request.verb) {
        "set" -> done(if (ttl == null) dict.set(key, args.json("value")) else dict.set(key, args.json("value"), ttl))
        "get" -> found(dict[key])
        "delete" -> result(dict.delete(key))
        "pop" -> found(dict.pop(key))
        "contains" -> result(key in dict)
        "keys" -> result(dict.keys)
        "values" -> result(dict.values)
        "items" -> result(dict.map { (key, value) -> row("key" to key, "value" to value) })
        "set_many" -> done(dict.setMany(args.items("items").map { it.text("key") to it.json("value") }, ttl))
        "get_many" -> {
            val keys = args.texts("keys")
            val values = dict.getMany(keys)
            result(keys.map { asked -> values[asked]?.let { row("value" to it) } ?: row() })
        }
        "set_if_absent" -> result(dict.setIfAbsent(key, args.json("value"), ttl))
        "compare_and_set" -> result(dict.compareAndSet(key, args.json("expected"), args.json("value"), ttl))
        else -> common(request, dict)
    }
}

fun list(request: Request, list: BeaverList<JsonElement>): Answer {
    val args = request.args
    val index = args.int("index") ?: 0
    val (start, stop) = args.int("start") to args.int("stop")
    return when (request.verb) {
        "push" -> done(list.push(args.json("value")))
        "prepend" -> done(list.prepend(args.json("value")))
        "extend" -> done(list.extend(args.jsons("values")))
        "pop" -> found(list.pop())
        "deque" -> found(list.deque())
        "insert" -> done(list.insert(index, args.json("value")))
        "get" -> found(list[index])
        "set" -> replaced { list[index] = args.json("value") }
        "delete" -> if (list.delete(index)) Answer.none else Answer.absent
        "slice" -> result(list.slice(start, stop))
        "items" -> result(list.items)
        "contains" -> result(args.json("value") in list)
        "remove" -> result(list.remove(args.json("value")))
        "index_of" -> found(list.indexOf(args.json("value"), start, stop))
        "count_of" -> result(list.countOf(args.json("value")))
        "reverse" -> done(list.reverse())
        "delete_range" -> result(list.deleteRange(start, stop))
        "replace_range" -> {
            list.replaceRange(start, stop, args.jsons("values"))
            Answer.none
        }
        else -> common(request, list)
    }
}

private fun replaced(replace: () -> Unit): Answer =
    try {
        done(replace())
    } catch (_: BeaverException.NotFound) {
        Answer.absent
    }

fun queue(request: Request, queue: BeaverQueue<JsonElement>): Answer {
    val args = request.args
    val id = (args["id"] as? JsonPrimitive)?.content?.toLong() ?: 0
    return when (request.verb) {
        "put" -> done(queue.put(args.json("data"), args.number("priority")!!))
        "put_many" -> done(queue.putMany(args.items("items").map { it.json("data") to it.number("priority")!! }))
        "get" -> intime(queue.getBlocking(args.timeout()))
        "get_many" -> intime(queue.getManyBlocking(args.count("n")!!, args.timeout()).ifEmpty { null })
        "put_back" -> done(queue.putBack(QueueItem(args.json("data"), args.number("priority")!!, args.time("timestamp")!!)))
        "peek" -> found(queue.peek())
        "items" -> result(queue.items)
        "leased" -> result(queue.leased)
        "lease" -> intime(queue.leaseBlocking(args.duration("lease_seconds")!!, args.timeout(), deadLetter(args))?.let(::lease))
        "ack" -> result(queue.ack(id))
        "nack" -> result(queue.nack(id, args.options("options", "delay").duration("delay") ?: Duration.ZERO))
        "extend" -> result(queue.extend(id, args.duration("lease_seconds")!!))
        else -> common(request, queue)
    }
}

private fun deadLetter(args: Args): DeadLetter? {
    val options = args.options("options", "max_attempts", "dead_letter")
    val (attempts, queue) = options.count("max_attempts") to options.optional("dead_letter")
    if ((attempts == null) != (queue == null)) throw Unsayable("a dead letter has both parts")
    return attempts?.let { DeadLetter(it, queue!!) }
}

private fun lease(lease: Lease<JsonElement>) = row(
    "id" to lease.id,
    "attempts" to lease.attempts,
    "priority" to lease.priority,
    "timestamp" to lease.timestamp,
    "data" to lease.data,
)

fun blobs(request: Request, blobs: BeaverBlobs): Answer {
    val args = request.args
    val key = args.text("key")
    return when (request.verb) {
        "put" -> done(blobs.put(key, args.bytes("bytes"), args.optionalJson("metadata")))
        "get" -> found(blobs[key]?.let { row("bytes" to it.data, "metadata" to it.metadata) })
        "metadata" -> found(blobs.stat(key)?.let { json(it.metadata) })
        "delete" -> result(blobs.delete(key))
        "contains" -> result(key in blobs)
        "keys" -> result(blobs.keys)
        "writer" -> request.keep(blobs.writer(key, args.optionalJson("metadata")))
        "reader" -> blobs.reader(key)?.let(request::keep) ?: Answer.absent
        else -> common(request, blobs)
    }
}

fun writer(request: Request, writer: BlobWriter): Answer = when (request.verb) {
    "write" -> done(writer.write(request.args.bytes("bytes")))
    "finish" -> done(writer.finish())
    "abort" -> done(writer.abort())
    else -> unknown(request)
}

fun reader(request: Request, reader: BlobReader): Answer = when (request.verb) {
    "len" -> result(reader.size)
    "read" -> result(reader.readChunk(request.args.count("max")!!))
    else -> unknown(request)
}

fun log(request: Request, log: BeaverLog<JsonElement>): Answer {
    val args = request.args
    return when (request.verb) {
        "append" -> result(log.append(args.json("data"), args.time("at")))
        "append_many" -> {
            log.appendMany(args.items("items").map { it.json("data") to it.time("at") })
            Answer.none
        }
        "range" -> {
            val options = args.options("options", "limit", "reverse")
            result(log.range(args.time("start"), args.time("end"), options.count("limit"), options.truth("reverse") ?: false))
        }
        "items" -> result(log.range())
        "prune" -> prune(args.options("options", "older_than", "keep_last"), log)
        "live" -> request.keep(view(args, log))
        else -> common(request, log)
    }
}

private fun prune(options: Args, log: BeaverLog<JsonElement>): Answer {
    if (options.members.isEmpty()) throw Unsayable("prune by older_than or keep_last")
    val older = options.time("older_than")?.let { log.pruneOlder(it) } ?: 0
    return result(older + (options.int("keep_last")?.let { log.pruneKeep(it) } ?: 0))
}

fun lock(request: Request, lock: BeaverLock): Answer {
    val args = request.args
    val ttl = args.duration("ttl") ?: DEFAULT_HOLD
    return when (request.verb) {
        "acquire" -> result(lock.acquireBlocking(args.timeout(), ttl))
        "release" -> result(lock.release())
        "renew" -> result(lock.renew(ttl))
        "held" -> result(lock.isHeld)
        "locked" -> result(lock.isLocked)
        "clear" -> {
            lock.clear()
            Answer.none
        }
        "on" -> request.keep(lock.on(args.text("event")))
        else -> unknown(request)
    }
}
