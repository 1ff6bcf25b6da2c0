import XCTest

@testable import Beaver

final class EventTests: BeaverTestCase {
    func testAChangeIsToldToWhoListens() async throws {
        let db = try database()
        let users = try db.dict("users", as: User.self)
        let (sets, all) = (try users.on("set"), try db.on("dict:users"))
        try await users.set("alice", to: User(name: "Alice", age: 30))
        try await users.delete("alice")
        for try await event in sets {
            XCTAssertEqual(event.topic, "dict:users")
            XCTAssertEqual(event.event, "set")
            XCTAssertEqual(event.payload["key"]?.string, "alice")
            break
        }
        let both = try await all.nextMany(10).map(\.event)
        XCTAssertEqual(both, ["set", "del"])
    }

    func testOnesOwnEventsReachWhoListens() throws {
        let db = try database()
        XCTAssertFalse(try db.emit("app", "started"))
        let events = try db.on("app")
        XCTAssertTrue(try db.emit("app", "started", ["version": 2]))
        XCTAssertTrue(try db.emit("app", "user", User(name: "Alice", age: 30)))
        let heard = try events.nextMany(10)
        XCTAssertEqual(heard.map(\.event), ["started", "user"])
        XCTAssertEqual(heard.first?.payload, ["version": 2])
        XCTAssertEqual(heard.last?.payload["age"]?.int, 30)
        XCTAssertEqual(try heard.last?.payload(as: User.self), User(name: "Alice", age: 30))
        assertFails(.typeMismatch) { try heard.first?.payload(as: User.self) }
        events.close()
        assertFails(.closed) { try events.next() }
        assertFails(.invalidArgument) { try db.emit("app", "*") }
    }

    func testALockTellsOfItsOwners() throws {
        let lock = try database().lock("cron")
        let events = try lock.on()
        try lock.withLock {}
        XCTAssertEqual(try events.nextMany(10, timeout: .seconds(5)).map(\.event), ["acquire", "release"])
    }
}
