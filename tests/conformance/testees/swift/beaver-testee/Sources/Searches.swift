// Collections: what is found by vectors, by text, and by everything together.
import Beaver
import Foundation

func searches(_ collection: Collection, _ request: Request) throws -> Answer? {
    let args = request.args
    func options() throws -> (k: Int, filter: Beaver.Filter?, effort: Beaver.Effort) {
        let options = try args.options(["k", "where", "effort"])
        return (try options.int(ifGiven: "k") ?? 10, try filter(options), try options.named("effort") ?? .normal)
    }
    switch request.verb {
    case "search":
        let (k, filter, effort) = try options()
        let hits = try collection.search(args.vector("vector"), k: k, where: filter, effort: effort)
        return .array(hits.map { row($0.id, $0.body, ",\"score\":\(wire($0.score))") })
    case "explain_search":
        let (k, filter, effort) = try options()
        let plan = try collection.explainSearch(args.vector("vector"), k: k, where: filter, effort: effort)
        return try .of([
            "path": .string(plan.path), "filter": .string(plan.filter), "scored": .int(plan.scored),
            "compared": .int(plan.compared), "bytes_read": .int(plan.bytesRead),
        ])
    case "recall_check":
        let (k, filter, effort) = try options()
        let recall = try collection.recallCheck(sample: args.int("sample"), k: k, where: filter, effort: effort)
        return try .of(["queries": .int(recall.queries), "recall": .double(recall.recall)])
    case "match": return try match(collection, args)
    case "hybrid": return try hybrid(collection, args)
    default: return nil
    }
}

private func match(_ collection: Collection, _ args: Args) throws -> Answer {
    let options = try args.options(["k", "where", "on", "fuzziness", "prefix", "highlight", "snippet"])
    let marks = try options.part("highlight", ["before", "after"]).map {
        Beaver.Marks(try $0.text("before"), try $0.text("after"))
    }
    let snippet = try options.part("snippet", ["before", "after", "ellipsis", "words"]).map {
        Beaver.Snippet(
            try $0.text("before"), try $0.text("after"), ellipsis: try $0.text(ifGiven: "ellipsis") ?? "…",
            words: try $0.int(ifGiven: "words") ?? 16)
    }
    let hits = try collection.match(
        args.text("query"), k: options.int(ifGiven: "k") ?? 10, where: filter(options), on: fields(options),
        fuzziness: fuzziness(options), prefix: options.bool(ifGiven: "prefix") ?? false, highlight: marks, snippet: snippet)
    return .array(
        hits.map { hit in
            let fragments = hit.fragments.map { "{\"path\":\(wire($0.path)),\"text\":\(wire($0.text))}" }
            let shown = marks != nil || snippet != nil ? ",\"fragments\":[\(fragments.joined(separator: ","))]" : ""
            return row(hit.id, hit.body, ",\"score\":\(wire(hit.score))\(shown)")
        })
}

private func fields(_ options: Args) throws -> Beaver.Fields {
    switch options.members["on"] {
    case nil, .null?: return .all
    case .string(let path)?: return Beaver.Fields([path])
    case .array?: return Beaver.Fields(try options.texts("on"))
    case .object(let members)?:
        let weights = Args(members: members)
        return Beaver.Fields(Dictionary(uniqueKeysWithValues: try members.keys.map { ($0, try weights.number($0)) }))
    default: throw invalid("on is a path, a list of paths, or paths with their weights")
    }
}

private func fuzziness(_ options: Args) throws -> Beaver.Fuzziness? {
    guard options.has("fuzziness") else { return nil }
    return try options.at("fuzziness") == "auto" ? .automatic : .edits(try options.int("fuzziness"))
}

extension Args {
    /// A member that is an object with these members.
    fileprivate func part(_ name: String, _ known: Set<String>) throws -> Args? {
        guard has(name) else { return nil }
        guard let members = try at(name).object, known.isSuperset(of: members.keys) else { throw invalid("\(name) is wrong") }
        return Args(members: members)
    }
}

private func hybrid(_ collection: Collection, _ args: Args) throws -> Answer {
    let asked = try args.options(
        ["text", "graph", "where", "k", "weights", "rrf_k", "candidates", "on", "fuzziness", "prefix", "effort"], "query")
    var query = Beaver.HybridQuery(text: try asked.text(ifGiven: "text"), vector: try args.vector(ifGiven: "vector"))
    query.graph = try asked.part("graph", ["from", "labels", "direction", "depth", "seeds"]).map {
        Beaver.GraphLeg(
            from: try $0.texts(ifGiven: "from"), labels: try $0.texts(ifGiven: "labels"),
            direction: try $0.named("direction") ?? .outgoing, depth: try $0.int(ifGiven: "depth") ?? 1,
            seeds: try $0.int(ifGiven: "seeds") ?? 5)
    }
    query.filter = try filter(asked)
    query.k = try asked.int(ifGiven: "k") ?? 10
    if let weights = try asked.part("weights", ["text", "vector", "graph"]) {
        query.weights = Beaver.Weights(
            text: try weights.number(ifGiven: "text") ?? 1, vector: try weights.number(ifGiven: "vector") ?? 1,
            graph: try weights.number(ifGiven: "graph") ?? 1)
    }
    query.rrfK = try asked.number(ifGiven: "rrf_k") ?? 60
    query.candidates = try asked.int(ifGiven: "candidates")
    query.fields = try fields(asked)
    query.fuzziness = try fuzziness(asked)
    query.prefix = try asked.bool(ifGiven: "prefix") ?? false
    query.effort = try asked.named("effort") ?? .normal
    return .array(
        try collection.hybrid(query).map { hit in
            let legs = [("text", hit.text), ("vector", hit.vector), ("graph", hit.graph)].compactMap { name, leg in
                leg.map { "\"\(name)\":{\"rank\":\($0.rank),\"score\":\(wire($0.score))}" }
            }
            return row(hit.id, hit.body, ",\"score\":\(wire(hit.score)),\"legs\":{\(legs.joined(separator: ","))}")
        })
}

func rerank(_ args: Args) throws -> Answer {
    let lists = try JSON(parsing: args.text("lists")).array ?? []
    let options = try args.options(["weights", "k"])
    let weights = try options.has("weights") ? options.at("weights").array?.map { $0.double ?? .nan } : nil
    let ids = lists.map { list in list.array?.compactMap(\.string) ?? [] }
    let ranked = try Beaver.rerank(ids, weights: weights, k: options.number(ifGiven: "k") ?? 60)
    return .array(ranked.map { "{\"id\":\(wire($0.id)),\"score\":\(wire($0.score))}" })
}
