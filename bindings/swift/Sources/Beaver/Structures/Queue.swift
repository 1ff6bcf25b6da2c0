import Foundation
internal import BeaverNative

extension Beaver {
    /// A priority queue between threads and processes: the lowest priority first, then the oldest.
    public struct Queue<Value: Model>: Structure {
        let handle: QueueHandle
        let coder: ModelCoder

        init(_ handle: QueueHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! QueueHandle, _handle.coder)
        }
    }

    /// An item of a queue.
    public struct QueueItem<Value: Sendable>: Sendable {
        /// The lowest comes first.
        public var priority: Double
        /// When it was put.
        public var time: Date
        public var data: Value

        public init(priority: Double, time: Date, data: Value) {
            (self.priority, self.time, self.data) = (priority, time, data)
        }
    }

    /// An item that is lent out: to be acknowledged, or it comes back.
    public struct LeasedItem<Value: Sendable>: Sendable {
        /// What `ack`, `nack` and `extend` take.
        public var id: UInt64
        /// How often it was lent out, this time included.
        public var attempts: Int
        public var priority: Double
        /// When it was put.
        public var time: Date
        public var data: Value
    }

    /// What becomes of items that were lent out too often.
    public struct DeadLetters: Hashable, Sendable {
        /// After so many attempts …
        public var maxAttempts: Int
        /// … an item that comes back goes to the queue of this name.
        public var queue: String

        public init(after maxAttempts: Int, to queue: String) {
            self.maxAttempts = maxAttempts
            self.queue = queue
        }
    }
}

extension Beaver.QueueItem: Equatable where Value: Equatable {}
extension Beaver.QueueItem: Hashable where Value: Hashable {}
extension Beaver.LeasedItem: Equatable where Value: Equatable {}
extension Beaver.LeasedItem: Hashable where Value: Hashable {}

extension Beaver.Queue {
    public typealias Item = Beaver.QueueItem<Value>
    public typealias Leased = Beaver.LeasedItem<Value>

    /// Puts an item. The priority is any finite number.
    public func put(_ value: Value, priority: Double) throws {
        let text = try coder.text(value)
        try native { try handle.put(value: text, priority: priority) }
    }

    public func put(_ value: Value, priority: Double) async throws {
        try await offPool { try self.put(value, priority: priority) }
    }

    /// Puts many items in one commit.
    public func putMany(_ items: some Sequence<(value: Value, priority: Double)>) throws {
        let text = try coder.rows(items, member: "data", { $0.value }) { item, writer in
            writer.raw(",\"priority\":" as StaticString)
            try writer.double(item.priority)
        }
        try native { try handle.putMany(items: text) }
    }

    public func putMany(_ items: some Sequence<(value: Value, priority: Double)> & Sendable) async throws {
        try await offPool { try self.putMany(items) }
    }

    /// Takes the first item, and waits for one if there is none: for ever if the timeout is nil. Nil if the time ran out. An item that
    /// is no value of the queue's type stays where it is.
    public func get(timeout: Duration? = nil) throws -> Item? {
        try take(1, timeout, nil).items.first
    }

    /// As the blocking form. A task that is cancelled takes nothing.
    public func get(timeout: Duration? = nil) async throws -> Item? {
        try await getMany(1, timeout: timeout).first
    }

    /// Takes up to so many items, and waits for the first. None if the time ran out.
    public func getMany(_ most: Int, timeout: Duration? = nil) throws -> [Item] {
        try take(most, timeout, nil).items
    }

    /// As the blocking form. A task that is cancelled takes nothing.
    public func getMany(_ most: Int, timeout: Duration? = nil) async throws -> [Item] {
        try await waiting(undo: { try putBack(rows: $0.rows) }, { try self.take(most, timeout, $0) }).items
    }

    /// Puts an item that was taken back to its place in the order, for who took it and cannot have it. Between a `get` and this the item
    /// is in no file: what must survive a crash is leased.
    public func putBack(_ item: Item) throws {
        let (text, time) = (try coder.text(item.data), try item.time.microseconds())
        try native { try handle.putBack(value: text, priority: item.priority, timestampUs: time) }
    }

    public func putBack(_ item: Item) async throws {
        try await offPool { try self.putBack(item) }
    }

    /// The item that a `get` would take; nil if there is none.
    public func peek() throws -> Item? {
        try native { try handle.peek() }.map { try $0.withScanner { try item(&$0) } }
    }

    /// The items, in the order in which they would be taken.
    public func items() -> Beaver.Rows<Item> {
        Beaver.Rows({ [handle] in handle.items() }, item)
    }
}

// MARK: Leases

extension Beaver.Queue {
    /// Lends the first item out, for as long as it says: it is nobody else's until it is acknowledged, given back, or its lease is over,
    /// and then it is in its old place again. Waits as `get` does.
    public func lease(
        for lease: Duration, timeout: Duration? = nil, deadLetters: Beaver.DeadLetters? = nil
    ) throws -> Leased? {
        try self.lease(lease, timeout, deadLetters, nil)
    }

