import Foundation
internal import BeaverNative

extension Beaver {
    /// Which way along the edges.
    public enum Direction: String, Sendable, Codable {
        /// From source to target.
        case outgoing
        /// From target to source.
        case incoming
        case both
    }

    /// An edge from one document to another. There is one for each source, target and label.
    public struct Edge: Hashable, Sendable, Codable {
        public var source: String
        public var target: String
        /// What it means.
        public var label: String
        /// The cost of going along it: finite, not below zero.
        public var weight: Double
        public var metadata: JSON?

        public init(_ source: String, _ target: String, _ label: String, weight: Double = 1, metadata: JSON? = nil) {
            (self.source, self.target, self.label, self.weight, self.metadata) = (source, target, label, weight, metadata)
        }
    }

    /// A neighbour, and the edge that leads to it.
    public struct Neighbor<Body: Sendable>: Identifiable, Sendable {
        public var id: String
        public var body: Body
        /// As it was made: its source is the neighbour if it comes in.
        public var edge: Edge
    }

    /// A document that a walk came to.
    public struct Visit<Body: Sendable>: Identifiable, Sendable {
        public var id: String
        public var body: Body
        /// How many edges away.
        public var distance: Int
        /// The ids on the way, both ends included; empty if they were not asked for.
        public var path: [String]
    }

    /// A way from one document to another.
    public struct ShortestPath: Hashable, Sendable, Codable {
        /// The ids on the way, both ends included.
        public var ids: [String]
        /// The number of edges, or the sum of their weights.
        public var cost: Double
    }
}

extension Beaver.Neighbor: Equatable where Body: Equatable {}
extension Beaver.Neighbor: Hashable where Body: Hashable {}
extension Beaver.Visit: Equatable where Body: Equatable {}
extension Beaver.Visit: Hashable where Body: Hashable {}

// MARK: Edges

extension Beaver.Collection {
    /// Connects two documents, or gives the edge that is there another weight and other metadata.
    public func connect(_ edge: Beaver.Edge) throws {
        let options = try edge.options
        try native { try handle.connect(source: edge.source, target: edge.target, label: edge.label, options: options) }
    }

    public func connect(_ edge: Beaver.Edge) async throws {
        try await offPool { try self.connect(edge) }
    }

    /// Connects two documents.
    public func connect(_ source: String, to target: String, _ label: String, weight: Double = 1, metadata: JSON? = nil) throws {
        try connect(Beaver.Edge(source, target, label, weight: weight, metadata: metadata))
    }

    public func connect(
        _ source: String, to target: String, _ label: String, weight: Double = 1, metadata: JSON? = nil
    ) async throws {
        try await connect(Beaver.Edge(source, target, label, weight: weight, metadata: metadata))
    }

    /// Connects many in one commit; returns how many.
    @discardableResult
    public func connectMany(
        _ edges: some Sequence<Beaver.Edge>, progress: ((Beaver.Progress) throws -> Void)? = nil
    ) throws -> Int {
        var writer = JSONWriter()
        try writer.list("[", "]", edges) { writer, edge in try writer.json(edge.json) }
        let text = try writer.checkedText()
        return Int(try reporting(to: progress) { try handle.connectMany(edges: text, progress: $0) })
    }

    @discardableResult
    public func connectMany(
        _ edges: some Sequence<Beaver.Edge> & Sendable, progress: (@Sendable (Beaver.Progress) throws -> Void)? = nil
    ) async throws -> Int {
        try await stoppable { check in
            try self.connectMany(edges) { step in
                try check()
                try progress?(step)
            }
        }
    }

    /// Removes the edge of a label, or all from the one to the other; returns how many.
    @discardableResult
    public func disconnect(_ source: String, from target: String, _ label: String? = nil) throws -> Int {
        Int(try native { try handle.disconnect(source: source, target: target, label: label) })
    }

    @discardableResult
    public func disconnect(_ source: String, from target: String, _ label: String? = nil) async throws -> Int {
        try await offPool { try self.disconnect(source, from: target, label) }
    }
}

extension Beaver.Edge {
    /// What it carries besides its ends and its label.
    var options: String {
        get throws {
            var options = OptionsText()
            try options.add("weight", .double(weight))
            try options.add("metadata", metadata)
            return options.text
        }
    }

    fileprivate var json: JSON {
        var members: [String: JSON] = [
            "source": .string(source), "target": .string(target), "label": .string(label), "weight": .double(weight),
        ]
        members["metadata"] = metadata
        return .object(members)
    }

    fileprivate init(_ scanner: inout JSONScanner) throws {
        self.init("", "", "")
        try scanner.members { name, scanner in
            switch name {
            case "source": source = try scanner.text()
            case "target": target = try scanner.text()
            case "label": label = try scanner.text()
            case "weight": weight = try scanner.number()
            default: metadata = scanner.null() ? nil : try scanner.json()
            }
        }
    }
}

// MARK: Ways along them

extension Beaver.Collection {
    public typealias Neighbor = Beaver.Neighbor<Body>
    public typealias Visit = Beaver.Visit<Body>

