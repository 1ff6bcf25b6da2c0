package dev.beaver

import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.nio.file.Files
import java.util.Collections
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class DatabaseTest : Story() {
    @Test
    fun `what was written is there when the file is opened again`() {
        db.dict<User>("users")["alice"] = User("Alice")
        db.close()
        Beaver.open(path()).use { assertEquals(User("Alice"), it.dict<User>("users")["alice"]) }
        assertEquals(listOf("test.db"), folder.toFile().list()?.toList())
    }

    @Test
    fun `a database can be in memory alone`() {
        Beaver.open(":memory:").use { db ->
            db.list<Int>("numbers") += 1
            assertNull(db.info.path)
            assertEquals(listOf(StructureInfo(Kind.LIST, "numbers", 1)), db.info.structures)
        }
    }

    @Test
    fun `options say how it is opened`() {
        db.dict<Int>("d")["a"] = 1
        Beaver.open(path()) { readOnly = true; lowMemory = true }.use { reader ->
            assertEquals(1, reader.dict<Int>("d")["a"])
            assertThrows<BeaverException.ReadOnly> { reader.dict<Int>("d")["a"] = 2 }
        }
        assertThrows<BeaverException.Io> { Beaver.open(path("missing.db")) { create = false } }
        assertThrows<BeaverException.InvalidArgument> { Beaver.open(path()) { cacheKib = -1 } }
        Beaver.open(path("ledger.db")) { durability = Durability.FULL; readCacheBytes = 1 shl 20; busyTimeout = 50.milliseconds }.use { ledger ->
            ledger.dict<Int>("d")["a"] = 1
            val mine = ledger.dict<Int>("d").acquireBlocking()!!
            assertThrows<BeaverException.Busy> { ledger.dict<Int>("d")["a"] = 2 }
            mine.close()
        }
    }

    @OptIn(ExperimentalSerializationApi::class)
    @Test
    fun `how models are written can be chosen`() {
        @Serializable
        data class Profile(val fullName: String)
        Beaver.open(path()) { json = Json(OpenOptions.DefaultJson) { namingStrategy = JsonNamingStrategy.SnakeCase } }.use {
            it.log<Profile>("profiles") += Profile("Ada Lovelace")
            assertEquals("Ada Lovelace", it.log<Profile>("profiles").single().data.fullName)
        }
        assertEquals("""{"full_name":"Ada Lovelace"}""", db.log("profiles").single().data.toString())
    }

    @Test
    fun `names and numbers tell what is in it`() {
        db.dict<Int>("b")["x"] = 1
        db.dict<Int>("a")["x"] = 1
        db.queue<Int>("jobs").put(1, 1)
        assertEquals(listOf("a", "b"), db.names(Kind.DICT).sorted())
        assertEquals(emptyList<String>(), db.names(Kind.COLLECTION))
        assertEquals(path(), db.info.path)
        assertEquals(setOf("a", "b", "jobs"), db.info.structures.map { it.name }.toSet())
        assertTrue(db.stats.fileBytes > 0)
        assertTrue(Beaver.version.isNotEmpty())
    }

    @Test
    fun `paused, it lets go of the file, and resumed, the same handles work`() = story {
        val users = own(db.dict<User>("users"))
        val waiter = async { runCatching { own(db.queue<Int>("jobs")).get() } }
        delay(50)
        db.pause()
        assertTrue(waiter.await().exceptionOrNull() is BeaverException.Paused)
        assertThrows<BeaverException.Paused> { users["alice"] = User("Alice") }
        db.resume()
        users["alice"] = User("Alice")
        assertEquals(1, users.size)
    }

    @Test
    fun `interrupt ends what waits now, and nothing later`() = story {
        val jobs = own(db.queue<Int>("jobs"))
        val waiter = async { runCatching { jobs.get() } }
        while (waiter.isActive) {
            delay(20)
            db.interrupt()
        }
        assertTrue(waiter.await().exceptionOrNull() is BeaverException.Interrupted)
        jobs.put(1, priority = 1)
        assertEquals(1, jobs.get().data)
    }

    @Test
    fun `a backup is made while others work, and restored`() = story {
        val config = db.dict<String>("config")
        config["theme"] = "dark"
        val steps = mutableListOf<Long>()
        db.backup(path("backup.db")) { done, _ -> steps.add(done) }
        assertTrue(steps.isNotEmpty())
        Beaver.restore(path("backup.db"), path("restored.db"))
        Beaver.open(path("restored.db")).use {
            assertEquals("dark", it.dict<String>("config")["theme"])
            assertEquals(VerifyReport(ok = true, problems = emptyList()), it.verify())
        }
        assertThrows<BeaverException> { Beaver.restoreBlocking(path("no such.db"), path("other.db")) }
        assertThrows<NoSuchElementException> { db.backupBlocking(path("b.db")) { _, _ -> throw NoSuchElementException() } }
        assertFalse(Files.exists(folder.resolve("b.db")))
    }

    @Test
    fun `upkeep leaves everything as it is`() = story {
        db.dict<Int>("d")["a"] = 1
        db.checkpoint()
        db.vacuum()
        assertTrue(db.verify().ok)
        assertEquals(RepairReport(emptyList(), emptyList()), db.repair { _, _ -> true })
        assertEquals(1, db.dict<Int>("d")["a"])
    }

    @Test
    fun `a structure is dumped as text, and loaded`() = story {
        val config = db.dict<Int>("config")
        config += mapOf("a" to 1, "b" to 2)
        val copy = db.dict<Int>("copy")
        assertEquals(2, copy.load(config.dump()))
        assertEquals(config.toList(), copy.toList())

        val lines = config.dump(DumpFormat.JSON_LINES)
        assertEquals(3, lines.trim().lines().size)
        copy["c"] = 3
        copy["a"] = 9
        assertEquals(2, copy.load(lines, LoadMode.APPEND))
        assertEquals(mapOf("a" to 1, "b" to 2, "c" to 3), copy.getMany(listOf("a", "b", "c")))

        val out = ByteArrayOutputStream()
        config.dump(out)
        assertEquals(2, copy.load(out.toByteArray().inputStream()))
        assertFalse("c" in copy)
        assertThrows<BeaverException.TypeMismatch> { db.list<Int>("l").loadBlocking(lines) }
        assertThrows<BeaverException.InvalidJson> { copy.loadBlocking("no dump") }
        assertEquals(2, copy.size)
    }

    @Test
    fun `what a sink or a source throws comes out unchanged, and nothing is loaded`() {
        val config = db.dict<Int>("config")
        config["a"] = 1
        val full = object : OutputStream() {
            override fun write(byte: Int) = throw IOException("mine")
        }
        assertEquals("mine", assertThrows<IOException> { config.dumpBlocking(full) }.message)
        val broken = object : InputStream() {
            override fun read(): Int = throw IOException("mine")
        }
        assertEquals("mine", assertThrows<IOException> { config.loadBlocking(broken) }.message)
        assertThrows<AssertionError> { config.dumpBlocking(object : OutputStream() {
            override fun write(byte: Int) = throw AssertionError("an error that is no exception")
        }) }
        assertEquals(1, config["a"])
    }

    @Test
    fun `a long call ends with its coroutine`() = story {
        val numbers = own(db.collection<Int>("numbers"))
        val documents = List(2_000) { Document(it) }
        val reached = kotlinx.coroutines.CompletableDeferred<Unit>()
        val indexing = launch {
            numbers.indexMany(documents) { _, _ ->
                reached.complete(Unit)
                Thread.sleep(1)
                true
            }
        }
        reached.await()
        indexing.cancelAndJoin()
        assertTrue(numbers.isEmpty())
    }

    @Test
    fun `diagnostics come to who listens`() {
        val heard = Collections.synchronizedList(mutableListOf<Pair<LogLevel, String>>())
        Beaver.open(path("logged.db")) { log = { level, _, text -> heard += level to text } }.use { it.dict<Int>("d")["a"] = 1 }
        assertNotNull(heard.firstOrNull { it.first == LogLevel.INFO })
        val count = heard.size
        db.setLog { _, _, _ -> error("nobody hears this") }
        db.pause()
        db.setLog(null)
        db.resume()
        assertEquals(count, heard.size)
    }

    @Test
    fun `two processes' handles of one file see each other`() = story {
        Beaver.open(path()).use { other ->
            val jobs = other.queue<String>("jobs")
            val worker = async { jobs.get(timeout = 5.seconds)?.data }
            delay(30)
            db.queue("jobs").put(JsonPrimitive("hello"), priority = 1)
            assertEquals("hello", worker.await())
        }
    }
}
