import Foundation
internal import BeaverNative

extension Beaver {
    /// Documents that are found by their fields, their text, their vectors and their relations.
    ///
    /// ```swift
    /// let articles = try db.collection("articles", as: Article.self)
    /// try articles.index(Document(id: "sqlite", Article(title: "SQLite", year: 2000), embedding: [0.1, 0.9]))
    /// for hit in try articles.match("databases", where: Field("year") >= 2000) { print(hit.body.title) }
    /// ```
    public struct Collection<Body: Model>: Structure {
        let handle: CollectionHandle
        let coder: ModelCoder

        init(_ handle: CollectionHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! CollectionHandle, _handle.coder)
        }
    }

    /// A document: a body of a type, and an embedding if it is to be found by one.
    public struct Document<Body: Sendable>: Identifiable, Sendable {
        /// Unique in its collection.
        public var id: String
        public var body: Body
        public var embedding: [Float]?

        /// A document under an id, a random one if none is given.
        public init(id: String = UUID().uuidString.lowercased(), _ body: Body, embedding: [Float]? = nil) {
            self.id = id
            self.body = body
            self.embedding = embedding
        }
    }

    /// Which text of a document full-text search finds.
    public enum FullText: Hashable, Sendable {
        /// All strings of the body.
        case all
        case none
        /// Those at these paths.
        case fields([String])

        fileprivate var json: JSON {
            switch self {
            case .all: true
            case .none: false
            case .fields(let paths): .array(paths.map(JSON.string))
            }
        }
    }

    /// How the vectors of a collection are compared.
    public enum Metric: String, Sendable, Codable {
        /// Squared Euclidean distance.
        case l2
        /// One minus the cosine.
        case cosine
        /// Minus the inner product.
        case dot
    }

    /// How text is cut into the words that are found.
    public enum Tokenizer: String, Sendable, Codable {
        /// Words by their English stems.
        case porter
        /// Words without regard to case and diacritics: for other languages.
        case unicode = "unicode61"
        /// Any three characters in a row.
        case trigram
    }

    /// What is fixed for a whole collection.
    public struct CollectionSettings: Hashable, Sendable, Codable {
        public var metric: Metric
        public var tokenizer: Tokenizer
        /// How many components its vectors have; nil until there is one.
        public var dimension: Int?
    }

    /// How the vectors of a collection are searched.
    public enum VectorTier: String, Sendable, Codable {
        /// There are no codes: every vector is compared.
        case exact
        /// The codes of all are searched.
        case flat
        /// The codes of the nearest partitions are searched.
        case partitioned
    }

    /// The index of a collection's vectors in numbers, which are 0 as long as there are no codes.
    public struct VectorIndexStats: Hashable, Sendable, Codable {
        public var tier: VectorTier
        /// In how many partitions the codes lie: 1 if all are searched.
        public var partitions: Int
        /// How many codes are searched, the stale ones included.
        public var codes: Int
        /// How many of them are of vectors that are gone.
        public var stale: Int
        /// How many bytes they take in the file.
        public var bytes: Int
        /// Grows whenever the partitions change, and when all codes were made anew.
        public var epoch: Int
        /// Whether the codes are being made anew.
        public var building: Bool
    }

    /// A collection in numbers, as of one moment.
    public struct CollectionStats: Hashable, Sendable, Codable {
        /// How many documents there are.
        public var documents: Int
        /// How many components the vectors have; nil until there is one.
        public var dimension: Int?
        /// How they are indexed.
        public var vectors: VectorIndexStats
    }
}

extension Beaver.Document: Equatable where Body: Equatable {}
extension Beaver.Document: Hashable where Body: Hashable {}

// MARK: Settings

extension Beaver.Collection {
    public typealias Document = Beaver.Document<Body>

    /// Chooses how vectors are compared and text is cut, while the collection is empty. What is nil is as if nothing was chosen.
    public func configure(metric: Beaver.Metric? = nil, tokenizer: Beaver.Tokenizer? = nil) throws {
        var options = OptionsText()
        try options.add("metric", (metric?.rawValue).map(JSON.string))
        try options.add("tokenizer", (tokenizer?.rawValue).map(JSON.string))
        try native { try handle.configure(settings: options.text) }
    }

    public func configure(metric: Beaver.Metric? = nil, tokenizer: Beaver.Tokenizer? = nil) async throws {
        try await offPool { try self.configure(metric: metric, tokenizer: tokenizer) }
    }

    /// What was chosen.
    public var settings: Beaver.CollectionSettings {
        get throws { try Beaver.report(Beaver.CollectionSettings.self, native { try handle.settings() }) }
    }

    /// How many documents there are, and how their vectors are indexed. Takes the longer the more there are.
    public func stats() throws -> Beaver.CollectionStats {
        try Beaver.report(Beaver.CollectionStats.self, native { try handle.stats() })
    }