    /// As the blocking form. A task that is cancelled leases nothing.
    public func lease(
        for lease: Duration, timeout: Duration? = nil, deadLetters: Beaver.DeadLetters? = nil
    ) async throws -> Leased? {
        try await waiting(undo: { if let leased = $0 { try nack(leased.id) } }, { try self.lease(lease, timeout, deadLetters, $0) })
    }

    /// Settles a leased item: it is gone. False if the lease was over.
    @discardableResult
    public func ack(_ id: UInt64) throws -> Bool {
        try native { try handle.ack(id: id) }
    }

    @discardableResult
    public func ack(_ id: UInt64) async throws -> Bool {
        try await offPool { try self.ack(id) }
    }

    /// Gives a leased item back, to come again after the delay. False if the lease was over.
    @discardableResult
    public func nack(_ id: UInt64, delay: Duration = .zero) throws -> Bool {
        try native { try handle.nack(id: id, delaySeconds: delay.seconds) }
    }

    @discardableResult
    public func nack(_ id: UInt64, delay: Duration = .zero) async throws -> Bool {
        try await offPool { try self.nack(id, delay: delay) }
    }

    /// Keeps a leased item for that long from now on. False if the lease was over.
    @discardableResult
    public func extend(_ id: UInt64, for lease: Duration) throws -> Bool {
        try native { try handle.extend(id: id, leaseSeconds: lease.seconds) }
    }

    @discardableResult
    public func extend(_ id: UInt64, for lease: Duration) async throws -> Bool {
        try await offPool { try self.extend(id, for: lease) }
    }

    /// How many items are lent out.
    public var leased: Int {
        get throws { Int(try native { try handle.leased() }) }
    }
}

// MARK: What the library gives

extension Beaver.Queue {
    /// Items that were taken, and the rows that they were read from.
    private struct Taken: Sendable {
        var rows = "[]"
        var items: [Item] = []
    }

    private func take(_ most: Int, _ timeout: Duration?, _ cancel: Cancel?) throws -> Taken {
        let (most, timeout) = (UInt32(clamping: most), try milliseconds(timeout))
        guard let rows = try native({ try handle.getMany(most: most, timeoutMs: timeout, cancel: cancel) }) else { return Taken() }
        do {
            return Taken(rows: rows, items: try rows.rows(item))
        } catch {
            try putBack(rows: rows)
            throw error
        }
    }

    /// Puts what was taken back to its place, as it was.
    private func putBack(rows: String) throws {
        let raw = Beaver.Queue<JSONText>(handle, coder)
        for (item, microseconds) in try rows.rows(raw.row) {
            try native {
                try handle.putBack(value: item.data.text, priority: item.priority, timestampUs: microseconds)
            }
        }
    }

    private func item(_ scanner: inout JSONScanner) throws -> Item { try row(&scanner).item }

    private func row(_ scanner: inout JSONScanner) throws -> (item: Item, microseconds: Int64) {
        let leased = try leased(&scanner)
        let time = Date(microseconds: leased.microseconds)
        return (Item(priority: leased.priority, time: time, data: leased.data), leased.microseconds)
    }

    private func lease(
        _ lease: Duration, _ timeout: Duration?, _ deadLetters: Beaver.DeadLetters?, _ cancel: Cancel?
    ) throws -> Leased? {
        var options = OptionsText()
        try options.add("max_attempts", (deadLetters?.maxAttempts).map(JSON.int))
        try options.add("dead_letter", (deadLetters?.queue).map(JSON.string))
        let timeout = try milliseconds(timeout)
        let found = try native {
            try handle.lease(leaseSeconds: lease.seconds, timeoutMs: timeout, options: options.text, cancel: cancel)
        }
        guard let found else { return nil }
        do {
            return try found.withScanner { scanner in
                let row = try leased(&scanner)
                let time = Date(microseconds: row.microseconds)
                return Leased(id: row.id, attempts: row.attempts, priority: row.priority, time: time, data: row.data)
            }
        } catch {
            // What cannot be read is not kept from others until its lease is over.
            let raw = Beaver.Queue<JSONText>(handle, coder)
            try nack(found.withScanner { try raw.leased(&$0).id })
            throw error
        }
    }

    private typealias Row = (id: UInt64, attempts: Int, priority: Double, microseconds: Int64, data: Value)

    /// An item, leased or not.
    private func leased(_ scanner: inout JSONScanner) throws -> Row {
        var (id, attempts, priority, microseconds) = (UInt64(0), 0, 0.0, Int64(0))
        var data: Value?
        try scanner.members { name, scanner in
            switch name {
            case "id": id = UInt64(try scanner.integer())
            case "attempts": attempts = try scanner.integer()
            case "priority": priority = try scanner.number()
            case "timestamp_us": microseconds = Int64(try scanner.integer())
            default: data = try coder.value(Value.self, from: &scanner)
            }
        }
        guard let data else { throw scanner.fault }
        return (id, attempts, priority, microseconds, data)
    }
}
