package dev.beaver.testee

import dev.beaver.BeaverCollection
import dev.beaver.Direction
import dev.beaver.Document
import dev.beaver.Edge
import dev.beaver.Effort
import dev.beaver.Filter
import dev.beaver.FoundDocument
import dev.beaver.Fts
import dev.beaver.Fuzziness
import dev.beaver.GraphLeg
import dev.beaver.Hit
import dev.beaver.HybridQuery
import dev.beaver.Leg
import dev.beaver.Marks
import dev.beaver.Metric
import dev.beaver.Relations
import dev.beaver.Snippet
import dev.beaver.Tokenizer
import dev.beaver.Weights
import dev.beaver.rerank
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.intOrNull
import kotlinx.serialization.json.jsonPrimitive

private typealias Bodies = BeaverCollection<JsonElement>

fun collection(request: Request, collection: Bodies): Answer {
    val args = request.args
    val id = args.text("id")
    return when (request.verb) {
        "configure" -> {
            val settings = args.options("settings", "metric", "tokenizer")
            done(collection.configure(settings.named<Metric>("metric"), settings.optional("tokenizer")?.let(::tokenizer)))
        }
        "settings" -> collection.settings.let {
            result(row("metric" to it.metric, "tokenizer" to text(it.tokenizer), "dimension" to it.dimension))
        }
        "stats" -> collection.statsBlocking().let {
            val (tier, partitions, codes, stale, bytes, epoch, building) = it.vectors
            val vectors = row(
                "tier" to tier, "partitions" to partitions, "codes" to codes, "stale" to stale,
                "bytes" to bytes, "epoch" to epoch, "building" to building,
            )
            result(row("documents" to it.documents, "dimension" to it.dimension, "vectors" to vectors))
        }
        "index" -> {
            val (document, options) = document(args) to indexOptions(args)
            result(row("id" to document.id, "written" to collection.index(document, options.first, options.second)))
        }
        "index_many" -> {
            val (fts, fuzzy) = indexOptions(args)
            result(row("count" to collection.indexManyBlocking(args.items("documents").map(::document), fts, fuzzy)))
        }
        "get" -> found(collection[id]?.let { row("id" to it.id, "body" to it.body, "embedding" to it.embedding) })
        "contains" -> result(id in collection)
        "drop" -> result(collection.drop(id))
        "items" -> result(collection.map(::row))
        "find" -> find(args) { where, order, limit, cursor ->
            val found = collection.findBlocking(where, order, limit, cursor)
            result(row("documents" to found.documents.map(::row), "cursor" to found.cursor))
        }
        "explain_find" -> find(args) { where, order, limit, cursor ->
            val plan = collection.explainFind(where, order, limit, cursor)
            result(row("indexes" to plan.indexes, "ordered" to plan.ordered, "examined" to plan.examined, "matched" to plan.matched))
        }
        "count" -> result(collection.countBlocking(Filter.of(args.json("where"))))
        "create_index" -> result(collection.createIndexBlocking(args.text("path")))
        "drop_index" -> result(collection.dropIndex(args.text("path")))
        "indexes" -> result(collection.indexes)
        "compact" -> done(collection.compactBlocking())
        "search", "explain_search", "recall_check" -> search(request, collection)
        "match" -> match(args, collection)
        "hybrid" -> hybrid(args, collection)
        "connect", "connect_many", "disconnect", "neighbors", "degree", "walk", "shortest_path" -> graph(request, collection)
        else -> common(request, collection)
    }
}

private fun row(document: FoundDocument<JsonElement>) = row("id" to document.id, "body" to document.body)

private fun tokenizer(name: String) = Tokenizer.entries.firstOrNull { text(it) == name } ?: throw Unsayable("no such tokenizer")

private fun text(tokenizer: Tokenizer) = if (tokenizer == Tokenizer.UNICODE) "unicode61" else tokenizer.name.lowercase()

fun document(args: Args): Document<JsonElement> {
    val (body, embedding) = args.json("body") to args.vector("embedding")
    return args.optional("id")?.let { Document(body, it, embedding) } ?: Document(body, embedding = embedding)
}

