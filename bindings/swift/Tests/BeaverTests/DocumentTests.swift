import XCTest

@testable import Beaver

struct Book: Codable, Hashable, Sendable {
    var title: String
    var year: Int
    var tags: [String] = []
}

final class DocumentTests: BeaverTestCase {
    typealias Field = Beaver.Field

    private func books(_ db: Beaver) throws -> Beaver.Collection<Book> {
        let books = try db.collection("books", as: Book.self)
        try books.indexMany([
            Beaver.Document(id: "a", Book(title: "Fiction", year: 1969, tags: ["old"])),
            Beaver.Document(id: "b", Book(title: "Neuromancer", year: 1984)),
            Beaver.Document(id: "c", Book(title: "Perdido", year: 2000, tags: ["new", "long"])),
        ])
        return books
    }

    func testADocumentComesBackWithItsEmbedding() throws {
        let books = try database().collection("books", as: Book.self)
        let book = Beaver.Document(id: "a", Book(title: "Fiction", year: 1969), embedding: [0.5, -1.25, 1e-20])
        XCTAssertTrue(try books.index(book))
        XCTAssertFalse(try books.index(book))
        XCTAssertEqual(try books["a"], book)
        XCTAssertNil(try books["b"])
        let unnamed = Beaver.Document(Book(title: "Unnamed", year: 1))
        try books.index(unnamed, text: .none)
        XCTAssertEqual(unnamed.id.count, 36)
        XCTAssertNil(try XCTUnwrap(books[unnamed.id]).embedding)
        XCTAssertEqual(Set(try books.documents().all()), [book, unnamed])
        XCTAssertTrue(try books.drop("a"))
        XCTAssertFalse(try books.drop("a"))
        XCTAssertFalse(try books.contains("a"))
    }

    func testTheSameDocumentIsWrittenOnce() throws {
        let db = try database()
        let (books, anything) = (try db.collection("books", as: Book.self), try db.collection("anything"))
        // Each is made anew: the order in which a dictionary gives its members is one of its own.
        let written = try (0..<1000).map { _ in
            try books.index(Beaver.Document(id: "a", Book(title: "Fiction", year: 1969, tags: ["old"])))
        }
        XCTAssertEqual(written.filter { $0 }.count, 1)
        let others = try (0..<1000).map { _ in
            try anything.index(Beaver.Document(id: "a", ["title": "Fiction", "year": 1969, "tags": ["old"], "pages": nil]))
        }
        XCTAssertEqual(others.filter { $0 }.count, 1)
    }

    func testManyAreIndexedInOneCommit() throws {
        let books = try database().collection("books")
        var steps: [Beaver.Progress] = []
        let documents = (0..<1000).map { number in
            Beaver.Document<JSON>(id: "\(number)", ["n": .int(number)], embedding: number % 2 == 0 ? [Float(number), 1] : nil)
        }
        XCTAssertEqual(try books.indexMany(documents) { steps.append($0) }, 1000)
        XCTAssertFalse(steps.isEmpty)
        XCTAssertEqual(try books["10"]?.embedding, [10, 1])
        XCTAssertNil(try XCTUnwrap(books["11"]).embedding)
        XCTAssertEqual(try books.documents().all().count, 1000)
        let error = assertFails(.invalidArgument) {
            try books.indexMany([Beaver.Document(id: "x", nil, embedding: [1, 2]), Beaver.Document(id: "y", nil, embedding: [1])])
        }
        XCTAssertEqual(error?.operation, 1)
        XCTAssertFalse(try books.contains("x"))
    }

