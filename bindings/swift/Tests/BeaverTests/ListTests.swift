import XCTest

@testable import Beaver

final class ListTests: BeaverTestCase {
    func testValuesKeepTheirOrder() throws {
        let tasks = try database().list("tasks", as: String.self)
        try tasks.push("b")
        try tasks.prepend("a")
        try tasks.extend(["c", "d"])
        try tasks.insert("between", at: 1)
        XCTAssertEqual(try tasks.items().all(), ["a", "between", "b", "c", "d"])
        XCTAssertEqual(try tasks[0], "a")
        XCTAssertEqual(try tasks[-1], "d")
        XCTAssertNil(try tasks[5])
        XCTAssertEqual(try tasks.count, 5)
    }

    func testBothEndsCanBeTaken() throws {
        let numbers = try database().list("numbers", as: Int.self)
        try numbers.extend(1...3)
        XCTAssertEqual(try numbers.pop(), 3)
        XCTAssertEqual(try numbers.deque(), 1)
        XCTAssertEqual(try numbers.pop(), 2)
        XCTAssertNil(try numbers.pop())
        XCTAssertNil(try numbers.deque())
    }

    func testRangesReadReplaceAndRemove() throws {
        let numbers = try database().list("numbers", as: Int.self)
        try numbers.extend(0..<10)
        XCTAssertEqual(try numbers[2..<5], [2, 3, 4])
        XCTAssertEqual(try numbers[7...], [7, 8, 9])
        XCTAssertEqual(try numbers[..<2], [0, 1])
        XCTAssertEqual(try numbers[8...20], [8, 9])
        XCTAssertEqual(try numbers.slice(-2), [8, 9])
        XCTAssertEqual(try numbers.replace(1..<9, with: [100]), 8)
        XCTAssertEqual(try numbers.items().all(), [0, 100, 9])
        XCTAssertEqual(try numbers.delete(1...), 2)
        XCTAssertEqual(try numbers.items().all(), [0])
    }

    func testValuesAreFoundChangedAndRemoved() throws {
        let users = try database().list("users", as: User.self)
        let (alice, bob) = (User(name: "Alice", age: 30), User(name: "Bob", age: 40))
        try users.extend([alice, bob, alice])
        XCTAssertTrue(try users.contains(bob))
        XCTAssertEqual(try users.index(of: alice), 0)
        XCTAssertEqual(try users.index(of: alice, from: 1), 2)
        XCTAssertNil(try users.index(of: User(name: "Carol", age: 1)))
        XCTAssertEqual(try users.count(of: alice), 2)
        XCTAssertTrue(try users.set(1, to: alice))
        XCTAssertFalse(try users.set(9, to: alice))
        XCTAssertTrue(try users.remove(alice))
        XCTAssertFalse(try users.remove(bob))
        XCTAssertTrue(try users.delete(0))
        XCTAssertFalse(try users.delete(7))
        XCTAssertEqual(try users[0...], [alice])
    }

    func testTheOrderTurnsRound() async throws {
        let numbers = try database().list("numbers", as: Int.self)
        try await numbers.extend([1, 2, 3])
        try await numbers.reverse()
        XCTAssertEqual(try numbers.items().all(), [3, 2, 1])
        let last = try await numbers.pop()
        XCTAssertEqual(last, 1)
    }
}
