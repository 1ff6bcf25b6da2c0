package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.QueueHandle
import kotlinx.serialization.json.JsonElement
import kotlin.time.Duration

/**
 * A queue by priority, the lowest first, over all processes that have the file open. What is taken is nobody else's.
 *
 * ```
 * val jobs = db.queue<Job>("jobs")
 * jobs.put(Job("tidy up"), priority = 10)
 * val job = jobs.get().data
 * ```
 */
public class BeaverQueue<T> internal constructor(
    internal val handle: QueueHandle,
    internal val codec: Codec<T>,
) : Structure<BeaverQueue<T>, QueueHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
), Iterable<QueueItem<T>> {
    private val row = QueueRow.serializer(codec.serializer)
    private val leaseRow = LeaseRow.serializer(codec.serializer)

    override fun wrap(acquired: QueueHandle): BeaverQueue<T> = BeaverQueue(acquired, codec)

    /** Puts an item: the lowest [priority] is the first out. */
    public fun put(data: T, priority: Number): Unit =
        codec.encode(data).let { native { handle.put(it, priority.toDouble()) } }

    /** Puts many items, each with its priority, in one commit. */
    public fun putMany(items: Iterable<Pair<T, Number>>) {
        val encoded = items.withIndex().joinToString(",", "[", "]") { (index, item) ->
            val priority = finite("the priority", item.second.toDouble(), index)
            """{"data":${codec.encode(item.first, index)},"priority":$priority}"""
        }
        native { handle.putMany(encoded) }
    }

    /** Waits for an item, and takes the first. If the coroutine is cancelled, no item is lost. */
    public suspend fun get(): QueueItem<T> = get(Duration.INFINITE)!!

    /** As [get], but null if the time runs out before. */
    public suspend fun get(timeout: Duration): QueueItem<T>? =
        waiting(lost = ::putBack) { cancel -> taken(timeout, cancel) }?.let(::item)

    /** [get] for a thread that may block. */
    public fun getBlocking(timeout: Duration = Duration.INFINITE): QueueItem<T>? = taken(timeout, null)?.let(::item)

    /** Takes the first item if there is one, without waiting. */
    public fun poll(): QueueItem<T>? = getBlocking(Duration.ZERO)

    private fun taken(timeout: Duration, cancel: Cancel?) = native { handle.get(timeoutMs(timeout), cancel) }

    private fun item(text: String) = returning({ putBack(text) }) { codec.decode(row, text).item() }

    /** Waits for an item, and takes up to [most] that are there; none if the time runs out before. */
    public suspend fun getMany(most: Int, timeout: Duration = Duration.INFINITE): List<QueueItem<T>> =
        waiting(lost = ::putAllBack) { cancel -> takenMany(most, timeout, cancel) }?.let(::itemsOf).orEmpty()

    /** [getMany] for a thread that may block. */
    public fun getManyBlocking(most: Int, timeout: Duration = Duration.INFINITE): List<QueueItem<T>> =
        takenMany(most, timeout, null)?.let(::itemsOf).orEmpty()

    private fun takenMany(most: Int, timeout: Duration, cancel: Cancel?): String? {
        val limit = unsigned("most", most)
        return native { handle.getMany(limit, timeoutMs(timeout), cancel) }
    }

    private fun itemsOf(page: String) = returning({ putAllBack(page) }) { codec.rows(row, page).map { it.item() } }

    /** The item that would be taken next, or null. */
    public fun peek(): QueueItem<T>? = native(handle::peek)?.let { codec.decode(row, it).item() }

    /** The items in the order in which they would be taken, fetched page by page. */
    public val items: Sequence<QueueItem<T>>
        get() = pages(handle::items) { page -> codec.rows(row, page).map { it.item() } }

    override fun iterator(): Iterator<QueueItem<T>> = items.iterator()

    /**
     * Waits for an item, and takes it for [duration]: unless it is acknowledged by then, it comes back. With [deadLetter],
     * one that came back too often goes to another queue. If the coroutine is cancelled, the item is given back.
     */
    public suspend fun lease(duration: Duration, deadLetter: DeadLetter? = null): Lease<T> =
        lease(duration, Duration.INFINITE, deadLetter)!!

    /** As [lease], but null if the time runs out before. */
    public suspend fun lease(duration: Duration, timeout: Duration, deadLetter: DeadLetter? = null): Lease<T>? =
        waiting(lost = { it?.let(::giveBack) }) { cancel -> leased(duration, timeout, deadLetter, cancel) }?.let(::leaseOf)

    /** [lease] for a thread that may block. */
    public fun leaseBlocking(
        duration: Duration,
        timeout: Duration = Duration.INFINITE,
        deadLetter: DeadLetter? = null,
    ): Lease<T>? = leased(duration, timeout, deadLetter, null)?.let(::leaseOf)

    private fun leased(duration: Duration, timeout: Duration, deadLetter: DeadLetter?, cancel: Cancel?): String? {
        val options = options("max_attempts" to json(deadLetter?.maxAttempts), "dead_letter" to json(deadLetter?.queue))
        return native { handle.lease(seconds(duration), timeoutMs(timeout), options, cancel) }
    }

    private fun leaseOf(text: String) = returning({ giveBack(text) }) { codec.decode(leaseRow, text).lease(this) }

    /** Settles a leased item by its id. False if the lease was over. */
    public fun ack(id: Long): Boolean = native { handle.ack(id.toULong()) }

    /** Gives a leased item back by its id, at once or after a [delay]. False if the lease was over. */
    public fun nack(id: Long, delay: Duration = Duration.ZERO): Boolean = native { handle.nack(id.toULong(), seconds(delay)) }

    /** Keeps a leased item for [duration] from now on. False if the lease was over. */
    public fun extend(id: Long, duration: Duration): Boolean = native { handle.extend(id.toULong(), seconds(duration)) }

    /** How many items are lent out. */
    public val leased: Long get() = native(handle::leased).toLong()

    /** Puts an item that was taken back to its place: with its priority and its time. */
    public fun putBack(item: QueueItem<T>) {
        val (encoded, time) = codec.encode(item.data) to micros(item.timestamp)
        native { handle.putBack(encoded, item.priority, time) }
    }

    // What was taken for nobody goes back as it was written.

    private fun putBack(item: String?) {
        item?.let { putBack(raw.decode(rawRow, it)) }
    }

    private fun putAllBack(page: String?) {
        page?.let { raw.rows(rawRow, it) }?.forEach(::putBack)
    }

    private fun putBack(item: QueueRow<JsonElement>): Unit =
        native { handle.putBack(item.data.toString(), item.priority, item.timestamp) }

    private fun giveBack(lease: String) {
        nack(raw.decode(LeaseRow.serializer(raw.serializer), lease).id)
    }
}

private val raw = Codec(defaultJson, JsonElement.serializer())
private val rawRow = QueueRow.serializer(JsonElement.serializer())
