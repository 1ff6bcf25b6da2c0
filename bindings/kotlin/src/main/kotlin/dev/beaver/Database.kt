package dev.beaver

import kotlinx.serialization.KSerializer
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.descriptors.PrimitiveKind
import kotlinx.serialization.descriptors.PrimitiveSerialDescriptor
import kotlinx.serialization.descriptors.SerialDescriptor
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.encoding.Encoder
import kotlinx.serialization.json.Json
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** What a commit promises when it returns. */
public enum class Durability {
    /** Safe against a crash of the program. A loss of power may take the last commits, never the soundness of the file. */
    NORMAL,

    /** Safe against a loss of power as well: each commit waits for the disk. */
    FULL,
}

/** The kinds of structures. */
public enum class Kind { DICT, LIST, QUEUE, BLOB, LOG, CHANNEL, COLLECTION, LOCK }

/** How much a diagnostic matters. */
public enum class LogLevel { ERROR, WARN, INFO, DEBUG }

/** How a database is opened. */
public class OpenOptions internal constructor() {
    /** Refuse every write; the file is not touched. */
    public var readOnly: Boolean = false

    /** Create the file if there is none. */
    public var create: Boolean = true

    /** What a commit promises. */
    public var durability: Durability = Durability.NORMAL

    /** How long a call waits for other writers, and for who has acquired a structure, before it fails as BUSY. */
    public var busyTimeout: Duration = 30.seconds

    /** The page cache of each connection, in KiB. */
    public var cacheKib: Int = 2_000

    /** How much of the file is mapped into memory, in bytes. */
    public var mmapBytes: Long = 0

    /** Small caches and few idle connections, for phones. */
    public var lowMemory: Boolean = false

    /** Remember up to so many bytes of what was read, for as long as nobody commits to the file. */
    public var readCacheBytes: Long = 0

    /** See other processes' commits only by a look every few milliseconds. For tests of that way. */
    public var portableWatch: Boolean = false

    /** The key that a server wants to see, where a URL is opened; null: that of the environment variable `BEAVER_KEY`. */
    public var key: String? = null

    /** A file of certificates (PEM) by which a server is known, instead of those that the world trusts. */
    public var caFile: String? = null

    /** Who receives diagnostics, from any thread: level, the module that speaks, a line. */
    public var log: ((level: LogLevel, target: String, text: String) -> Unit)? = null

    /** How values are written and read. Start from `Json(OpenOptions.DefaultJson) { … }` to keep what it is by default. */
    public var json: Json = defaultJson

    internal fun text() = options(
        "read_only" to json(readOnly),
        "create" to json(create),
        "durability" to json(durability.name.lowercase()),
        "busy_timeout_ms" to json(timeoutMs(busyTimeout).let { if (it < 0) Long.MAX_VALUE else it }),
        "cache_kib" to json(cacheKib),
        "mmap_bytes" to json(mmapBytes),
        "low_memory" to json(lowMemory),
        "read_cache_bytes" to json(readCacheBytes),
        "portable_watch" to json(portableWatch),
        "key" to json(key),
        "ca_file" to json(caFile),
    )

    public companion object {
        /** What [json] is if nothing else is chosen: defaults are written, members that a model does not know are left out. */
        public val DefaultJson: Json get() = defaultJson
    }
}

/**
 * What is in a database.
 *
 * @property path null for a database in memory
 */
@Serializable
public data class Info(val path: String?, val format: Int, val structures: List<StructureInfo>)

/** A structure that has content. */
@Serializable
public data class StructureInfo(@Serializable(with = KindSerializer::class) val kind: Kind, val name: String, val count: Long)

/** The numbers of a database. */
@Serializable
public data class Stats(
    @SerialName("file_bytes") val fileBytes: Long,
    @SerialName("free_bytes") val freeBytes: Long,
    @SerialName("wal_bytes") val walBytes: Long,
    val readers: Long,
    val waiters: Long,
    @SerialName("writers_waiting") val writersWaiting: Long,
    @SerialName("cache_hits") val cacheHits: Long,
    @SerialName("cache_misses") val cacheMisses: Long,
)

/** What [Beaver.verify] found: nothing is wrong if [ok]. */
@Serializable
public data class VerifyReport(val ok: Boolean, val problems: List<String>)

/**
 * What [Beaver.repair] did.
 *
 * @property rebuilt the collections whose derived data was made anew
 * @property problems what is left, and only a backup can mend
 */
@Serializable
public data class RepairReport(val rebuilt: List<String>, val problems: List<String>)

internal object KindSerializer : KSerializer<Kind> {
    override val descriptor: SerialDescriptor = PrimitiveSerialDescriptor("dev.beaver.Kind", PrimitiveKind.STRING)

    override fun deserialize(decoder: Decoder): Kind =
        Kind.valueOf(decoder.decodeString().uppercase())

    override fun serialize(encoder: Encoder, value: Kind): Unit =
        encoder.encodeString(value.name.lowercase())
}
