package dev.beaver

import kotlinx.serialization.Serializable
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.nio.file.Files
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

@Serializable
data class Positive(val number: Int) {
    init {
        require(number > 0) { "not positive" }
    }
}

class ErrorsTest : Story() {
    @Test
    fun `each kind has an exception of its own, under one base`() {
        val detail = BeaverException.Detail("text", operation = 3, offset = 7)
        for (kind in ErrorKind.entries) {
            val error = BeaverException.of(kind, detail)
            assertEquals(kind, error.kind)
            assertEquals(kind.name, error::class.simpleName?.replace(Regex("(?<=[a-z0-9])(?=[A-Z])"), "_")?.uppercase())
            assertEquals(Triple("text", 3, 7L), Triple(error.message, error.operation, error.offset))
        }
        assertEquals(21, ErrorKind.entries.size)
    }

    @Test
    fun `a wrong name or value is refused`() {
        assertThrows<BeaverException.InvalidArgument> { db.dict<Int>("") }
        assertThrows<BeaverException.InvalidArgument> { db.dict<Int>("__mine") }
        assertThrows<BeaverException.InvalidArgument> { db.list<Int>("a\u0000b") }
        assertThrows<BeaverException.Limit> { db.queue<Int>("x".repeat(256)) }
        assertThrows<BeaverException.InvalidUtf8> { db.log<Int>("\udc00") }
        assertThrows<BeaverException.InvalidUtf8> { db.list<String>("l") += "half a \ud800" }
        assertThrows<BeaverException.InvalidUtf8> { db.dict<String>("d").setMany(mapOf("\ud800" to "x")) }
        assertThrows<BeaverException.InvalidUtf8> { db.dict<String>("d").getMany(listOf("\ud800")) }
        assertThrows<BeaverException.InvalidUtf8> { Beaver.open("\ud800") }
        assertThrows<BeaverException.InvalidArgument> { db.list<Double>("l") += Double.POSITIVE_INFINITY }
        assertThrows<BeaverException.InvalidJson> { db.list("l") += JsonPrimitive(Double.NaN) }
        val error = assertThrows<BeaverException.InvalidArgument> { db.list<Double>("l") += listOf(1.0, Double.NaN) }
        assertEquals(1, error.operation)
    }

    @Test
    fun `a file that is no database is told from one that is not there`() {
        Files.writeString(folder.resolve("letter.txt"), "Dear Alice, ".repeat(500))
        assertThrows<BeaverException.Corrupt> { Beaver.open(path("letter.txt")) }
        assertThrows<BeaverException.Io> { Beaver.open(path("no/such/folder.db")) }
    }

    @Test
    fun `a stored value that does not fit the model is told, and not lost`() {
        val anything = db.dict("users")
        anything["alice"] = JsonPrimitive(7)
        val users = db.dict<User>("users")
        val error = assertThrows<BeaverException.TypeMismatch> { users["alice"] }
        assertTrue("dev.beaver.User" in error.message!!)
        assertFalse("7" in error.message!!)
        assertThrows<BeaverException.TypeMismatch> { users.pop("alice") }
        assertThrows<BeaverException.TypeMismatch> { users.getMany(listOf("alice")) }
        assertThrows<BeaverException.TypeMismatch> { users.items.toList() }
        assertEquals(JsonPrimitive(7), anything["alice"])

        anything["bob"] = buildJsonObject { put("number", -1) }
        assertThrows<BeaverException.TypeMismatch> { db.dict<Positive>("users")["bob"] }

        val list = db.list("tasks")
        list += JsonPrimitive(7)
        assertThrows<BeaverException.TypeMismatch> { db.list<User>("tasks").pop() }
        assertThrows<BeaverException.TypeMismatch> { db.list<User>("tasks").deque() }
        assertEquals(JsonPrimitive(7), list[0])
    }

    @Test
    fun `times that are none are refused`() {
        val jobs = db.queue<Int>("jobs")
        jobs.put(1, 1)
        assertThrows<BeaverException.InvalidArgument> { jobs.leaseBlocking(Duration.ZERO) }
        assertThrows<BeaverException.InvalidArgument> { jobs.leaseBlocking((-1).milliseconds) }
        assertThrows<BeaverException.InvalidArgument> { jobs.acquireBlocking(ttl = Duration.INFINITE) }
        assertThrows<BeaverException.InvalidArgument> { jobs.leaseBlocking(1.milliseconds, deadLetter = DeadLetter(0, "dead")) }
        assertEquals(1, jobs.size)
    }

    @Test
    fun `a filter that is none is refused`() {
        val numbers = db.collection<Int>("numbers")
        assertThrows<BeaverException.InvalidJson> { Filter.parse("{") }
        assertThrows<BeaverException.InvalidArgument> { Filter.parse("[]") }
        assertThrows<BeaverException.InvalidArgument> { field("a") eq Any() }
        assertThrows<BeaverException.InvalidArgument> { field("a") less Double.NaN }
        assertThrows<BeaverException.InvalidArgument> { numbers.countBlocking(Filter.parse("""{"a": {"~": 1}}""")) }
        assertThrows<BeaverException.InvalidArgument> { numbers.findBlocking(limit = 0) }
        assertThrows<BeaverException.InvalidArgument> { numbers.findBlocking(cursor = "not a cursor") }
        assertEquals(0, numbers.countBlocking(field("or") eq 1))
    }

    @Test
    fun `what is nested too deep is over a limit`() {
        fun nested(levels: Int) = (1..levels).fold<Int, JsonElement>(JsonNull) { inner, _ -> JsonArray(listOf(inner)) }
        val list = db.list("l")
        list += nested(128)
        assertEquals(nested(128), list[0])
        assertThrows<BeaverException.Limit> { list += nested(129) }
        assertThrows<BeaverException.Limit> { list += nested(1_000_000) }
        assertThrows<BeaverException.Limit> { db.collection("c").countBlocking(Filter.parse("{\"not\":".repeat(5_000) + "{}" + "}".repeat(5_000))) }
    }

    @Test
    fun `the cause is kept`() {
        val error = assertThrows<BeaverException> { db.list<Int>("") }
        assertInstanceOf(dev.beaver.native.Failure.Failed::class.java, error.cause)
    }
}
