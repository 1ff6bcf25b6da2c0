package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.DumpSink
import dev.beaver.native.LoadSource
import dev.beaver.native.SubscriptionHandle
import kotlinx.coroutines.flow.Flow
import java.io.InputStream
import java.io.OutputStream
import java.lang.ref.Reference
import java.nio.ByteBuffer
import java.util.concurrent.atomic.AtomicBoolean
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** How long what is acquired is held if nothing else is said. */
public val DEFAULT_HOLD: Duration = 60.seconds

/** How a dump is written: one object, or a line for each item. */
public enum class DumpFormat(internal val options: String) {
    JSON("""{"format":"json"}"""),
    JSON_LINES("""{"format":"jsonl"}"""),
}

/** What becomes of what is there when a dump is loaded. */
public enum class LoadMode(internal val options: String) {
    /** It is removed. */
    REPLACE("""{"mode":"replace"}"""),

    /** It stays; where keys or ids are the same, the dump wins. */
    APPEND("""{"mode":"append"}"""),
}

/** The calls that the generated handles of all structures have alike, though no type of theirs says so. */
internal class Shared<H>(
    val name: () -> String,
    val len: () -> ULong,
    val clear: () -> ULong,
    val acquire: (Long, Double, Cancel?) -> H?,
    val release: () -> Boolean,
    val renew: (Double) -> Boolean,
    val locked: () -> Boolean,
    val on: (String) -> SubscriptionHandle,
    val dumpTo: (DumpSink, String) -> Unit,
    val load: (ByteBuffer, String) -> ULong,
    val loadFrom: (LoadSource, String) -> ULong,
    val destroyed: () -> Boolean,
    val close: () -> Unit,
)

/**
 * What all structures can do. Any thread may use a structure at any time. It need not be closed: it lives as long as
 * somebody has it. [close] lets go of it at once, which releases it if it was acquired.
 */
public abstract class Structure<S : Structure<S, H>, H : Any> internal constructor(private val shared: Shared<H>) : AutoCloseable {
    internal abstract fun wrap(acquired: H): S

    /** What it is called. */
    public val name: String get() = native(shared.name)

    /** How many items it has. */
    public val size: Long get() = native(shared.len).toLong()

    /** Whether there is nothing in it. */
    public fun isEmpty(): Boolean = size == 0L

    /** Whether there is something in it. */
    public fun isNotEmpty(): Boolean = !isEmpty()

    /** Removes everything in it; returns how many items. */
    public fun clear(): Long = native(shared.clear).toLong()

    /** Whether somebody has acquired it. */
    public val isLocked: Boolean get() = native(shared.locked)

    /**
     * Waits until the structure is its caller's alone, and gives a handle that owns it. Until that is released, closed, or
     * [ttl] is over, changes and takes by everybody else wait, in every process, and fail as BUSY in the end. Reads go on.
     */
    public suspend fun acquire(): S = checkNotNull(acquire(Duration.INFINITE))

    /** As [acquire], but null if the time runs out before. */
    public suspend fun acquire(timeout: Duration, ttl: Duration = DEFAULT_HOLD): S? =
        waiting(lost = { it?.close() }) { cancel -> acquired(timeout, ttl, cancel) }

    /** [acquire] for a thread that may block. */
    public fun acquireBlocking(timeout: Duration = Duration.INFINITE, ttl: Duration = DEFAULT_HOLD): S? =
        acquired(timeout, ttl, null)

    private fun acquired(timeout: Duration, ttl: Duration, cancel: Cancel?): S? =
        native { shared.acquire(timeoutMs(timeout), seconds(ttl), cancel) }?.let(::wrap)

    /** Gives what was acquired back. False if it did not belong to this handle any more. */
    public fun release(): Boolean = native(shared.release)

    /** Keeps what was acquired for [ttl] from now on. False if it did not belong to this handle any more. */
    public fun renew(ttl: Duration = DEFAULT_HOLD): Boolean = native { shared.renew(seconds(ttl)) }

    /** Listens from now on to an [event] of the structure, in any process, or to all of them by `*`. Close it to end it. */
    public fun on(event: String = "*"): Subscription<Event> = subscription(native { shared.on(text("event", event)) })

    /** The events of the structure, from when the flow is collected on. */
    public fun events(event: String = "*"): Flow<Event> = flowOf { on(event) }

    /** Writes everything in it as text into [out], as of one moment, while others go on. */
    public suspend fun dump(out: OutputStream, format: DumpFormat = DumpFormat.JSON): Unit =
        working { wanted -> dump(out, format, wanted) }

    /** [dump] for a thread that may block. */
    public fun dumpBlocking(out: OutputStream, format: DumpFormat = DumpFormat.JSON): Unit = dump(out, format, always)

    private fun dump(out: OutputStream, format: DumpFormat, wanted: () -> Boolean) {
        calling(Sink(out, wanted)) { sink -> shared.dumpTo(sink, format.options) }
    }

    /** Everything in it as text. */
    public suspend fun dump(format: DumpFormat = DumpFormat.JSON): String =
        working { wanted -> TextSink().also { dump(it, format, wanted) }.text() }

    /** [dump] for a thread that may block. */
    public fun dumpBlocking(format: DumpFormat = DumpFormat.JSON): String =
        TextSink().also { dump(it, format, always) }.text()

    /** Takes in what [dump] wrote, of either format: all of it, or nothing. Returns how many items. */
    public suspend fun load(input: InputStream, mode: LoadMode = LoadMode.REPLACE): Long =
        working { wanted -> load(input, mode, wanted) }

    /** [load] for a thread that may block. */
    public fun loadBlocking(input: InputStream, mode: LoadMode = LoadMode.REPLACE): Long = load(input, mode, always)

    private fun load(input: InputStream, mode: LoadMode, wanted: () -> Boolean): Long =
        calling(Source(input, wanted)) { source -> shared.loadFrom(source, mode.options) }.toLong()

    /** Takes in what [dump] gave. */
    public suspend fun load(text: String, mode: LoadMode = LoadMode.REPLACE): Long = working { loadBlocking(text, mode) }

    /** [load] for a thread that may block. */
    public fun loadBlocking(text: String, mode: LoadMode = LoadMode.REPLACE): Long {
        val bytes = direct(text("the dump", text).encodeToByteArray())
        return native { shared.load(bytes, mode.options) }.toLong()
    }

    /** Those who use the handle in ways that do not find out by themselves whether it is closed; and one until it is. */
    private val users = AtomicInteger(1)
    private val closed = AtomicBoolean(false)

    /** Does something with the handle, which stays open meanwhile. */
    internal inline fun <R> pinned(work: () -> R): R {
        if (closed.get() || users.getAndUpdate { if (it == 0) 0 else it + 1 } == 0) throw BeaverException.closed()
        try {
            return work()
        } finally {
            leave()
            Reference.reachabilityFence(this)
        }
    }

    private fun leave() {
        if (users.decrementAndGet() == 0) shared.close()
    }

    /** Lets go of the handle; another one of the same name still works. */
    override fun close() {
        if (closed.compareAndSet(false, true)) leave()
    }

    override fun toString(): String =
        if (shared.destroyed()) "${this::class.simpleName}(closed)" else "${this::class.simpleName}($name)"
}

private class TextSink : java.io.ByteArrayOutputStream() {
    fun text(): String = String(buf, 0, count, Charsets.UTF_8)
}
