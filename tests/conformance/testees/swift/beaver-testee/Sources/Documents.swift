// Collections: their documents, settings, fields and edges.
import Beaver
import Foundation

typealias Collection = Beaver.Collection<JSONText>

/// `{"id":…,"body":…` and more members.
func row(_ id: String, _ body: JSONText, _ more: String = "") -> String {
    "{\"id\":\(wire(id)),\"body\":\(body.text)\(more)}"
}

func wire(_ texts: [String]) -> String { "[" + texts.map(wire).joined(separator: ",") + "]" }

/// A document as the arguments describe it, under a random id if they name none.
func document(_ args: Args) throws -> Beaver.Document<JSONText> {
    let (body, embedding) = (try args.json("body"), try args.vector(ifGiven: "embedding"))
    guard let id = try args.text(ifGiven: "id") else { return Beaver.Document(body, embedding: embedding) }
    return Beaver.Document(id: id, body, embedding: embedding)
}

func indexOptions(_ args: Args) throws -> (Beaver.FullText, Bool) {
    let options = try args.options(["fts", "fuzzy"])
    let fuzzy = try options.bool(ifGiven: "fuzzy") ?? false
    switch options.members["fts"] {
    case .bool(false)?: return (.none, fuzzy)
    case .array?: return (.fields(try options.texts("fts")), fuzzy)
    case nil, .bool(true)?: return (.all, fuzzy)
    default: throw invalid("fts is true, false or a list of paths")
    }
}

func filter(_ options: Args) throws -> Beaver.Filter? {
    options.has("where") ? Beaver.Filter(try options.at("where")) : nil
}

/// An edge as the arguments describe it.
func edge(_ args: Args) throws -> Beaver.Edge {
    let metadata = try args.text(ifGiven: "metadata").map { try JSON(parsing: $0) }
    return Beaver.Edge(
        try args.text("source"), try args.text("target"), try args.text("label"),
        weight: try args.number(ifGiven: "weight") ?? 1, metadata: metadata)
}

private func wire(_ edge: Beaver.Edge) throws -> String {
    let metadata = try edge.metadata?.text() ?? "null"
    let ends = "\"source\":\(wire(edge.source)),\"target\":\(wire(edge.target)),\"label\":\(wire(edge.label))"
    return "{\(ends),\"weight\":\(wire(edge.weight)),\"metadata\":\(metadata)}"
}

func documents(_ collection: Collection, _ request: Request) throws -> Answer? {
    let args = request.args
    func id() throws -> String { try args.text("id") }
    switch request.verb {
    case "configure":
        let settings = try args.options(["metric", "tokenizer"], "settings")
        try collection.configure(metric: settings.named("metric"), tokenizer: settings.named("tokenizer"))
        return .null
    case "settings":
        let settings = try collection.settings
        return try .of([
            "metric": .string(settings.metric.rawValue), "tokenizer": .string(settings.tokenizer.rawValue),
            "dimension": settings.dimension.map(JSON.int) ?? .null,
        ])
    case "stats":
        let stats = try collection.stats()
        let vectors = stats.vectors
        return try .of([
            "documents": .int(stats.documents), "dimension": stats.dimension.map(JSON.int) ?? .null,
            "vectors": [
                "tier": .string(vectors.tier.rawValue), "partitions": .int(vectors.partitions),
                "codes": .int(vectors.codes), "stale": .int(vectors.stale), "bytes": .int(vectors.bytes),
                "epoch": .int(vectors.epoch), "building": .bool(vectors.building),
            ],
        ])
    case "index":
        let (document, (text, fuzzy)) = (try document(args), try indexOptions(args))
        let written = try collection.index(document, text: text, fuzzy: fuzzy)
        return try .of(["id": .string(document.id), "written": .bool(written)])
    case "index_many":
        let (documents, (text, fuzzy)) = (try args.items("documents").map(document), try indexOptions(args))
        return try .of(["count": .int(collection.indexMany(documents, text: text, fuzzy: fuzzy))])
    case "get":
        guard let found = try collection[id()] else { return .absent }
        let embedding = found.embedding.map { "{\"$vec\":[" + $0.map(\.description).joined(separator: ",") + "]}" }
        return .raw(row(found.id, found.body, ",\"embedding\":\(embedding ?? "null")"))
    case "drop": return .of(try collection.drop(id()))
    case "contains": return .of(try collection.contains(id()))
    case "items": return .array(try collection.documents().all().map { row($0.id, $0.body) })
    case "find":
        let (options, order, limit, cursor) = try query(args)
        let found = try collection.find(filter(options), order: order, limit: limit, after: cursor)
        let documents = found.documents.map { row($0.id, $0.body) }.joined(separator: ",")
        return .raw("{\"documents\":[\(documents)],\"cursor\":\(found.cursor.map(wire) ?? "null")}")
    case "explain_find":
        let (options, order, limit, cursor) = try query(args)
        let plan = try collection.explainFind(filter(options), order: order, limit: limit, after: cursor)
        return try .of([
            "indexes": .array(plan.indexes.map(JSON.string)), "ordered": .bool(plan.ordered), "examined": .int(plan.examined),
            "matched": .int(plan.matched),
        ])
    case "count": return .of(try collection.count(where: Beaver.Filter(args.json("where"))))
    case "create_index": return .of(try collection.createIndex(args.text("path")))
    case "drop_index": return .of(try collection.dropIndex(args.text("path")))
    case "indexes": return try .of(collection.indexes)
    case "compact":
        try collection.compact()
        return .null
    case "connect":
        try collection.connect(edge(args))
        return .null
    case "connect_many": return .of(try collection.connectMany(args.items("edges").map(edge)))
    case "disconnect":
        return .of(try collection.disconnect(args.text("source"), from: args.text("target"), args.text(ifGiven: "label")))
    default: return try ways(collection, request)
    }
}

