package dev.beaver

import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.random.Random

class BlobTest : Story() {
    private val sender = buildJsonObject { put("sender", "alice@example.com") }

    @Test
    fun `bytes come back with what was stored beside them`() {
        val uploads = db.blobs("uploads")
        uploads.put("note.txt", "a note".encodeToByteArray(), sender)
        uploads["empty"] = ByteArray(0)
        assertEquals(Blob("a note".encodeToByteArray(), sender), uploads["note.txt"])
        assertEquals(BlobStat(6, sender), uploads.stat("note.txt"))
        assertEquals(Blob(ByteArray(0), null), uploads["empty"])
        assertEquals(listOf("empty", "note.txt"), uploads.keys.toList())
        assertTrue("note.txt" in uploads)
        assertTrue(uploads.delete("note.txt"))
        assertFalse(uploads.delete("note.txt"))
        assertNull(uploads["note.txt"])
        assertNull(uploads.stat("note.txt"))
        uploads -= "empty"
        assertTrue(uploads.isEmpty())
    }

    @Test
    fun `a large blob is written and read piece by piece`() {
        val data = Random(7).nextBytes(3_000_000)
        val uploads = db.blobs("uploads")
        uploads.write("video", sender) { out ->
            data.inputStream().copyTo(out, bufferSize = 100_000)
            assertFalse("video" in uploads)
        }
        assertArrayEquals(data, uploads["video"]?.data)
        uploads.reader("video")!!.use { reader ->
            assertEquals(data.size.toLong(), reader.size)
            assertEquals(data[0].toInt() and 0xff, reader.read())
            assertArrayEquals(data.copyOfRange(1, data.size), reader.readBytes())
            assertEquals(-1, reader.read())
        }
        assertNull(uploads.reader("no such video"))
    }

    @Test
    fun `what is not finished is not there`() {
        val uploads = db.blobs("uploads")
        assertThrows<IllegalStateException> { uploads.write("half") { it.write(1); error("the connection broke") } }
        uploads.writer("closed").use { it.write(byteArrayOf(1, 2)) }
        uploads.writer("aborted").use {
            it.write(byteArrayOf(1, 2))
            it.abort()
            assertThrows<BeaverException.InvalidArgument> { it.finish() }
        }
        assertTrue(uploads.isEmpty())
    }

    @Test
    fun `a reader shows the blob as it was when the reader was made`() {
        val uploads = db.blobs("uploads")
        uploads["page"] = "old".encodeToByteArray()
        uploads.reader("page")!!.use { reader ->
            uploads["page"] = "new".encodeToByteArray()
            assertEquals("old", reader.readBytes().decodeToString())
        }
    }
}
