package dev.beaver

import dev.beaver.native.ListHandle

/**
 * Values in an order of your own. Indexes count from 0, or from the end if they are negative: -1 is the last. A range is
 * cut to what is there.
 *
 * ```
 * val tasks = db.list<Task>("tasks")
 * tasks += Task("write the report")
 * val first = tasks[0]
 * ```
 */
public class BeaverList<T> internal constructor(
    internal val handle: ListHandle,
    internal val codec: Codec<T>,
) : Structure<BeaverList<T>, ListHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
), Iterable<T> {
    override fun wrap(acquired: ListHandle): BeaverList<T> = BeaverList(acquired, codec)

    private val address by lazy(LazyThreadSafetyMode.PUBLICATION) { native(handle::address).toLong() }

    /** The value at an index, or null out of range. */
    public operator fun get(index: Long): T? {
        val found = if (Fast.usable) pinned { Fast.listGet(address, index) } else native { handle.get(index) }
        return found?.let(codec::decode)
    }

    /** The value at an index, or null out of range. */
    public operator fun get(index: Int): T? = get(index.toLong())

    /** The values of a range: `tasks[1..3]`, `tasks[-2..-1]`. */
    public operator fun get(range: IntRange): List<T> {
        // What is behind the last has no index.
        val toTheLast = range.first < 0 && range.last == -1
        return slice(range.first.toLong(), if (toTheLast) null else range.last + 1L)
    }

    /** The values from [start] to before [stop]; from the first, to the last, if they are null. */
    public fun slice(start: Long? = null, stop: Long? = null): List<T> =
        codec.decodeAll(native { handle.slice(start, stop) })

    /** Replaces the value at an index. Throws [BeaverException.NotFound] out of range. */
    public operator fun set(index: Long, value: T) {
        val encoded = codec.encode(value)
        if (!native { handle.set(index, encoded) }) {
            throw BeaverException.NotFound(BeaverException.Detail("the index $index is out of range"))
        }
    }

    /** Replaces the value at an index. Throws [BeaverException.NotFound] out of range. */
    public operator fun set(index: Int, value: T): Unit = set(index.toLong(), value)

    /** Puts a value at the end. */
    public fun push(value: T): Unit = codec.encode(value).let { native { handle.push(it) } }

    /** Puts a value at the end. */
    public operator fun plusAssign(value: T): Unit = push(value)

    /** Puts many values at the end, in one commit. */
    public fun extend(values: Iterable<T>): Unit = codec.encodeAll(values).let { native { handle.extend(it) } }

    /** Puts many values at the end, in one commit. */
    public operator fun plusAssign(values: Iterable<T>): Unit = extend(values)

    /** Puts a value before the first. */
    public fun prepend(value: T): Unit = codec.encode(value).let { native { handle.prepend(it) } }

    /** Puts a value before the one at the index. */
    public fun insert(index: Long, value: T): Unit = codec.encode(value).let { native { handle.insert(index, it) } }

    /** Takes the last: null if there is none. */
    public fun pop(): T? {
        val taken = native(handle::pop) ?: return null
        return returning({ native { handle.push(taken) } }) { codec.decode(taken) }
    }

    /** Takes the first: null if there is none. */
    public fun deque(): T? {
        val taken = native(handle::deque) ?: return null
        return returning({ native { handle.prepend(taken) } }) { codec.decode(taken) }
    }

    /** Removes the value at an index. False out of range. */
    public fun delete(index: Long): Boolean = native { handle.delete(index) }

    /** Removes the values from [start] to before [stop]; returns how many. */
    public fun deleteRange(start: Long? = null, stop: Long? = null): Long =
        native { handle.deleteRange(start, stop) }.toLong()

    /** Puts [values] in the place of those from [start] to before [stop]; returns how many were there. */
    public fun replaceRange(start: Long?, stop: Long?, values: Iterable<T>): Long {
        val encoded = codec.encodeAll(values)
        return native { handle.replaceRange(start, stop, encoded) }.toLong()
    }

    /** Whether a value is in it. */
    public operator fun contains(value: T): Boolean = codec.encode(value).let { native { handle.contains(it) } }

    /** Removes the first of a value. False if there is none. */
    public fun remove(value: T): Boolean = codec.encode(value).let { native { handle.remove(it) } }

    /** Removes the first of a value, if there is one. */
    public operator fun minusAssign(value: T) {
        remove(value)
    }

    /** The index of the first of a value from [start] to before [stop], or null. */
    public fun indexOf(value: T, start: Long? = null, stop: Long? = null): Long? =
        codec.encode(value).let { native { handle.indexOf(it, start, stop) } }?.toLong()

    /** How often a value is in it. */
    public fun countOf(value: T): Long = codec.encode(value).let { native { handle.countOf(it) } }.toLong()

    /** Turns the order round. */
    public fun reverse(): Unit = native(handle::reverse)

    /** The values, fetched page by page. */
    public val items: Sequence<T> get() = pages(handle::items, codec::decodeAll)

    override fun iterator(): Iterator<T> = items.iterator()
}
