package dev.beaver

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class QueueTest : Story() {
    @Test
    fun `the lowest priority comes first, then the oldest`() = story {
        val jobs = db.queue<String>("jobs")
        jobs.put("tidy up", priority = 10)
        jobs.put("answer alice", priority = 1)
        jobs.put("answer bob", priority = 1.0)
        assertEquals("answer alice", jobs.peek()?.data)
        assertEquals(listOf("answer alice", "answer bob", "tidy up"), jobs.map { it.data })
        assertEquals(QueueItem("answer alice", 1.0, jobs.peek()!!.timestamp), jobs.get())
        assertEquals(listOf("answer bob", "tidy up"), jobs.getMany(10).map { it.data })
        assertNull(jobs.poll())
        assertNull(jobs.get(timeout = Duration.ZERO))
        assertEquals(emptyList<QueueItem<String>>(), jobs.getMany(10, timeout = Duration.ZERO))
    }

    @Test
    fun `an item that was taken goes back to its place`() = story {
        val jobs = db.queue<String>("jobs")
        jobs.putMany(listOf("first" to 1, "second" to 1))
        val first = jobs.get()
        jobs.putBack(first)
        assertEquals(first, jobs.peek())
        assertThrows<BeaverException.InvalidArgument> { jobs.putBack(first.copy(priority = Double.NaN)) }
    }

    @Test
    fun `who waits is woken by a put`() = story {
        val jobs = db.queue<Int>("jobs")
        val worker = async { jobs.get().data }
        delay(50)
        jobs.put(7, priority = 1)
        assertEquals(7, worker.await())
    }

    @Test
    fun `a wait ends with its time`() = story {
        val jobs = own(db.queue<Int>("jobs"))
        assertNull(jobs.get(timeout = 20.milliseconds))
        assertNull(jobs.getBlocking(timeout = 1.microseconds))
        assertNull(withTimeoutOrNull(20.milliseconds) { jobs.get() })
    }

    @Test
    fun `cancelling one wait leaves the others waiting`() = story {
        val jobs = own(db.queue<Int>("jobs"))
        val cancelled = launch { jobs.get() }
        val waiting = async { jobs.get().data }
        delay(50)
        cancelled.cancelAndJoin()
        assertTrue(waiting.isActive)
        jobs.put(1, priority = 1)
        assertEquals(1, waiting.await())
    }

    @Test
    fun `no item is lost to a coroutine that is cancelled`() = story {
        val jobs = own(db.queue<Int>("jobs"))
        val got = mutableListOf<Int>()
        repeat(100) { round ->
            jobs.put(round, priority = 1)
            // The cancellation meets the call before, while or after it takes the item.
            val taker = launch(Dispatchers.IO, CoroutineStart.UNDISPATCHED) { got += jobs.get().data }
            delay(Random.nextInt(400).microseconds)
            taker.cancelAndJoin()
        }
        val left = jobs.getMany(100, timeout = Duration.ZERO).map { it.data }
        assertEquals((0 until 100).toList(), (got + left).sorted())
    }

    @Test
    fun `hundreds may wait at once, and still all get what they wait for`() = story {
        val jobs = db.queue<Int>("jobs")
        val workers = List(200) { async { jobs.get().data } }
        delay(100)
        jobs.putMany(List(200) { it to 1 })
        assertEquals((0 until 200).toList(), workers.awaitAll().sorted())
    }

    @Test
    fun `a lease is settled, given back, or over`() = story {
        val mails = db.queue<String>("mails")
        mails.put("to alice", priority = 1)
        val first = mails.lease(30.seconds)
        assertEquals(1, first.attempts)
        assertEquals(0L to 1L, mails.size to mails.leased)
        assertTrue(first.nack())
        assertFalse(first.ack())

        val second = mails.lease(60.milliseconds, timeout = Duration.ZERO)!!
        assertEquals(2, second.attempts)
        assertTrue(second.extend(60.milliseconds))
        delay(100)
        assertFalse(second.ack())

        val third = mails.leaseBlocking(30.seconds)!!
        assertTrue(third.ack())
        assertNull(mails.lease(30.seconds, timeout = Duration.ZERO))
        assertEquals(0, mails.leased)
    }

    @Test
    fun `what fails too often goes to the dead letters`() = story {
        val mails = db.queue<String>("mails")
        mails.put("to nobody", priority = 3)
        val policy = DeadLetter(maxAttempts = 2, queue = "undeliverable")
        while (true) {
            val mail = mails.lease(30.seconds, timeout = Duration.ZERO, deadLetter = policy) ?: break
            mail.nack()
        }
        val dead = db.queue<String>("undeliverable").peek()!!
        assertEquals("to nobody" to 3.0, dead.data to dead.priority)
    }

    @Test
    fun `a lease that nobody waits for any more is given back`() = story {
        val mails = own(db.queue<Int>("mails"))
        repeat(30) {
            mails.put(it, priority = 1)
            val taker = launch(Dispatchers.IO, CoroutineStart.UNDISPATCHED) { mails.lease(30.seconds).ack() }
            delay(Random.nextInt(400).microseconds)
            taker.cancelAndJoin()
        }
        assertEquals(0, mails.leased)
    }

    @Test
    fun `an item that does not fit the model stays in the queue`() {
        db.queue("jobs").put(JsonPrimitive("no user"), priority = 1)
        val users = db.queue<User>("jobs")
        assertThrows<BeaverException.TypeMismatch> { users.poll() }
        assertThrows<BeaverException.TypeMismatch> { users.getManyBlocking(5, Duration.ZERO) }
        assertThrows<BeaverException.TypeMismatch> { users.leaseBlocking(5.seconds, Duration.ZERO) }
        assertEquals(JsonPrimitive("no user"), db.queue("jobs").poll()?.data)
    }

    @Test
    fun `a priority is a number, and a batch of items says which is wrong`() {
        val jobs = db.queue<Int>("jobs")
        assertThrows<BeaverException.InvalidArgument> { jobs.put(1, Double.NaN) }
        val error = assertThrows<BeaverException.InvalidArgument> { jobs.putMany(listOf(1 to 1, 2 to Double.NaN)) }
        assertEquals(1, error.operation)
        assertEquals(0, jobs.size)
    }

    @Test
    fun `an acquired queue is its owner's alone`() = story {
        val jobs = db.queue<Int>("jobs")
        jobs.putMany(List(25) { it to 1 })
        jobs.acquire().use { mine ->
            assertTrue(jobs.isLocked)
            assertEquals(10, mine.getMany(10).size)
            assertNull(jobs.get(timeout = 20.milliseconds))
            assertNull(jobs.acquire(timeout = 20.milliseconds))
            assertTrue(mine.renew(10.seconds))
        }
        assertFalse(jobs.isLocked)
        assertNotNull(jobs.get(timeout = 5.seconds))
    }
}
