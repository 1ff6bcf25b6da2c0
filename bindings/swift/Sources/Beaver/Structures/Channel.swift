import Foundation
internal import BeaverNative

extension Beaver {
    /// Messages to whoever listens, in any process.
    public struct Channel<Value: Model>: Structure {
        let handle: ChannelHandle
        let coder: ModelCoder

        init(_ handle: ChannelHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! ChannelHandle, _handle.coder)
        }
    }

    /// A message of a channel.
    public struct Message<Value: Sendable>: Sendable {
        /// Later than that of every message before, of all channels.
        public var time: Date
        public var payload: Value
    }

    /// Where a subscription begins.
    public enum Start: Hashable, Sendable {
        /// With what is published from now on.
        case now
        /// With the oldest message that is kept.
        case oldest
        /// Behind the message of that time.
        case after(Date)
    }

    /// How long a channel keeps its messages, whether they were read or not. Nil is no bound.
    public struct Retention: Hashable, Sendable {
        public var maxAge: Duration?
        public var maxMessages: Int?

        /// If nothing else is chosen, a day, and 100,000 messages.
        public init(maxAge: Duration? = .seconds(86_400), maxMessages: Int? = 100_000) {
            self.maxAge = maxAge
            self.maxMessages = maxMessages
        }
    }
}

extension Beaver.Message: Equatable where Value: Equatable {}
extension Beaver.Message: Hashable where Value: Hashable {}

extension Beaver.Channel {
    public typealias Message = Beaver.Message<Value>

    private static func message(_ scanner: inout JSONScanner, _ coder: ModelCoder) throws -> Message {
        var time: Date?
        var payload: Value?
        try scanner.members { name, scanner in
            switch name {
            case "timestamp_us": time = try scanner.time()
            default: payload = try coder.value(Value.self, from: &scanner)
            }
        }
        guard let time, let payload else { throw scanner.fault }
        return Message(time: time, payload: payload)
    }

    /// Publishes a message; returns its time.
    @discardableResult
    public func publish(_ payload: Value) throws -> Date {
        let text = try coder.text(payload)
        return Date(microseconds: try native { try handle.publish(payload: text) })
    }

    @discardableResult
    public func publish(_ payload: Value) async throws -> Date {
        try await offPool { try self.publish(payload) }
    }

    /// Publishes many in one commit; returns their times.
    @discardableResult
    public func publishMany(_ payloads: some Sequence<Value>) throws -> [Date] {
        let text = try coder.text(all: Array(payloads))
        return try native { try handle.publishMany(payloads: text) }.map(Date.init(microseconds:))
    }

    @discardableResult
    public func publishMany(_ payloads: some Sequence<Value> & Sendable) async throws -> [Date] {
        try await offPool { try self.publishMany(payloads) }
    }

    /// Begins to listen. What is published from now on is kept for the subscription even if it is not read yet.
    public func subscribe(from start: Beaver.Start = .now) throws -> Beaver.Subscription<Message> {
        var options = OptionsText()
        switch start {
        case .now: try options.add("start", "now")
        case .oldest: try options.add("start", "oldest")
        case .after(let time): try options.add("after_us", .int(Int(try time.microseconds())))
        }
        let subscription = try native { try handle.subscribe(options: options.text) }
        return Beaver.Subscription(subscription) { [coder] in try Self.message(&$0, coder) }
    }

    /// The messages that are kept, the oldest first.
    public func items() -> Beaver.Rows<Message> {
        Beaver.Rows({ [handle] in handle.items() }) { [coder] in try Self.message(&$0, coder) }
    }

    /// How long messages are kept.
    public var retention: Beaver.Retention {
        get throws {
            let text = try native { try handle.retention() }
            let members = try JSON(parsing: text)
            let age = members["max_age"]?.double.map { Duration.seconds($0) }
            return Beaver.Retention(maxAge: age, maxMessages: members["max_messages"]?.int)
        }
    }

    /// Says how long messages are kept.
    public func setRetention(_ retention: Beaver.Retention) throws {
        var options = OptionsText()
        try options.add("max_age", retention.maxAge.map { .double($0.seconds) } ?? .null)
        try options.add("max_messages", retention.maxMessages.map(JSON.int) ?? .null)
        try native { try handle.setRetention(options: options.text) }
    }

    public func setRetention(_ retention: Beaver.Retention) async throws {
        try await offPool { try self.setRetention(retention) }
    }
}
