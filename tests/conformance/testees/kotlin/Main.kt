package dev.beaver.testee

import dev.beaver.Beaver
import dev.beaver.BeaverBlobs
import dev.beaver.BeaverChannel
import dev.beaver.BeaverCollection
import dev.beaver.BeaverDict
import dev.beaver.BeaverException
import dev.beaver.BeaverList
import dev.beaver.BeaverLock
import dev.beaver.BeaverLog
import dev.beaver.BeaverQueue
import dev.beaver.BlobReader
import dev.beaver.BlobWriter
import dev.beaver.Event
import dev.beaver.LiveView
import dev.beaver.Subscription
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors
import java.util.concurrent.ExecutorService

/** The objects that were made, by the names they were given. */
class Objects {
    private val objects = ConcurrentHashMap<String, AutoCloseable>()

    fun keep(name: String, made: AutoCloseable) {
        objects.put(name, made)?.close()
    }

    operator fun get(name: String): AutoCloseable = objects[name] ?: throw Unsayable("there is no such object")

    /** To close a database is to close it for all its handles; let go of, it is the collector's. */
    fun release(name: String) {
        val released = objects.remove(name)
        if (released !is Beaver) released?.close()
    }

    /** Databases last. */
    fun releaseAll() {
        val all = objects.values.toList()
        objects.clear()
        all.sortedBy { it is Beaver }.forEach { it.close() }
        for (attempt in 1..100) {
            if (Beaver.liveObjects == 0L) break
            System.gc()
            Thread.sleep(10)
        }
    }
}

class Request(private val objects: Objects, members: JsonObject) {
    private val all = Args(members)
    val id: JsonElement = members.getValue("id")
    val op: String = all.text("op")
    val verb: String = op.substringAfter('.')
    val on: String = all.text("on")
    val thread: String? = all.optional("thread")
    val args: Args = Args((all["args"] as? JsonObject).orEmpty())

    fun keep(made: AutoCloseable): Answer {
        objects.keep(all.text("as"), made)
        return Answer.none
    }
}

private val capabilities = listOf("memory", "nul-in-text", "threads", "zero-ttl")

private fun dispatch(objects: Objects, request: Request): Answer = when (request.op) {
    "hello" -> result(mapOf("protocol" to 1, "testee" to "kotlin", "capabilities" to capabilities))
    "free" -> done(objects.release(request.on))
    "reset", "bye" -> {
        objects.releaseAll()
        result(mapOf("live" to Beaver.liveObjects))
    }
    "open" -> request.keep(open(request.args))
    "restore" -> done(Beaver.restoreBlocking(request.args.text("from"), request.args.text("to")))
    "rerank" -> fused(request.args)
    else -> ask(request, objects[request.on])
}

@Suppress("UNCHECKED_CAST")
private fun ask(request: Request, target: AutoCloseable): Answer = when (target) {
    is Beaver -> database(request, target)
    is BeaverDict<*> -> dict(request, target as BeaverDict<JsonElement>)
    is BeaverList<*> -> list(request, target as BeaverList<JsonElement>)
    is BeaverQueue<*> -> queue(request, target as BeaverQueue<JsonElement>)
    is BeaverBlobs -> blobs(request, target)
    is BlobWriter -> writer(request, target)
    is BlobReader -> reader(request, target)
    is BeaverLog<*> -> log(request, target as BeaverLog<JsonElement>)
    is BeaverChannel<*> -> channel(request, target as BeaverChannel<JsonElement>)
    is BeaverCollection<*> -> collection(request, target as BeaverCollection<JsonElement>)
    is BeaverLock -> lock(request, target)
    is Subscription<*> -> subscription(request, target)
    is LiveView<*> -> live(request, target)
    else -> unknown(request)
}

fun unknown(request: Request): Answer = Answer.error("UNSUPPORTED", "the testee does not know ${request.op}", null)

private fun answer(objects: Objects, request: Request): Answer =
    try {
        dispatch(objects, request)
    } catch (error: BeaverException) {
        Answer.error(error)
    } catch (unsayable: Unsayable) {
        Answer.error("INVALID_ARGUMENT", unsayable.message, null)
    } catch (unread: SerializationException) {
        Answer.error("INVALID_JSON", unread.message, null)
    }

private val out = FileOutputStream(FileDescriptor.out)

private fun reply(objects: Objects, request: Request) {
    val line = "{\"id\":${request.id},${answer(objects, request)}}\n".encodeToByteArray()
    synchronized(out) { out.write(line) }
}

/** Threads that answer their requests in order; none keeps the program from ending. */
private fun worker(name: String): ExecutorService =
    Executors.newSingleThreadExecutor { work -> Thread(work, name).apply { isDaemon = true } }

fun main() {
    val objects = Objects()
    val workers = mutableMapOf<String, ExecutorService>()
    for (line in generateSequence(System.`in`.bufferedReader()::readLine)) {
        val request = Request(objects, wire.parseToJsonElement(line) as JsonObject)
        val thread = request.thread
        if (thread == null) reply(objects, request) else workers.getOrPut(thread) { worker(thread) }.execute { reply(objects, request) }
        if (request.op == "bye") break
    }
    // A worker may still wait for what never comes.
    Runtime.getRuntime().halt(0)
}
