import Foundation
internal import BeaverNative

extension Beaver {
    /// A document without its embedding, as searches give it.
    public struct Record<Body: Sendable>: Identifiable, Sendable {
        public var id: String
        public var body: Body
    }

    /// A page of what a query found.
    public struct Found<Body: Sendable>: Sendable {
        public var documents: [Record<Body>]
        /// Where the same query goes on; nil after the last page.
        public var cursor: String?
    }

    /// How a query goes about it, and what it cost.
    public struct FindPlan: Hashable, Sendable, Codable {
        /// The indexed fields that were used; none if every document was looked at.
        public var indexes: [String]
        /// Whether the order came out of an index.
        public var ordered: Bool
        /// How many bodies were looked at.
        public var examined: Int
        /// How many documents are given.
        public var matched: Int
    }
}

extension Beaver.Record: Equatable where Body: Equatable {}
extension Beaver.Record: Hashable where Body: Hashable {}
extension Beaver.Found: Equatable where Body: Equatable {}
extension Beaver.Found: Hashable where Body: Hashable {}

extension Beaver.Collection {
    public typealias Record = Beaver.Record<Body>

    /// The documents that a filter matches, in order.
    ///
    /// - Parameter order: paths of fields; `-year` descends. Documents without a difference come by their ids.
    /// - Parameter cursor: where the same query left off.
    public func find(
        _ filter: Beaver.Filter? = nil, order: [String] = [], limit: Int = 100, after cursor: String? = nil
    ) throws -> Beaver.Found<Body> {
        let query = try Self.query(filter, order, limit, cursor)
        let text = try native { try handle.find(query: query) }
        var found = Beaver.Found<Body>(documents: [])
        try text.withScanner { scanner in
            try scanner.members { name, scanner in
                switch name {
                case "documents":
                    _ = try scanner.array { scanner in found.documents.append(try Self.record(&scanner, coder)) }
                default: found.cursor = scanner.null() ? nil : try scanner.text()
                }
            }
        }
        return found
    }

    public func find(
        _ filter: Beaver.Filter? = nil, order: [String] = [], limit: Int = 100, after cursor: String? = nil
    ) async throws -> Beaver.Found<Body> {
        try await offPool { try self.find(filter, order: order, limit: limit, after: cursor) }
    }

    /// How `find` goes about it.
    public func explainFind(
        _ filter: Beaver.Filter? = nil, order: [String] = [], limit: Int = 100, after cursor: String? = nil
    ) throws -> Beaver.FindPlan {
        let query = try Self.query(filter, order, limit, cursor)
        return try Beaver.report(Beaver.FindPlan.self, native { try handle.explainFind(query: query) })
    }

    private static func query(_ filter: Beaver.Filter?, _ order: [String], _ limit: Int, _ cursor: String?) throws -> String {
        var options = OptionsText()
        try options.add("where", text: filter?.text)
        if !order.isEmpty { try options.add("order", .array(order.map(JSON.string))) }
        try options.add("limit", .int(limit))
        try options.add("cursor", cursor.map(JSON.string))
        return options.text
    }

    static func record(_ scanner: inout JSONScanner, _ coder: ModelCoder) throws -> Record {
        try row(&scanner, coder) { _, scanner in _ = try scanner.skip() }
    }

    /// A row that has a document and more.
    static func row(
        _ scanner: inout JSONScanner, _ coder: ModelCoder, _ more: (String, inout JSONScanner) throws -> Void
    ) throws -> Record {
        var id: String?
        var body: Body?
        try scanner.members { name, scanner in
            switch name {
            case "id": id = try scanner.text()
            case "body": body = try coder.value(Body.self, from: &scanner)
            default: try more(name, &scanner)
            }
        }
        guard let id, let body else { throw scanner.fault }
        return Record(id: id, body: body)
    }

    /// How many documents a filter matches.
    public func count(where filter: Beaver.Filter) throws -> Int {
        let text = try filter.text
        return Int(try native { try handle.count(filter: text) })
    }

    public func count(where filter: Beaver.Filter) async throws -> Int {
        try await offPool { try self.count(where: filter) }
    }

    /// Indexes a field, so that filters and orders by it need not read every document; false if it is indexed already. Stopped by an
    /// error of `progress`, it goes on with the next call.
    @discardableResult
    public func createIndex(_ path: String, progress: ((Beaver.Progress) throws -> Void)? = nil) throws -> Bool {
        try reporting(to: progress) { try handle.createIndex(path: path, progress: $0) }
    }

    @discardableResult
    public func createIndex(
        _ path: String, progress: (@Sendable (Beaver.Progress) throws -> Void)? = nil
    ) async throws -> Bool {
        try await stoppable { check in
            try self.createIndex(path) { step in
                try check()
                try progress?(step)
            }
        }
    }

    /// Removes the index of a field; false if there is none.
    @discardableResult
    public func dropIndex(_ path: String) throws -> Bool {
        try native { try handle.dropIndex(path: path) }
    }

    @discardableResult
    public func dropIndex(_ path: String) async throws -> Bool {
        try await offPool { try self.dropIndex(path) }
    }

    /// The paths of the indexed fields.
    public var indexes: [String] {
        get throws { try native { try handle.indexes() } }
    }
}

// MARK: Upkeep

extension Beaver.Collection {
    /// Makes everything anew that is derived from the documents.
    public func rebuild(progress: ((Beaver.Progress) throws -> Void)? = nil) throws {
        try reporting(to: progress) { try handle.rebuild(progress: $0) }
    }

    public func rebuild(progress: (@Sendable (Beaver.Progress) throws -> Void)? = nil) async throws {
        try await stoppable { check in
            try self.rebuild { step in
                try check()
                try progress?(step)
            }
        }
    }

    /// Brings the codes of the vectors to the state of a fresh build. Collections do that by themselves.
    public func compact(progress: ((Beaver.Progress) throws -> Void)? = nil) throws {
        try reporting(to: progress) { try handle.compact(progress: $0) }
    }

    public func compact(progress: (@Sendable (Beaver.Progress) throws -> Void)? = nil) async throws {
        try await stoppable { check in
            try self.compact { step in
                try check()
                try progress?(step)
            }
        }
    }
}
