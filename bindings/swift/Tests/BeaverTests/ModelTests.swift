import XCTest

@testable import Beaver

/// What is read is what Foundation's decoder reads.
final class ModelTests: BeaverTestCase {
    private func assertRoundTrip<Model: Codable & Equatable & Sendable>(
        _ model: Model, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        let dict = try Beaver.open(Beaver.memory).dict("models", as: Model.self)
        try dict.set("k", to: model)
        XCTAssertEqual(try dict["k"], model, file: file, line: line)
        XCTAssertEqual(try dict.getMany(["k"]), ["k": model], file: file, line: line)
        XCTAssertEqual(try dict.values().all(), [model], file: file, line: line)
    }

    func testEveryKindOfMemberComesBack() throws {
        struct Everything: Codable, Equatable, Sendable {
            enum Level: String, Codable { case low, high }
            enum Shape: Codable, Equatable {
                case circle(radius: Double)
                case named(String)
                case none
            }
            struct Inner: Codable, Equatable {
                var value: Float = 0.1
                var next: [Inner] = []
            }

            var bytes: [Int8] = [.min, 0, .max]
            var small: UInt8? = 255
            var large = UInt64.max
            var number = 1e-9
            var text = "tab\t \"quoted\" 🦫"
            var missing: String?
            var level = Level.high
            var shapes: [Shape] = [.circle(radius: 2), .named("x"), .none]
            var inner = Inner(next: [Inner(value: 2), Inner()])
            var byName = ["a": [1, 2], "b": []]
            var byNumber = [1: "one", 20: "twenty"]
            var maybe: [Int?] = [1, nil, 3]
            var date = Date(timeIntervalSince1970: 1_700_000_000.25)
            var data = Data([0, 1, 255])
            var url = URL(string: "https://example.org/a?b=c")!
            var id = UUID()
            var decimal = Decimal(string: "123456789.123456789")!
            var range = 1..<5
            var json: JSON = ["a": [1, nil, "b"]]
            var raw = JSONText("[1]")
        }
        try assertRoundTrip(Everything())
        try assertRoundTrip([Everything.Level.low, .high])
        try assertRoundTrip(Everything?.none)
        try assertRoundTrip(Everything.Shape.circle(radius: 1))
        try assertRoundTrip(["nested": ["deeper": ["text"]]])
        try assertRoundTrip([[1.5, 2], []])
        try assertRoundTrip(URL(string: "https://example.org")!)
    }

    func testAModelThatReadsByItselfFindsItsContainers() throws {
        final class Derived: Base, @unchecked Sendable {
            var extra = 2

            override init() { super.init() }

            enum Keys: String, CodingKey { case extra }

            required init(from decoder: any Decoder) throws {
                extra = try decoder.container(keyedBy: Keys.self).decode(Int.self, forKey: .extra)
                try super.init(from: decoder.container(keyedBy: Keys.self).superDecoder())
            }

            override func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                try container.encode(extra, forKey: .extra)
                try super.encode(to: container.superEncoder())
            }
        }
        class Base: Codable, Equatable, @unchecked Sendable {
            var names = ["a", "b"]
            var pair = (1, "x")

            init() {}

            enum Keys: String, CodingKey { case names, pair }

            required init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Keys.self)
                XCTAssertTrue(container.contains(.pair))
                XCTAssertEqual(Set(container.allKeys), [.names, .pair])
                var pair = try container.nestedUnkeyedContainer(forKey: .pair)
                XCTAssertEqual(pair.count, 2)
                self.pair = (try pair.decode(Int.self), try pair.decode(String.self))
                XCTAssertTrue(pair.isAtEnd)
                XCTAssertThrowsError(try pair.decode(Int.self))
                names = try container.decode([String].self, forKey: .names)
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                var pair = container.nestedUnkeyedContainer(forKey: .pair)
                try pair.encode(self.pair.0)
                try pair.encode(self.pair.1)
                try container.encode(names, forKey: .names)
            }

            static func == (one: Base, other: Base) -> Bool {
                one.names == other.names && one.pair == other.pair
                    && (one as? Derived)?.extra == (other as? Derived)?.extra
            }
        }
        try assertRoundTrip(Derived())
    }

    func testKeysMayComeInAnyOrderAndBeWrittenInAnyWay() throws {
        struct Point: Codable, Equatable, Sendable {
            var x: Int
            var y: Int
            var label: String?
        }
        let raw = try Beaver.open(Beaver.memory)
        for text in [
            #"{"x":1,"y":2}"#, #"{"y":2,"x":1}"#, #"{"more":{"x":9},"y":2,"label":null,"x":1}"#, #" { "\u0078" : 1 , "y" : 2.0 } "#,
        ] {
            try raw.dict("p", as: JSONText.self).set("k", to: JSONText(text))
            XCTAssertEqual(try raw.dict("p", as: Point.self)["k"], Point(x: 1, y: 2), text)
        }
    }

    func testWhatDoesNotFitSaysWhere() throws {
        struct Team: Codable, Sendable {
            var members: [User]
            var size: UInt8
        }
        let db = try Beaver.open(Beaver.memory)
        let raw = try db.dict("teams", as: JSONText.self)
        for (text, place) in [
            (#"{"members":[{"name":"a","age":1},{"name":"b","age":"2"}],"size":1}"#, "members.1.age"),
            (#"{"members":[{"name":"a"}],"size":1}"#, "members.0"), (#"{"members":[],"size":256}"#, "size"),
            (#"{"members":[],"size":1.5}"#, "size"), (#"{"members":{},"size":1}"#, "members"),
            (#"{"members":[null],"size":1}"#, "members.0"),
        ] {
            try raw.set("k", to: JSONText(text))
            let error = assertFails(.typeMismatch) { try db.dict("teams", as: Team.self)["k"] }
            XCTAssertEqual(error?.message.contains(" at \(place):"), true, error?.message ?? "")
        }
        try raw.set("k", to: JSONText("[1]"))
        assertFails(.typeMismatch) { try db.dict("teams", as: Team.self)["k"] }
        assertFails(.typeMismatch) { try db.dict("teams", as: [String].self)["k"] }
        assertFails(.typeMismatch) { try db.dict("teams", as: [URL].self)["k"] }
    }
}
