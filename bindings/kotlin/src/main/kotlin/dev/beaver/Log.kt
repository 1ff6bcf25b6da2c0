package dev.beaver

import dev.beaver.native.LogHandle
import kotlinx.serialization.json.JsonObject
import kotlin.time.Duration
import kotlin.time.Instant

/**
 * Values in the order of time: measurements, an audit trail.
 *
 * ```
 * val metrics = db.log<Metric>("metrics")
 * metrics += Metric(cpu = 0.4)
 * val lastMinute = metrics.range(start = Clock.System.now() - 1.minutes)
 * ```
 */
public class BeaverLog<T> internal constructor(
    internal val handle: LogHandle,
    internal val codec: Codec<T>,
) : Structure<BeaverLog<T>, LogHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
), Iterable<LogEntry<T>> {
    private val row = LogRow.serializer(codec.serializer)

    override fun wrap(acquired: LogHandle): BeaverLog<T> = BeaverLog(acquired, codec)

    /** Appends an entry, now or [at] a time; returns the time it got: the next that is free, to the microsecond. */
    public fun append(data: T, at: Instant? = null): Instant {
        val (encoded, micros) = codec.encode(data) to at?.let(::micros)
        return instant(native { handle.append(encoded, micros) })
    }

    /** Appends an entry. */
    public operator fun plusAssign(data: T) {
        append(data)
    }

    /** Appends many entries in one commit, each now or at the time given with it; returns their times. */
    public fun appendMany(items: Iterable<Pair<T, Instant?>>): List<Instant> {
        val encoded = items.withIndex().joinToString(",", "[", "]") { (index, item) ->
            val at = item.second?.let { ""","timestamp_us":${micros(it)}""" }.orEmpty()
            """{"data":${codec.encode(item.first, index)}$at}"""
        }
        return native { handle.appendMany(encoded) }.map(::instant)
    }

    /**
     * The entries from [start] to before [end], oldest first, or newest first if [reverse]; up to [limit] of them. They
     * are fetched page by page.
     */
    public fun range(
        start: Instant? = null,
        end: Instant? = null,
        limit: Int? = null,
        reverse: Boolean = false,
    ): Sequence<LogEntry<T>> {
        val (from, to) = start?.let(::micros) to end?.let(::micros)
        val options = options("limit" to json(limit), "reverse" to json(reverse))
        return pages({ handle.range(from, to, options) }) { page -> codec.rows(row, page).map { it.entry() } }
    }

    override fun iterator(): Iterator<LogEntry<T>> = range().iterator()

    /** The newest entries, up to [most], the newest first. */
    public fun latest(most: Int): List<LogEntry<T>> {
        val limit = unsigned("most", most)
        return codec.rows(row, native { handle.latest(limit) }).map { it.entry() }
    }

    /** Removes the entries older than a time; returns how many. */
    public fun pruneOlder(than: Instant): Long = micros(than).let { native { handle.pruneOlder(it) } }.toLong()

    /** Removes all but the newest [count]; returns how many. */
    public fun pruneKeep(count: Long): Long {
        if (count < 0) throw BeaverException.invalid("count is $count: it cannot be below 0")
        return native { handle.pruneKeep(count.toULong()) }.toLong()
    }

    /**
     * What the [aggregates] make of the entries of the last [window]: at once, and then each [period]. A number that
     * there is none of (the mean of nothing) is null.
     */
    public fun live(window: Duration, period: Duration, aggregates: Map<String, Aggregate>): LiveView<Map<String, Double?>> {
        val asked = JsonObject(aggregates.mapValues { (_, aggregate) -> aggregate.json() })
        val options = options("window" to finite("window", seconds(window)), "period" to finite("period", seconds(period)), "aggregates" to asked)
        return LiveView(native { handle.live(options) }) { codec.decode(liveNumbers, it) }
    }

    /** What [aggregate] makes of the entries of the last [window]: at once, and then each [period]. */
    public fun <R> live(window: Duration, period: Duration, aggregate: (List<LogEntry<T>>) -> R): LiveView<R> {
        val options = options("window" to finite("window", seconds(window)), "period" to finite("period", seconds(period)))
        return LiveView(native { handle.live(options) }) { page -> aggregate(codec.rows(row, page).map { it.entry() }) }
    }

    /** The entries of the last [window]: at once, and then each [period]. */
    public fun live(window: Duration, period: Duration): LiveView<List<LogEntry<T>>> = live(window, period) { it }
}
