import Foundation
internal import BeaverNative

extension Beaver {
    /// What has to hold for an operation of a batch, when it comes to it.
    public enum Condition<Value: Model>: Sendable {
        /// The key is not there.
        case absent
        /// The value is this one.
        case equals(Value)

        func text(_ coder: ModelCoder) throws -> String {
            switch self {
            case .absent: #"{"if":"absent"}"#
            case .equals(let value): #"{"if":{"equals":\#(try coder.text(value))}}"#
            }
        }
    }

    /// What an operation of a batch did.
    public enum Outcome: Hashable, Sendable {
        /// Whether there was anything to do; true for what always does something.
        case applied(Bool)
        /// How many were removed.
        case count(Int)
        /// When they were published.
        case times([Date])
    }

    /// Changes that are made together: all of them in one commit, or none.
    ///
    /// ```swift
    /// try db.batch { batch in
    ///     try batch[accounts].set("alice", to: 70, if: .equals(100))
    ///     try batch[accounts].set("bob", to: 130, if: .equals(100))
    ///     try batch[transfers].append(Transfer(from: "alice", to: "bob", amount: 30))
    /// }
    /// ```
    public final class Batch {
        let handle: BatchHandle

        fileprivate init(_ handle: BatchHandle) {
            self.handle = handle
        }

        /// How many changes it has.
        public var count: Int { Int(handle.len()) }

        public subscript<Value>(dict: Dict<Value>) -> BatchDict<Value> { BatchDict(handle: handle, dict: dict) }
        public subscript<Value>(list: List<Value>) -> BatchList<Value> { BatchList(handle: handle, list: list) }
        public subscript<Value>(queue: Queue<Value>) -> BatchQueue<Value> { BatchQueue(handle: handle, queue: queue) }
        public subscript<Metadata>(blobs: Blobs<Metadata>) -> BatchBlobs<Metadata> { BatchBlobs(handle: handle, blobs: blobs) }
        public subscript<Value>(log: Log<Value>) -> BatchLog<Value> { BatchLog(handle: handle, log: log) }
        public subscript<Value>(channel: Channel<Value>) -> BatchChannel<Value> { BatchChannel(handle: handle, channel: channel) }
        public subscript<Body>(collection: Collection<Body>) -> BatchCollection<Body> {
            BatchCollection(handle: handle, collection: collection)
        }
    }

    /// Makes the changes that `collect` puts into the batch, in one commit. If it throws, nothing is done. A condition that does not hold
    /// is an error of the kind `conflict`, whose `operation` says which.
    ///
    /// - Parameter durable: whether the commit waits for the disk; nil is as the database was opened.
    /// - Returns: what each change did.
    @discardableResult
    public func batch(durable: Bool? = nil, _ collect: (Batch) throws -> Void) throws -> [Outcome] {
        let batch = Batch(database.batch())
        try collect(batch)
        return try commit(batch.handle, durable)
    }

    @discardableResult
    public func batch(durable: Bool? = nil, _ collect: (Batch) throws -> Void) async throws -> [Outcome] {
        let batch = Batch(database.batch())
        try collect(batch)
        let handle = batch.handle
        return try await offPool { try self.commit(handle, durable) }
    }

    private func commit(_ handle: BatchHandle, _ durable: Bool?) throws -> [Outcome] {
        var options = OptionsText()
        try options.add("durable", durable.map(JSON.bool))
        return try native { try handle.commit(options: options.text) }.rows { scanner in
            if let applied = scanner.bool() { return .applied(applied) }
            if let count = scanner.int() { return .count(count) }
            var times: [Date] = []
            guard try scanner.array({ times.append(try $0.time()) }) else { throw scanner.fault }
            return .times(times)
        }
    }
}