fun indexOptions(args: Args): Pair<Fts, Boolean> {
    val options = args.options("options", "fts", "fuzzy")
    val fts = when (val given = options["fts"]) {
        null -> Fts.All
        is JsonArray -> Fts.Paths(options.texts("fts"))
        is JsonPrimitive -> if (given.booleanOrNull ?: throw Unsayable("fts is true or false")) Fts.All else Fts.Off
        else -> throw Unsayable("fts is no object")
    }
    return fts to (options.truth("fuzzy") ?: false)
}

private fun find(args: Args, ask: (Filter?, List<String>, Int, String?) -> Answer): Answer {
    val options = args.options("options", "where", "order", "limit", "cursor")
    return ask(options.where(), options.texts("order"), options.count("limit") ?: 100, options.optional("cursor"))
}

private fun search(request: Request, collection: Bodies): Answer {
    val args = request.args
    val options = args.options("options", "k", "where", "effort")
    val (k, where) = (options.count("k") ?: 10) to options.where()
    val effort = options.name("effort", Effort.NORMAL)
    return when (request.verb) {
        "search" -> result(collection.searchBlocking(args.vector("vector")!!, k, where, effort).map { row(it, fragments = false) })
        "explain_search" -> collection.explainSearch(args.vector("vector")!!, k, where, effort).let {
            val costs = arrayOf("scored" to it.scored, "compared" to it.compared, "bytes_read" to it.bytesRead)
            result(row("path" to it.path, "filter" to it.filter, *costs))
        }
        else -> collection.recallCheckBlocking(args.count("sample")!!, k, where, effort).let {
            result(row("queries" to it.queries, "recall" to it.recall))
        }
    }
}

private fun row(hit: Hit<JsonElement>, fragments: Boolean): JsonElement {
    val shown = hit.fragments.map { row("path" to it.path, "text" to it.text) }
    val members = listOf("id" to hit.id, "body" to hit.body, "score" to hit.score)
    return json((if (fragments) members + ("fragments" to shown) else members).toMap())
}

private fun match(args: Args, collection: Bodies): Answer {
    val options = args.options("options", "k", "where", "on", "fuzziness", "prefix", "highlight", "snippet")
    val highlight = options.part("highlight", "before", "after")?.let { Marks(it.text("before"), it.text("after")) }
    val snippet = options.part("snippet", "before", "after", "ellipsis", "words")?.let {
        Snippet(it.text("before"), it.text("after"), it.optional("ellipsis") ?: "…", it.count("words") ?: 16)
    }
    val hits = collection.matchBlocking(
        args.text("query"),
        k = options.count("k") ?: 10,
        where = options.where(),
        on = fields(options),
        fuzziness = fuzziness(options),
        prefix = options.truth("prefix") ?: false,
        highlight = highlight,
        snippet = snippet,
    )
    return result(hits.map { row(it, fragments = highlight != null || snippet != null) })
}

private fun fields(options: Args): Map<String, Double> = when (val on = options["on"]) {
    null -> emptyMap()
    is JsonArray -> options.texts("on").associateWith { 1.0 }
    is JsonObject -> on.mapValues { (_, weight) -> number(weight) }
    is JsonPrimitive -> if (on.isString) mapOf(on.content to 1.0) else throw Unsayable("on is a path")
}

private fun fuzziness(options: Args): Fuzziness? = options["fuzziness"]?.let { given ->
    val edits = given as? JsonPrimitive ?: throw Unsayable("the fuzziness is a number or auto")
    when {
        !edits.isString -> Fuzziness.Max(edits.intOrNull ?: throw Unsayable("the fuzziness is a whole number"))
        edits.content == "auto" -> Fuzziness.Auto
        else -> throw Unsayable("the fuzziness is a number or auto")
    }
}

