package dev.beaver

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class LockTest : Story() {
    @Test
    fun `one owner at a time is inside`() = story {
        var inside = 0
        var most = 0
        val owners = List(8) {
            launch(Dispatchers.Default) {
                db.lock("refresh").use { lock ->
                    lock.withLock {
                        most = maxOf(most, ++inside)
                        delay(2)
                        inside--
                    }
                }
            }
        }
        owners.forEach { it.join() }
        assertEquals(1, most)
    }

    @Test
    fun `who comes late goes on without it`() = story {
        val (mine, other) = db.lock("refresh") to db.lock("refresh")
        assertTrue(mine.acquire())
        assertTrue(mine.isHeld)
        assertTrue(other.isLocked)
        assertFalse(other.isHeld)
        assertFalse(other.acquire(timeout = 20.milliseconds))
        assertFalse(other.acquireBlocking(timeout = Duration.ZERO))
        assertThrows<BeaverException.Timeout> { kotlinx.coroutines.runBlocking { other.withLock(20.milliseconds) {} } }
        assertTrue(mine.renew(10.seconds))
        assertTrue(mine.release())
        assertFalse(mine.release())
        assertTrue(other.acquire())
        assertEquals(1, mine.clear())
        assertFalse(other.isHeld)
    }

    @Test
    fun `a lock ends with its time to live, or with its handle`() = story {
        val (mine, other) = db.lock("refresh") to db.lock("refresh")
        mine.acquire(ttl = 40.milliseconds)
        assertTrue(other.acquire(timeout = 5.seconds))
        assertFalse(mine.renew())
        other.close()
        assertTrue(mine.acquire(timeout = 5.seconds))
        assertThrows<BeaverException.Closed> { other.isHeld }
    }

    @Test
    fun `a coroutine that is cancelled leaves the line`() = story {
        val (mine, cancelled, next) = List(3) { own(db.lock("refresh")) }
        mine.acquire()
        val waiter = launch { cancelled.acquire() }
        delay(30)
        val heir = async { next.acquire(timeout = 5.seconds) }
        delay(30)
        waiter.cancelAndJoin()
        mine.release()
        assertTrue(heir.await())
        assertFalse(cancelled.isHeld)
    }

    @Test
    fun `it is released when the action throws`() = story {
        val lock = db.lock("refresh")
        assertEquals("mine", runCatching { lock.withLock { error("mine") } }.exceptionOrNull()?.message)
        assertFalse(lock.isLocked)
        assertEquals("refresh", lock.name)
    }
}
