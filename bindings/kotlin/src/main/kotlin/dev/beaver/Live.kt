package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.LiveHandle
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.serialization.KSerializer
import kotlinx.serialization.builtins.MapSerializer
import kotlinx.serialization.builtins.nullable
import kotlinx.serialization.builtins.serializer
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlin.time.Duration

/**
 * A number that is made of the entries of a window. A path leads to the numbers in them: `cpu.load`. Entries that have no
 * number there take no part; one that is a number itself has the path `value`.
 */
public sealed class Aggregate(private val op: String, private val path: String?) {
    /** How many entries, or how many numbers. */
    public class Count(path: String? = null) : Aggregate("count", path)

    /** As [Count], for each second of the window. */
    public class Rate(path: String? = null) : Aggregate("rate", path)

    /** The sum. */
    public class Sum(path: String) : Aggregate("sum", path)

    /** The arithmetic mean. */
    public class Mean(path: String) : Aggregate("mean", path)

    /** The smallest. */
    public class Min(path: String) : Aggregate("min", path)

    /** The largest. */
    public class Max(path: String) : Aggregate("max", path)

    /** The number below which [p] percent lie, from 0 to 100. */
    public class Percentile(path: String, public val p: Double) : Aggregate("percentile", path)

    internal fun json(): JsonObject {
        val p = (this as? Percentile)?.let { finite("p", it.p) }
        val members = listOf("op" to json(op), "path" to json(path), "p" to p)
        return JsonObject(members.mapNotNull { (name, value) -> value?.let { name to (it as JsonElement) } }.toMap())
    }
}

internal val liveNumbers: KSerializer<Map<String, Double?>> = MapSerializer(String.serializer(), AnyDouble.nullable)

/** Shows what the last while of a log looks like, again and again. Results that nobody waited for are left out. */
public class LiveView<R> internal constructor(private val handle: LiveHandle, private val read: (String) -> R) : AutoCloseable {
    private val turns = Turns()

    @Volatile
    private var closed = false

    /** Waits for the next result; the first is there at once. */
    public suspend fun next(): R = read(checkNotNull(pulled(Duration.INFINITE)))

    /** As [next], but null if the time runs out before. */
    public suspend fun next(timeout: Duration): R? = pulled(timeout)?.let(read)

    /** [next] for a thread that may block. */
    public fun nextBlocking(timeout: Duration = Duration.INFINITE): R? =
        turns.takeBlocking(timeout) { left -> pull(left, null) }?.let(read)

    private suspend fun pulled(timeout: Duration): String? =
        turns.take(timeout) { left -> waiting { cancel -> pull(left, cancel) } }

    private fun pull(timeout: Duration, cancel: Cancel?) = native { handle.next(timeoutMs(timeout), cancel) }

    /** All results, until the view is closed. When the collector is done with the flow, it is closed. */
    public fun asFlow(): Flow<R> = flow {
        use {
            while (true) {
                val result = try {
                    next()
                } catch (over: BeaverException.Closed) {
                    if (closed) return@flow
                    throw over
                }
                emit(result)
            }
        }
    }

    /** Ends it: who waits, and who asks later, gets [BeaverException.Closed]. */
    override fun close() {
        closed = true
        if (!handle.uniffiIsDestroyed) {
            handle.stop()
            handle.close()
        }
    }
}
