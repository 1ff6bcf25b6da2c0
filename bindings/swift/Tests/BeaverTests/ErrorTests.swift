import XCTest

@testable import Beaver

final class ErrorTests: BeaverTestCase {
    func testAnErrorSaysWhatToDo() throws {
        let error = try XCTUnwrap(assertFails(.corrupt) { () -> Beaver in
            try Data(repeating: 1, count: 4096).write(to: URL(fileURLWithPath: path()))
            return try database()
        })
        XCTAssertEqual(error.kind.name, "CORRUPT")
        XCTAssertEqual(error.localizedDescription, error.message)
        XCTAssertEqual(String(describing: error), "CORRUPT: \(error.message)")
        XCTAssertEqual(Set(BeaverError.Kind.allCases.map(\.name)).count, BeaverError.Kind.allCases.count)
    }

    func testAValueOfAnotherTypeIsAMismatchThatSaysWhere() throws {
        struct Team: Codable, Sendable {
            var lead: User
        }
        let db = try database()
        try db.dict("d").set("k", to: ["lead": ["name": "Alice"]])
        let error = assertFails(.typeMismatch) { try db.dict("d", as: Team.self)["k"] }
        XCTAssertEqual(error?.message.contains("lead"), true)
        XCTAssertEqual(error?.message.contains("age"), true)
        XCTAssertEqual(error?.message.contains("Alice"), false)
        for mismatch in [JSON.string("x"), .double(1.5), .null, .array([])] {
            try db.dict("d").set("k", to: mismatch)
            assertFails(.typeMismatch) { try db.dict("d", as: Int.self)["k"] }
            assertFails(.typeMismatch) { try db.dict("d", as: Bool.self)["k"] }
            assertFails(.typeMismatch) { try db.dict("d", as: User.self)["k"] }
            assertFails(.typeMismatch) { try db.dict("d", as: User.self).getMany(["k"]) }
            assertFails(.typeMismatch) { try db.dict("d", as: User.self).items().all() }
        }
        try db.dict("d").set("k", to: 2.0)
        XCTAssertEqual(try db.dict("d", as: Int.self)["k"], 2)
    }

    func testANumberThatIsNoneIsRefused() throws {
        struct Reading: Codable, Sendable {
            var value: Double
        }
        let db = try database()
        assertFails(.invalidArgument) { try db.dict("d", as: Double.self).set("k", to: .nan) }
        assertFails(.invalidArgument) { try db.dict("d").set("k", to: [.double(.infinity)]) }
        let error = assertFails(.invalidArgument) { try db.dict("d", as: Reading.self).set("k", to: Reading(value: .nan)) }
        XCTAssertEqual(error?.message.contains("at value"), true)
        XCTAssertEqual(try db.dict("d").count, 0)
    }

    func testAModelsOwnErrorComesOutUnchanged() throws {
        struct Picky: Codable, Sendable {
            init() {}
            init(from decoder: any Decoder) throws { throw Mine() }
            func encode(to encoder: any Encoder) throws { throw Mine() }
        }
        let db = try database()
        try db.dict("d").set("k", to: 1)
        assertMine { try db.dict("d", as: Picky.self)["k"] as Any }
        assertMine { try db.dict("d", as: Picky.self).set("k", to: Picky()) }
        assertMine { try db.list("l", as: Picky.self).push(Picky()) }
    }

    func testLimitsAndNamesAreChecked() throws {
        let db = try database()
        assertFails(.invalidArgument) { try db.dict("") }
        assertFails(.invalidArgument) { try db.dict("__internal") }
        assertFails(.invalidArgument) { try db.dict("a\u{0}b") }
        assertFails(.limit) { try db.dict(String(repeating: "x", count: 256)) }
        assertFails(.limit) { try db.dict("d").set(String(repeating: "x", count: 5000), to: 1) }
        assertFails(.limit) { try db.dict("d")[String(repeating: "x", count: 5000)] }
        var deep = JSON.null
        for _ in 0..<200 { deep = [deep] }
        assertFails(.limit) { try db.dict("d").set("k", to: deep) }
    }

    func testJSONIsReadAsItIsMeant() throws {
        XCTAssertEqual(
            try JSON(parsing: #" { "a" : [ 1 , -0.5e1 , true , null , "\u00e9\ud83e\udd8b\n" ] , "b" : { } } "#),
            ["a": [1, -5.0, true, nil, "é🦋\n"], "b": [:]])
        XCTAssertEqual(try JSON(parsing: "9223372036854775808"), .double(9_223_372_036_854_775_808))
        XCTAssertEqual(try JSON(parsing: JSON.object(["k": [1, 2.5, "x"]]).text()), ["k": [1, 2.5, "x"]])
        XCTAssertEqual("\(JSON.object(["b": [1, "x"], "a": nil]))", #"{"a":null,"b":[1,"x"]}"#)
        for text in ["", "{", "[1,]", "{\"a\"}", "01", "1.", "-", "tru", "\"\\x\"", "\"\\ud800\"", "\"", "1 2", "[1}", "\"\u{1}\""] {
            assertFails(.invalidJSON) { try JSON(parsing: text) }
        }
        assertFails(.limit) { try JSON(parsing: String(repeating: "[", count: 1000)) }
    }

    func testAnErrorInACallbackComesOutUnchangedAndNothingIsDone() throws {
        let db = try database()
        let users = try db.dict("users", as: Int.self)
        try users.setMany((0..<100).map { (key: "k\($0)", value: $0) })
        assertMine { try users.dump { _ in throw Mine() } }
        assertMine { try users.load { _ in throw Mine() } }
        let dump = try users.dump()
        var given = false
        assertMine {
            try users.load { _ in
                if given { throw Mine() }
                given = true
                return dump.prefix(100)
            }
        }
        XCTAssertEqual(try users.count, 100)
        try db.collection("c").index(Beaver.Document("text"))
        assertMine { try db.repair { _ in throw Mine() } }
        assertMine { try db.backup(to: path("b.db")) { _ in throw Mine() } }
        assertMine { try db.collection("c").rebuild { _ in throw Mine() } }
    }
}
