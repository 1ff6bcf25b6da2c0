import XCTest

@testable import Beaver

final class LifecycleTests: BeaverTestCase {
    func testWhatIsHandedOutKeepsItsDatabaseAlive() throws {
        var db: Beaver? = try database()
        let users = try XCTUnwrap(db).dict("users", as: Int.self)
        let events = try users.on()
        db = nil
        try users.set("alice", to: 1)
        XCTAssertEqual(try users["alice"], 1)
        XCTAssertEqual(try events.next()?.event, "set")
    }

    func testAClosedDatabaseSaysSo() async throws {
        let db = try database()
        let (users, jobs) = (try db.dict("users", as: Int.self), try db.queue("jobs", as: Int.self))
        let subscription = try db.channel("news", as: Int.self).subscribe()
        let waits = Task { try await jobs.get() }
        let listens = Task { for try await _ in subscription {} }
        try await Task.sleep(for: .milliseconds(50))
        try await db.close()
        try await db.close()
        await assertFails(.closed) { try await waits.value }
        await assertFails(.closed) { try await listens.value }
        assertFails(.closed) { try users["alice"] }
        assertFails(.closed) { try users.items().all() }
        assertFails(.closed) { try db.list("tasks").count }
        await assertFails(.closed) { try await users.set("alice", to: 1) }
        await assertFails(.closed) { try await db.batch { try $0[users].set("alice", to: 1) } }
    }

    func testAPausedDatabaseGoesOnAfterwards() async throws {
        let db = try database()
        let users = try db.dict("users", as: Int.self)
        try await users.set("alice", to: 1)
        try db.enter(.background)
        try db.enter(.background)
        assertFails(.paused) { try users["alice"] }
        try db.enter(.inactive)
        try db.enter(.active)
        XCTAssertEqual(try users["alice"], 1)
    }

    func testInterruptEndsWhatWaitsNow() async throws {
        let db = try database()
        let jobs = try db.queue("jobs", as: Int.self)
        let waits = Task { try await jobs.get() }
        try await Task.sleep(for: .milliseconds(100))
        db.interrupt()
        await assertFails(.interrupted) { try await waits.value }
        try await jobs.put(1, priority: 0)
        let item = try await jobs.get()
        XCTAssertEqual(item?.data, 1)
    }

    func testObjectsGoInAnyOrder() throws {
        for order in 0..<24 {
            var objects: [Any?] = []
            do {
                let db = try Beaver.open(Beaver.memory)
                let list = try db.list("l", as: Int.self)
                try list.extend(0..<1000)
                var rows = list.items().makeIterator()
                _ = rows.next()
                let subscription = try db.channel("c").subscribe()
                let writer = try db.blobs("b").writer("k")
                objects = [db, list, rows, subscription, writer]
            }
            var seed = order
            while !objects.isEmpty {
                objects.remove(at: seed % objects.count)
                seed /= 2
            }
        }
    }

    func testManyThreadsUseOneHandle() async throws {
        let numbers = try database().dict("numbers", as: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        try await numbers.set("\(worker)-\(number)", to: number)
                        _ = try numbers["\(worker)-\(number)"]
                    }
                }
            }
            try await group.waitForAll()
        }
        XCTAssertEqual(try numbers.count, 400)
    }

    func testATaskThatWasCancelledDoesNothing() async throws {
        let users = try database().dict("users", as: Int.self)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await users.set("alice", to: 1)
        }
        let result = await task.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError) }
        XCTAssertEqual(try users.count, 0)
    }

    /// A process ends at once and without a crash, whatever its threads wait for, however it ends.
    func testAProcessEndsWhileItsThreadsWait() throws {
        // Beside the bundle of the tests, or, where tests are no bundle, beside their program.
        let bundle = Bundle(for: Self.self).bundleURL
        let leavers = [bundle, bundle.deletingLastPathComponent()].map { $0.appendingPathComponent("beaver-leaver") }
        let leaver = try XCTUnwrap(leavers.first { FileManager.default.isExecutableFile(atPath: $0.path) })
        for way in ["return", "exit", "closed"] {
            let process = Process()
            process.executableURL = leaver
            process.arguments = [path("\(way).db"), way]
            let output = Pipe()
            process.standardOutput = output
            let start = Date()
            try process.run()
            let said = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            XCTAssertEqual(process.terminationReason, .exit, way)
            XCTAssertEqual(process.terminationStatus, 0, way)
            XCTAssertEqual(String(decoding: said, as: UTF8.self), "leaving\n", way)
            XCTAssertLessThan(-start.timeIntervalSinceNow, 10, way)
        }
    }
}
