package dev.beaver

import java.nio.ByteBuffer
import java.nio.ByteOrder

/** Vectors up to this many bytes (the largest that there are) go through a buffer that each thread keeps. */
private const val KEPT_BYTES = 8_192 * Float.SIZE_BYTES

private val kept = ThreadLocal.withInitial { ByteBuffer.allocateDirect(KEPT_BYTES).order(ByteOrder.LITTLE_ENDIAN) }

internal val noBytes: ByteBuffer = ByteBuffer.allocateDirect(0)

/** The bytes of a vector, to be used before the next vector of this thread. */
internal fun bytes(vector: FloatArray): ByteBuffer {
    val size = vector.size * Float.SIZE_BYTES
    val buffer = if (size <= KEPT_BYTES) kept.get().clear() else direct(size)
    buffer.asFloatBuffer().put(vector)
    return buffer.limit(size)
}

/** The bytes of a vector that may be missing. An empty one would be taken for none. */
internal fun optionalBytes(vector: FloatArray?): ByteBuffer {
    if (vector?.isEmpty() == true) throw BeaverException.invalid("the vector is empty: give its components, or null")
    return if (vector == null) noBytes else bytes(vector)
}

internal fun direct(size: Int): ByteBuffer = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN)

internal fun direct(data: ByteArray): ByteBuffer = if (data.isEmpty()) noBytes else direct(data.size).put(data).flip()

internal fun vector(bytes: ByteArray): FloatArray {
    val floats = FloatArray(bytes.size / Float.SIZE_BYTES)
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats)
    return floats
}

/** The vectors of many documents, one behind the other, and a flag for each document: whether it has one. */
internal class Matrix(val bytes: ByteBuffer, val dimension: Int, val flags: ByteBuffer)

/**
 * [dimension] is asked for what the collection has, to say which vector is wrong if they are of different lengths: the
 * library would only see that the bytes are too many or too few.
 */
internal fun matrix(vectors: List<FloatArray?>, dimension: () -> Int?): Matrix {
    val first = vectors.firstNotNullOfOrNull { it } ?: return Matrix(noBytes, 0, noBytes)
    if (vectors.any { it != null && it.size != first.size }) {
        val expected = dimension() ?: first.size
        val wrong = vectors.indexOfFirst { it != null && it.size != expected }
        val found = vectors[wrong]?.size
        throw BeaverException.invalid("the embedding has $found components, those of the collection have $expected", wrong)
    }
    if (first.isEmpty()) throw BeaverException.invalid("the vector is empty: give its components, or null", vectors.indexOf(first))
    val size = vectors.count { it != null } * first.size.toLong() * Float.SIZE_BYTES
    if (size > Int.MAX_VALUE) {
        throw BeaverException.Limit(BeaverException.Detail("the embeddings have $size bytes: index fewer documents at a time"))
    }
    val (bytes, flags) = direct(size.toInt()) to direct(vectors.size)
    val floats = bytes.asFloatBuffer()
    for (vector in vectors) {
        vector?.let(floats::put)
        flags.put(if (vector == null) 0 else 1)
    }
    return Matrix(bytes, first.size, flags.flip())
}
