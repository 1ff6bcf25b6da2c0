package dev.beaver

import dev.beaver.native.DictHandle
import kotlinx.serialization.builtins.MapSerializer
import kotlinx.serialization.builtins.serializer
import kotlin.time.Duration

/**
 * Values by key: settings, profiles, a cache. Keys are text of up to 4,096 bytes.
 *
 * ```
 * val users = db.dict<User>("users")
 * users["alice"] = User("Alice")
 * val alice = users["alice"]
 * ```
 */
public class BeaverDict<T> internal constructor(
    internal val handle: DictHandle,
    internal val codec: Codec<T>,
) : Structure<BeaverDict<T>, DictHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
), Iterable<DictItem<T>> {
    private val members = MapSerializer(String.serializer(), codec.serializer)
    private val row = DictRow.serializer(codec.serializer)

    override fun wrap(acquired: DictHandle): BeaverDict<T> = BeaverDict(acquired, codec)

    private val address by lazy(LazyThreadSafetyMode.PUBLICATION) { native(handle::address).toLong() }

    /** The value of a key, or null if there is none. */
    public operator fun get(key: String): T? = found(key)?.let(codec::decode)

    /** The value of a key. Throws [BeaverException.NotFound] if there is none. */
    public fun getValue(key: String): T {
        val found = found(key) ?: throw BeaverException.NotFound(BeaverException.Detail("there is no such key"))
        return codec.decode(found)
    }

    private fun found(key: String): String? {
        val checked = key(key)
        return if (Fast.usable) pinned { Fast.dictGet(address, checked.encodeToByteArray()) } else native { handle.get(checked) }
    }

    /** Sets a key. A former time to live is taken away. */
    public operator fun set(key: String, value: T): Unit = put(key, value, null)

    /** Sets a key for [ttl]: after that it is absent. */
    public fun set(key: String, value: T, ttl: Duration): Unit = put(key, value, ttl)

    private fun put(key: String, value: T, ttl: Duration?) {
        val (checked, encoded) = key(key) to codec.encode(value)
        val seconds = ttlSeconds(ttl)
        native { handle.set(checked, encoded, seconds) }
    }

    /** Sets a key that is not there, in one step. False if it is. */
    public fun setIfAbsent(key: String, value: T, ttl: Duration? = null): Boolean {
        val (checked, encoded) = key(key) to codec.encode(value)
        val seconds = ttlSeconds(ttl)
        return native { handle.setIfAbsent(checked, encoded, seconds) }
    }

    /** Sets a key whose value equals [expected], in one step. False if it does not, or is not there. */
    public fun compareAndSet(key: String, expected: T, value: T, ttl: Duration? = null): Boolean {
        val checked = key(key)
        val (old, new) = codec.encode(expected) to codec.encode(value)
        val seconds = ttlSeconds(ttl)
        return native { handle.compareAndSet(checked, old, new, seconds) }
    }

    /** Sets many keys in one commit. */
    public fun setMany(items: Map<String, T>, ttl: Duration? = null): Unit = setMany(items.map { it.toPair() }, ttl)

    /** Sets many keys, in their order, in one commit. */
    public fun setMany(items: Iterable<Pair<String, T>>, ttl: Duration? = null) {
        val members = items.withIndex().joinToString(",", "{", "}") { (index, item) ->
            "${quoted(item.first)}:${codec.encode(item.second, index)}"
        }
        val seconds = ttlSeconds(ttl)
        text("a key", members)
        native { handle.setMany(members, seconds) }
    }

    /** The values of many keys, as of one moment; those that are not there are left out. */
    public fun getMany(keys: Iterable<String>): Map<String, T> {
        val asked = text("a key", strings(keys))
        return codec.decode(members, native { handle.getMany(asked) })
    }

    /** Whether a key is there. */
    public operator fun contains(key: String): Boolean = key(key).let { native { handle.contains(it) } }

    /** Removes a key. False if it was not there. */
    public fun delete(key: String): Boolean = key(key).let { native { handle.delete(it) } }

    /** Removes a key, if it is there. */
    public operator fun minusAssign(key: String) {
        delete(key)
    }

    /** Sets a key. */
    public operator fun plusAssign(item: Pair<String, T>): Unit = set(item.first, item.second)

    /** Sets many keys in one commit. */
    public operator fun plusAssign(items: Map<String, T>): Unit = setMany(items)

    /** Takes a key out: its value, or null if it was not there. */
    public fun pop(key: String): T? {
        val checked = key(key)
        val taken = native { handle.pop(checked) } ?: return null
        return returning({ native { handle.setIfAbsent(checked, taken, 0.0) } }) { codec.decode(taken) }
    }

    /** The keys, in their order, fetched page by page. */
    public val keys: Sequence<String> get() = pages(handle::keys) { codec.rows(String.serializer(), it) }

    /** The values, in the order of their keys, fetched page by page. */
    public val values: Sequence<T> get() = pages(handle::values, codec::decodeAll)

    /** The items, in the order of their keys, fetched page by page. */
    public val items: Sequence<DictItem<T>> get() = pages(handle::items) { page -> codec.rows(row, page).map { it.item() } }

    override fun iterator(): Iterator<DictItem<T>> = items.iterator()

    private fun key(key: String) = text("the key", key)
}
