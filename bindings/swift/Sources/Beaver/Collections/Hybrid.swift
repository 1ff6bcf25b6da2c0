import Foundation
internal import BeaverNative

extension Beaver {
    /// One search that asks several ways at once: by words, by a vector, by relations. At least one has to be given.
    public struct HybridQuery: Sendable {
        /// What to find by its words.
        public var text: String?
        /// What to find by its embedding.
        public var vector: [Float]?
        /// What to find by its relations.
        public var graph: GraphLeg?
        /// Only documents that it matches.
        public var filter: Filter?
        /// How many documents, at most.
        public var k = 10
        /// How much each way counts.
        public var weights = Weights()
        /// The constant of reciprocal rank fusion.
        public var rrfK = 60.0
        /// How many results each way contributes, at most; five times `k`, and 50 at least, if nil.
        public var candidates: Int?
        /// Only the text at these paths.
        public var fields = Fields.all
        public var fuzziness: Fuzziness?
        /// Whether the last word of the text may be the beginning of one.
        public var prefix = false
        public var effort = Effort.normal

        public init(text: String? = nil, vector: [Float]? = nil, graph: GraphLeg? = nil, filter: Filter? = nil, k: Int = 10) {
            (self.text, self.vector, self.graph, self.filter, self.k) = (text, vector, graph, filter, k)
        }
    }

    /// What is found by relations: what lies within a walk.
    public struct GraphLeg: Hashable, Sendable {
        /// Where the walk begins; at the best results of the other ways, if empty.
        public var from: [String]
        /// Only along edges with one of these labels; any if empty.
        public var labels: [String]
        public var direction: Direction
        public var depth: Int
        /// How many of the other ways' best results the walk begins at, if `from` is empty.
        public var seeds: Int

        public init(
            from: [String] = [], labels: [String] = [], direction: Direction = .outgoing, depth: Int = 1, seeds: Int = 5
        ) {
            (self.from, self.labels, self.direction, self.depth, self.seeds) = (from, labels, direction, depth, seeds)
        }
    }

    /// How much each way of a hybrid search counts.
    public struct Weights: Hashable, Sendable {
        public var text: Double
        public var vector: Double
        public var graph: Double

        public init(text: Double = 1, vector: Double = 1, graph: Double = 1) {
            (self.text, self.vector, self.graph) = (text, vector, graph)
        }
    }

    /// A document that a hybrid search found.
    public struct HybridHit<Body: Sendable>: Identifiable, Sendable {
        /// Where one way put it.
        public struct Leg: Hashable, Sendable {
            /// From 0.
            public var rank: Int
            public var score: Double
        }

        public var id: String
        public var body: Body
        /// The fused score: larger is better.
        public var score: Double
        /// Nil where that way did not find it.
        public var text: Leg?
        public var vector: Leg?
        public var graph: Leg?
    }

    /// An id and its fused score.
    public struct Ranked: Hashable, Sendable {
        public var id: String
        public var score: Double
    }

    /// Fuses rankings by reciprocal rank fusion: each id gets `weight / (k + rank)` from each list that has it, the rank from 0.
    public static func rerank(_ lists: [[String]], weights: [Double]? = nil, k: Double = 60) throws -> [Ranked] {
        let ids = try JSON.array(lists.map { .array($0.map(JSON.string)) }).text()
        var options = OptionsText()
        try options.add("weights", weights.map { .array($0.map(JSON.double)) })
        try options.add("k", .double(k))
        return try native { try BeaverNative.rerank(lists: ids, options: options.text) }.rows { scanner in
            var ranked = Ranked(id: "", score: 0)
            try scanner.members { name, scanner in
                switch name {
                case "id": ranked.id = try scanner.text()
                default: ranked.score = try scanner.number()
                }
            }
            return ranked
        }
    }
}

extension Beaver.HybridHit: Equatable where Body: Equatable {}
extension Beaver.HybridHit: Hashable where Body: Hashable {}

extension Beaver.HybridQuery {
    /// All but the vector, as the library takes it.
    fileprivate var asJSON: String {
        get throws {
            var options = OptionsText()
            try options.add("text", text.map(JSON.string))
            try options.add(
                "graph",
                graph.map {
                    [
                        "from": .array($0.from.map(JSON.string)), "labels": .array($0.labels.map(JSON.string)),
                        "direction": .string($0.direction.rawValue), "depth": .int($0.depth), "seeds": .int($0.seeds),
                    ]
                })
            try options.add("where", text: filter?.text)
            try options.add("k", .int(k))
            try options.add(
                "weights", ["text": .double(weights.text), "vector": .double(weights.vector), "graph": .double(weights.graph)])
            try options.add("rrf_k", .double(rrfK))
            try options.add("candidates", candidates.map(JSON.int))
            try options.add("on", fields.json)
            try options.add("fuzziness", fuzziness?.json)
            try options.add("prefix", .bool(prefix))
            try options.add("effort", .string(effort.rawValue))
            return options.text
        }
    }
}

extension Beaver.Collection {
    public typealias HybridHit = Beaver.HybridHit<Body>

    /// The documents that several ways find together, the best first.
    public func hybrid(_ query: Beaver.HybridQuery) throws -> [HybridHit] {
        try hybrid(query, nil)
    }

    public func hybrid(_ query: Beaver.HybridQuery) async throws -> [HybridHit] {
        try await waiting { try self.hybrid(query, $0) }
    }

    private func hybrid(_ query: Beaver.HybridQuery, _ cancel: Cancel?) throws -> [HybridHit] {
        try checkGiven(query.vector)
        let options = try query.asJSON
        let rows = try withBytes(of: query.vector ?? []) { vector in
            try native { try handle.hybrid(queryVector: vector, query: options, cancel: cancel) }
        }
        return try rows.rows(hybridHit)
    }

    private func hybridHit(_ scanner: inout JSONScanner) throws -> HybridHit {
        var (score, legs) = (0.0, [String: HybridHit.Leg]())
        let record = try Self.row(&scanner, coder) { name, scanner in
            switch name {
            case "score": score = try scanner.number()
            case "legs": try scanner.members { legs[$0] = try HybridHit.Leg(&$1) }
            default: _ = try scanner.skip()
            }
        }
        return HybridHit(
            id: record.id, body: record.body, score: score, text: legs["text"], vector: legs["vector"], graph: legs["graph"])
    }
}

extension Beaver.HybridHit.Leg {
    fileprivate init(_ scanner: inout JSONScanner) throws {
        (rank, score) = (0, 0)
        try scanner.members { name, scanner in
            switch name {
            case "rank": rank = try scanner.integer()
            default: score = try scanner.number()
            }
        }
    }
}
