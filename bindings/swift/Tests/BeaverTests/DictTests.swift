import XCTest

@testable import Beaver

final class DictTests: BeaverTestCase {
    func testAModelComesBackAsItWasSet() throws {
        let users = try database().dict("users", as: User.self)
        try users.set("alice", to: User(name: "Alice", age: 30))
        XCTAssertEqual(try users["alice"], User(name: "Alice", age: 30))
        XCTAssertNil(try users["bob"])
        XCTAssertEqual(try users["bob", default: User(name: "Bob", age: 0)].name, "Bob")
        XCTAssertTrue(try users.contains("alice"))
        XCTAssertEqual(try users.count, 1)
    }

    func testAnythingCanBeStoredWithoutAModel() throws {
        let settings = try database().dict("settings")
        try settings.set("window", to: ["width": 800, "scale": 1.5, "title": "Beaver \"2\" 🦫", "tags": ["a", nil], "on": true])
        let window = try XCTUnwrap(settings["window"])
        XCTAssertEqual(window["width"]?.int, 800)
        XCTAssertEqual(window["scale"]?.double, 1.5)
        XCTAssertEqual(window["title"]?.string, "Beaver \"2\" 🦫")
        XCTAssertEqual(window["tags"]?[1]?.isNull, true)
        XCTAssertEqual(window["on"]?.bool, true)
        XCTAssertNil(window["on"]?["deeper"])
        try settings.set("nothing", to: nil)
        XCTAssertEqual(try settings["nothing"], .null)
    }

    func testPlainTypesTakeTheShortWayAndModelsTheLongOne() throws {
        let db = try database()
        try db.dict("strings", as: String.self).set("k", to: "tab\t quote\" slash/ null\u{0} é \u{1F9AB}")
        XCTAssertEqual(try db.dict("strings", as: String.self)["k"], "tab\t quote\" slash/ null\u{0} é \u{1F9AB}")
        for number in [0, 1, -1, 42, Int.max, Int.min] {
            try db.dict("ints", as: Int.self).set("k", to: number)
            XCTAssertEqual(try db.dict("ints", as: Int.self)["k"], number)
        }
        for number in [0, 0.1, -2.5, 1e300, Double(1 << 60)] {
            try db.dict("doubles", as: Double.self).set("k", to: number)
            XCTAssertEqual(try db.dict("doubles", as: Double.self)["k"], number)
        }
        try db.dict("bools", as: Bool.self).set("k", to: false)
        XCTAssertEqual(try db.dict("bools", as: Bool.self)["k"], false)
        try db.dict("maybe", as: String?.self).set("k", to: nil)
        XCTAssertEqual(try db.dict("maybe", as: String?.self)["k"], .some(nil))
        try db.dict("lists", as: [Double].self).set("k", to: [1, 2.5])
        XCTAssertEqual(try db.dict("lists", as: [Double].self)["k"], [1, 2.5])
    }

    func testTextIsHandedThroughAsItWasWritten() throws {
        let raw = try database().dict("raw", as: JSONText.self)
        try raw.set("k", to: JSONText(#"{"b": 1.50, "a":  1e2}"#))
        XCTAssertEqual(try raw["k"]?.text, #"{"b": 1.50, "a":  1e2}"#)
        let error = assertFails(.invalidJSON) { try raw.set("k", to: JSONText(#"{"b": 1.50,"#)) }
        XCTAssertEqual(error?.offset, 11)
    }

    func testManyAreSetAndReadInOneCall() throws {
        let numbers = try database().dict("numbers", as: Int.self)
        try numbers.setMany((0..<1000).map { (key: "k\($0)", value: $0) })
        let found = try numbers.getMany(["k1", "missing", "k999", "k1"])
        XCTAssertEqual(found, ["k1": 1, "k999": 999])
        let users = try database().dict("users", as: User.self)
        try users.setMany(["alice": User(name: "Alice", age: 30), "bob": User(name: "Bob", age: 40)])
        XCTAssertEqual(try users.getMany(["alice", "bob"]).mapValues(\.age), ["alice": 30, "bob": 40])
        XCTAssertEqual(try users.getMany([]), [:])
    }

    func testItemsComePageByPage() throws {
        let numbers = try database().dict("numbers", as: Int.self)
        try numbers.setMany((0..<1000).map { (key: "k\($0)", value: $0) })
        var sum = 0
        for row in numbers.items() {
            let (key, value) = try row.get()
            XCTAssertEqual(key, "k\(value)")
            sum += value
        }
        XCTAssertEqual(sum, 499_500)
        XCTAssertEqual(Set(try numbers.keys().all()).count, 1000)
        XCTAssertEqual(try numbers.values().all().reduce(0, +), 499_500)
        // A loop that is left early costs no more than its pages, and the next begins anew.
        XCTAssertEqual(Array(numbers.keys().prefix(3)).count, 3)
        XCTAssertEqual(Array(numbers.keys().prefix(3)).count, 3)
    }

    func testValuesExpire() throws {
        let cache = try database().dict("cache", as: String.self)
        try cache.set("short", to: "x", ttl: .milliseconds(50))
        try cache.set("long", to: "x", ttl: .seconds(60))
        Thread.sleep(forTimeInterval: 0.1)
        XCTAssertNil(try cache["short"])
        XCTAssertEqual(try cache.count, 1)
        assertFails(.invalidArgument) { try cache.set("k", to: "x", ttl: .zero) }
        assertFails(.invalidArgument) { try cache.set("k", to: "x", ttl: .seconds(-1)) }
    }

    func testConditionsDecideWhoWasFirst() throws {
        let leaders = try database().dict("leaders", as: String.self)
        XCTAssertTrue(try leaders.setIfAbsent("a", to: "me"))
        XCTAssertFalse(try leaders.setIfAbsent("a", to: "you"))
        XCTAssertFalse(try leaders.compareAndSet("a", expected: "you", to: "they"))
        XCTAssertTrue(try leaders.compareAndSet("a", expected: "me", to: "they"))
        XCTAssertEqual(try leaders.pop("a"), "they")
        XCTAssertNil(try leaders.pop("a"))
        XCTAssertFalse(try leaders.delete("a"))
    }

    func testADumpIsLoadedAgain() throws {
        let db = try database()
        let users = try db.dict("users", as: User.self)
        try users.set("alice", to: User(name: "Alice", age: 30))
        let copy = try db.dict("copy", as: User.self)
        XCTAssertEqual(try copy.load(users.dump()), 1)
        XCTAssertEqual(try copy["alice"]?.age, 30)
        var pieces = Data()
        try users.dump(.jsonLines) { pieces.append($0) }
        XCTAssertEqual(pieces.split(separator: UInt8(ascii: "\n")).count, 2)
        var rest = pieces
        XCTAssertEqual(
            try copy.load(.append) { _ in
                defer { rest = rest.dropFirst(7) }
                return rest.prefix(7)
            }, 1)
        XCTAssertEqual(try copy.load { _ in defer { pieces = Data() }; return pieces }, 1)
    }

    func testAsynchronousCodeGetsTheAsynchronousForms() async throws {
        let users = try await Beaver.open(path()).dict("users", as: User.self)
        try await users.set("alice", to: User(name: "Alice", age: 30))
        try await users.setMany(["bob": User(name: "Bob", age: 40)])
        XCTAssertEqual(try users["alice"]?.age, 30)
        let popped = try await users.pop("bob")
        XCTAssertEqual(popped?.age, 40)
        let cleared = try await users.clear()
        XCTAssertEqual(cleared, 1)
    }
}
