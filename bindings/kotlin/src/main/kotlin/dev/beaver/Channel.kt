package dev.beaver

import dev.beaver.native.ChannelHandle
import dev.beaver.native.SubscriptionHandle
import kotlinx.coroutines.flow.Flow
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonPrimitive
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

/** Where a subscription begins. */
public sealed interface Start {
    /** With what is published from now on. */
    public data object Now : Start

    /** With the oldest message that is still there. */
    public data object Oldest : Start

    /** Behind the message of that time: where an earlier subscription ended. */
    public data class After(val timestamp: Instant) : Start
}

/**
 * Messages from one to all, over all processes that have the file open. Each subscriber gets each message once, in the
 * order of the commits.
 *
 * ```
 * val logins = db.channel<Login>("logins")
 * scope.launch { logins.messages().collect { println(it.payload) } }
 * logins.publish(Login("alice"))
 * ```
 */
public class BeaverChannel<T> internal constructor(
    internal val handle: ChannelHandle,
    internal val codec: Codec<T>,
) : Structure<BeaverChannel<T>, ChannelHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
) {
    private val row = MessageRow.serializer(codec.serializer)

    override fun wrap(acquired: ChannelHandle): BeaverChannel<T> = BeaverChannel(acquired, codec)

    /** Publishes a message; returns its time. */
    public fun publish(payload: T): Instant = codec.encode(payload).let { instant(native { handle.publish(it) }) }

    /** Publishes many messages in one commit; returns their times. */
    public fun publishMany(payloads: Iterable<T>): List<Instant> {
        val encoded = codec.encodeAll(payloads)
        return native { handle.publishMany(encoded) }.map(::instant)
    }

    /** Publishes a message. */
    public operator fun plusAssign(payload: T) {
        publish(payload)
    }

    /** Listens from now on, or from where [start] says. Close it to end it. */
    public fun subscribe(start: Start = Start.Now): Subscription<Message<T>> {
        val options = when (start) {
            Start.Now -> "{}"
            Start.Oldest -> """{"start":"oldest"}"""
            is Start.After -> options("after_us" to json(micros(start.timestamp)))
        }
        return messagesOf(native { handle.subscribe(options) })
    }

    /** The messages, from when the flow is collected on, or from where [start] says. */
    public fun messages(start: Start = Start.Now): Flow<Message<T>> = flowOf { subscribe(start) }

    private fun messagesOf(handle: SubscriptionHandle) = Subscription(
        handle,
        { page -> codec.rows(row, page).map { it.message() } },
        { row -> codec.decode(this.row, row).message() },
    )

    /** The messages that are kept, oldest first, fetched page by page. */
    public val items: Sequence<Message<T>>
        get() = pages(handle::items) { page -> codec.rows(row, page).map { it.message() } }

    /** How long messages are kept: a day, and 100,000 of them, if nothing else is chosen. */
    public var retention: Retention
        get() {
            val (maxAge, maxMessages) = native(handle::retention).let { codec.decode(RetentionRow.serializer(), it) }
            return Retention(maxAge?.seconds, maxMessages)
        }
        set(value) {
            val maxAge = value.maxAge?.let { finite("maxAge", seconds(it)) } ?: JsonNull
            val maxMessages = value.maxMessages?.let(::JsonPrimitive) ?: JsonNull
            val options = options("max_age" to maxAge, "max_messages" to maxMessages)
            native { handle.setRetention(options) }
        }
}
