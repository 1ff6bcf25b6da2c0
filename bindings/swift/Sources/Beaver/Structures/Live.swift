import Foundation
internal import BeaverNative

extension Beaver {
    /// A number that is made of the entries of a window. With a path, of the numbers that stand there (`cpu.load`); an entry that is
    /// itself a number has the path `value`.
    public enum Aggregate: Hashable, Sendable {
        /// How many entries, or numbers.
        case count(_ path: String? = nil)
        /// How many for each second of the window.
        case rate(_ path: String? = nil)
        case sum(_ path: String)
        case mean(_ path: String)
        case min(_ path: String)
        case max(_ path: String)
        /// The number below which `p` percent lie, from 0 to 100.
        case percentile(_ path: String, p: Double)

        var json: JSON {
            var members: [String: JSON]
            switch self {
            case .count(let path): members = ["op": "count", "path": path.map(JSON.string) ?? .null]
            case .rate(let path): members = ["op": "rate", "path": path.map(JSON.string) ?? .null]
            case .sum(let path): members = ["op": "sum", "path": .string(path)]
            case .mean(let path): members = ["op": "mean", "path": .string(path)]
            case .min(let path): members = ["op": "min", "path": .string(path)]
            case .max(let path): members = ["op": "max", "path": .string(path)]
            case .percentile(let path, let p): members = ["op": "percentile", "path": .string(path), "p": .double(p)]
            }
            if members["path"] == .null { members["path"] = nil }
            return .object(members)
        }
    }

    /// What a log says of its last while: at once, and then again and again. Results that nobody waited for are left out.
    ///
    /// ```swift
    /// for try await numbers in try requests.live(window: .seconds(60), every: .seconds(1), ["p99": .percentile("ms", p: 99)]) {
    ///     show(numbers["p99"])
    /// }
    /// ```
    public final class Live<Element: Sendable>: AsyncSequence, Sendable {
        private let handle: LiveHandle
        private let read: @Sendable (String) throws -> Element

        init(_ handle: LiveHandle, _ read: @escaping @Sendable (String) throws -> Element) {
            self.handle = handle
            self.read = read
        }

        /// Waits for the next result; nil if the time ran out.
        public func next(timeout: Duration? = nil) throws -> Element? {
            try next(timeout, nil)
        }

        /// As the blocking form.
        public func next(timeout: Duration? = nil) async throws -> Element? {
            try await waiting { try self.next(timeout, $0) }
        }

        private func next(_ timeout: Duration?, _ cancel: Cancel?) throws -> Element? {
            let timeout = try milliseconds(timeout)
            return try native { try handle.next(timeoutMs: timeout, cancel: cancel) }.map(read)
        }

        /// Ends the view: a `next` that waits, and each later one, fails as closed.
        public func close() {
            handle.stop()
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            let view: Live

            public func next() async throws -> Element? { try await view.next() }
        }

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(view: self) }
    }
}

extension Beaver.Log {
    /// Numbers of the last `window`, made by the library, each `period`. What has no number (a mean of nothing) is left out.
    public func live(
        window: Duration, every period: Duration, _ aggregates: [String: Beaver.Aggregate]
    ) throws -> Beaver.Live<[String: Double]> {
        let aggregates = JSON.object(aggregates.mapValues(\.json))
        return Beaver.Live(try view(window, period, aggregates)) { text in
            try text.withScanner { scanner in
                var numbers: [String: Double] = [:]
                try scanner.members { name, scanner in
                    if !scanner.null() { numbers[name] = try scanner.number() }
                }
                return numbers
            }
        }
    }

    /// The entries of the last `window`, the oldest first, each `period`.
    public func live(window: Duration, every period: Duration) throws -> Beaver.Live<[Entry]> {
        try live(window: window, every: period) { $0 }
    }

    /// What a function of one's own makes of the entries of the last `window`, each `period`. What it throws, `next` throws.
    public func live<Result: Sendable>(
        window: Duration, every period: Duration, _ aggregate: @escaping @Sendable ([Entry]) throws -> Result
    ) throws -> Beaver.Live<Result> {
        Beaver.Live(try view(window, period, nil)) { [coder] text in
            try aggregate(text.rows { try Self.entry(&$0, coder) })
        }
    }

    private func view(_ window: Duration, _ period: Duration, _ aggregates: JSON?) throws -> LiveHandle {
        var options = OptionsText()
        try options.add("window", .double(window.seconds))
        try options.add("period", .double(period.seconds))
        try options.add("aggregates", aggregates)
        return try native { try handle.live(options: options.text) }
    }
}