private func query(_ args: Args) throws -> (Args, [String], Int, String?) {
    let options = try args.options(["where", "order", "limit", "cursor"])
    let limit = try options.int(ifGiven: "limit") ?? 100
    return (options, try options.texts(ifGiven: "order"), limit, try options.text(ifGiven: "cursor"))
}

/// The ways along the edges.
private func ways(_ collection: Collection, _ request: Request) throws -> Answer? {
    let args = request.args
    switch request.verb {
    case "neighbors":
        let options = try args.options(["labels", "direction", "limit"])
        let neighbors = try collection.neighbors(
            of: args.text("id"), labels: options.texts(ifGiven: "labels"), direction: options.named("direction") ?? .outgoing,
            limit: options.int(ifGiven: "limit"))
        return .array(try neighbors.map { row($0.id, $0.body, ",\"edge\":\(try wire($0.edge))") })
    case "degree":
        let options = try args.options(["labels", "direction"])
        return .of(
            try collection.degree(
                of: args.text("id"), labels: options.texts(ifGiven: "labels"), direction: options.named("direction") ?? .outgoing))
    case "walk":
        let options = try args.options(["labels", "direction", "depth", "max_nodes", "fan_out", "paths", "where"])
        let paths = try options.bool(ifGiven: "paths") ?? false
        let visits = try collection.walk(
            from: args.text("source"), depth: options.int(ifGiven: "depth") ?? 1, labels: options.texts(ifGiven: "labels"),
            direction: options.named("direction") ?? .outgoing, maxNodes: options.int(ifGiven: "max_nodes"),
            fanOut: options.int(ifGiven: "fan_out"), paths: paths, where: filter(options))
        return .array(
            visits.map { row($0.id, $0.body, ",\"distance\":\($0.distance)" + (paths ? ",\"path\":\(wire($0.path))" : "")) })
    case "shortest_path":
        let options = try args.options(["labels", "direction", "weighted", "max_nodes"])
        let path = try collection.shortestPath(
            from: args.text("source"), to: args.text("target"), labels: options.texts(ifGiven: "labels"),
            direction: options.named("direction") ?? .outgoing, weighted: options.bool(ifGiven: "weighted") ?? false,
            maxNodes: options.int(ifGiven: "max_nodes"))
        return path.map { .raw("{\"ids\":\(wire($0.ids)),\"cost\":\(wire($0.cost))}") } ?? .absent
    default: return nil
    }
}
