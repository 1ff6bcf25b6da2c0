import Foundation
internal import BeaverNative

extension Beaver {
    /// What dicts, lists, queues, blobs, logs, channels and collections have in common.
    ///
    /// A structure is its name: handles of one name are the same structure, in every thread and process. It need not be made, and is
    /// gone when it is empty.
    public protocol Structure: Sendable {
        /// Not for use: what the common calls are made on.
        var _handle: StructureHandle { get }
        /// Not for use: the same structure by another handle.
        init(_handle: StructureHandle)
    }

    /// What stands behind a structure.
    public struct StructureHandle: Sendable {
        let native: any NativeStructure
        let coder: ModelCoder
    }

    /// The form of a dump.
    public enum DumpFormat: String, Sendable {
        /// One JSON object.
        case json
        /// A line of JSON for each item, after one that says what it is.
        case jsonLines = "jsonl"
    }

    /// What becomes of what is there when a dump is loaded.
    public enum LoadMode: String, Sendable {
        case replace, append
    }
}

/// What every handle of the library can do.
protocol NativeStructure: AnyObject, Sendable {
    func name() -> String
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)?
    func release() throws -> Bool
    func renew(ttlSeconds: Double) throws -> Bool
    func locked() throws -> Bool
    func on(event: String) throws -> SubscriptionHandle
    func dump(options: String) throws -> Data
    func dumpTo(sink: DumpSink, options: String) throws
    func load(text: Data, options: String) throws -> UInt64
    func loadFrom(source: LoadSource, options: String) throws -> UInt64
    func clear() throws -> UInt64
    func len() throws -> UInt64
}

extension DictHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}
extension ListHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}
extension QueueHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}
extension BlobsHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}
extension LogHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}
extension ChannelHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}
extension CollectionHandle: NativeStructure {
    func acquired(timeoutMs: Int64, ttlSeconds: Double, cancel: Cancel?) throws -> (any NativeStructure)? {
        try acquire(timeoutMs: timeoutMs, ttlSeconds: ttlSeconds, cancel: cancel)
    }
}

extension Beaver.Structure {
    private var handle: any NativeStructure { _handle.native }

    /// What it is called.
    public var name: String { handle.name() }

    /// How many items it has.
    public var count: Int {
        get throws { Int(try native { try handle.len() }) }
    }

    /// Removes everything in it; returns how many items.
    @discardableResult
    public func clear() throws -> Int {
        Int(try native { try handle.clear() })
    }

    @discardableResult
    public func clear() async throws -> Int {
        try await offPool { try self.clear() }
    }

    /// Listens to an event of it (`set`, `push`, `put` …), or to all.
    public func on(_ event: String = "*") throws -> Beaver.Subscription<Beaver.Event> {
        Beaver.Subscription(try native { try handle.on(event: event) }, _handle.coder)
    }
}

extension Beaver {
    /// How long what is acquired or locked stays so, if its owner neither gives it back nor renews it.
    public static let ownerTTL = Duration.seconds(60)
}

// MARK: Ownership

extension Beaver.Structure {
    /// Waits until the structure belongs to one handle alone, and gives that handle; nil if the time ran out. Its changes pass, and
    /// those of everybody else, in any process, wait until it is released or gone, or its time to live is over. Reads never wait.
    public func acquire(timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL) throws -> Self? {
        try acquire(timeout, ttl, nil)
    }

    /// As the blocking form; a task that is cancelled gets nothing.
    public func acquire(timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL) async throws -> Self? {
        try await waiting(undo: { _ = try $0?.release() }, { try self.acquire(timeout, ttl, $0) })
    }

    private func acquire(_ timeout: Duration?, _ ttl: Duration, _ cancel: Cancel?) throws -> Self? {
        let timeout = try milliseconds(timeout)
        let owned = try native { try handle.acquired(timeoutMs: timeout, ttlSeconds: ttl.seconds, cancel: cancel) }
        return owned.map { Self(_handle: Beaver.StructureHandle(native: $0, coder: _handle.coder)) }
    }

    /// Acquires the structure for as long as `body` runs.
    ///
    /// - Throws: `BeaverError.Kind.timeout` if the time ran out.
    public func withAcquired<Result>(
        timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL, _ body: (Self) throws -> Result
    ) throws -> Result {
        guard let owned = try acquire(timeout, ttl, nil) else { throw BeaverError.notAcquired(name) }
        defer { _ = try? owned.release() }
        return try body(owned)
    }

