internal import BeaverNative

/// What a thread is to do, which it lets go of before anybody hears that it is done: objects that only the work held are gone then.
private final class Job<Result: Sendable>: @unchecked Sendable {
    private var work: (() throws -> Result)?

    init(_ work: @escaping @Sendable () throws -> Result) {
        self.work = work
    }

    /// Called once.
    func run() -> Swift.Result<Result, any Error> {
        defer { work = nil }
        return Swift.Result { try work!() }
    }
}

/// Does work that blocks on a thread of its own, unless the task is cancelled already.
func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try Task.checkCancellation()
    return try await onWorker(work)
}

/// Does work that blocks on a thread of its own.
func onWorker<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    let job = Job(work)
    return try await withCheckedThrowingContinuation { continuation in
        Workers.shared.run { continuation.resume(with: job.run()) }
    }
}

/// Waits on a thread of its own. If the task is cancelled, that wait ends and no other; what it got all the same is given to `undo`.
func waiting<Result: Sendable>(
    undo: @escaping @Sendable (Result) throws -> Void = { _ in },
    _ wait: @escaping @Sendable (Cancel?) throws -> Result
) async throws -> Result {
    let cancel = Cancel()
    return try await withTaskCancellationHandler {
        try await offPool {
            let result: Result
            do {
                result = try wait(cancel)
            } catch let error as BeaverError where error.kind == .interrupted && cancel.isCancelled() {
                throw CancellationError()
            }
            if cancel.isCancelled() {
                try undo(result)
                throw CancellationError()
            }
            return result
        }
    } onCancel: {
        cancel.cancel()
    }
}

/// Does long work on a thread of its own. It is given what to ask at every step, which fails once the task is cancelled.
func stoppable<Result: Sendable>(
    _ work: @escaping @Sendable (_ check: @escaping @Sendable () throws -> Void) throws -> Result
) async throws -> Result {
    let cancel = Cancel()
    return try await withTaskCancellationHandler {
        try await offPool {
            try work { if cancel.isCancelled() { throw CancellationError() } }
        }
    } onCancel: {
        cancel.cancel()
    }
}
