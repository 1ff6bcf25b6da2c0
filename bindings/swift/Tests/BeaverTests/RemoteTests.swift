import Foundation
import XCTest

@testable import Beaver

/// Databases at a server, whose address is in `BEAVER_SERVER`.
final class RemoteTests: BeaverTestCase {
    func testAURLStandsForAPath() async throws {
        guard let server = ProcessInfo.processInfo.environment["BEAVER_SERVER"] else {
            throw XCTSkip("there is no server")
        }
        var options = Beaver.Options()
        options.key = "bvr_any"
        let (one, other) = (try await Beaver.open(server, options: options), try await Beaver.open(server))
        let users = try one.dict("swift", as: User.self)
        try await users.set("alice", to: User(name: "Alice", age: 30))
        let alice = try other.dict("swift", as: User.self)["alice"]
        XCTAssertEqual(alice, User(name: "Alice", age: 30))
        let jobs = try one.queue("swift", as: String.self)
        async let mail = jobs.get(timeout: .seconds(20))
        try await other.queue("swift", as: String.self).put("mail", priority: 1)
        let got = try await mail
        XCTAssertEqual(got?.data, "mail")
        try await one.close()
        try await other.close()
    }

    func testWithoutAServerNothingIsDoneAndThatIsSaid() {
        let gone = assertFails(.unavailable) { try Beaver.open("http://127.0.0.1:1") }
        XCTAssertTrue(gone?.message.contains("nothing was done") ?? false)
        assertFails(.invalidArgument) { try Beaver.open("http://me:secret@127.0.0.1:1") }
    }
}
