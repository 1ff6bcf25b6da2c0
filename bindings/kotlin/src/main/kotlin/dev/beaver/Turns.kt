package dev.beaver

import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration
import kotlin.time.TimeSource

/**
 * One at a time pulls messages and results, as the library wants it. The others wait for their turn here, where their time
 * runs out and their cancellation reaches them.
 */
internal class Turns {
    private val mutex = Mutex()

    /** Does [pull] with what is left of the time; null if nothing is left. */
    suspend fun <R : Any> take(timeout: Duration, pull: suspend (Duration) -> R?): R? {
        val start = TimeSource.Monotonic.markNow()
        var mine = mutex.tryLock()
        try {
            if (!mine) {
                withTimeoutOrNull(timeout) {
                    mutex.lock()
                    mine = true
                }
            }
            return if (mine) pull((timeout - start.elapsedNow()).coerceAtLeast(Duration.ZERO)) else null
        } finally {
            if (mine) mutex.unlock()
        }
    }

    /** [take] for a thread that may block. */
    fun <R : Any> takeBlocking(timeout: Duration, pull: (Duration) -> R?): R? {
        if (!mutex.tryLock()) return runBlocking { take(timeout) { left -> pull(left) } }
        try {
            return pull(timeout)
        } finally {
            mutex.unlock()
        }
    }
}
