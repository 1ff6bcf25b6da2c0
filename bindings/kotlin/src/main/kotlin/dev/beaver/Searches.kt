package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.CollectionHandle
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/**
 * A hybrid search: at least one of [text], [vector] and [graph] has to be there.
 *
 * @property text found by its words, as [BeaverCollection.match] does, with [on], [fuzziness] and [prefix]
 * @property vector found by its embedding, as [BeaverCollection.search] does, with [effort]
 * @property graph found by relations
 * @property where a filter for all of them
 * @property weights how much each counts
 * @property candidates how many results each contributes; five times [k], and 50 at least, if null
 * @property rrfK the constant of the fusion: the larger, the less the first places count
 */
public class HybridQuery(
    public val text: String? = null,
    public val vector: FloatArray? = null,
    public val graph: GraphLeg? = null,
    public val where: Filter? = null,
    public val k: Int = 10,
    public val weights: Weights = Weights(),
    public val candidates: Int? = null,
    public val rrfK: Double = 60.0,
    public val on: Map<String, Double> = emptyMap(),
    public val fuzziness: Fuzziness? = null,
    public val prefix: Boolean = false,
    public val effort: Effort = Effort.NORMAL,
) {
    internal fun options() = options(
        "text" to json(text),
        "graph" to graph?.let(::json),
        "where" to where?.json,
        "k" to json(k),
        "weights" to JsonObject(
            mapOf(
                "text" to finite("the weight of the text", weights.text),
                "vector" to finite("the weight of the vector", weights.vector),
                "graph" to finite("the weight of the graph", weights.graph),
            ),
        ),
        "candidates" to json(candidates),
        "rrf_k" to finite("rrfK", rrfK),
        "on" to fields(on),
        "fuzziness" to fuzziness?.let(::json),
        "prefix" to json(prefix),
        "effort" to json(effort),
    )
}

