import XCTest

@testable import Beaver

final class LogTests: BeaverTestCase {
    func testEntriesComeInTheOrderOfTheirTimes() throws {
        let log = try database().log("temperatures", as: Double.self)
        let noon = Date(timeIntervalSince1970: 1_700_000_000)
        try log.append(21.5, at: noon)
        try log.append(20.5, at: noon - 60)
        try log.append(22.5, at: noon + 60)
        XCTAssertEqual(try log.items().all().map(\.data), [20.5, 21.5, 22.5])
        XCTAssertEqual(try log.range(from: noon).all().map(\.data), [21.5, 22.5])
        XCTAssertEqual(try log.range(to: noon).all().map(\.data), [20.5])
        XCTAssertEqual(try log.range(limit: 1, newestFirst: true).all().map(\.data), [22.5])
        XCTAssertEqual(try log.latest(2).map(\.data), [22.5, 21.5])
        XCTAssertEqual(try log.latest(1).first?.time, noon + 60)
    }

    func testATimeIsTakenOnce() throws {
        let log = try database().log("events", as: String.self)
        let at = Date(timeIntervalSince1970: 1_700_000_000.123456)
        XCTAssertEqual(try log.append("a", at: at).microseconds(), 1_700_000_000_123_456)
        XCTAssertEqual(try log.append("b", at: at).microseconds(), 1_700_000_000_123_457)
        XCTAssertEqual(try log.appendMany(["c", "d"]).count, 2)
        XCTAssertEqual(try log.appendMany([(time: at + 1, value: "e"), (time: nil, value: "f")]).first, at + 1)
        XCTAssertEqual(try log.count, 6)
        assertFails(.invalidArgument) { try log.append("x", at: Date(timeIntervalSince1970: .infinity)) }
    }

    func testOldEntriesArePruned() async throws {
        let log = try database().log("events", as: Int.self)
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        try await log.appendMany((0..<10).map { (time: start + Double($0), value: $0) })
        let old = try await log.prune(olderThan: start + 3)
        XCTAssertEqual(old, 3)
        let more = try await log.prune(keepingLast: 2)
        XCTAssertEqual(more, 5)
        XCTAssertEqual(try log.items().all().map(\.data), [8, 9])
        assertFails(.invalidArgument) { try log.prune(keepingLast: -1) }
    }

    func testALiveViewTellsNumbersOfTheLastWhile() async throws {
        let log = try database().log("requests")
        try await log.appendMany([["ms": 10], ["ms": 30], ["other": 1]])
        let view = try log.live(
            window: .seconds(60), every: .milliseconds(20),
            ["all": .count(), "mean": .mean("ms"), "p100": .percentile("ms", p: 100), "none": .max("missing"), "rate": .rate()])
        var seen = 0
        for try await numbers in view {
            XCTAssertEqual(numbers, ["all": 3, "mean": 20, "p100": 30, "rate": 0.05])
            seen += 1
            if seen == 3 { break }
        }
        view.close()
        await assertFails(.closed) { try await view.next() }
    }

    func testALiveViewGivesTheEntriesToAFunction() throws {
        let log = try database().log("numbers", as: Int.self)
        try log.appendMany(1...4)
        let entries = try log.live(window: .seconds(60), every: .seconds(1))
        XCTAssertEqual(try entries.next()?.map(\.data), [1, 2, 3, 4])
        XCTAssertNil(try entries.next(timeout: .milliseconds(10)))
        let product = try log.live(window: .seconds(60), every: .seconds(1)) { $0.map(\.data).reduce(1, *) }
        XCTAssertEqual(try product.next(), 24)
        let broken = try log.live(window: .seconds(60), every: .seconds(1)) { _ -> Int in throw Mine() }
        assertMine { try broken.next() }
    }
}
