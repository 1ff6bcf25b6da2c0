import XCTest

@testable import Beaver

final class BatchTests: BeaverTestCase {
    func testChangesAreMadeTogether() throws {
        let db = try database()
        let (users, tasks) = (try db.dict("users", as: User.self), try db.list("tasks", as: String.self))
        let (jobs, files) = (try db.queue("jobs", as: Int.self), try db.blobs("files"))
        let (log, news) = (try db.log("log", as: String.self), try db.channel("news", as: String.self))
        let net = try db.collection("net", as: User.self)
        let alice = User(name: "Alice", age: 30)
        let outcomes = try db.batch(durable: true) { batch in
            try batch[users].set("alice", to: alice)
            try batch[users].delete("nobody")
            try batch[tasks].extend(["b", "c"])
            try batch[tasks].prepend("a")
            try batch[tasks].remove("c")
            try batch[jobs].put(1, priority: 2)
            try batch[files].put("f", Data([1]), metadata: ["n": 1])
            try batch[log].append("done")
            try batch[news].publish("hello")
            try batch[net].index(Beaver.Document(id: "alice", alice, embedding: [1]))
            try batch[net].index(Beaver.Document(id: "bob", alice))
            try batch[net].connect(Beaver.Edge("alice", "bob", "KNOWS"))
            try batch[tasks].clear()
            XCTAssertEqual(batch.count, 13)
        }
        XCTAssertEqual(outcomes.count, 13)
        XCTAssertEqual(outcomes[0], .applied(true))
        XCTAssertEqual(outcomes[1], .applied(false))
        XCTAssertEqual(outcomes[12], .count(2))
        if case .times(let times) = outcomes[8] { XCTAssertEqual(times.count, 1) } else { XCTFail("no times") }
        XCTAssertEqual(try users["alice"], alice)
        XCTAssertEqual(try net.neighbors(of: "alice").map(\.id), ["bob"])
        XCTAssertEqual(try files.stat("f")?.size, 1)
    }

    func testAConditionThatDoesNotHoldUndoesEverything() async throws {
        let db = try database()
        let accounts = try db.dict("accounts", as: Int.self)
        try await accounts.setMany(["alice": 100, "bob": 10])
        try await db.batch { batch in
            try batch[accounts].set("alice", to: 70, if: .equals(100))
            try batch[accounts].set("bob", to: 40, if: .equals(10))
            try batch[accounts].set("carol", to: 0, if: .absent)
        }
        let error = await assertFails(.conflict) {
            try await db.batch { batch in
                try batch[accounts].set("alice", to: 0)
                try batch[accounts].delete("bob", if: .equals(999))
            }
        }
        XCTAssertEqual(error?.operation, 1)
        XCTAssertEqual(try accounts.getMany(["alice", "bob", "carol"]), ["alice": 70, "bob": 40, "carol": 0])
    }

    func testAnErrorWhileItIsCollectedLeavesEverythingAsItWas() throws {
        let db = try database()
        let users = try db.dict("users", as: Int.self)
        assertMine {
            try db.batch { batch in
                try batch[users].set("alice", to: 1)
                throw Mine()
            }
        }
        XCTAssertEqual(try users.count, 0)
    }

    func testALeaseIsSettledWithWhatCameOfIt() throws {
        let db = try database()
        let (jobs, results) = (try db.queue("jobs", as: Int.self), try db.list("results", as: Int.self))
        try jobs.put(20, priority: 0)
        let job = try XCTUnwrap(jobs.lease(for: .seconds(60)))
        try db.batch { batch in
            try batch[results].push(job.data + 1)
            try batch[jobs].ack(job.id)
        }
        XCTAssertEqual(try results[0...], [21])
        assertFails(.notFound) { try db.batch { try $0[jobs].ack(job.id) } }
    }
}
