import XCTest

@testable import Beaver

final class GraphTests: BeaverTestCase {
    private func network(_ db: Beaver) throws -> Beaver.Collection<User> {
        let network = try db.collection("network", as: User.self)
        try network.indexMany(
            ["alice", "bob", "carol", "dave"].enumerated().map { Beaver.Document(id: $1, User(name: $1, age: $0)) })
        try network.connectMany([
            Beaver.Edge("alice", "bob", "FOLLOWS", weight: 1), Beaver.Edge("bob", "carol", "FOLLOWS", weight: 1),
            Beaver.Edge("alice", "carol", "KNOWS", weight: 5, metadata: ["since": 2001]),
        ])
        return network
    }

    func testNeighboursAreOneEdgeAway() throws {
        let network = try network(database())
        let neighbors = try network.neighbors(of: "alice")
        XCTAssertEqual(neighbors.map(\.id), ["bob", "carol"])
        XCTAssertEqual(neighbors[1].edge, Beaver.Edge("alice", "carol", "KNOWS", weight: 5, metadata: ["since": 2001]))
        XCTAssertEqual(neighbors[0].body.age, 1)
        XCTAssertEqual(try network.neighbors(of: "carol", labels: ["FOLLOWS"], direction: .incoming).map(\.id), ["bob"])
        XCTAssertEqual(try network.neighbors(of: "alice", limit: 1).count, 1)
        XCTAssertEqual(try network.degree(of: "bob", direction: .both), 2)
    }

    func testAWalkGoesBreadthFirst() async throws {
        let network = try network(database())
        let visits = try await network.walk(from: "alice", depth: 2, labels: ["FOLLOWS"], paths: true)
        XCTAssertEqual(visits.map(\.id), ["bob", "carol"])
        XCTAssertEqual(visits.map(\.distance), [1, 2])
        XCTAssertEqual(visits[1].path, ["alice", "bob", "carol"])
        let old = try await network.walk(from: "alice", depth: 2, where: Beaver.Field("age") > 1)
        XCTAssertEqual(old.map(\.id), ["carol"])
        await assertFails(.invalidArgument) { try await network.walk(from: "alice", depth: 0) }
    }

    func testAShortestWayCountsEdgesOrWeights() async throws {
        let network = try network(database())
        let short = try await network.shortestPath(from: "alice", to: "carol")
        XCTAssertEqual(short, Beaver.ShortestPath(ids: ["alice", "carol"], cost: 1))
        let cheap = try await network.shortestPath(from: "alice", to: "carol", weighted: true)
        XCTAssertEqual(cheap, Beaver.ShortestPath(ids: ["alice", "bob", "carol"], cost: 2))
        let none = try await network.shortestPath(from: "carol", to: "alice")
        XCTAssertNil(none)
    }

    func testEdgesAreMadeChangedAndRemoved() throws {
        let network = try network(database())
        try network.connect("dave", to: "alice", "FOLLOWS", weight: 2)
        try network.connect("dave", to: "alice", "FOLLOWS", weight: 3)
        XCTAssertEqual(try network.neighbors(of: "dave").map(\.edge.weight), [3])
        XCTAssertEqual(try network.disconnect("alice", from: "bob", "LIKES"), 0)
        XCTAssertEqual(try network.disconnect("alice", from: "bob"), 1)
        assertFails(.notFound) { try network.connect("dave", to: "nobody", "FOLLOWS") }
        assertFails(.invalidArgument) { try network.connect("dave", to: "bob", "FOLLOWS", weight: .nan) }
        assertMine { try network.connectMany([Beaver.Edge("dave", "bob", "X")]) { _ in throw Mine() } }
        XCTAssertEqual(try network.degree(of: "dave", labels: ["X"]), 0)
    }
}