/** The searches of a [BeaverCollection]. */
public abstract class Searches<T> internal constructor(
    handle: CollectionHandle,
    codec: Codec<T>,
) : Relations<T>(handle, codec) {
    private val hitRow = HitRow.serializer(codec.serializer)
    private val hybridRow = HybridRow.serializer(codec.serializer)

    /** The up to [k] documents whose embeddings are nearest to [vector], of those that [where] means. */
    public suspend fun search(
        vector: FloatArray,
        k: Int = 10,
        where: Filter? = null,
        effort: Effort = Effort.NORMAL,
    ): List<Hit<T>> {
        val options = searchOptions(k, where, effort)
        return waiting { cancel -> search(vector, options, cancel) }
    }

    /** [search] for a thread that may block. */
    public fun searchBlocking(
        vector: FloatArray,
        k: Int = 10,
        where: Filter? = null,
        effort: Effort = Effort.NORMAL,
    ): List<Hit<T>> = search(vector, searchOptions(k, where, effort), null)

    private fun search(vector: FloatArray, options: String, cancel: Cancel?): List<Hit<T>> =
        hits(native { handle.search(bytes(vector), options, cancel) })

    /** How [search] goes about it. */
    public fun explainSearch(
        vector: FloatArray,
        k: Int = 10,
        where: Filter? = null,
        effort: Effort = Effort.NORMAL,
    ): SearchPlan {
        val options = searchOptions(k, where, effort)
        return codec.decode(SearchPlan.serializer(), native { handle.explainSearch(bytes(vector), options) })
    }

    /** Searches for [sample] of the stored vectors, as [search] does and exactly, and tells which share was found. */
    public suspend fun recallCheck(
        sample: Int,
        k: Int = 10,
        where: Filter? = null,
        effort: Effort = Effort.NORMAL,
    ): RecallReport = working { recallCheckBlocking(sample, k, where, effort) }

    /** [recallCheck] for a thread that may block. */
    public fun recallCheckBlocking(
        sample: Int,
        k: Int = 10,
        where: Filter? = null,
        effort: Effort = Effort.NORMAL,
    ): RecallReport {
        val (most, options) = unsigned("sample", sample) to searchOptions(k, where, effort)
        return codec.decode(RecallReport.serializer(), native { handle.recallCheck(most, options) })
    }

    /**
     * The up to [k] documents whose text has the words of [query], the best first. Any text is a query; an expression of
     * FTS5 keeps its meaning.
     *
     * @param on the fields to search in, each with its weight; all if it is empty
     * @param fuzziness how misspelt the query may be
     * @param prefix whether the last word may be the beginning of one: search as you type
     * @param highlight gives the text of each field that matches, with these marks around the matches
     * @param snippet gives a piece of it around the best matches
     */
    public suspend fun match(
        query: String,
        k: Int = 10,
        where: Filter? = null,
        on: Map<String, Double> = emptyMap(),
        fuzziness: Fuzziness? = null,
        prefix: Boolean = false,
        highlight: Marks? = null,
        snippet: Snippet? = null,
    ): List<Hit<T>> {
        val options = matchOptions(k, where, on, fuzziness, prefix, highlight, snippet)
        return waiting { cancel -> match(query, options, cancel) }
    }

    /** [match] for a thread that may block. */
    public fun matchBlocking(
        query: String,
        k: Int = 10,
        where: Filter? = null,
        on: Map<String, Double> = emptyMap(),
        fuzziness: Fuzziness? = null,
        prefix: Boolean = false,
        highlight: Marks? = null,
        snippet: Snippet? = null,
    ): List<Hit<T>> = match(query, matchOptions(k, where, on, fuzziness, prefix, highlight, snippet), null)

    private fun match(query: String, options: String, cancel: Cancel?): List<Hit<T>> {
        val checked = text("the query", query)
        return hits(native { handle.matchText(checked, options, cancel) })
    }

    private fun hits(rows: String) = codec.rows(hitRow, rows).map { it.hit() }

    /** The documents that text, vector and relations together find, the best first. */
    public suspend fun hybrid(query: HybridQuery): List<HybridHit<T>> {
        val options = query.options()
        return waiting { cancel -> hybrid(query.vector, options, cancel) }
    }

    /** [hybrid] for a thread that may block. */
    public fun hybridBlocking(query: HybridQuery): List<HybridHit<T>> = hybrid(query.vector, query.options(), null)

    private fun hybrid(vector: FloatArray?, options: String, cancel: Cancel?): List<HybridHit<T>> =
        codec.rows(hybridRow, native { handle.hybrid(optionalBytes(vector), options, cancel) }).map { it.hit() }
}

private fun searchOptions(k: Int, where: Filter?, effort: Effort) =
    options("k" to json(k), "where" to where?.json, "effort" to json(effort))

private fun matchOptions(
    k: Int,
    where: Filter?,
    on: Map<String, Double>,
    fuzziness: Fuzziness?,
    prefix: Boolean,
    highlight: Marks?,
    snippet: Snippet?,
) = options(
    "k" to json(k),
    "where" to where?.json,
    "on" to fields(on),
    "fuzziness" to fuzziness?.let(::json),
    "prefix" to json(prefix),
    "highlight" to highlight?.let { JsonObject(mapOf("before" to JsonPrimitive(it.before), "after" to JsonPrimitive(it.after))) },
    "snippet" to snippet?.let {
        JsonObject(
            mapOf(
                "before" to JsonPrimitive(it.before),
                "after" to JsonPrimitive(it.after),
                "ellipsis" to JsonPrimitive(it.ellipsis),
                "words" to JsonPrimitive(it.words),
            ),
        )
    },
)

private fun fields(on: Map<String, Double>): JsonElement? =
    if (on.isEmpty()) null else JsonObject(on.mapValues { (path, weight) -> finite("the weight of $path", weight) })

private fun json(fuzziness: Fuzziness): JsonElement = when (fuzziness) {
    is Fuzziness.Max -> JsonPrimitive(fuzziness.edits)
    Fuzziness.Auto -> JsonPrimitive("auto")
}

private fun json(graph: GraphLeg): JsonElement = JsonObject(
    mapOf(
        "from" to json(graph.from),
        "labels" to json(graph.labels),
        "direction" to JsonPrimitive(graph.direction.name.lowercase()),
        "depth" to JsonPrimitive(graph.depth),
        "seeds" to JsonPrimitive(graph.seeds),
    ),
)
