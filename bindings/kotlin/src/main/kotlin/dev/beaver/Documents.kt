package dev.beaver

import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.builtins.ListSerializer
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonPrimitive
import java.util.UUID

/**
 * A document: a body, what it is found by, and what it is near to.
 *
 * @property id up to 4,096 bytes; random if none is given
 * @property embedding the vector that a model made of it
 */
public class Document<out T>(
    public val body: T,
    public val id: String = UUID.randomUUID().toString(),
    public val embedding: FloatArray? = null,
) {
    override fun equals(other: Any?): Boolean =
        other is Document<*> && id == other.id && body == other.body && embedding.contentEquals(other.embedding)

    override fun hashCode(): Int = 31 * id.hashCode() + body.hashCode()

    override fun toString(): String = "Document(id=$id, body=$body, embedding=${embedding?.let { "${it.size} components" }})"
}

/** A document that a query found: without its embedding, which queries do not read. */
public data class FoundDocument<out T>(val id: String, val body: T)

/**
 * A page of documents.
 *
 * @property cursor where the next page of the same query begins; null at the end
 */
public data class Found<out T>(val documents: List<FoundDocument<T>>, val cursor: String?)

/**
 * A document that a search found.
 *
 * @property score the smallest is the best: a distance, a BM25 rank, or a number of edits
 * @property fragments what the search was asked to show of the text
 */
public data class Hit<out T>(val id: String, val body: T, val score: Double, val fragments: List<Fragment> = emptyList())

/** A part of a text with its matches marked; [path] says where in the body it stands. */
@Serializable
public data class Fragment(val path: String, val text: String)

/** A document that several searches found together: the largest score is the best. */
public data class HybridHit<out T>(val id: String, val body: T, val score: Double, val legs: Legs)

/** What each search said of a document; null if it did not find it. */
@Serializable
public data class Legs(val text: Leg? = null, val vector: Leg? = null, val graph: Leg? = null)

/** The place of a document in one of the searches, from 0, and its score there. */
@Serializable
public data class Leg(val rank: Int, @Serializable(with = AnyDouble::class) val score: Double)

/** A document one edge away, and the edge. */
public data class Neighbor<out T>(val id: String, val body: T, val edge: Edge)

/** From one document to another, with what it means, what it costs, and any JSON. */
@Serializable
public data class Edge(
    val source: String,
    val target: String,
    val label: String,
    @Serializable(with = AnyDouble::class) val weight: Double = 1.0,
    val metadata: JsonElement? = null,
)

/**
 * A document that a walk came to.
 *
 * @property distance how many edges away
 * @property path the ids from the source to it, if that was asked for
 */
public data class Visit<out T>(val id: String, val body: T, val distance: Int, val path: List<String>?)

/** A way from one document to another: the ids on it, both ends included, and its edges or the sum of their weights. */
@Serializable
public data class ShortestPath(val ids: List<String>, @Serializable(with = AnyDouble::class) val cost: Double)

/** How vectors are compared. */
public enum class Metric { L2, COSINE, DOT }

/** How text is cut into words: those of English by their stems, words as they are, or any three characters in a row. */
public enum class Tokenizer(internal val text: String) {
    PORTER("porter"),
    UNICODE("unicode61"),
    TRIGRAM("trigram"),
}

/**
 * What is fixed for a collection.
 *
 * @property dimension the number of components of its vectors; null as long as it has had none
 */
public data class CollectionSettings(val metric: Metric, val tokenizer: Tokenizer, val dimension: Int?)

/** How the vectors of a collection are searched: all compared, by the codes of all, or by those of the nearest partitions. */
@Serializable
public enum class VectorTier {
    @SerialName("exact")
    EXACT,

    @SerialName("flat")
    FLAT,

    @SerialName("partitioned")
    PARTITIONED,
}

/**
 * The index of a collection's vectors in numbers, which are 0 as long as there are no codes.
 *
 * @property partitions in how many partitions the codes lie: 1 if all are searched
 * @property codes how many codes are searched, the stale ones included
 * @property stale how many of them are of vectors that are gone
 * @property bytes how many bytes they take in the file
 * @property epoch grows whenever the partitions change, and when all codes were made anew
 * @property building whether the codes are being made anew
 */
@Serializable
public data class VectorIndexStats(
    val tier: VectorTier,
    val partitions: Long,
    val codes: Long,
    val stale: Long,
    val bytes: Long,
    val epoch: Long,
    val building: Boolean,
)

/**
 * A collection in numbers, as of one moment.
 *
 * @property documents how many documents there are
 * @property dimension the number of components of its vectors; null as long as it has had none
 * @property vectors how they are indexed
 */
@Serializable
public data class CollectionStats(val documents: Long, val dimension: Int?, val vectors: VectorIndexStats)

