import XCTest

@testable import Beaver

final class LockTests: BeaverTestCase {
    func testOneOwnerAtATime() throws {
        let db = try database()
        let (mine, yours) = (try db.lock("cron"), try db.lock("cron"))
        XCTAssertTrue(try mine.acquire(timeout: .zero))
        XCTAssertTrue(try mine.isHeld)
        XCTAssertFalse(try yours.isHeld)
        XCTAssertTrue(try yours.isLocked)
        XCTAssertFalse(try yours.acquire(timeout: .milliseconds(20)))
        XCTAssertTrue(try mine.renew(ttl: .seconds(60)))
        XCTAssertFalse(try yours.release())
        XCTAssertTrue(try mine.release())
        XCTAssertTrue(try yours.acquire(timeout: .seconds(5)))
        try mine.clear()
        XCTAssertFalse(try yours.isHeld)
    }

    func testALockEndsWithItsTime() throws {
        let db = try database()
        XCTAssertTrue(try db.lock("cron").acquire(ttl: .milliseconds(50)))
        XCTAssertTrue(try db.lock("cron").acquire(timeout: .seconds(5)))
        assertFails(.invalidArgument) { try db.lock("cron").acquire(ttl: .zero) }
    }

    func testABlockRunsWithTheLock() async throws {
        let db = try database()
        let lock = try db.lock("cron")
        let result = try await lock.withLock { try db.lock("cron").isLocked }
        XCTAssertTrue(result)
        XCTAssertFalse(try lock.isLocked)
        do {
            try await lock.withLock { throw Mine() }
            XCTFail("the error is lost")
        } catch {
            XCTAssertEqual(error as? Mine, Mine())
        }
        XCTAssertFalse(try lock.isLocked)
        let other = try db.lock("cron")
        let held = try await other.acquire()
        XCTAssertTrue(held)
        await assertFails(.timeout) { try await lock.withLock(timeout: .milliseconds(20)) {} }
        try await other.release()
    }

    func testACancelledTaskHoldsNoLock() async throws {
        let db = try database()
        let lock = try db.lock("cron")
        for _ in 0..<20 {
            let task = Task { try await db.lock("cron").withLock { try await Task.sleep(for: .seconds(60)) } }
            try await Task.sleep(for: .milliseconds(2))
            task.cancel()
            _ = await task.result
        }
        let held = try await lock.acquire(timeout: .seconds(5))
        XCTAssertTrue(held)
    }

    func testAnAcquiredStructureIsItsOwnersAlone() throws {
        var options = Beaver.Options()
        options.busyTimeout = .milliseconds(50)
        let db = try database(options)
        let accounts = try db.dict("accounts", as: Int.self)
        let mine = try XCTUnwrap(accounts.acquire())
        try mine.set("alice", to: 100)
        XCTAssertEqual(try accounts["alice"], 100)
        assertFails(.busy) { try accounts.set("alice", to: 0) }
        XCTAssertTrue(try accounts.isLocked)
        XCTAssertNil(try accounts.acquire(timeout: .milliseconds(20)))
        XCTAssertTrue(try mine.renew())
        XCTAssertTrue(try mine.release())
        XCTAssertFalse(try accounts.isLocked)
        let sum = try accounts.withAcquired { accounts in
            try accounts.set("bob", to: 50)
            return try accounts["alice", default: 0] + accounts["bob", default: 0]
        }
        XCTAssertEqual(sum, 150)
        XCTAssertFalse(try accounts.isLocked)
    }

    func testATaskCanOwnAStructure() async throws {
        let accounts = try database().dict("accounts", as: Int.self)
        try await accounts.withAcquired { mine in
            try await mine.set("bob", to: 60)
            let other = try await accounts.acquire(timeout: .milliseconds(20))
            XCTAssertNil(other)
        }
        XCTAssertEqual(try accounts["bob"], 60)
        XCTAssertFalse(try accounts.isLocked)
    }
}
