import Foundation
internal import BeaverNative

extension Beaver {
    /// Messages of a channel, or events, as they come: each once, in their order.
    ///
    /// ```swift
    /// for try await message in try db.channel("news", as: String.self).subscribe() {
    ///     print(message.payload)
    /// }
    /// ```
    /// Several may take from one subscription; each message goes to one of them. It ends when it is closed, or nobody holds it any more.
    public final class Subscription<Element: Sendable>: AsyncSequence, Sendable {
        private let handle: SubscriptionHandle
        private let row: @Sendable (inout JSONScanner) throws -> Element
        private let buffer = Buffer()

        init(_ handle: SubscriptionHandle, row: @escaping @Sendable (inout JSONScanner) throws -> Element) {
            self.handle = handle
            self.row = row
        }

        /// Waits for the next; nil if the time ran out.
        public func next(timeout: Duration? = nil) throws -> Element? {
            try nextMany(1, timeout: timeout).first
        }

        /// As the blocking form. What comes when the task was cancelled stays for the next call.
        public func next(timeout: Duration? = nil) async throws -> Element? {
            try await nextMany(1, timeout: timeout).first
        }

        /// Waits for the next, and gives up to so many that are there; none if the time ran out.
        public func nextMany(_ most: Int, timeout: Duration? = nil) throws -> [Element] {
            let deadline = Deadline(timeout)
            repeat {
                if let ready = try ready(most) { return ready }
            } while try fetch(most, deadline.left, nil)
            return []
        }

        /// As the blocking form. What comes when the task was cancelled stays for the next call.
        public func nextMany(_ most: Int, timeout: Duration? = nil) async throws -> [Element] {
            try await nextMany(most, fetching: most, timeout)
        }

        fileprivate func nextMany(_ most: Int, fetching page: Int, _ timeout: Duration?) async throws -> [Element] {
            try Task.checkCancellation()
            let deadline = Deadline(timeout)
            repeat {
                // What is there already needs no other thread.
                if let ready = try ready(most) { return ready }
            } while try await waiting { try self.fetch(page, deadline.left, $0) }
            return []
        }

        /// What was fetched and not yet given; nil if that is nothing. A row that is no value of the type is given up when its turn
        /// comes, and costs none of the others.
        private func ready(_ most: Int) throws -> [Element]? {
            let rows = buffer.take(Swift.max(1, most))
            var elements: [Element] = []
            for (index, text) in zip(rows.indices, rows) {
                do {
                    elements.append(try text.withScanner { try row(&$0) })
                } catch {
                    buffer.putBack(rows[elements.isEmpty ? index + 1..<rows.endIndex : index..<rows.endIndex])
                    if elements.isEmpty { throw error }
                    break
                }
            }
            return elements.isEmpty ? nil : elements
        }

        /// Waits for rows; false if the time ran out. Another call may take them first.
        private func fetch(_ most: Int, _ timeout: Duration?, _ cancel: Cancel?) throws -> Bool {
            let (most, timeout) = (UInt32(clamping: most), try milliseconds(timeout))
            let batch = try native { try handle.nextBatch(most: most, timeoutMs: timeout, cancel: cancel) }
            guard let batch else { return false }
            buffer.add(try batch.rows { String(decoding: try $0.skip(), as: UTF8.self) })
            return true
        }

        /// Ends it: a loop over it ends, a `next` that waits, and each later one, fails as closed.
        public func close() {
            buffer.close()
            handle.stop()
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            let subscription: Subscription

            /// How many are fetched at a time. What a loop that is left does not take stays for the next.
            private static var pageSize: Int { 256 }

            public func next() async throws -> Element? {
                do {
                    return try await subscription.nextMany(1, fetching: Self.pageSize, nil).first
                } catch let error as BeaverError where error.kind == .closed && subscription.buffer.isClosed {
                    return nil
                }
            }
        }

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: self) }
    }

    /// What was told of a change, or by `emit`.
    public struct Event: Sendable {
        public var time: Date
        /// `dict:users` of the dict with that name, or a topic of one's own.
        public var topic: String
        /// `set`, `push`, `put` …, or an event of one's own.
        public var event: String
        /// What came with it, as it was written.
        public var text: JSONText
        private let coder: ModelCoder

        init(_ scanner: inout JSONScanner, _ coder: ModelCoder) throws {
            (time, topic, event, text, self.coder) = (.distantPast, "", "", JSONText("null"), coder)
            try scanner.members { name, scanner in
                switch name {
                case "timestamp_us": time = try scanner.time()
                case "topic": topic = try scanner.text()
                case "event": event = try scanner.text()
                default: text = JSONText(String(decoding: try scanner.skip(), as: UTF8.self))
                }
            }
        }

        /// What came with it: of a change which `key`, `index` or `id`.
        public var payload: JSON { (try? coder.value(JSON.self, text.text)) ?? .null }

        /// What came with it, as a value of a type.
        public func payload<Payload: Decodable>(as type: Payload.Type) throws -> Payload {
            try coder.value(type, text.text)
        }
    }
}

extension Beaver.Event: Hashable {
    public static func == (one: Self, other: Self) -> Bool {
        (one.time, one.topic, one.event, one.text) == (other.time, other.topic, other.event, other.text)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(time)
        hasher.combine(topic)
        hasher.combine(event)
        hasher.combine(text)
    }
}

extension Beaver.Subscription where Element == Beaver.Event {
    convenience init(_ handle: SubscriptionHandle, _ coder: ModelCoder) {
        self.init(handle) { try Beaver.Event(&$0, coder) }
    }
}

/// Rows that were fetched, and not yet given to anybody.
private final class Buffer: @unchecked Sendable {
    private let lock = NSLock()
    private var rows: ArraySlice<String> = []
    private var closed = false

    var isClosed: Bool { lock.withLock { closed } }

    func close() {
        lock.withLock { (closed, rows) = (true, []) }
    }

    func add(_ more: [String]) {
        lock.withLock { if !closed { rows.append(contentsOf: more) } }
    }

    func putBack(_ some: ArraySlice<String>) {
        lock.withLock { if !closed { rows = some + rows } }
    }

    func take(_ most: Int) -> ArraySlice<String> {
        lock.withLock {
            let taken = rows.prefix(most)
            rows.removeFirst(taken.count)
            return taken
        }
    }
}
