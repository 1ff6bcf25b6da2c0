import Foundation
internal import BeaverNative

extension Beaver {
    /// Entries in the order of their times.
    public struct Log<Value: Model>: Structure {
        let handle: LogHandle
        let coder: ModelCoder

        init(_ handle: LogHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! LogHandle, _handle.coder)
        }
    }

    /// An entry of a log.
    public struct LogEntry<Value: Sendable>: Sendable {
        /// Unique in its log, to the microsecond.
        public var time: Date
        public var data: Value
    }
}

extension Beaver.LogEntry: Equatable where Value: Equatable {}
extension Beaver.LogEntry: Hashable where Value: Hashable {}

extension Beaver.Log {
    public typealias Entry = Beaver.LogEntry<Value>

    static func entry(_ scanner: inout JSONScanner, _ coder: ModelCoder) throws -> Entry {
        var time: Date?
        var data: Value?
        try scanner.members { name, scanner in
            switch name {
            case "timestamp_us": time = try scanner.time()
            default: data = try coder.value(Value.self, from: &scanner)
            }
        }
        guard let time, let data else { throw scanner.fault }
        return Entry(time: time, data: data)
    }

    /// Appends an entry, at the time of now if none is given; returns the time it got.
    @discardableResult
    public func append(_ value: Value, at time: Date? = nil) throws -> Date {
        let (text, time) = (try coder.text(value), try time?.microseconds())
        return Date(microseconds: try native { try handle.append(value: text, atUs: time) })
    }

    @discardableResult
    public func append(_ value: Value, at time: Date? = nil) async throws -> Date {
        try await offPool { try self.append(value, at: time) }
    }

    /// Appends many in one commit; returns their times.
    @discardableResult
    public func appendMany(_ values: some Sequence<Value>) throws -> [Date] {
        try appendMany(values.map { (time: nil, value: $0) })
    }

    @discardableResult
    public func appendMany(_ values: some Sequence<Value> & Sendable) async throws -> [Date] {
        try await offPool { try self.appendMany(values) }
    }

    /// Appends many, each at its time, or at that of now; returns the times they got.
    @discardableResult
    public func appendMany(_ entries: some Sequence<(time: Date?, value: Value)>) throws -> [Date] {
        let text = try coder.rows(entries, member: "data", { $0.value }) { entry, writer in
            guard let time = try entry.time?.microseconds() else { return }
            writer.raw(",\"timestamp_us\":\(time)")
        }
        return try native { try handle.appendMany(items: text) }.map(Date.init(microseconds:))
    }

    @discardableResult
    public func appendMany(_ entries: some Sequence<(time: Date?, value: Value)> & Sendable) async throws -> [Date] {
        try await offPool { try self.appendMany(entries) }
    }

    /// The entries from `start` to before `end`, each open if it is nil, up to `limit`; with `newestFirst`, those count from the end.
    public func range(
        from start: Date? = nil, to end: Date? = nil, limit: Int? = nil, newestFirst: Bool = false
    ) -> Beaver.Rows<Entry> {
        Beaver.Rows(
            { [handle] in
                var options = OptionsText()
                try options.add("limit", limit.map(JSON.int))
                try options.add("reverse", .bool(newestFirst))
                return try handle.range(startUs: start?.microseconds(), endUs: end?.microseconds(), options: options.text)
            }, { [coder] in try Self.entry(&$0, coder) })
    }

    /// All entries, the oldest first.
    public func items() -> Beaver.Rows<Entry> { range() }

    /// The newest entries, the newest first.
    public func latest(_ most: Int) throws -> [Entry] {
        try native { try handle.latest(most: UInt32(clamping: most)) }.rows { try Self.entry(&$0, coder) }
    }

    /// Removes entries older than a time; returns how many.
    @discardableResult
    public func prune(olderThan time: Date) throws -> Int {
        let time = try time.microseconds()
        return Int(try native { try handle.pruneOlder(olderThanUs: time) })
    }

    @discardableResult
    public func prune(olderThan time: Date) async throws -> Int {
        try await offPool { try self.prune(olderThan: time) }
    }

    /// Removes all but the newest; returns how many.
    @discardableResult
    public func prune(keepingLast count: Int) throws -> Int {
        guard count >= 0 else { throw BeaverError(.invalidArgument, "a log keeps no fewer than no entries") }
        return Int(try native { try handle.pruneKeep(keepLast: UInt64(count)) })
    }

    @discardableResult
    public func prune(keepingLast count: Int) async throws -> Int {
        try await offPool { try self.prune(keepingLast: count) }
    }
}