private fun hybrid(args: Args, collection: Bodies): Answer {
    val query = args.options(
        "query", "text", "graph", "where", "k", "weights", "rrf_k", "candidates", "on", "fuzziness", "prefix", "effort",
    )
    val weights = query.part("weights", "text", "vector", "graph")
    val graph = query.part("graph", "from", "labels", "direction", "depth", "seeds")?.let {
        GraphLeg(
            it.texts("from"),
            it.texts("labels"),
            it.name("direction", Direction.OUTGOING),
            it.count("depth") ?: 1,
            it.count("seeds") ?: 5,
        )
    }
    val asked = HybridQuery(
        text = query.optional("text"),
        vector = args.vector("vector"),
        graph = graph,
        where = query.where(),
        k = query.count("k") ?: 10,
        weights = Weights(weights?.number("text") ?: 1.0, weights?.number("vector") ?: 1.0, weights?.number("graph") ?: 1.0),
        candidates = query.count("candidates"),
        rrfK = query.number("rrf_k") ?: 60.0,
        on = fields(query),
        fuzziness = fuzziness(query),
        prefix = query.truth("prefix") ?: false,
        effort = query.name("effort", Effort.NORMAL),
    )
    return result(
        collection.hybridBlocking(asked).map { hit ->
            val legs = listOf("text" to hit.legs.text, "vector" to hit.legs.vector, "graph" to hit.legs.graph)
            val found = legs.filter { it.second != null }.associate { (name, leg) -> name to row(leg!!) }
            row("id" to hit.id, "body" to hit.body, "score" to hit.score, "legs" to found)
        },
    )
}

private fun row(leg: Leg) = row("rank" to leg.rank, "score" to leg.score)

fun edge(args: Args): Edge =
    Edge(args.text("source"), args.text("target"), args.text("label"), args.number("weight") ?: 1.0, args.optionalJson("metadata"))

private fun row(edge: Edge) = row(
    "source" to edge.source,
    "target" to edge.target,
    "label" to edge.label,
    "weight" to edge.weight,
    "metadata" to edge.metadata,
)

private fun graph(request: Request, collection: Bodies): Answer {
    val args = request.args
    val (id, source, target) = Triple(args.text("id"), args.text("source"), args.text("target"))
    fun labels(options: Args) = options.texts("labels") to options.name("direction", Direction.OUTGOING)
    return when (request.verb) {
        "connect" -> with(edge(args)) { done(collection.connect(source, target, label, weight, metadata)) }
        "connect_many" -> result(collection.connectManyBlocking(args.items("edges").map(::edge)))
        "disconnect" -> result(collection.disconnect(source, target, args.optional("label")))
        "neighbors" -> {
            val options = args.options("options", "labels", "direction", "limit")
            val (labels, direction) = labels(options)
            val neighbors = collection.neighbors(id, labels, direction, options.count("limit"))
            result(neighbors.map { row("id" to it.id, "body" to it.body, "edge" to row(it.edge)) })
        }
        "degree" -> {
            val (labels, direction) = labels(args.options("options", "labels", "direction"))
            result(collection.degree(id, labels, direction))
        }
        "walk" -> walk(args, source, collection)
        else -> {
            val options = args.options("options", "labels", "direction", "weighted", "max_nodes")
            val (labels, direction) = labels(options)
            val weighted = options.truth("weighted") ?: false
            val path = collection.shortestPathBlocking(source, target, labels, direction, weighted, options.count("max_nodes"))
            found(path?.let { row("ids" to it.ids, "cost" to it.cost) })
        }
    }
}

private fun walk(args: Args, source: String, collection: Bodies): Answer {
    val options = args.options("options", "labels", "direction", "depth", "max_nodes", "fan_out", "paths", "where")
    val visits = collection.walkBlocking(
        source,
        labels = options.texts("labels"),
        direction = options.name("direction", Direction.OUTGOING),
        depth = options.count("depth") ?: 1,
        maxNodes = options.count("max_nodes") ?: Relations.DEFAULT_MAX_NODES,
        fanOut = options.count("fan_out"),
        paths = options.truth("paths") ?: false,
        where = options.where(),
    )
    return result(
        visits.map { visit ->
            val members = listOf("id" to visit.id, "body" to visit.body, "distance" to visit.distance)
            json((members + listOfNotNull(visit.path?.let { "path" to it })).toMap())
        },
    )
}

fun fused(args: Args): Answer {
    val lists = (args.json("lists") as? JsonArray)?.map { list -> (list as JsonArray).map { it.jsonPrimitive.content } }
        ?: throw Unsayable("the lists are an array")
    val options = args.options("options", "weights", "k")
    val weights = (options["weights"] as? JsonArray)?.map(::number)
    return result(rerank(lists, weights, options.number("k") ?: 60.0).map { row("id" to it.id, "score" to it.score) })
}
