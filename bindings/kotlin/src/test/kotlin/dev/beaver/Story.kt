package dev.beaver

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.Serializable
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.extension.AfterAllCallback
import org.junit.jupiter.api.extension.ExtendWith
import org.junit.jupiter.api.extension.ExtensionContext
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.time.Duration.Companion.seconds

@Serializable
data class User(val name: String, val age: Int = 0, val tags: List<String> = emptyList())

/** A database in a folder of its own for each test. After the tests of a class nothing of the library may be left alive. */
@ExtendWith(NothingLeftAlive::class)
abstract class Story {
    @TempDir
    lateinit var folder: Path

    lateinit var db: Beaver

    fun path(name: String = "test.db"): String = folder.resolve(name).toString()

    @BeforeEach
    fun open() {
        db = Beaver.open(path())
    }

    @AfterEach
    fun close() {
        owned.forEach { it.close() }
        db.close()
    }

    private val owned = mutableListOf<AutoCloseable>()

    /**
     * Closes a handle after the test. For those that a cancelled coroutine has used: the virtual machine may keep the last
     * exception of a thread, which has the coroutine, which has the handle.
     */
    fun <H : AutoCloseable> own(handle: H): H = handle.also { owned += it }

    /** A test with coroutines, which must not hang. */
    fun story(test: suspend CoroutineScope.() -> Unit): Unit = runBlocking { withTimeout(20.seconds) { test() } }
}

class NothingLeftAlive : AfterAllCallback {
    override fun afterAll(context: ExtensionContext) {
        assertEquals(0, liveObjectsAfterCollection())
    }
}

/** How many objects are alive when the collector has done its work, which takes it a moment. */
fun liveObjectsAfterCollection(): Long {
    repeat(100) {
        if (Beaver.liveObjects == 0L) return 0
        System.gc()
        Thread.sleep(20)
    }
    return Beaver.liveObjects
}
