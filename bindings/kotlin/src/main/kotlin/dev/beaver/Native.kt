package dev.beaver

import dev.beaver.native.DumpSink
import dev.beaver.native.Failure
import dev.beaver.native.InternalException
import dev.beaver.native.LoadSource
import dev.beaver.native.ProgressListener
import java.io.InputStream
import java.io.OutputStream
import kotlin.time.Duration
import kotlin.time.DurationUnit
import kotlin.time.Instant

/** Does a call into the library. What it throws comes out as one of ours. */
internal inline fun <R> native(call: () -> R): R =
    try {
        call()
    } catch (failure: Failure.Failed) {
        throw BeaverException.of(failure)
    } catch (gone: IllegalStateException) {
        // The generated code says so of a handle that was closed.
        throw BeaverException.closed(gone)
    } catch (fault: InternalException) {
        throw BeaverException.Internal(BeaverException.Detail(fault.message ?: "the library failed", cause = fault))
    }

/**
 * Text as it may cross. The generated code finds half of a surrogate pair too late, with a reference already handed over
 * that nobody would give back.
 */
internal fun text(name: String, text: String): String {
    var at = 0
    while (at < text.length) {
        val unit = text[at]
        if (unit.isSurrogate()) {
            val whole = unit.isHighSurrogate() && at + 1 < text.length && text[at + 1].isLowSurrogate()
            if (!whole) {
                throw BeaverException.InvalidUtf8(BeaverException.Detail("$name has half of a surrogate pair: it is no text"))
            }
            at++
        }
        at++
    }
    return text
}

/** A wait in milliseconds: -1 is for ever, 0 a try. What is shorter than a millisecond still waits. */
internal fun timeoutMs(timeout: Duration): Long = when {
    timeout.isInfinite() && timeout.isPositive() -> -1
    timeout <= Duration.ZERO -> 0
    else -> timeout.inWholeMilliseconds.coerceAtLeast(1)
}

internal fun seconds(duration: Duration): Double = duration.toDouble(DurationUnit.SECONDS)

/** A time to live in seconds: 0 stands for none, so it cannot be one. */
internal fun ttlSeconds(ttl: Duration?): Double {
    if (ttl == Duration.ZERO) throw BeaverException.invalid("ttl is 0: give a time above zero, or none")
    return if (ttl == null) 0.0 else seconds(ttl)
}

/** How many there may be at most, as the library takes it. */
internal fun unsigned(name: String, count: Int): UInt {
    if (count < 0) throw BeaverException.invalid("$name is $count: it cannot be below 0")
    return count.toUInt()
}

private const val MICROS = 1_000_000L

internal fun instant(micros: Long): Instant =
    Instant.fromEpochSeconds(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000)

internal fun micros(instant: Instant): Long =
    try {
        Math.addExact(Math.multiplyExact(instant.epochSeconds, MICROS), instant.nanosecondsOfSecond / 1_000L)
    } catch (overflow: ArithmeticException) {
        throw BeaverException.invalid("the time is too far away: give one from the year 1 to the year 9999", cause = overflow)
    }

/**
 * A function of the caller inside a call. It must not throw through the library: what it throws is kept, ends the call,
 * and comes out of it in the end, unchanged.
 */
internal open class Callback {
    @Volatile
    var thrown: Throwable? = null

    protected inline fun <R> guarded(stopped: () -> R, work: () -> R): R =
        try {
            work()
        } catch (exception: Throwable) {
            thrown = exception
            stopped()
        }
}

/** Does a call that calls back. */
internal inline fun <C : Callback, R> calling(callback: C, call: (C) -> R): R {
    val outcome = runCatching { native { call(callback) } }
    callback.thrown?.let { throw it }
    return outcome.getOrThrow()
}

/** Says how far a call is; false stops it. */
internal class Steps(
    private val progress: ((Long, Long) -> Boolean)?,
    private val wanted: () -> Boolean,
) : Callback(), ProgressListener {
    override fun step(done: ULong, total: ULong): Boolean = guarded({ false }) {
        wanted() && progress?.invoke(done.toLong(), total.toLong()) != false
    }
}

internal class Sink(private val out: OutputStream, private val wanted: () -> Boolean) : Callback(), DumpSink {
    override fun write(data: ByteArray): Boolean = guarded({ false }) {
        out.write(data)
        wanted()
    }
}

internal class Source(private val input: InputStream, private val wanted: () -> Boolean) : Callback(), LoadSource {
    override fun read(most: UInt): ByteArray = guarded({ stop(most) }) {
        val buffer = ByteArray(most.toInt())
        val read = input.read(buffer)
        when {
            !wanted() -> stop(most)
            read < 0 -> ByteArray(0)
            else -> buffer.copyOf(read)
        }
    }

    /** Nothing would be the end of the text. More than was asked for ends the load. */
    private fun stop(most: UInt) = ByteArray(most.toInt() + 1)
}
