import XCTest

@testable import Beaver

final class ChannelTests: BeaverTestCase {
    func testEverybodyWhoListensHearsEachMessageOnceInOrder() async throws {
        let news = try database().channel("news", as: String.self)
        let (one, other) = (try news.subscribe(), try news.subscribe())
        try await news.publish("first")
        let times = try await news.publishMany(["second", "third"])
        XCTAssertEqual(times.count, 2)
        for subscription in [one, other] {
            var heard: [String] = []
            for try await message in subscription {
                heard.append(message.payload)
                if heard.count == 3 { break }
            }
            XCTAssertEqual(heard, ["first", "second", "third"])
        }
        let none = try await one.next(timeout: .zero)
        XCTAssertNil(none)
        XCTAssertEqual(try news.items().all().map(\.payload), ["first", "second", "third"])
    }

    func testASubscriptionBeginsWhereItIsTold() throws {
        let news = try database().channel("news", as: Int.self)
        let first = try news.publish(1)
        try news.publishMany(2...3)
        XCTAssertEqual(try news.subscribe(from: .oldest).nextMany(10).map(\.payload), [1, 2, 3])
        XCTAssertEqual(try news.subscribe(from: .after(first)).nextMany(1).map(\.payload), [2])
        XCTAssertNil(try news.subscribe().next(timeout: .zero))
    }

    func testALoopEndsWhenItsSubscriptionIsClosed() async throws {
        let news = try database().channel("news", as: Int.self)
        let subscription = try news.subscribe()
        let listener = Task {
            var sum = 0
            for try await message in subscription { sum += message.payload }
            return sum
        }
        try await news.publish(20)
        try await news.publish(22)
        try await Task.sleep(for: .milliseconds(100))
        subscription.close()
        let sum = try await listener.value
        XCTAssertEqual(sum, 42)
        assertFails(.closed) { try subscription.next() }
    }

    func testACancelledTaskLosesNoMessage() async throws {
        let news = try database().channel("news", as: Int.self)
        let subscription = try news.subscribe()
        let listener = Task { try await subscription.next() }
        try await Task.sleep(for: .milliseconds(50))
        listener.cancel()
        let result = await listener.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError) }
        for number in 0..<20 {
            let task = Task { try await subscription.next() }
            async let published = news.publish(number)
            task.cancel()
            _ = try await published
            if case .success(let message?) = await task.result {
                XCTAssertEqual(message.payload, number)
            } else {
                let next = try await subscription.next(timeout: .seconds(5))
                XCTAssertEqual(next?.payload, number)
            }
        }
    }

    func testAMessageOfAnotherTypeCostsNoOther() throws {
        let db = try database()
        let subscription = try db.channel("news", as: Int.self).subscribe()
        try db.channel("news").publishMany([1, "two", 3])
        XCTAssertEqual(try subscription.nextMany(10).map(\.payload), [1])
        assertFails(.typeMismatch) { try subscription.nextMany(10) }
        XCTAssertEqual(try subscription.nextMany(10).map(\.payload), [3])
    }

    func testMessagesAreKeptForAsLongAsItSays() async throws {
        let news = try database().channel("news", as: Int.self)
        XCTAssertEqual(try news.retention, Beaver.Retention(maxAge: .seconds(86_400), maxMessages: 100_000))
        try await news.setRetention(Beaver.Retention(maxAge: nil, maxMessages: 10))
        XCTAssertEqual(try news.retention, Beaver.Retention(maxAge: nil, maxMessages: 10))
        try await news.publishMany(0..<500)
        XCTAssertLessThan(try news.count, 500)
        assertFails(.invalidArgument) { try news.setRetention(Beaver.Retention(maxAge: .seconds(-1))) }
    }
}
