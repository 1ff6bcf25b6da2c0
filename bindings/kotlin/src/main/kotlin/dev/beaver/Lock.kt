package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.LockHandle
import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration

/**
 * A lock between processes. The handle is the owner: two owners in one process use two. First come, first served. A
 * lock ends with its time to live, so that a program that died does not hold it for ever.
 *
 * ```
 * db.lock("refresh").withLock { fetch() }
 * ```
 */
public class BeaverLock internal constructor(private val handle: LockHandle) : AutoCloseable {
    /** What it is called. */
    public val name: String get() = native(handle::name)

    /** Waits for the lock, and holds it until it is released or [ttl] is over; false if the time runs out before. */
    public suspend fun acquire(timeout: Duration = Duration.INFINITE, ttl: Duration = DEFAULT_HOLD): Boolean =
        waiting(lost = { held -> if (held) release() }) { cancel -> acquired(timeout, ttl, cancel) }

    /** [acquire] for a thread that may block. */
    public fun acquireBlocking(timeout: Duration = Duration.INFINITE, ttl: Duration = DEFAULT_HOLD): Boolean =
        acquired(timeout, ttl, null)

    private fun acquired(timeout: Duration, ttl: Duration, cancel: Cancel?) =
        native { handle.acquire(timeoutMs(timeout), seconds(ttl), cancel) }

    /** Does [action] while it holds the lock. Throws [BeaverException.Timeout] if the time runs out before. */
    public suspend inline fun <R> withLock(
        timeout: Duration = Duration.INFINITE,
        ttl: Duration = DEFAULT_HOLD,
        action: () -> R,
    ): R {
        if (!acquire(timeout, ttl)) throw missed()
        try {
            return action()
        } finally {
            release()
        }
    }

    @PublishedApi
    internal fun missed(): BeaverException = BeaverException.Timeout(BeaverException.Detail("the lock was not free in time"))

    /** Gives it back; acquired more than once, it is held until released as often. False if this handle did not hold it. */
    public fun release(): Boolean = native(handle::release)

    /** Keeps it for [ttl] from now on. False if this handle did not hold it any more. */
    public fun renew(ttl: Duration = DEFAULT_HOLD): Boolean = native { handle.renew(seconds(ttl)) }

    /** Whether this handle holds it. */
    public val isHeld: Boolean get() = native(handle::held)

    /** Whether anybody holds it. */
    public val isLocked: Boolean get() = native(handle::locked)

    /** Takes it from whoever holds it or waits for it; returns how many. For repairs. */
    public fun clear(): Long = native(handle::clear).toLong()

    /** Listens from now on to `acquire`, `release`, `clear`, or to all of them by `*`. Close it to end it. */
    public fun on(event: String = "*"): Subscription<Event> = subscription(native { handle.on(text("event", event)) })

    /** The events of the lock, from when the flow is collected on. */
    public fun events(event: String = "*"): Flow<Event> = flowOf { on(event) }

    /** Lets go of the handle, and of the lock if it is held. */
    override fun close(): Unit = handle.close()
}
