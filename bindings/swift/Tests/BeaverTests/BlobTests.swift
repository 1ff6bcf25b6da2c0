import XCTest

@testable import Beaver

final class BlobTests: BeaverTestCase {
    struct Meta: Codable, Hashable, Sendable {
        var type: String
    }

    func testBytesComeBackWithTheirMetadata() throws {
        let files = try database().blobs("files", metadata: Meta.self)
        let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
        try files.put("a.png", bytes, metadata: Meta(type: "image/png"))
        try files.put("empty", Data())
        XCTAssertEqual(try files["a.png"], Beaver.Blob(data: bytes, metadata: Meta(type: "image/png")))
        XCTAssertEqual(try files["empty"], Beaver.Blob(data: Data(), metadata: nil))
        XCTAssertNil(try files["missing"])
        XCTAssertEqual(try files.stat("a.png")?.size, 100_000)
        XCTAssertEqual(try files.stat("a.png")?.metadata?.type, "image/png")
        XCTAssertEqual(try files.keys().all().sorted(), ["a.png", "empty"])
        XCTAssertTrue(try files.contains("empty"))
        XCTAssertTrue(try files.delete("empty"))
        XCTAssertFalse(try files.delete("empty"))
    }

    func testWhatIsWrittenPieceByPieceIsThereWhenItIsFinished() throws {
        let files = try database().blobs("files")
        let writer = try files.writer("log", metadata: ["lines": 2])
        try writer.write(Data("one\n".utf8))
        XCTAssertFalse(try files.contains("log"))
        try writer.write(Data("two\n".utf8))
        try writer.finish()
        assertFails(.invalidArgument) { try writer.write(Data("three\n".utf8)) }
        let reader = try XCTUnwrap(files.reader("log"))
        try files.put("log", Data())
        XCTAssertEqual(reader.size, 8)
        XCTAssertEqual(try reader.read(upTo: 5), Data("one\nt".utf8))
        XCTAssertEqual(try reader.read(), Data("wo\n".utf8))
        XCTAssertEqual(try reader.read(), Data())
        XCTAssertNil(try files.reader("missing"))
    }

    func testWhatIsGivenUpIsNotWritten() async throws {
        let files = try database().blobs("files")
        let writer = try files.writer("given up")
        try await writer.write(Data([1]))
        try await writer.abort()
        _ = try files.writer("forgotten")
        XCTAssertEqual(try files.count, 0)
    }
}
