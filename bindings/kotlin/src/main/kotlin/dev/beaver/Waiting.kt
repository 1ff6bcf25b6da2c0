package dev.beaver

import dev.beaver.native.Cancel
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/**
 * Where calls wait. Each wait has a thread of its own, so they must not use up those that other work needs: the IO
 * dispatcher shares its threads with this one, not its bound.
 */
private val waits: CoroutineDispatcher = Dispatchers.IO.limitedParallelism(Int.MAX_VALUE)

private class Got<R>(val value: R)

/**
 * Does a call that waits on another thread. When the coroutine is cancelled, this wait ends and no other; the coroutine
 * goes on only after it has ended. What the call had got all the same is given to [lost].
 */
internal suspend fun <R> waiting(lost: (R) -> Unit = {}, call: (Cancel) -> R): R {
    val cancel = Cancel()
    var got: Got<R>? = null
    try {
        return withContext(waits) {
            var over = false
            val watch = launch(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) {
                try {
                    awaitCancellation()
                } finally {
                    if (!over) cancel.cancel()
                }
            }
            try {
                call(cancel).also { got = Got(it) }
            } catch (interrupted: BeaverException.Interrupted) {
                ensureActive()
                throw interrupted
            } finally {
                over = true
                watch.cancel()
            }
        }
    } catch (cancelled: CancellationException) {
        got?.let { withContext(NonCancellable + waits) { lost(it.value) } }
        throw cancelled
    } finally {
        cancel.close()
    }
}

/** Does long work on another thread. [call] asks its argument now and then whether the work is still wanted. */
internal suspend fun <R> working(call: (wanted: () -> Boolean) -> R): R = withContext(Dispatchers.IO) {
    try {
        call { isActive }
    } catch (interrupted: BeaverException.Interrupted) {
        ensureActive()
        throw interrupted
    }
}

internal val always: () -> Boolean = { true }
