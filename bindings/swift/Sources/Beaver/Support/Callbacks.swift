import Foundation
internal import BeaverNative

extension Beaver {
    /// How far a long call is. The total may grow as the work goes on.
    public struct Progress: Hashable, Sendable {
        public var done: Int
        public var total: Int
    }
}

/// A closure of the caller that the library calls: what it throws ends the call and comes out of it unchanged.
private final class Callback<Argument, Result>: @unchecked Sendable {
    // One thread at a time calls it, the one that made the call.
    private var body: ((Argument) throws -> Result)?
    private(set) var error: (any Error)?

    init(_ body: @escaping (Argument) throws -> Result) {
        self.body = body
    }

    /// Nil if it throws, or threw before.
    func callAsFunction(_ argument: Argument) -> Result? {
        guard error == nil, let body else { return nil }
        do {
            return try body(argument)
        } catch {
            self.error = error
            return nil
        }
    }

    /// The library may let go of the object a little later than the call returns, but no longer of the closure.
    func end() {
        body = nil
    }
}

/// Makes a call with a closure, for as long as the call runs.
private func calling<Argument, Output, Result>(
    _ body: (Argument) throws -> Output, _ call: (Callback<Argument, Output>) throws -> Result
) throws -> Result {
    try withoutActuallyEscaping(body) { body in
        let callback = Callback(body)
        defer { callback.end() }
        do {
            let result = try native { try call(callback) }
            if let error = callback.error { throw error }
            return result
        } catch {
            throw callback.error ?? error
        }
    }
}

private final class Steps: ProgressListener {
    let callback: Callback<Beaver.Progress, Void>
    init(_ callback: Callback<Beaver.Progress, Void>) { self.callback = callback }

    func step(done: UInt64, total: UInt64) -> Bool {
        callback(Beaver.Progress(done: Int(clamping: done), total: Int(clamping: total))) != nil
    }
}

private final class Sink: DumpSink {
    let callback: Callback<Data, Void>
    init(_ callback: Callback<Data, Void>) { self.callback = callback }

    func write(data: Data) -> Bool { callback(data) != nil }
}

private final class Source: LoadSource, @unchecked Sendable {
    private let callback: Callback<Int, Data>
    /// What was given beyond what was asked for. One thread at a time asks.
    private var rest = Data()

    init(_ callback: Callback<Int, Data>) { self.callback = callback }

    func read(most: UInt32) throws -> Data {
        if rest.isEmpty {
            guard let data = callback(Int(most)) else {
                let stopped = Int32(BeaverError.Kind.interrupted.rawValue)
                throw Failure.Failed(code: stopped, text: "", operation: nil, offset: nil, sqliteCode: nil)
            }
            rest = data
        }
        let piece = rest.prefix(Int(most))
        rest = rest.dropFirst(piece.count)
        return piece
    }
}

/// Makes a call that tells how far it is.
func reporting<Result>(
    to progress: ((Beaver.Progress) throws -> Void)?, _ call: ((any ProgressListener)?) throws -> Result
) throws -> Result {
    guard let progress else { return try native { try call(nil) } }
    return try calling(progress) { try call(Steps($0)) }
}

/// Makes a call that gives out bytes.
func writing<Result>(to sink: (Data) throws -> Void, _ call: (any DumpSink) throws -> Result) throws -> Result {
    try calling(sink) { try call(Sink($0)) }
}

/// Makes a call that takes in bytes.
func reading<Result>(from source: (Int) throws -> Data, _ call: (any LoadSource) throws -> Result) throws -> Result {
    try calling(source) { try call(Source($0)) }
}
