package dev.beaver

import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

class LifecycleTest : Story() {
    @Test
    fun `after close every handle says CLOSED, and closing again does nothing`() {
        val users = db.dict<User>("users")
        val keys = users.keys
        val listener = db.channel<Int>("c").subscribe()
        val view = db.log<Int>("l").live(1.seconds, 1.seconds)
        val batch = db.batch().apply { dictSet(users, "alice", User("Alice")) }
        db.close()
        db.close()
        assertThrows<BeaverException.Closed> { users["alice"] }
        assertThrows<BeaverException.Closed> { users.size }
        assertThrows<BeaverException.Closed> { keys.toList() }
        assertThrows<BeaverException.Closed> { listener.nextBlocking() }
        assertThrows<BeaverException.Closed> { view.nextBlocking() }
        assertThrows<BeaverException.Closed> { batch.commit() }
        assertThrows<BeaverException.Closed> { db.dict<Int>("d") }
        assertThrows<BeaverException.Closed> { db.info }
        listOf(users, listener, view, batch).forEach { it.close() }
    }

    @Test
    fun `a closed handle says CLOSED, and another one of its name works`() {
        val users = db.dict<User>("users")
        users.close()
        users.close()
        val error = assertThrows<BeaverException.Closed> { users["alice"] }
        assertEquals(ErrorKind.CLOSED, error.kind)
        assertEquals("BeaverDict(closed)", users.toString())
        assertThrows<BeaverException.Closed> { users.acquireBlocking() }
        assertThrows<BeaverException.Closed> { users.dumpBlocking() }
        assertEquals("BeaverDict(users)", db.dict<User>("users").toString())
    }

    @Test
    fun `closing ends what waits`() = story {
        val jobs = own(db.queue<Int>("jobs"))
        val listener = db.channel<Int>("c").subscribe()
        val waits = listOf(async { runCatching { jobs.get() } }, async { runCatching { listener.next() } })
        delay(50)
        db.close()
        for (wait in waits) assertTrue(wait.await().exceptionOrNull() is BeaverException.Closed)
        listener.close()
    }

    @Test
    fun `a handle may be closed while another thread waits with it`() {
        val jobs = db.queue<Int>("jobs")
        val waiter = thread { runCatching { jobs.getBlocking(5.seconds) } }
        Thread.sleep(50)
        jobs.close()
        db.queue<Int>("jobs").put(1, priority = 1)
        waiter.join(5_000)
        assertTrue(!waiter.isAlive)
    }

    @Test
    fun `objects that nobody closes are freed by the collector, in any order`() {
        fun leave() {
            val db = Beaver.open(path("left.db"))
            val users = db.dict<User>("users")
            users.setMany((0 until 600).associate { "$it" to User("$it") })
            users.keys.take(3).toList()
            db.channel<Int>("c").subscribe()
            db.log<Int>("l").live(1.seconds, 1.seconds)
            db.blobs("b").writer("half").write(byteArrayOf(1))
            db.batch().dictSet(users, "x", User("x"))
            db.lock("k").acquireBlocking()
            users.acquireBlocking()
        }
        leave()
        db.close()
        assertEquals(0, liveObjectsAfterCollection())
        Beaver.open(path("left.db")).use { assertEquals(600, it.dict<User>("users").size) }
    }

    @Test
    fun `children keep their database alive`() {
        fun dict() = Beaver.open(":memory:").dict<Int>("d")
        val dict = dict()
        repeat(5) { System.gc() }
        dict["a"] = 1
        assertEquals(1, dict["a"])
    }

    @Test
    fun `threads use one handle at once`() {
        val numbers = db.list<Int>("numbers")
        List(8) { thread { repeat(50) { numbers += 1 } } }.forEach { it.join() }
        assertEquals(400, numbers.size)
    }

    @Test
    fun `a virtual machine exits while threads and coroutines wait`() {
        val java = ProcessHandle.current().info().command().get()
        val child = ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "dev.beaver.ExitWhileWaitingKt", path("child.db"))
            .redirectErrorStream(true)
            .start()
        child.outputStream.close()
        val output = child.inputStream.bufferedReader().readText()
        assertTrue(child.waitFor(15, TimeUnit.SECONDS))
        assertEquals("waiting\n" to 0, output to child.exitValue())
        Beaver.open(path("child.db")).use { assertEquals(listOf(1), it.list<Int>("done").toList()) }
    }
}