/** Which text of a body is found by its words. */
public sealed interface Fts {
    /** All of it. */
    public data object All : Fts

    /** None. */
    public data object Off : Fts

    /** What stands at or below one of the paths. */
    public data class Paths(val paths: List<String>) : Fts
}

/** How they are made searchable, as JSON. What is so anyway is left out. */
internal fun indexOptions(fts: Fts, fuzzy: Boolean): String {
    val text = when (fts) {
        Fts.All -> null
        Fts.Off -> JsonPrimitive(false)
        is Fts.Paths -> json(fts.paths)
    }
    return options("fts" to text, "fuzzy" to json(fuzzy))
}

/** How much a vector search does to find the very nearest. */
public enum class Effort { FAST, NORMAL, HIGH, EXACT }

/** Which way along edges. */
public enum class Direction { OUTGOING, INCOMING, BOTH }

/** How misspelt a query may be. */
public sealed interface Fuzziness {
    /** As many edits in all: 0 to 3. */
    public data class Max(val edits: Int) : Fuzziness

    /** None in a word of up to four letters, one up to eight, two above. */
    public data object Auto : Fuzziness
}

/** What stands before and after each match. */
public data class Marks(val before: String, val after: String)

/** A short piece of the text around the best matches: up to [words] words, 1 to 64. */
public data class Snippet(val before: String, val after: String, val ellipsis: String = "…", val words: Int = 16)

/** How much each search of a hybrid one counts. */
public data class Weights(val text: Double = 1.0, val vector: Double = 1.0, val graph: Double = 1.0)

/**
 * What is found by relations: what lies within [depth] edges of [from], or, if that is empty, of the [seeds] best
 * results of the other searches.
 */
public data class GraphLeg(
    val from: List<String> = emptyList(),
    val labels: List<String> = emptyList(),
    val direction: Direction = Direction.OUTGOING,
    val depth: Int = 1,
    val seeds: Int = 5,
)

/** How [BeaverCollection.find] goes about a query, and what it cost. */
@Serializable
public data class FindPlan(val indexes: List<String>, val ordered: Boolean, val examined: Long, val matched: Long)

/** How [BeaverCollection.search] goes about a query, and what it cost. */
@Serializable
public data class SearchPlan(
    val path: String,
    val filter: String,
    val scored: Long,
    val compared: Long,
    @SerialName("bytes_read") val bytesRead: Long,
)

/** Which share of what an exact search finds was found. */
@Serializable
public data class RecallReport(val queries: Int, val recall: Double)

/** An id and the score that several rankings together give it. */
@Serializable
public data class Ranked(val id: String, val score: Double)

/**
 * Fuses rankings of ids by their ranks: each id gets `weight / (k + rank)` from each list that has it, the rank counted
 * from 0, and the largest sum comes first.
 */
public fun rerank(lists: List<List<String>>, weights: List<Double>? = null, k: Double = 60.0): List<Ranked> {
    val texts = text("an id", lists.joinToString(",", "[", "]") { strings(it) })
    val each = weights?.map { finite("a weight", it) }?.let(::JsonArray)
    val options = options("weights" to each, "k" to finite("k", k))
    return fused.decode(ListSerializer(Ranked.serializer()), native { dev.beaver.native.rerank(texts, options) })
}

private val fused = Codec(defaultJson, Ranked.serializer())

// The shapes in which the library gives rows.

@Serializable
internal class DocumentRow<T>(val id: String, val body: T) {
    fun document() = FoundDocument(id, body)
}

@Serializable
internal class FoundRows<T>(val documents: List<DocumentRow<T>>, val cursor: String?)

@Serializable
internal class HitRow<T>(
    val id: String,
    val body: T,
    @Serializable(with = AnyDouble::class) val score: Double,
    val fragments: List<Fragment> = emptyList(),
) {
    fun hit() = Hit(id, body, score, fragments)
}

@Serializable
internal class HybridRow<T>(
    val id: String,
    val body: T,
    @Serializable(with = AnyDouble::class) val score: Double,
    val legs: Legs,
) {
    fun hit() = HybridHit(id, body, score, legs)
}

@Serializable
internal class NeighborRow<T>(val id: String, val body: T, val edge: Edge) {
    fun neighbor() = Neighbor(id, body, edge)
}

@Serializable
internal class VisitRow<T>(val id: String, val body: T, val distance: Int, val path: List<String>? = null) {
    fun visit() = Visit(id, body, distance, path)
}

@Serializable
internal class SettingsRow(val metric: String, val tokenizer: String, val dimension: Int?) {
    fun settings() = CollectionSettings(
        Metric.valueOf(metric.uppercase()),
        Tokenizer.entries.first { it.text == tokenizer },
        dimension,
    )
}