    /// The documents one edge away, by label and id. Only along edges with one of the labels, if there are any.
    public func neighbors(
        of id: String, labels: [String] = [], direction: Beaver.Direction = .outgoing, limit: Int? = nil
    ) throws -> [Neighbor] {
        var options = try OptionsText(labels, direction)
        try options.add("limit", limit.map(JSON.int))
        return try native { try handle.neighbors(id: id, options: options.text) }.rows { scanner in
            var edge: Beaver.Edge?
            let record = try Self.row(&scanner, coder) { name, scanner in
                edge = try Beaver.Edge(&scanner)
            }
            guard let edge else { throw scanner.fault }
            return Neighbor(id: record.id, body: record.body, edge: edge)
        }
    }

    /// The documents within `depth` edges of one, the nearest first, each once, without the one itself.
    ///
    /// - Parameter maxNodes: how many are given at most.
    /// - Parameter fanOut: how many edges of one document are followed at most.
    /// - Parameter paths: whether each comes with the way to it.
    /// - Parameter filter: which are given; the walk goes on through the others.
    public func walk(
        from source: String, depth: Int = 1, labels: [String] = [], direction: Beaver.Direction = .outgoing,
        maxNodes: Int? = nil, fanOut: Int? = nil, paths: Bool = false, where filter: Beaver.Filter? = nil
    ) throws -> [Visit] {
        try walk(source, Self.options(depth, labels, direction, maxNodes, fanOut, paths, filter), nil)
    }

    public func walk(
        from source: String, depth: Int = 1, labels: [String] = [], direction: Beaver.Direction = .outgoing,
        maxNodes: Int? = nil, fanOut: Int? = nil, paths: Bool = false, where filter: Beaver.Filter? = nil
    ) async throws -> [Visit] {
        let options = try Self.options(depth, labels, direction, maxNodes, fanOut, paths, filter)
        return try await waiting { try self.walk(source, options, $0) }
    }

    private static func options(
        _ depth: Int, _ labels: [String], _ direction: Beaver.Direction, _ maxNodes: Int?, _ fanOut: Int?, _ paths: Bool,
        _ filter: Beaver.Filter?
    ) throws -> String {
        var options = try OptionsText(labels, direction)
        try options.add("depth", .int(depth))
        try options.add("max_nodes", maxNodes.map(JSON.int))
        try options.add("fan_out", fanOut.map(JSON.int))
        try options.add("paths", .bool(paths))
        try options.add("where", text: filter?.text)
        return options.text
    }

    private func walk(_ source: String, _ options: String, _ cancel: Cancel?) throws -> [Visit] {
        try native { try handle.walk(source: source, options: options, cancel: cancel) }.rows { scanner in
            var (distance, path) = (0, [String]())
            let record = try Self.row(&scanner, coder) { name, scanner in
                switch name {
                case "distance": distance = try scanner.integer()
                default: _ = try scanner.array { path.append(try $0.text()) }
                }
            }
            return Visit(id: record.id, body: record.body, distance: distance, path: path)
        }
    }

    /// A shortest way from one document to another, by the number of edges, or by the sum of their weights; nil if there is none.
    ///
    /// - Parameter maxNodes: how many documents are visited before it is given up as `BeaverError.Kind.limit`.
    public func shortestPath(
        from source: String, to target: String, labels: [String] = [], direction: Beaver.Direction = .outgoing,
        weighted: Bool = false, maxNodes: Int? = nil
    ) throws -> Beaver.ShortestPath? {
        try shortestPath(source, target, Self.options(labels, direction, weighted, maxNodes), nil)
    }

    public func shortestPath(
        from source: String, to target: String, labels: [String] = [], direction: Beaver.Direction = .outgoing,
        weighted: Bool = false, maxNodes: Int? = nil
    ) async throws -> Beaver.ShortestPath? {
        let options = try Self.options(labels, direction, weighted, maxNodes)
        return try await waiting { try self.shortestPath(source, target, options, $0) }
    }

    private static func options(
        _ labels: [String], _ direction: Beaver.Direction, _ weighted: Bool, _ maxNodes: Int?
    ) throws -> String {
        var options = try OptionsText(labels, direction)
        try options.add("weighted", .bool(weighted))
        try options.add("max_nodes", maxNodes.map(JSON.int))
        return options.text
    }

    private func shortestPath(
        _ source: String, _ target: String, _ options: String, _ cancel: Cancel?
    ) throws -> Beaver.ShortestPath? {
        try native { try handle.shortestPath(source: source, target: target, options: options, cancel: cancel) }
            .map { try Beaver.report(Beaver.ShortestPath.self, $0) }
    }

    /// How many edges a document has.
    public func degree(of id: String, labels: [String] = [], direction: Beaver.Direction = .outgoing) throws -> Int {
        let options = try OptionsText(labels, direction).text
        return Int(try native { try handle.degree(id: id, options: options) })
    }
}

extension OptionsText {
    /// Which edges are followed.
    fileprivate init(_ labels: [String], _ direction: Beaver.Direction) throws {
        self.init()
        try add("labels", .array(labels.map(JSON.string)))
        try add("direction", .string(direction.rawValue))
    }
}
