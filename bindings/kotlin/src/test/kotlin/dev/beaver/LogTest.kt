package dev.beaver

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

@Serializable
data class Reading(val cpu: Double)

class LogTest : Story() {
    private fun second(second: Int) = Instant.fromEpochSeconds(second.toLong())

    @Test
    fun `entries stand in the order of their times`() {
        val metrics = db.log<Reading>("metrics")
        val first = metrics.append(Reading(0.41))
        val second = metrics.append(Reading(0.93))
        metrics += Reading(0.2)
        assertTrue(second > first)
        assertEquals(listOf(0.41, 0.93, 0.2), metrics.map { it.data.cpu })
        assertEquals(LogEntry(first, Reading(0.41)), metrics.first())
        assertEquals(listOf(0.2, 0.93), metrics.latest(2).map { it.data.cpu })
        assertEquals(3, metrics.range(start = first - 1.minutes).count())
    }

    @Test
    fun `a range has its start and not its end, and may be read backwards`() {
        val numbers = db.log<Int>("numbers")
        numbers.appendMany((1..600).map { it to second(it) })
        assertEquals(listOf(2, 3), numbers.range(second(2), second(4)).map { it.data }.toList())
        assertEquals(listOf(600, 599), numbers.range(limit = 2, reverse = true).map { it.data }.toList())
        assertEquals(600, numbers.count())
    }

    @Test
    fun `where a time is taken the entry moves to the next microsecond, also before 1970`() {
        val events = db.log<String>("events")
        val longAgo = Instant.parse("1900-01-01T00:00:00.000001Z")
        assertEquals(longAgo, events.append("a", longAgo))
        assertEquals(Instant.parse("1900-01-01T00:00:00.000002Z"), events.append("b", longAgo))
        assertEquals(longAgo, events.first().timestamp)
        assertThrows<BeaverException.InvalidArgument> { events.append("c", Instant.DISTANT_FUTURE) }
        assertThrows<BeaverException.InvalidArgument> { events.append("c", Instant.parse("+20000-01-01T00:00:00Z")) }
    }

    @Test
    fun `a log is kept small`() {
        val numbers = db.log<Int>("numbers")
        numbers.appendMany((1..100).map { it to second(it) })
        assertEquals(50, numbers.pruneOlder(than = second(51)))
        assertEquals(40, numbers.pruneKeep(10))
        assertEquals(10, numbers.size)
        assertThrows<BeaverException.InvalidArgument> { numbers.pruneKeep(-1) }
    }

    @Test
    fun `a live view makes numbers of the last while, again and again`() = story {
        val metrics = db.log<Reading>("metrics")
        metrics += Reading(4.0)
        metrics += Reading(8.0)
        val asked = mapOf(
            "count" to Aggregate.Count(),
            "mean" to Aggregate.Mean("cpu"),
            "p50" to Aggregate.Percentile("cpu", 50.0),
            "nothing" to Aggregate.Max("gpu"),
        )
        metrics.live(5.seconds, 20.milliseconds, asked).use { view ->
            assertEquals(mapOf("count" to 2.0, "mean" to 6.0, "p50" to 6.0, "nothing" to null), view.next())
            metrics += Reading(12.0)
            assertEquals(8.0, view.asFlow().first { it["count"] == 3.0 }["mean"])
        }
    }

    @Test
    fun `an aggregate of one's own gets the entries`() = story {
        val metrics = db.log<Reading>("metrics")
        metrics += Reading(4.0)
        metrics.live(5.seconds, 20.milliseconds) { entries -> entries.sumOf { it.data.cpu } }.use { view ->
            assertEquals(4.0, view.next())
            metrics += Reading(8.0)
            assertEquals(12.0, view.asFlow().first { it > 4.0 })
        }
        val entries = metrics.live(5.seconds, 20.milliseconds).asFlow().take(2).toList()
        assertEquals(listOf(4.0, 8.0), entries.last().map { it.data.cpu })
    }

    @Test
    fun `what an aggregate throws comes out unchanged, and the view goes on`() = story {
        val metrics = db.log<Reading>("metrics")
        var broken = true
        metrics.live(5.seconds, 20.milliseconds) { if (broken) throw NoSuchElementException("mine") else it.size }.use { view ->
            assertEquals("mine", assertThrows<NoSuchElementException> { view.nextBlocking() }.message)
            broken = false
            assertEquals(0, view.next())
        }
    }

    @Test
    fun `a closed view ends its flow, and a wait in it`() = story {
        val view = db.log<Reading>("metrics").live(1.seconds, 1.minutes)
        val flow = launch { view.asFlow().collect {} }
        assertNull(view.next(timeout = 50.milliseconds)?.takeIf { it.isNotEmpty() })
        view.close()
        flow.join()
        assertThrows<BeaverException.Closed> { view.nextBlocking() }
    }

    @Test
    fun `a window is a time`() {
        val metrics = db.log<Reading>("metrics")
        assertThrows<BeaverException.InvalidArgument> { metrics.live(Duration.ZERO, 1.seconds) }
        assertThrows<BeaverException.InvalidArgument> { metrics.live(Duration.INFINITE, 1.seconds) }
        val wrong = mapOf("p" to Aggregate.Percentile("cpu", 101.0))
        assertThrows<BeaverException.InvalidArgument> { metrics.live(1.seconds, 1.seconds, wrong) }
    }
}
