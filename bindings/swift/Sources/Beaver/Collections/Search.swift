import Foundation
internal import BeaverNative

extension Beaver {
    /// A document that was found.
    public struct Hit<Body: Sendable>: Identifiable, Sendable {
        public var id: String
        public var body: Body
        /// How well it fits: smaller is better. The distance of a vector, the BM25 rank of a text, the edits of a misspelt one.
        public var score: Double
        /// What a text search was asked to show.
        public var fragments: [Fragment] = []
    }

    /// A part of a document's text with its matches marked.
    public struct Fragment: Hashable, Sendable {
        /// Where in the body it stands; empty for the whole text.
        public var path: String
        public var text: String
    }

    /// How much a vector search does to find the very nearest.
    public enum Effort: String, Sendable {
        case fast, normal, high
        /// Compares every vector.
        case exact
    }

    /// The fields that a text search is limited to: a path, several, or several with their weights. A path stands for all that is
    /// below it. No fields are all text.
    ///
    /// ```swift
    /// try articles.match("swift", on: ["title": 2, "body": 1])
    /// ```
    public struct Fields: Hashable, Sendable {
        /// As the library takes it; nil for all text.
        let json: JSON?

        /// All text.
        public static let all = Fields([])

        public init(_ paths: [String]) {
            json = paths.isEmpty ? nil : .array(paths.map(JSON.string))
        }

        /// A match in a field of the weight 2 counts twice.
        public init(_ weights: [String: Double]) {
            json = weights.isEmpty ? nil : .object(weights.mapValues(JSON.double))
        }
    }

    /// How misspelt a query may be.
    public enum Fuzziness: Hashable, Sendable {
        /// So many edits in all, up to three.
        case edits(Int)
        /// By the length of each word.
        case automatic

        var json: JSON {
            switch self {
            case .edits(let edits): .int(edits)
            case .automatic: "auto"
            }
        }
    }

    /// What stands around each match.
    public struct Marks: Hashable, Sendable {
        public var before: String
        public var after: String

        public init(_ before: String, _ after: String) {
            self.before = before
            self.after = after
        }
    }

    /// A short piece of the text around the best matches.
    public struct Snippet: Hashable, Sendable {
        public var marks: Marks
        /// Where text was left out.
        public var ellipsis: String
        /// How many words, at most: 1 to 64.
        public var words: Int

        public init(_ before: String, _ after: String, ellipsis: String = "…", words: Int = 16) {
            (marks, self.ellipsis, self.words) = (Marks(before, after), ellipsis, words)
        }
    }

    /// How a vector search goes about it, and what it cost.
    public struct SearchPlan: Hashable, Sendable, Codable {
        /// `exact` compared every vector, `flat` scanned the codes of all and compared the best, `partitioned` those of the
        /// partitions around the query.
        public var path: String
        /// How the filter was applied: `none`, `index` or `candidates`.
        public var filter: String
        public var scored: Int
        public var compared: Int
        public var bytesRead: Int

        enum CodingKeys: String, CodingKey {
            case path, filter, scored, compared, bytesRead = "bytes_read"
        }
    }

    /// How much of what an exact search finds was found.
    public struct Recall: Hashable, Sendable, Codable {
        public var queries: Int
        /// From 0 to 1.
        public var recall: Double
    }
}

extension Beaver.Fields: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    public init(stringLiteral path: String) { self.init([path]) }
    public init(arrayLiteral paths: String...) { self.init(paths) }
    /// The last counts if a path stands twice.
    public init(dictionaryLiteral weights: (String, Double)...) {
        self.init(Dictionary(weights, uniquingKeysWith: { $1 }))
    }
}

extension Beaver.Hit: Equatable where Body: Equatable {}
extension Beaver.Hit: Hashable where Body: Hashable {}

// MARK: Vectors

extension Beaver.Collection {
    public typealias Hit = Beaver.Hit<Body>

    /// The documents whose embeddings are nearest to a vector, up to `k`.
    public func search(
        _ vector: [Float], k: Int = 10, where filter: Beaver.Filter? = nil, effort: Beaver.Effort = .normal
    ) throws -> [Hit] {
        try search(vector, Self.options(k, filter, effort), nil)
    }

    public func search(
        _ vector: [Float], k: Int = 10, where filter: Beaver.Filter? = nil, effort: Beaver.Effort = .normal
    ) async throws -> [Hit] {
        try await waiting { try self.search(vector, Self.options(k, filter, effort), $0) }
    }

    private func search(_ vector: [Float], _ options: String, _ cancel: Cancel?) throws -> [Hit] {
        try checkGiven(vector)
        let rows = try withBytes(of: vector) { vector in
            try native { try handle.search(query: vector, options: options, cancel: cancel) }
        }
        return try rows.rows(hit)
    }

