import Foundation
import XCTest

@testable import Beaver

struct User: Codable, Hashable, Sendable {
    var name: String
    var age: Int
}

/// A folder and a database for each test, and nothing of the library alive after it.
class BeaverTestCase: XCTestCase {
    private(set) var folder = URL(fileURLWithPath: NSTemporaryDirectory())

    override func setUpWithError() throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws {
        // A thread may be just about to let go of its last object.
        for _ in 0..<200 where Beaver.liveObjects != 0 { Thread.sleep(forTimeInterval: 0.01) }
        XCTAssertEqual(Beaver.liveObjects, 0)
        try FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String = "test.db") -> String { folder.appendingPathComponent(name).path }

    /// A database, opened without an await in asynchronous tests too.
    func database(_ options: Beaver.Options = Beaver.Options()) throws -> Beaver {
        try Beaver.open(path(), options: options)
    }
}

/// Expects an error of a kind, and gives it.
@discardableResult
func assertFails<Result>(
    _ kind: BeaverError.Kind, file: StaticString = #filePath, line: UInt = #line, _ work: () throws -> Result
) -> BeaverError? {
    do {
        _ = try work()
        XCTFail("expected \(kind.name)", file: file, line: line)
    } catch let error as BeaverError {
        XCTAssertEqual(error.kind, kind, error.message, file: file, line: line)
        return error
    } catch {
        XCTFail("expected \(kind.name), got \(error)", file: file, line: line)
    }
    return nil
}

@discardableResult
func assertFails<Result>(
    _ kind: BeaverError.Kind, file: StaticString = #filePath, line: UInt = #line, _ work: () async throws -> Result
) async -> BeaverError? {
    do {
        _ = try await work()
        XCTFail("expected \(kind.name)", file: file, line: line)
    } catch let error as BeaverError {
        XCTAssertEqual(error.kind, kind, error.message, file: file, line: line)
        return error
    } catch {
        XCTFail("expected \(kind.name), got \(error)", file: file, line: line)
    }
    return nil
}

/// An error of the caller's own.
struct Mine: Error, Equatable {
    var text = "mine"
}

/// Expects the caller's own error, unchanged.
func assertMine(file: StaticString = #filePath, line: UInt = #line, _ work: () throws -> some Any) {
    XCTAssertThrowsError(try work(), file: file, line: line) { XCTAssertEqual($0 as? Mine, Mine(), file: file, line: line) }
}