    public func stats() async throws -> Beaver.CollectionStats {
        try await offPool { try self.stats() }
    }
}

// MARK: Documents

extension Beaver.Collection {
    /// A document; nil if it is not there.
    public subscript(id: String) -> Document? {
        get throws { try get(id) }
    }

    /// A document; nil if it is not there.
    public func get(_ id: String) throws -> Document? {
        try native { try handle.get(id: id) }.map { try Self.document($0, coder) }
    }

    private static func document(_ stored: StoredDocument, _ coder: ModelCoder) throws -> Document {
        let body = try coder.value(Body.self, stored.body)
        return Document(id: stored.id, body, embedding: stored.embedding.map { [Float](bytes: $0) })
    }

    /// Whether there is such a document.
    public func contains(_ id: String) throws -> Bool {
        try native { try handle.contains(id: id) }
    }

    /// All documents, with their embeddings, in the order of their ids.
    public func documents() -> Beaver.Rows<Document> {
        Beaver.Rows { [handle, coder] in
            let cursor = handle.storedDocuments()
            return {
                let page = try native { try cursor.nextPage(most: Beaver.Rows<Document>.pageSize) }
                return try page.map { try Self.document($0, coder) }
            }
        }
    }

    /// Stores a document in the place of the one of its id. False if the very same is there already.
    ///
    /// - Parameter text: which text of it full-text search finds.
    /// - Parameter fuzzy: whether its words join those that a misspelt query is compared with.
    @discardableResult
    public func index(_ document: Document, text: Beaver.FullText = .all, fuzzy: Bool = false) throws -> Bool {
        let body = try coder.text(document.body)
        try checkGiven(document.embedding)
        let options = try Beaver.indexOptions(text, fuzzy)
        return try withBytes(of: document.embedding ?? []) { embedding in
            try native { try handle.index(id: document.id, body: body, embedding: embedding, options: options) }.written
        }
    }

    @discardableResult
    public func index(_ document: Document, text: Beaver.FullText = .all, fuzzy: Bool = false) async throws -> Bool {
        try await offPool { try self.index(document, text: text, fuzzy: fuzzy) }
    }

    /// Stores many documents in one commit; returns how many. An error of `progress` ends it, and nothing is stored.
    @discardableResult
    public func indexMany(
        _ documents: some Sequence<Document>, text: Beaver.FullText = .all, fuzzy: Bool = false,
        progress: ((Beaver.Progress) throws -> Void)? = nil
    ) throws -> Int {
        let documents = Array(documents)
        let bodies = try coder.rows(documents, member: "body", \.body) { document, writer in
            writer.raw(",\"id\":" as StaticString)
            writer.string(document.id)
        }
        let matrix = try Matrix(documents.map(\.embedding))
        let options = try Beaver.indexOptions(text, fuzzy)
        return try reporting(to: progress) { listener in
            Int(
                try handle.indexMany(
                    documents: bodies, embeddings: matrix.components, dimension: matrix.dimension, hasEmbedding: matrix.has,
                    options: options, progress: listener))
        }
    }

    @discardableResult
    public func indexMany(
        _ documents: some Sequence<Document> & Sendable, text: Beaver.FullText = .all, fuzzy: Bool = false,
        progress: (@Sendable (Beaver.Progress) throws -> Void)? = nil
    ) async throws -> Int {
        try await stoppable { check in
            try self.indexMany(documents, text: text, fuzzy: fuzzy) { step in
                try check()
                try progress?(step)
            }
        }
    }

    /// Removes a document and its edges; false if there was none.
    @discardableResult
    public func drop(_ id: String) throws -> Bool {
        try native { try handle.remove(id: id) }
    }

    @discardableResult
    public func drop(_ id: String) async throws -> Bool {
        try await offPool { try self.drop(id) }
    }
}

extension Beaver {
    static func indexOptions(_ text: FullText, _ fuzzy: Bool) throws -> String {
        var options = OptionsText()
        try options.add("fts", text.json)
        try options.add("fuzzy", .bool(fuzzy))
        return options.text
    }
}

/// Embeddings, row by row, of those documents that have one.
private struct Matrix {
    var components = Data()
    var has = Data()
    var dimension: UInt32 = 0

    init(_ embeddings: [[Float]?]) throws {
        guard let width = embeddings.lazy.compactMap({ $0?.count }).first else { return }
        components.reserveCapacity(embeddings.count * width * MemoryLayout<Float>.stride)
        for (index, embedding) in embeddings.enumerated() {
            has.append(embedding == nil ? 0 : 1)
            guard let embedding else { continue }
            guard embedding.count == width, width > 0 else {
                let found = embedding.count
                throw BeaverError(
                    .invalidArgument, "the embedding has \(found) components: all must have as many as the first, and at least one",
                    operation: index)
            }
            embedding.withUnsafeBytes { components.append(contentsOf: $0) }
        }
        dimension = UInt32(clamping: width)
        try checkSize(components)
    }
}
