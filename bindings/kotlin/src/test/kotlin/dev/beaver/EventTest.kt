package dev.beaver

import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration.Companion.milliseconds

class EventTest : Story() {
    @Test
    fun `a change is told to who listens`() = story {
        val users = db.dict<User>("users")
        users.on("set").use { changes ->
            users["alice"] = User("Alice")
            users -= "alice"
            users["bob"] = User("Bob")
            val event = changes.next()
            assertEquals("dict:users" to "set", event.topic to event.event)
            assertEquals(buildJsonObject { put("key", "alice") }, event.payload)
            assertEquals("bob", changes.next().payload.let { (it as kotlinx.serialization.json.JsonObject)["key"] }.let { (it as JsonPrimitive).content })
            assertNull(changes.next(timeout = 20.milliseconds))
        }
    }

    @Test
    fun `changes by another process's handle are a flow`() = story {
        val tasks = own(db.list<String>("tasks"))
        val heard = async(start = CoroutineStart.UNDISPATCHED) { tasks.events("pop").first() }
        Beaver.open(path()).use { other ->
            val theirs = other.list<String>("tasks")
            while (heard.isActive) {
                theirs += "work"
                theirs.pop()
                kotlinx.coroutines.delay(5)
            }
        }
        assertEquals("list:tasks", heard.await().topic)
    }

    @Test
    fun `topics and events of one's own`() = story {
        assertFalse(db.emit("builds", "done"))
        db.on("builds").use { builds ->
            assertTrue(db.emit("builds", "done", JsonPrimitive(7)))
            assertEquals(Event(builds.next().timestamp, "builds", "done", JsonPrimitive(7)).payload, JsonPrimitive(7))
        }
        val flow = async { db.events("builds", "failed").first() }
        while (!db.emit("builds", "failed")) kotlinx.coroutines.delay(5)
        assertEquals("failed", flow.await().event)
        assertFalse(db.emit("builds", "failed"))
        assertThrows<BeaverException.InvalidArgument> { db.emit("builds", "*") }
    }

    @Test
    fun `a lock tells too`() = story {
        val lock = db.lock("refresh")
        lock.on().use { events ->
            lock.withLock {}
            assertEquals(listOf("acquire", "release"), List(2) { events.next().event })
        }
    }

    @Test
    fun `nobody listens when the collector is gone`() = story {
        val users = own(db.dict<User>("users"))
        val collector = launch(start = CoroutineStart.UNDISPATCHED) { users.events().collect {} }
        kotlinx.coroutines.delay(30)
        collector.cancel()
        collector.join()
        assertFalse(db.emit("dict:users", "mine"))
    }
}
