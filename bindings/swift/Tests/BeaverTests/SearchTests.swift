import XCTest

@testable import Beaver

final class SearchTests: BeaverTestCase {
    private func articles(_ db: Beaver) throws -> Beaver.Collection<Book> {
        let articles = try db.collection("articles", as: Book.self)
        try articles.index(Beaver.Document(id: "sqlite", Book(title: "Databases in one file", year: 2000), embedding: [1, 0]), fuzzy: true)
        try articles.index(Beaver.Document(id: "swift", Book(title: "Swift from scratch", year: 2014), embedding: [0, 1]), fuzzy: true)
        try articles.index(Beaver.Document(id: "both", Book(title: "A database for Swift", year: 2024), embedding: [0.7, 0.7]), fuzzy: true)
        return articles
    }

    func testTheNearestVectorsAreFound() async throws {
        let articles = try articles(database())
        let hits = try await articles.search([1, 0.1], k: 2)
        XCTAssertEqual(hits.map(\.id), ["sqlite", "both"])
        XCTAssertEqual(hits[0].score, 0.01, accuracy: 1e-6)
        XCTAssertEqual(hits[0].body.year, 2000)
        let late = try await articles.search([1, 0.1], where: Beaver.Field("year") > 2010, effort: .exact)
        XCTAssertEqual(late.map(\.id), ["both", "swift"])
        XCTAssertEqual(try articles.explainSearch([1, 0]).path, "exact")
        let recall = try await articles.recallCheck(sample: 3)
        XCTAssertEqual(recall.recall, 1)
    }

    func testTextIsFoundByItsWords() throws {
        let articles = try articles(database())
        XCTAssertEqual(Set(try articles.match("databases").map(\.id)), ["sqlite", "both"])
        XCTAssertEqual(try articles.match("database swift").map(\.id), ["both"])
        XCTAssertEqual(try articles.match("swift NOT database").map(\.id), ["swift"])
        XCTAssertEqual(try articles.match("scra", prefix: true).map(\.id), ["swift"])
        XCTAssertEqual(try articles.match("databse", fuzziness: .edits(1)).first?.score, 1)
        XCTAssertEqual(Set(try articles.match("swfit", fuzziness: .automatic).map(\.id)), ["swift", "both"])
        XCTAssertEqual(try articles.match("swift", on: ["tags": 1]), [])
        let marked = try articles.match("scratch", on: ["title": 2], highlight: Beaver.Marks("<", ">"), snippet: Beaver.Snippet("[", "]", words: 2))
        XCTAssertEqual(marked.first?.fragments.map(\.path), ["title", "title"])
        XCTAssertEqual(marked.first?.fragments.first?.text, "Swift from <scratch>")
    }

    func testSeveralWaysFindTogether() async throws {
        let articles = try articles(database())
        try await articles.connect("swift", to: "sqlite", "CITES")
        var query = Beaver.HybridQuery(text: "database", vector: [0, 1], graph: Beaver.GraphLeg(from: ["swift"]))
        let hits = try await articles.hybrid(query)
        XCTAssertEqual(Set(hits.map(\.id)), ["sqlite", "both", "swift"])
        let both = try XCTUnwrap(hits.first { $0.id == "both" })
        XCTAssertNotNil(both.text)
        XCTAssertEqual(both.vector?.rank, 1)
        XCTAssertNil(both.graph)
        query.weights = Beaver.Weights(text: 0, vector: 0, graph: 1)
        let related = try await articles.hybrid(query).first
        XCTAssertEqual(related?.id, "sqlite")
        await assertFails(.invalidArgument) { try await articles.hybrid(Beaver.HybridQuery()) }
    }

    func testRankingsAreFused() throws {
        let fused = try Beaver.rerank([["py-fast", "py-data"], ["py-fast", "js-fast", "py-data"]])
        XCTAssertEqual(fused.map(\.id), ["py-fast", "py-data", "js-fast"])
        XCTAssertEqual(fused[0].score, 2.0 / 60, accuracy: 1e-12)
        XCTAssertEqual(try Beaver.rerank([["a"], ["b"]], weights: [1, 2], k: 1).map(\.id), ["b", "a"])
        assertFails(.invalidArgument) { try Beaver.rerank([["a"]], weights: [1, 2]) }
    }

    func testAVectorThatIsNoneIsRefused() throws {
        let articles = try articles(database())
        assertFails(.invalidArgument) { try articles.search([]) }
        assertFails(.invalidArgument) { try articles.search([1, 2, 3]) }
        assertFails(.invalidArgument) { try articles.search([1, .nan]) }
        assertFails(.limit) { try articles.search([Float](repeating: 1, count: 10_000)) }
        assertFails(.invalidArgument) { try articles.search([1, 0], k: 0) }
        assertFails(.invalidArgument) { try articles.index(Beaver.Document(Book(title: "", year: 0), embedding: [])) }
        assertFails(.invalidArgument) { try articles.index(Beaver.Document(Book(title: "", year: 0), embedding: [1, .infinity])) }
    }

    func testACancelledSearchEnds() async throws {
        let articles = try articles(database())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await articles.search([1, 0])
        }
        let result = await task.result
        XCTAssertThrowsError(try result.get()) { XCTAssertTrue($0 is CancellationError) }
    }
}
