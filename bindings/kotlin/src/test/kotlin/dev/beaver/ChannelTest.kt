package dev.beaver

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class ChannelTest : Story() {
    @Test
    fun `each subscriber gets each message once, in order`() = story {
        val channel = db.channel<User>("logins")
        val (first, second) = channel.subscribe() to channel.subscribe()
        val time = channel.publish(User("alice"))
        channel += User("bob")
        for (listener in listOf(first, second)) {
            assertEquals(Message(time, User("alice")), listener.next())
            assertEquals(listOf(User("bob")), listener.nextMany(10).map { it.payload })
            assertNull(listener.next(timeout = 10.milliseconds))
            listener.close()
        }
    }

    @Test
    fun `a flow hears what is published while it is collected`() = story {
        val numbers = own(db.channel<Int>("numbers"))
        val heard = async(start = CoroutineStart.UNDISPATCHED) { numbers.messages(Start.Oldest).map { it.payload }.take(600).toList() }
        numbers.publishMany(0 until 300)
        numbers.publishMany(300 until 600)
        assertEquals((0 until 600).toList(), heard.await())
    }

    @Test
    fun `a subscription begins now, with the oldest, or where another one ended`() = story {
        val numbers = db.channel<Int>("numbers")
        val times = numbers.publishMany(listOf(1, 2, 3))
        numbers.subscribe(Start.Oldest).use { assertEquals(listOf(1, 2, 3), it.nextMany(10).map { m -> m.payload }) }
        numbers.subscribe(Start.After(times[1])).use { assertEquals(3, it.next().payload) }
        numbers.subscribe().use { assertNull(it.next(timeout = Duration.ZERO)) }
        assertEquals(listOf(1, 2, 3), numbers.items.map { it.payload }.toList())
        assertEquals(times, numbers.items.map { it.timestamp }.toList())
    }

    @Test
    fun `no message is lost to a coroutine that is cancelled`() = story {
        val numbers = own(db.channel<Int>("numbers"))
        val listener = own(numbers.subscribe())
        val got = mutableListOf<Int>()
        repeat(100) { round ->
            val taker = launch(Dispatchers.IO, CoroutineStart.UNDISPATCHED) { got += listener.nextMany(10).map { it.payload } }
            numbers.publish(round)
            delay(Random.nextInt(400).microseconds)
            taker.cancelAndJoin()
        }
        while (true) got += listener.next(timeout = Duration.ZERO)?.payload ?: break
        assertEquals((0 until 100).toList(), got)
        listener.close()
    }

    @Test
    fun `a message that does not fit the model is told once, and the others come`() = story {
        val anything = db.channel("logins")
        db.channel<User>("logins").subscribe().use { users ->
            anything.publishMany(listOf(JsonPrimitive(1)))
            db.channel<User>("logins").publish(User("alice"))
            anything.publishMany(listOf(JsonPrimitive(2)))
            db.channel<User>("logins").publish(User("bob"))
            assertThrows<BeaverException.TypeMismatch> { users.nextManyBlocking(10) }
            assertEquals(listOf("alice"), users.nextMany(10).map { it.payload.name })
            assertThrows<BeaverException.TypeMismatch> { users.nextBlocking() }
            assertEquals("bob", users.next().payload.name)
        }
    }

    @Test
    fun `a closed subscription ends its flow and its waits`() = story {
        val numbers = own(db.channel<Int>("numbers"))
        val listener = own(numbers.subscribe())
        val flow = launch { listener.asFlow().collect {} }
        delay(50)
        listener.close()
        flow.join()
        assertThrows<BeaverException.Closed> { listener.nextBlocking() }
        listener.close()
    }

    @Test
    fun `messages are kept as long as was chosen`() {
        val numbers = db.channel<Int>("numbers")
        assertEquals(Retention(24.hours, 100_000), numbers.retention)
        assertEquals(Retention(), numbers.retention)
        numbers.retention = Retention(maxAge = 90.seconds, maxMessages = null)
        assertEquals(Retention(90.seconds, null), numbers.retention)
        numbers.retention = Retention(maxAge = null, maxMessages = 5)
        assertEquals(Retention(null, 5), numbers.retention)
        assertThrows<BeaverException.InvalidArgument> { numbers.retention = Retention(Duration.ZERO, null) }
        numbers.publishMany(1..200)
        assertTrue(numbers.size < 200)
        numbers.clear()
        assertTrue(numbers.isEmpty())
    }
}
