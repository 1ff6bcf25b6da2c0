import XCTest

@testable import Beaver

final class ReadmeTests: BeaverTestCase {
    func testTheTenLinesRun() throws {
        let path = path()
        // begin
        let db = try Beaver.open(path)
        let users = try db.dict("users", as: User.self)
        try users.set("alice", to: User(name: "Alice", age: 30))
        let age = try users["alice"]?.age
        let notes = try db.collection("notes", as: String.self)
        try notes.index(Beaver.Document(id: "n1", "Beavers build dams", embedding: [0.9, 0.1]))
        let found = try notes.match("beaver dam").map(\.id)
        let nearest = try notes.search([1, 0], k: 1).first?.body
        try db.batch { try $0[users].set("bob", to: User(name: "Bob", age: 40), if: .absent) }
        for row in users.items() { print(try row.get().key) }
        // end
        XCTAssertEqual(age, 30)
        XCTAssertEqual(found, ["n1"])
        XCTAssertEqual(nearest, "Beavers build dams")
        XCTAssertEqual(Set(try users.keys().all()), ["alice", "bob"])
    }

    func testTheLinesAreThoseOfTheReadme() throws {
        let here = URL(fileURLWithPath: #filePath)
        let readme = here.deletingLastPathComponent().appendingPathComponent("../../README.md")
        let shown = try lines(of: readme, from: "let db = try Beaver.open(path)", to: "```")
        let run = try lines(of: here, from: "let db = try Beaver.open(path)", to: "// end")
        XCTAssertEqual(shown, run)
        XCTAssertEqual(run.count, 10)
    }

    private func lines(of file: URL, from first: String, to end: String) throws -> [String] {
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let trimmed = lines.map { $0.trimmingCharacters(in: .whitespaces) }
        return Array(trimmed.drop { $0 != first }.prefix { $0 != end })
    }
}
