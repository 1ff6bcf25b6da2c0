import XCTest

@testable import Beaver

final class DatabaseTests: BeaverTestCase {
    func testAFileIsThereAgainWhenItIsOpenedAgain() throws {
        try Beaver.open(path()).dict("settings", as: String.self).set("theme", to: "dark")
        let db = try Beaver.open(URL(fileURLWithPath: path()))
        XCTAssertEqual(try db.dict("settings", as: String.self)["theme"], "dark")
        assertFails(.invalidArgument) { try Beaver.open(URL(string: "https://example.org")!) }
    }

    func testADatabaseInMemoryIsItsOwn() throws {
        let (one, other) = (try Beaver.open(Beaver.memory), try Beaver.open(Beaver.memory))
        try one.dict("d").set("k", to: 1)
        XCTAssertEqual(try other.dict("d").count, 0)
        XCTAssertNil(try one.info().path)
    }

    func testItTellsWhatIsInIt() throws {
        let db = try database()
        try db.dict("users").set("alice", to: 1)
        try db.list("tasks").extend([1, 2])
        XCTAssertEqual(try db.names(of: .dict), ["users"])
        XCTAssertEqual(try db.names(of: .queue), [])
        let info = try db.info()
        XCTAssertEqual(info.path, path())
        XCTAssertEqual(Set(info.structures.map(\.name)), ["users", "tasks"])
        XCTAssertEqual(info.structures.first { $0.kind == .list }?.count, 2)
        XCTAssertGreaterThan(try db.stats().fileBytes, 0)
        XCTAssertFalse(Beaver.version.isEmpty)
        XCTAssertEqual(try db.dict("users").name, "users")
    }

    func testEveryOptionReachesTheLibrary() throws {
        var options = Beaver.Options()
        options.durability = .full
        options.busyTimeout = .milliseconds(1500)
        options.cacheKiB = 500
        options.mmapBytes = 1 << 20
        options.lowMemory = true
        options.readCacheBytes = 1 << 20
        options.portableWatch = true
        try database(options).dict("d").set("k", to: 1)
        options.readOnly = true
        assertFails(.readOnly) { try database(options).dict("d").set("k", to: 2) }
        options = Beaver.Options()
        options.create = false
        assertFails(.io) { try Beaver.open(path("missing.db"), options: options) }
        options.cacheKiB = -1
        assertFails(.invalidArgument) { try Beaver.open(path(), options: options) }
    }

    func testModelsAreWrittenAsTheOptionsSay() throws {
        struct Meeting: Codable, Hashable, Sendable {
            var startsAt: Date
        }
        var options = Beaver.Options()
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        encoder.dateEncodingStrategy = .iso8601
        encoder.keyEncodingStrategy = .convertToSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        (options.encoder, options.decoder) = (encoder, decoder)
        let db = try database(options)
        let meeting = Meeting(startsAt: Date(timeIntervalSince1970: 0))
        try db.dict("meetings", as: Meeting.self).set("m", to: meeting)
        XCTAssertEqual(try db.dict("meetings")["m"], ["starts_at": "1970-01-01T00:00:00Z"])
        XCTAssertEqual(try db.dict("meetings", as: Meeting.self)["m"], meeting)
    }

    func testABackupIsRestored() throws {
        let db = try database()
        let users = try db.dict("users", as: Int.self)
        try users.setMany((0..<1000).map { (key: "k\($0)", value: $0) })
        var steps = 0
        try db.backup(to: path("backup.db")) { _ in steps += 1 }
        XCTAssertGreaterThan(steps, 0)
        try Beaver.restore(path("backup.db"), to: path("restored.db"))
        XCTAssertEqual(try Beaver.open(path("restored.db")).dict("users", as: Int.self)["k999"], 999)
        assertFails(.io) { try Beaver.restore(path("missing.db"), to: path("other.db")) }
    }

    func testUpkeepLeavesAFileThatIsWhole() async throws {
        let db = try database()
        try await db.collection("c").index(Beaver.Document(["text": "hello"], embedding: [1, 2]))
        try await db.vacuum()
        try await db.checkpoint()
        let repaired = try await db.repair()
        XCTAssertEqual(repaired.problems, [])
        let verified = try await db.verify()
        XCTAssertTrue(verified.ok)
    }

    func testDiagnosticsAreTold() throws {
        final class Lines: @unchecked Sendable {
            private let lock = NSLock()
            private var lines: [Beaver.Diagnostic] = []
            func add(_ line: Beaver.Diagnostic) { lock.withLock { lines.append(line) } }
            var all: [Beaver.Diagnostic] { lock.withLock { lines } }
        }
        let (db, lines) = (try database(), Lines())
        db.setLog(lines.add)
        try db.pause()
        try db.resume()
        db.setLog(nil)
        let told = lines.all.count
        try db.pause()
        XCTAssertGreaterThan(told, 0)
        XCTAssertEqual(lines.all.count, told)
        XCTAssertFalse(try XCTUnwrap(lines.all.first).message.isEmpty)
    }
}