    /// As the blocking form.
    public func withAcquired<Result: Sendable>(
        timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL, _ body: (Self) async throws -> Result
    ) async throws -> Result {
        guard let owned = try await acquire(timeout: timeout, ttl: ttl) else { throw BeaverError.notAcquired(name) }
        return try await releasing({ _ = try owned.release() }) { try await body(owned) }
    }

    /// Gives an acquired structure back; false if it did not belong to this handle any more.
    @discardableResult
    public func release() throws -> Bool {
        try native { try handle.release() }
    }

    @discardableResult
    public func release() async throws -> Bool {
        try await offPool { try self.release() }
    }

    /// Keeps an acquired structure for that long from now on; false if it did not belong to this handle any more.
    @discardableResult
    public func renew(ttl: Duration = Beaver.ownerTTL) throws -> Bool {
        try native { try handle.renew(ttlSeconds: ttl.seconds) }
    }

    @discardableResult
    public func renew(ttl: Duration = Beaver.ownerTTL) async throws -> Bool {
        try await offPool { try self.renew(ttl: ttl) }
    }

    /// Whether it belongs to somebody.
    public var isLocked: Bool {
        get throws { try native { try handle.locked() } }
    }
}

// MARK: Dumps

extension Beaver.Structure {
    /// Everything in it as text.
    public func dump(_ format: Beaver.DumpFormat = .json) throws -> Data {
        try native { try handle.dump(options: #"{"format":"\#(format.rawValue)"}"#) }
    }

    public func dump(_ format: Beaver.DumpFormat = .json) async throws -> Data {
        try await offPool { try self.dump(format) }
    }

    /// Gives everything in it as text, piece by piece. An error of `sink` ends it.
    public func dump(_ format: Beaver.DumpFormat = .json, to sink: (Data) throws -> Void) throws {
        try writing(to: sink) { try handle.dumpTo(sink: $0, options: #"{"format":"\#(format.rawValue)"}"#) }
    }

    public func dump(_ format: Beaver.DumpFormat = .json, to sink: @escaping @Sendable (Data) throws -> Void) async throws {
        try await stoppable { check in
            try self.dump(format) { piece in
                try check()
                try sink(piece)
            }
        }
    }

    /// Takes in what `dump` gave: all of it, or nothing. Returns how many items.
    @discardableResult
    public func load(_ dump: Data, _ mode: Beaver.LoadMode = .replace) throws -> Int {
        try checkSize(dump)
        return Int(try native { try handle.load(text: dump, options: #"{"mode":"\#(mode.rawValue)"}"#) })
    }

    @discardableResult
    public func load(_ dump: Data, _ mode: Beaver.LoadMode = .replace) async throws -> Int {
        try await offPool { try self.load(dump, mode) }
    }

    /// Takes in a dump piece by piece. `source` is told how much is wanted next, and gives some bytes, or none at the end. An error
    /// of it leaves everything as it was.
    @discardableResult
    public func load(_ mode: Beaver.LoadMode = .replace, from source: (Int) throws -> Data) throws -> Int {
        Int(try reading(from: source) { try handle.loadFrom(source: $0, options: #"{"mode":"\#(mode.rawValue)"}"#) })
    }

    @discardableResult
    public func load(_ mode: Beaver.LoadMode = .replace, from source: @escaping @Sendable (Int) throws -> Data) async throws -> Int {
        try await stoppable { check in
            try self.load(mode) { wanted in
                try check()
                return try source(wanted)
            }
        }
    }
}

extension BeaverError {
    static func notAcquired(_ name: String) -> BeaverError {
        BeaverError(.timeout, "\(name) belonged to somebody else for the whole time")
    }
}

/// One call takes no more bytes than this.
func checkSize(_ data: Data) throws {
    guard data.count <= Int(Int32.max) else { throw BeaverError(.limit, "more than 2 GiB in one call: give it piece by piece") }
}

/// Runs a body, and gives back what it needed however it ends, also if its task is cancelled.
func releasing<Result: Sendable>(
    _ release: @escaping @Sendable () throws -> Void, _ body: () async throws -> Result
) async throws -> Result {
    let result: Result
    do {
        result = try await body()
    } catch {
        try? await onWorker(release)
        throw error
    }
    try? await onWorker(release)
    return result
}
