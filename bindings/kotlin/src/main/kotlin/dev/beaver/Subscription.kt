package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.SubscriptionHandle
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.flow
import kotlinx.serialization.json.JsonElement
import kotlin.time.Duration

/** How many messages a flow asks for at a time. */
private const val BATCH = 256

/**
 * Gives messages or events in their order, each once, from when it was made on. What is not read yet waits in the file.
 * Any thread may ask, also several: each message goes to one of them.
 */
public class Subscription<R> internal constructor(
    private val handle: SubscriptionHandle,
    private val decodePage: (String) -> List<R>,
    private val decode: (JsonElement) -> R,
) : AutoCloseable {
    /** What came for somebody who was cancelled, or stood behind something that fits no model. It is read first. */
    private val kept = ArrayDeque<JsonElement>()
    private val turns = Turns()

    @Volatile
    private var closed = false

    /** Waits for the next. */
    public suspend fun next(): R = next(Duration.INFINITE)!!

    /** Waits for the next, or gives null if the time runs out before. */
    public suspend fun next(timeout: Duration): R? = nextMany(1, timeout).firstOrNull()

    /** [next] for a thread that may block. */
    public fun nextBlocking(timeout: Duration = Duration.INFINITE): R? = nextManyBlocking(1, timeout).firstOrNull()

    /** Waits for one, and gives up to [most] that are there; none if the time runs out before. */
    public suspend fun nextMany(most: Int, timeout: Duration = Duration.INFINITE): List<R> =
        turns.take(timeout) { left ->
            fromKept(most) ?: waiting(lost = ::keep) { cancel -> pull(most, left, cancel) }?.let { read(most, it) }
        }.orEmpty()

    /** [nextMany] for a thread that may block. */
    public fun nextManyBlocking(most: Int, timeout: Duration = Duration.INFINITE): List<R> =
        turns.takeBlocking(timeout) { left ->
            fromKept(most) ?: pull(most, left, null)?.let { read(most, it) }
        }.orEmpty()

    /** All that come, until the subscription is closed. When the collector is done with the flow, it is closed. */
    public fun asFlow(): Flow<R> = flow {
        use {
            while (true) {
                val batch = try {
                    nextMany(BATCH)
                } catch (over: BeaverException.Closed) {
                    if (closed) return@flow
                    throw over
                }
                batch.forEach { emit(it) }
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

    private fun pull(most: Int, timeout: Duration, cancel: Cancel?): String? =
        native { handle.nextBatch(most.coerceAtLeast(1).toUInt(), timeoutMs(timeout), cancel) }

    private fun keep(page: String?) {
        if (page != null) kept.addAll(0, elements(page))
    }

    /** A page is read at once. If something in it does not fit, what is before comes first, and what is behind after it. */
    private fun read(most: Int, page: String): List<R> =
        try {
            decodePage(page)
        } catch (unfit: BeaverException.TypeMismatch) {
            keep(page)
            fromKept(most) ?: throw unfit
        }

    private fun fromKept(most: Int): List<R>? {
        if (kept.isEmpty()) return null
        val read = mutableListOf<R>()
        while (kept.isNotEmpty() && read.size < most.coerceAtLeast(1)) {
            val row = kept.removeFirst()
            try {
                read += decode(row)
            } catch (unfit: BeaverException.TypeMismatch) {
                if (read.isEmpty()) throw unfit
                kept.addFirst(row)
                break
            }
        }
        return read
    }
}

/** A subscription that is made when the flow is collected. */
internal fun <R> flowOf(subscribe: () -> Subscription<R>): Flow<R> = flow { emitAll(subscribe().asFlow()) }

private val events = Codec(defaultJson, JsonElement.serializer())

/** The events of a handle. */
internal fun subscription(handle: SubscriptionHandle): Subscription<Event> = Subscription(
    handle,
    { page -> events.rows(EventRow.serializer(), page).map { it.event() } },
    { row -> events.decode(EventRow.serializer(), row).event() },
)
