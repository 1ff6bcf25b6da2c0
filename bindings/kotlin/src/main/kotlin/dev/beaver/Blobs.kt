package dev.beaver

import dev.beaver.native.BlobReaderHandle
import dev.beaver.native.BlobWriterHandle
import dev.beaver.native.BlobsHandle
import kotlinx.serialization.builtins.serializer
import kotlinx.serialization.json.JsonElement
import java.io.InputStream
import java.io.OutputStream

private val codec = Codec(defaultJson, JsonElement.serializer())

private fun metadata(text: String?): JsonElement? = text?.let(codec::decode)

/**
 * Bytes by key, each with metadata of your choice: pictures, attachments.
 *
 * ```
 * val uploads = db.blobs("uploads")
 * uploads["photo.jpg"] = bytes
 * val photo = uploads["photo.jpg"]?.data
 * ```
 */
public class BeaverBlobs internal constructor(
    internal val handle: BlobsHandle,
) : Structure<BeaverBlobs, BlobsHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
) {
    override fun wrap(acquired: BlobsHandle): BeaverBlobs = BeaverBlobs(acquired)

    /** Stores a blob in the place of the one of its key, with metadata beside it. */
    public fun put(key: String, data: ByteArray, metadata: JsonElement? = null) {
        val (checked, about) = key(key) to metadata?.let(codec::encode)
        val bytes = direct(data)
        native { handle.put(checked, bytes, about) }
    }

    /** Stores a blob without metadata. */
    public operator fun set(key: String, data: ByteArray): Unit = put(key, data)

    /** A blob, or null if there is none. */
    public operator fun get(key: String): Blob? =
        key(key).let { native { handle.get(it) } }?.let { Blob(it.data, metadata(it.metadata)) }

    /** The length and the metadata of a blob, or null if there is none. */
    public fun stat(key: String): BlobStat? =
        key(key).let { native { handle.stat(it) } }?.let { BlobStat(it.len.toLong(), metadata(it.metadata)) }

    /** Whether there is such a blob. */
    public operator fun contains(key: String): Boolean = key(key).let { native { handle.contains(it) } }

    /** Removes a blob. False if there was none. */
    public fun delete(key: String): Boolean = key(key).let { native { handle.delete(it) } }

    /** Removes a blob, if there is one. */
    public operator fun minusAssign(key: String) {
        delete(key)
    }

    /** The keys, fetched page by page. */
    public val keys: Sequence<String> get() = pages(handle::keys) { codec.rows(String.serializer(), it) }

    /** Writes a blob piece by piece. It is there, whole, once it is finished; closed before, nothing is written. */
    public fun writer(key: String, metadata: JsonElement? = null): BlobWriter {
        val (checked, about) = key(key) to metadata?.let(codec::encode)
        return BlobWriter(native { handle.writer(checked, about) })
    }

    /** Writes a blob by [write], which gets a stream for its bytes. If it throws, nothing is written. */
    public inline fun write(key: String, metadata: JsonElement? = null, write: (OutputStream) -> Unit): Unit =
        writer(key, metadata).use { writer ->
            write(writer)
            writer.finish()
        }

    /** Reads a blob piece by piece, as it is now; null if there is none. */
    public fun reader(key: String): BlobReader? = key(key).let { native { handle.reader(it) } }?.let(::BlobReader)

    private fun key(key: String) = text("the key", key)
}

/** Takes the bytes of a blob. Closed before it is finished, nothing is written. One thread at a time may use it. */
public class BlobWriter internal constructor(private val handle: BlobWriterHandle) : OutputStream() {
    override fun write(byte: Int): Unit = write(byteArrayOf(byte.toByte()))

    override fun write(data: ByteArray): Unit = direct(data).let { native { handle.write(it) } }

    override fun write(data: ByteArray, offset: Int, length: Int): Unit = write(data.copyOfRange(offset, offset + length))

    /** Makes the blob be there, in the place of the one of its key. */
    public fun finish(): Unit = native(handle::finish)

    /** Gives it up. */
    public fun abort(): Unit = native(handle::abort)

    override fun close(): Unit = handle.close()
}

/** Gives the bytes of a blob as it was when the reader was made. One thread at a time may use it. Close it. */
public class BlobReader internal constructor(private val handle: BlobReaderHandle) : InputStream() {
    /** How many bytes the blob has. */
    public val size: Long get() = native(handle::len).toLong()

    /** Up to so many of the next bytes, none at the end. */
    public fun readChunk(most: Int): ByteArray =
        if (most <= 0) ByteArray(0) else native { handle.read(most.toUInt()) }

    override fun read(): Int = readChunk(1).firstOrNull()?.let { it.toInt() and 0xff } ?: -1

    override fun read(buffer: ByteArray, offset: Int, length: Int): Int {
        if (length == 0) return 0
        val chunk = readChunk(length)
        chunk.copyInto(buffer, offset)
        return if (chunk.isEmpty()) -1 else chunk.size
    }

    override fun close(): Unit = handle.close()
}
