import Foundation

/// Threads for work that blocks, so that none of the few threads of Swift's own tasks ever does. There are as many as there is work
/// at a time: a wait must not keep the call from running that it waits for.
final class Workers: @unchecked Sendable {
    static let shared = Workers()

    /// What a thread of the library's own would have.
    private static let stackSize = 2 << 20
    /// A thread without work goes after so long.
    private static let patience: TimeInterval = 10

    // Everything below is used only with the condition locked.
    private let condition = NSCondition()
    private var work: [@Sendable () -> Void] = []
    private var idle = 0

    func run(_ job: @escaping @Sendable () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        work.append(job)
        if work.count <= idle {
            condition.signal()
        } else {
            let thread = Thread { self.serve() }
            thread.name = "beaver"
            thread.stackSize = Self.stackSize
            thread.start()
        }
    }

    private func serve() {
        while let job = next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        let end = Date(timeIntervalSinceNow: Self.patience)
        idle += 1
        defer { idle -= 1 }
        while work.isEmpty {
            guard condition.wait(until: end) || !work.isEmpty else { return nil }
        }
        return work.removeFirst()
    }
}
