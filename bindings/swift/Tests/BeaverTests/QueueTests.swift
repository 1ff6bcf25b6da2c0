import XCTest

@testable import Beaver

final class QueueTests: BeaverTestCase {
    func testTheLowestPriorityComesFirstAndThenTheOldest() throws {
        let jobs = try database().queue("jobs", as: String.self)
        try jobs.putMany([("later", 5), ("first", 1), ("second", 1)].map { (value: $0.0, priority: $0.1) })
        XCTAssertEqual(try jobs.peek()?.data, "first")
        XCTAssertEqual(try jobs.items().all().map(\.data), ["first", "second", "later"])
        let item = try XCTUnwrap(jobs.get(timeout: .zero))
        XCTAssertEqual(item.data, "first")
        XCTAssertEqual(item.priority, 1)
        XCTAssertLessThan(abs(item.time.timeIntervalSinceNow), 60)
        XCTAssertEqual(try jobs.getMany(10).map(\.data), ["second", "later"])
        XCTAssertNil(try jobs.get(timeout: .milliseconds(10)))
        XCTAssertEqual(try jobs.getMany(10, timeout: .zero), [])
        assertFails(.invalidArgument) { try jobs.put("x", priority: .nan) }
        assertFails(.invalidArgument) { try jobs.get(timeout: .seconds(-1)) }
    }

    func testAWaitEndsWhenSomethingIsPut() async throws {
        let db = try database()
        let jobs = try db.queue("jobs", as: String.self)
        async let item = jobs.get(timeout: .seconds(10))
        try await Task.sleep(for: .milliseconds(50))
        try await jobs.put("work", priority: 1)
        let data = try await item?.data
        XCTAssertEqual(data, "work")
    }

    func testACancelledTaskTakesNothing() async throws {
        let jobs = try database().queue("jobs", as: String.self)
        let waits = Task { try await jobs.get() }
        let others = Task { try await jobs.get() }
        try await Task.sleep(for: .milliseconds(50))
        waits.cancel()
        let result = await waits.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError) }
        // The other wait goes on, and gets the item.
        try await jobs.put("work", priority: 1)
        let item = try await others.value
        XCTAssertEqual(item?.data, "work")
    }

    func testNothingIsLostHoweverTasksAreCancelled() async throws {
        let jobs = try database().queue("jobs", as: Int.self)
        var seen: [Int] = []
        for number in 0..<50 {
            let task = Task { try await jobs.get() }
            async let put: Void = jobs.put(number, priority: Double(number))
            task.cancel()
            try await put
            if case .success(let item?) = await task.result { seen.append(item.data) }
        }
        seen += try await jobs.getMany(1000, timeout: .zero).map(\.data)
        XCTAssertEqual(seen.sorted(), Array(0..<50))
    }

    func testMoreTasksCanWaitThanThereAreThreadsForTasks() async throws {
        let jobs = try database().queue("jobs", as: Int.self)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await jobs.get()?.data ?? 0 } }
            try await Task.sleep(for: .milliseconds(100))
            for number in 1...100 { try await jobs.put(number, priority: 0) }
            return try await group.reduce(0, +)
        }
        XCTAssertEqual(sum, 5050)
    }

    func testALeasedItemComesBackUnlessItIsAcknowledged() throws {
        let jobs = try database().queue("jobs", as: String.self)
        try jobs.put("work", priority: 1)
        let leased = try XCTUnwrap(jobs.lease(for: .seconds(60), timeout: .zero))
        XCTAssertEqual(leased.attempts, 1)
        XCTAssertEqual(leased.data, "work")
        XCTAssertEqual(try jobs.leased, 1)
        XCTAssertEqual(try jobs.count, 0)
        XCTAssertTrue(try jobs.extend(leased.id, for: .seconds(60)))
        XCTAssertTrue(try jobs.nack(leased.id))
        XCTAssertFalse(try jobs.ack(leased.id))
        let again = try XCTUnwrap(jobs.lease(for: .seconds(60)))
        XCTAssertEqual(again.attempts, 2)
        XCTAssertTrue(try jobs.ack(again.id))
        XCTAssertNil(try jobs.lease(for: .seconds(60), timeout: .zero))
    }

    func testWhatFailsTooOftenGoesToTheDeadLetters() async throws {
        let db = try database()
        let (jobs, failed) = (try db.queue("jobs", as: String.self), try db.queue("failed", as: String.self))
        try await jobs.put("poison", priority: 3)
        let policy = Beaver.DeadLetters(after: 2, to: "failed")
        for attempt in 1...2 {
            let leased = try await jobs.lease(for: .seconds(60), timeout: .zero, deadLetters: policy)
            XCTAssertEqual(leased?.attempts, attempt)
            try await jobs.nack(leased!.id)
        }
        let none = try await jobs.lease(for: .seconds(60), timeout: .zero, deadLetters: policy)
        XCTAssertNil(none)
        let dead = try await failed.get(timeout: .zero)
        XCTAssertEqual(dead?.data, "poison")
        XCTAssertEqual(dead?.priority, 3)
    }

    func testAnItemIsPutBackInItsPlace() throws {
        let jobs = try database().queue("jobs", as: String.self)
        try jobs.putMany([(value: "first", priority: 1), (value: "second", priority: 1)])
        let first = try XCTUnwrap(jobs.get())
        try jobs.putBack(first)
        XCTAssertEqual(try jobs.getMany(2).first, first)
    }

    func testAnItemOfAnotherTypeStaysInItsPlace() throws {
        let db = try database()
        try db.queue("jobs").put(["no": "user"], priority: 1)
        assertFails(.typeMismatch) { try db.queue("jobs", as: User.self).get(timeout: .zero) }
        assertFails(.typeMismatch) { try db.queue("jobs", as: User.self).lease(for: .seconds(60), timeout: .zero) }
        XCTAssertEqual(try db.queue("jobs").get(timeout: .zero)?.data, ["no": "user"])
    }
}