    /// How `search` goes about it.
    public func explainSearch(
        _ vector: [Float], k: Int = 10, where filter: Beaver.Filter? = nil, effort: Beaver.Effort = .normal
    ) throws -> Beaver.SearchPlan {
        try checkGiven(vector)
        let options = try Self.options(k, filter, effort)
        let plan = try withBytes(of: vector) { vector in
            try native { try handle.explainSearch(query: vector, options: options) }
        }
        return try Beaver.report(Beaver.SearchPlan.self, plan)
    }

    /// Searches for so many of the collection's own vectors, and tells how much of what an exact search finds was found.
    public func recallCheck(
        sample: Int, k: Int = 10, where filter: Beaver.Filter? = nil, effort: Beaver.Effort = .normal
    ) throws -> Beaver.Recall {
        let options = try Self.options(k, filter, effort)
        return try Beaver.report(
            Beaver.Recall.self, native { try handle.recallCheck(sample: UInt32(clamping: sample), options: options) })
    }

    public func recallCheck(
        sample: Int, k: Int = 10, where filter: Beaver.Filter? = nil, effort: Beaver.Effort = .normal
    ) async throws -> Beaver.Recall {
        try await offPool { try self.recallCheck(sample: sample, k: k, where: filter, effort: effort) }
    }

    private static func options(_ k: Int, _ filter: Beaver.Filter?, _ effort: Beaver.Effort) throws -> String {
        var options = OptionsText()
        try options.add("k", .int(k))
        try options.add("where", text: filter?.text)
        try options.add("effort", .string(effort.rawValue))
        return options.text
    }

    fileprivate func hit(_ scanner: inout JSONScanner) throws -> Hit {
        var (score, fragments) = (0.0, [Beaver.Fragment]())
        let record = try Self.row(&scanner, coder) { name, scanner in
            switch name {
            case "score": score = try scanner.number()
            case "fragments": _ = try scanner.array { fragments.append(try Beaver.Fragment(&$0)) }
            default: _ = try scanner.skip()
            }
        }
        return Hit(id: record.id, body: record.body, score: score, fragments: fragments)
    }
}

extension Beaver.Fragment {
    fileprivate init(_ scanner: inout JSONScanner) throws {
        (path, text) = ("", "")
        try scanner.members { name, scanner in
            switch name {
            case "path": path = try scanner.text()
            default: text = try scanner.text()
            }
        }
    }
}

// MARK: Text

extension Beaver.Collection {
    /// The documents whose text matches, up to `k`. Any text is a query: its words, all of which must be in a document, or an expression
    /// of FTS5.
    ///
    /// - Parameter fields: only the text at these paths.
    /// - Parameter fuzziness: how misspelt the query may be, for documents that were indexed as `fuzzy`.
    /// - Parameter prefix: whether the last word may be the beginning of one: search as you type.
    public func match(
        _ query: String, k: Int = 10, where filter: Beaver.Filter? = nil, on fields: Beaver.Fields = .all,
        fuzziness: Beaver.Fuzziness? = nil, prefix: Bool = false, highlight: Beaver.Marks? = nil, snippet: Beaver.Snippet? = nil
    ) throws -> [Hit] {
        let options = try Self.options(k, filter, fields, fuzziness, prefix, highlight, snippet)
        return try match(query, options, nil)
    }

    public func match(
        _ query: String, k: Int = 10, where filter: Beaver.Filter? = nil, on fields: Beaver.Fields = .all,
        fuzziness: Beaver.Fuzziness? = nil, prefix: Bool = false, highlight: Beaver.Marks? = nil, snippet: Beaver.Snippet? = nil
    ) async throws -> [Hit] {
        let options = try Self.options(k, filter, fields, fuzziness, prefix, highlight, snippet)
        return try await waiting { try self.match(query, options, $0) }
    }

    private func match(_ query: String, _ options: String, _ cancel: Cancel?) throws -> [Hit] {
        try native { try handle.matchText(query: query, options: options, cancel: cancel) }.rows(hit)
    }

    private static func options(
        _ k: Int, _ filter: Beaver.Filter?, _ fields: Beaver.Fields, _ fuzziness: Beaver.Fuzziness?, _ prefix: Bool,
        _ highlight: Beaver.Marks?, _ snippet: Beaver.Snippet?
    ) throws -> String {
        var options = OptionsText()
        try options.add("k", .int(k))
        try options.add("where", text: filter?.text)
        try options.add("on", fields.json)
        try options.add("fuzziness", fuzziness?.json)
        try options.add("prefix", .bool(prefix))
        try options.add("highlight", highlight.map { ["before": .string($0.before), "after": .string($0.after)] })
        try options.add(
            "snippet",
            snippet.map {
                [
                    "before": .string($0.marks.before), "after": .string($0.marks.after), "ellipsis": .string($0.ellipsis),
                    "words": .int($0.words),
                ]
            })
        return options.text
    }
}
