package dev.beaver

import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration.Companion.seconds

/** Databases at a server, whose address is in `BEAVER_SERVER`. */
class RemoteTest : Story() {
    private val server: String? = System.getenv("BEAVER_SERVER")

    @Test
    fun `a url stands for a path`() = story {
        assumeTrue(server != null)
        Beaver.open(server!!) { key = "bvr_any" }.use { one ->
            Beaver.open(server).use { other ->
                val users = one.dict<User>("kotlin")
                users["alice"] = User("Alice", 30)
                assertEquals(User("Alice", 30), other.dict<User>("kotlin")["alice"])
                assertNull(users["nobody"])
                val mail = async { one.queue<String>("kotlin").get(20.seconds)?.data }
                other.queue<String>("kotlin").put("mail", 1)
                assertEquals("mail", mail.await())
                other.channel<String>("kotlin").publish("hello")
                assertEquals("hello", one.channel<String>("kotlin").messages(Start.Oldest).first().payload)
            }
        }
    }

    @Test
    fun `without a server nothing is done and that is said`() {
        val gone = assertThrows<BeaverException.Unavailable> { Beaver.open("http://127.0.0.1:1") }
        assertTrue(gone.message!!.contains("nothing was done"))
        assertThrows<BeaverException.InvalidArgument> { Beaver.open("http://me:secret@127.0.0.1:1") }
        assertThrows<BeaverException.Io> { Beaver.open("https://127.0.0.1:1") { caFile = path("no.pem") } }
    }
}
