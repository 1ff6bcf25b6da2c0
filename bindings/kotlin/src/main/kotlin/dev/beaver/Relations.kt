package dev.beaver

import dev.beaver.native.Cancel
import dev.beaver.native.CollectionHandle
import kotlinx.serialization.json.JsonElement

/** The relations of a [BeaverCollection]: edges from one document to another. */
public abstract class Relations<T> internal constructor(
    internal val handle: CollectionHandle,
    internal val codec: Codec<T>,
) : Structure<BeaverCollection<T>, CollectionHandle>(
    Shared(
        handle::name, handle::len, handle::clear, handle::acquire, handle::release, handle::renew, handle::locked,
        handle::on, handle::dumpTo, handle::load, handle::loadFrom, handle::uniffiIsDestroyed, handle::close,
    ),
) {
    private val neighborRow = NeighborRow.serializer(codec.serializer)
    private val visitRow = VisitRow.serializer(codec.serializer)

    /**
     * Connects two documents, both of which have to be there. There is one edge for each source, target and label:
     * connecting again changes its weight and metadata.
     */
    public fun connect(source: String, target: String, label: String, weight: Double = 1.0, metadata: JsonElement? = null) {
        val (from, to) = text("the source", source) to text("the target", target)
        val (means, options) = text("the label", label) to edgeOptions(weight, metadata)
        native { handle.connect(from, to, means, options) }
    }

    /** Connects many in one commit; returns how many. [progress] may end it by false: then nothing is connected. */
    public suspend fun connectMany(edges: Iterable<Edge>, progress: ((done: Long, total: Long) -> Boolean)? = null): Long =
        working { wanted -> connectMany(edges, Steps(progress, wanted)) }

    /** [connectMany] for a thread that may block. */
    public fun connectManyBlocking(edges: Iterable<Edge>, progress: ((done: Long, total: Long) -> Boolean)? = null): Long =
        connectMany(edges, Steps(progress, always))

    private fun connectMany(edges: Iterable<Edge>, steps: Steps): Long {
        val encoded = edges.withIndex().joinToString(",", "[", "]") { (index, edge) ->
            options(
                "source" to json(edge.source),
                "target" to json(edge.target),
                "label" to json(edge.label),
                "weight" to finite("the weight", edge.weight, index),
                "metadata" to edge.metadata,
            )
        }
        return calling(steps) { handle.connectMany(encoded, it) }.toLong()
    }

    /** Removes the edge of a [label], or all from the one to the other; returns how many. */
    public fun disconnect(source: String, target: String, label: String? = null): Long {
        val (from, to) = text("the source", source) to text("the target", target)
        val means = label?.let { text("the label", it) }
        return native { handle.disconnect(from, to, means) }.toLong()
    }

    /** The documents one edge away, each with its edge, ordered by label and id. No [labels] are any. */
    public fun neighbors(
        id: String,
        labels: List<String> = emptyList(),
        direction: Direction = Direction.OUTGOING,
        limit: Int? = null,
    ): List<Neighbor<T>> {
        val (checked, options) = id(id) to
            options("labels" to json(labels), "direction" to json(direction), "limit" to json(limit))
        return codec.rows(neighborRow, native { handle.neighbors(checked, options) }).map { it.neighbor() }
    }

    /** How many edges a document has. */
    public fun degree(
        id: String,
        labels: List<String> = emptyList(),
        direction: Direction = Direction.OUTGOING,
    ): Long {
        val (checked, options) = id(id) to options("labels" to json(labels), "direction" to json(direction))
        return native { handle.degree(checked, options) }.toLong()
    }

    /**
     * The documents up to [depth] edges away, the nearest first, each once, without the one where it begins. [fanOut] is
     * how many edges of one document are followed; [where] says which documents are given, not where the walk goes.
     */
    public suspend fun walk(
        source: String,
        labels: List<String> = emptyList(),
        direction: Direction = Direction.OUTGOING,
        depth: Int = 1,
        maxNodes: Int = DEFAULT_MAX_NODES,
        fanOut: Int? = null,
        paths: Boolean = false,
        where: Filter? = null,
    ): List<Visit<T>> {
        val options = walkOptions(labels, direction, depth, maxNodes, fanOut, paths, where)
        return waiting { cancel -> walk(source, options, cancel) }
    }

    /** [walk] for a thread that may block. */
    public fun walkBlocking(
        source: String,
        labels: List<String> = emptyList(),
        direction: Direction = Direction.OUTGOING,
        depth: Int = 1,
        maxNodes: Int = DEFAULT_MAX_NODES,
        fanOut: Int? = null,
        paths: Boolean = false,
        where: Filter? = null,
    ): List<Visit<T>> = walk(source, walkOptions(labels, direction, depth, maxNodes, fanOut, paths, where), null)

    private fun walk(source: String, options: String, cancel: Cancel?): List<Visit<T>> {
        val checked = text("the source", source)
        return codec.rows(visitRow, native { handle.walk(checked, options, cancel) }).map { it.visit() }
    }

    /**
     * The shortest way from one document to another, or null if there is none: by the number of edges, or by the sum of
     * their weights if [weighted]. Beyond [maxNodes] documents it is given up as LIMIT.
     */
    public suspend fun shortestPath(
        source: String,
        target: String,
        labels: List<String> = emptyList(),
        direction: Direction = Direction.OUTGOING,
        weighted: Boolean = false,
        maxNodes: Int? = null,
    ): ShortestPath? {
        val options = pathOptions(labels, direction, weighted, maxNodes)
        return waiting { cancel -> shortestPath(source, target, options, cancel) }
    }

    /** [shortestPath] for a thread that may block. */
    public fun shortestPathBlocking(
        source: String,
        target: String,
        labels: List<String> = emptyList(),
        direction: Direction = Direction.OUTGOING,
        weighted: Boolean = false,
        maxNodes: Int? = null,
    ): ShortestPath? = shortestPath(source, target, pathOptions(labels, direction, weighted, maxNodes), null)

    private fun shortestPath(source: String, target: String, options: String, cancel: Cancel?): ShortestPath? {
        val (from, to) = text("the source", source) to text("the target", target)
        val found = native { handle.shortestPath(from, to, options, cancel) }
        return found?.let { codec.decode(ShortestPath.serializer(), it) }
    }

    internal fun id(id: String) = text("the id", id)

    public companion object {
        /** How many documents a walk gives at most if nothing else is said. */
        public const val DEFAULT_MAX_NODES: Int = 10_000
    }
}

internal fun edgeOptions(weight: Double, metadata: JsonElement?): String =
    options("weight" to finite("the weight", weight), "metadata" to metadata)

private fun walkOptions(
    labels: List<String>,
    direction: Direction,
    depth: Int,
    maxNodes: Int,
    fanOut: Int?,
    paths: Boolean,
    where: Filter?,
) = options(
    "labels" to json(labels),
    "direction" to json(direction),
    "depth" to json(depth),
    "max_nodes" to json(maxNodes),
    "fan_out" to json(fanOut),
    "paths" to json(paths),
    "where" to where?.json,
)

private fun pathOptions(labels: List<String>, direction: Direction, weighted: Boolean, maxNodes: Int?) = options(
    "labels" to json(labels),
    "direction" to json(direction),
    "weighted" to json(weighted),
    "max_nodes" to json(maxNodes),
)
