package dev.beaver

import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes

class DictTest : Story() {
    @Test
    fun `a model is written, found and rebuilt`() {
        val users = db.dict<User>("users")
        users["alice"] = User("Alice", 31, listOf("admin"))
        assertEquals(User("Alice", 31, listOf("admin")), users["alice"])
        assertNull(users["bob"])
        assertTrue("alice" in users)
        assertEquals(1, users.size)
        assertEquals("users", users.name)
    }

    @Test
    fun `a dict without a type holds any JSON as it was written`() {
        val config = db.dict("config")
        config["theme"] = JsonPrimitive("dark")
        config["limits"] = buildJsonObject { put("retries", 3) }
        config["nothing"] = JsonNull
        assertEquals(JsonPrimitive("dark"), config["theme"])
        assertEquals(JsonNull, config["nothing"])
        assertEquals(setOf("theme", "limits", "nothing"), config.keys.toSet())

        val price = kotlinx.serialization.json.Json.parseToJsonElement("12345678901234567890.50")
        config["price"] = price
        assertEquals("12345678901234567890.50", config["price"].toString())
    }

    @Test
    fun `defaults are written so that others find them, and members that a model does not know are left out`() {
        db.dict<User>("users")["bob"] = User("Bob")
        assertEquals("""{"name":"Bob","age":0,"tags":[]}""", db.dict("users")["bob"].toString())
        db.dict("users")["eve"] = buildJsonObject { put("name", "Eve"); put("shoe size", 38) }
        assertEquals(User("Eve"), db.dict<User>("users")["eve"])
    }

    @Test
    fun `operators read as those of a map`() {
        val ages = db.dict<Int>("ages")
        ages += "alice" to 31
        ages += mapOf("bob" to 52, "carol" to 19)
        ages -= "bob"
        ages -= "nobody"
        assertEquals(mapOf("alice" to 31, "carol" to 19), ages.associate { (name, age) -> name to age })
        assertEquals(listOf(31, 19), ages.values.toList())
        assertEquals(listOf("alice", "carol"), ages.keys.toList())
    }

    @Test
    fun `many keys go and come in one call`() {
        val squares = db.dict<Int>("squares")
        squares.setMany((0 until 1_000).associate { "$it" to it * it })
        assertEquals(mapOf("7" to 49, "999" to 998_001), squares.getMany(listOf("7", "999", "1000")))
        assertEquals(1_000, squares.items.count())
        assertEquals((0 until 1_000).map { "$it" }.sorted(), squares.keys.toList())
    }

    @Test
    fun `a sequence that is left early can be begun again`() {
        val squares = db.dict<Int>("squares")
        squares.setMany((0 until 600).associate { "%03d".format(it) to it })
        assertEquals(listOf("000", "001"), squares.keys.take(2).toList())
        assertEquals(600, squares.keys.count())
    }

    @Test
    fun `a value with a time to live expires, and a set without one takes it away`() {
        val cache = db.dict<String>("cache")
        cache.set("capital", "Quito", ttl = 60.milliseconds)
        cache.set("country", "Ecuador", ttl = 60.milliseconds)
        cache["country"] = "Ecuador"
        assertEquals("Quito", cache["capital"])
        Thread.sleep(90)
        assertNull(cache["capital"])
        assertEquals("Ecuador", cache["country"])
        assertThrows<BeaverException.InvalidArgument> { cache.set("k", "v", ttl = Duration.ZERO) }
        assertThrows<BeaverException.InvalidArgument> { cache.set("k", "v", ttl = (-1).minutes) }
        assertThrows<BeaverException.InvalidArgument> { cache.set("k", "v", ttl = Duration.INFINITE) }
    }

    @Test
    fun `two who write the same key decide in one step`() {
        val jobs = db.dict<String>("jobs")
        assertTrue(jobs.setIfAbsent("nightly", "waiting"))
        assertFalse(jobs.setIfAbsent("nightly", "waiting"))
        assertTrue(jobs.compareAndSet("nightly", "waiting", "running"))
        assertFalse(jobs.compareAndSet("nightly", "waiting", "running"))
        assertFalse(jobs.compareAndSet("weekly", "waiting", "running"))
        assertEquals("running", jobs["nightly"])
    }

    @Test
    fun `pop takes out`() {
        val tokens = db.dict<Int>("tokens")
        tokens["a"] = 1
        assertEquals(1, tokens.pop("a"))
        assertNull(tokens.pop("a"))
        assertFalse(tokens.delete("a"))
    }

    @Test
    fun `a stored null is a value, and a missing key is not`() {
        val answers = db.dict<String?>("answers")
        answers["asked"] = null
        assertTrue("asked" in answers)
        assertNull(answers.getValue("asked"))
        val error = assertThrows<BeaverException.NotFound> { answers.getValue("never asked") }
        assertEquals(ErrorKind.NOT_FOUND, error.kind)
    }

    @Test
    fun `clear tells how many went`() {
        val ages = db.dict<Int>("ages")
        ages += mapOf("alice" to 31, "bob" to 52)
        assertTrue(ages.isNotEmpty())
        assertEquals(2, ages.clear())
        assertTrue(ages.isEmpty())
    }

    @Test
    fun `keys are any text but half a character`() {
        val words = db.dict<Int>("words")
        words["παράδειγμα 🦫"] = 1
        words[""] = 2
        assertEquals(1, words["παράδειγμα 🦫"])
        assertEquals(2, words[""])
        assertThrows<BeaverException.InvalidUtf8> { words["\ud83e"] }
        assertThrows<BeaverException.InvalidUtf8> { words["\ud83e"] = 3 }
        assertThrows<BeaverException.InvalidArgument> { words["a\u0000b"] = 3 }
        assertThrows<BeaverException.Limit> { words["x".repeat(5_000)] = 3 }
    }
}