    func testAFilterFindsByFields() throws {
        let books = try books(database())
        XCTAssertEqual(try books.find(Field("year") >= 1980, order: ["-year"]).documents.map(\.id), ["c", "b"])
        XCTAssertEqual(try books.find(["year": ["<": 1980]]).documents.map(\.body.title), ["Fiction"])
        let either = Field("tags").contains("new") || !(Field("year") > 1970 && Field("title") != "Fiction")
        XCTAssertEqual(try books.find(either).documents.map(\.id), ["a", "c"])
        XCTAssertEqual(try books.count(where: Field("year").isIn([1969, 2000])), 2)
        XCTAssertEqual(try books.count(where: Field("isbn").exists), 0)
        XCTAssertEqual(try books.count(where: .everything), 3)
        XCTAssertEqual(try books.count(where: Beaver.Filter(["title": "Perdido"])), 1)
        assertFails(.invalidArgument) { try books.count(where: Field("year") > .double(.nan)) }
        assertFails(.invalidArgument) { try books.count(where: ["year": ["about": 1980]]) }
    }

    func testAQueryGoesOnWhereItLeftOff() throws {
        let books = try books(database())
        var (titles, cursor): ([String], String?) = ([], nil)
        repeat {
            let page = try books.find(order: ["year"], limit: 2, after: cursor)
            titles += page.documents.map(\.body.title)
            cursor = page.cursor
        } while cursor != nil
        XCTAssertEqual(titles, ["Fiction", "Neuromancer", "Perdido"])
    }

    func testAnIndexIsUsedAndDropped() async throws {
        let books = try books(database())
        let made = try await books.createIndex("year")
        XCTAssertTrue(made)
        XCTAssertEqual(try books.indexes, ["year"])
        let plan = try books.explainFind(Field("year") == 1984)
        XCTAssertEqual(plan.indexes, ["year"])
        XCTAssertEqual(plan.matched, 1)
        let again = try await books.createIndex("year")
        XCTAssertFalse(again)
        let dropped = try await books.dropIndex("year")
        XCTAssertTrue(dropped)
        try await books.rebuild()
        try await books.compact()
        XCTAssertEqual(try books.count, 3)
    }

    func testACollectionTellsWhatItHolds() async throws {
        let points = try database().collection("points")
        let none = try await points.stats()
        XCTAssertEqual(none.documents, 0)
        XCTAssertNil(none.dimension)
        XCTAssertEqual(none.vectors.tier, .exact)
        try await points.indexMany((0..<300).map { Beaver.Document(id: "\($0)", [:], embedding: [Float($0), Float($0 % 7)]) })
        try await points.compact()
        _ = try await points.drop("7")
        let stats = try await points.stats()
        XCTAssertEqual(stats.documents, 299)
        XCTAssertEqual(stats.dimension, 2)
        XCTAssertEqual(stats.vectors.tier, .flat)
        XCTAssertEqual([stats.vectors.partitions, stats.vectors.codes, stats.vectors.stale], [1, 300, 1])
        XCTAssertGreaterThan(stats.vectors.bytes, 300)
        XCTAssertGreaterThan(stats.vectors.epoch, 0)
        XCTAssertFalse(stats.vectors.building)
    }

    func testSettingsAreChosenWhileACollectionIsEmpty() throws {
        let books = try database().collection("books", as: Book.self)
        try books.configure(metric: .cosine, tokenizer: .trigram)
        XCTAssertEqual(try books.settings, Beaver.CollectionSettings(metric: .cosine, tokenizer: .trigram, dimension: nil))
        try books.index(Beaver.Document(id: "a", Book(title: "A", year: 1), embedding: [1, 2, 3]))
        XCTAssertEqual(try books.settings.dimension, 3)
        assertFails(.conflict) { try books.configure(metric: .dot) }
    }

    func testAnErrorInProgressStopsIndexingAndComesOutUnchanged() async throws {
        let books = try database().collection("books")
        let documents = (0..<1000).map { Beaver.Document<JSON>(id: "\($0)", .int($0)) }
        do {
            try await books.indexMany(documents) { _ in throw Mine() }
            XCTFail("it went on")
        } catch {
            XCTAssertEqual(error as? Mine, Mine())
        }
        XCTAssertEqual(try books.count, 0)
    }
}
