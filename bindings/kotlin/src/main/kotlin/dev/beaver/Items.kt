package dev.beaver

import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.JsonElement
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.Instant

/** An item of a dict. */
public data class DictItem<out T>(val key: String, val value: T)

/**
 * An item of a queue.
 *
 * @property priority the lowest is the first
 * @property timestamp when it was put: among equal priorities the earliest is the first
 */
public data class QueueItem<out T>(val data: T, val priority: Double, val timestamp: Instant)

/**
 * An item of a queue that is lent out. It comes back into the queue when the lease ends, unless it is acknowledged.
 *
 * @property id what the lease is known by, in any process
 * @property attempts how often the item was given out, this time included
 */
public class Lease<out T> internal constructor(
    private val queue: BeaverQueue<*>,
    public val id: Long,
    public val attempts: Int,
    public val data: T,
    public val priority: Double,
    public val timestamp: Instant,
) {
    /** Settles the item: it is gone. False if the lease was over: then somebody else may be at it too. */
    public fun ack(): Boolean = queue.ack(id)

    /** Gives the item back, at once or after a [delay]. False if the lease was over. */
    public fun nack(delay: Duration = Duration.ZERO): Boolean = queue.nack(id, delay)

    /** Keeps the item for [duration] from now on. False if the lease was over. */
    public fun extend(duration: Duration): Boolean = queue.extend(id, duration)

    override fun toString(): String = "Lease(id=$id, attempts=$attempts, data=$data, priority=$priority)"
}

/** Where items go that were lent out [maxAttempts] times and came back: to the queue [queue]. */
public data class DeadLetter(val maxAttempts: Int, val queue: String)

/** An entry of a log. Times are unique in a log. */
public data class LogEntry<out T>(val timestamp: Instant, val data: T)

/** A message of a channel. Times are unique among the messages of all channels. */
public data class Message<out T>(val timestamp: Instant, val payload: T)

/**
 * A change that was told.
 *
 * @property topic what changed: `dict:users`, or a topic of your own
 * @property event what happened: `set`, or an event of your own
 * @property payload more about it: `{"key": "alice"}`
 */
public data class Event(val timestamp: Instant, val topic: String, val event: String, val payload: JsonElement)

/** Bytes with what was stored beside them. */
public class Blob(public val data: ByteArray, public val metadata: JsonElement?) {
    override fun equals(other: Any?): Boolean =
        other is Blob && data.contentEquals(other.data) && metadata == other.metadata

    override fun hashCode(): Int = 31 * data.contentHashCode() + metadata.hashCode()

    override fun toString(): String = "Blob(${data.size} bytes, metadata=$metadata)"
}

/** A blob without its bytes: how many there are, and what was stored beside them. */
public data class BlobStat(val size: Long, val metadata: JsonElement?)

/** How long a channel keeps its messages: up to an age, and up to a number. Null is no bound. */
public data class Retention(val maxAge: Duration? = 1.days, val maxMessages: Long? = 100_000)

// The shapes in which the library gives rows.

@Serializable
internal class DictRow<T>(val key: String, val value: T) {
    fun item() = DictItem(key, value)
}

@Serializable
internal class QueueRow<T>(val priority: Double, @SerialName("timestamp_us") val timestamp: Long, val data: T) {
    fun item() = QueueItem(data, priority, instant(timestamp))
}

@Serializable
internal class LeaseRow<T>(
    val id: Long,
    val attempts: Int,
    val priority: Double,
    @SerialName("timestamp_us") val timestamp: Long,
    val data: T,
) {
    fun lease(queue: BeaverQueue<*>) = Lease(queue, id, attempts, data, priority, instant(timestamp))
}

@Serializable
internal class LogRow<T>(@SerialName("timestamp_us") val timestamp: Long, val data: T) {
    fun entry() = LogEntry(instant(timestamp), data)
}

@Serializable
internal class MessageRow<T>(@SerialName("timestamp_us") val timestamp: Long, val payload: T) {
    fun message() = Message(instant(timestamp), payload)
}

@Serializable
internal class EventRow(
    @SerialName("timestamp_us") val timestamp: Long,
    val topic: String,
    val event: String,
    val payload: JsonElement,
) {
    fun event() = Event(instant(timestamp), topic, event, payload)
}

@Serializable
internal data class RetentionRow(@SerialName("max_age") val maxAge: Double?, @SerialName("max_messages") val maxMessages: Long?)
