// One work on one file, and one line of JSON that says how long it took, as the programs in benches/c do with the same keys and
// values: `beaver-bench WORK FILE COUNT`.
import Beaver
import Foundation

/// A value of about a hundred bytes.
struct Item: Codable, Sendable {
    var id: Int
    var name: String
    var tags: [String]
    var price: Double
    var in_stock: Bool

    init(_ number: Int) {
        let value = number % 16
        (id, name, tags) = (1000 + value, "item number \(1000 + value)", ["new", "red"])
        (price, in_stock) = (Double(10 + value) + 0.25, true)
    }
}

/// So many keys, all different, in an order that is not theirs.
func keys(_ count: Int) -> [String] {
    var keys = (0..<count).map { "key:" + String(repeating: "0", count: 8 - String($0).count) + String($0) }
    var random: UInt64 = 88_172_645_463_325_252
    for index in stride(from: count - 1, to: 0, by: -1) {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        keys.swapAt(index, Int(random % UInt64(index + 1)))
    }
    return keys
}

/// Does a work so many times, and says how long it took.
func measure(_ count: Int, _ work: (Int) throws -> Void) rethrows {
    for index in 0..<max(1, count / 10) { try work(index) }
    let seconds = try ContinuousClock().measure { for index in 0..<count { try work(index) } } / .seconds(1)
    print("{\"operations\": \(count), \"seconds\": \(seconds), \"longest\": 0}")
}

func expect(_ truth: Bool) { precondition(truth, "the work did not do what it should") }

let stored = 10_000
let portion = 1_000

/// Reads values one by one, or many at a time, as a type.
func read<Value: Beaver.Model>(_ db: Beaver, _ type: Value.Type, _ count: Int, many: Bool) throws {
    let (keys, items) = (keys(stored), try db.dict("bench", as: Item.self))
    try items.setMany(keys.enumerated().map { (key: $1, value: Item($0)) })
    let dict = try db.dict("bench", as: type)
    if many {
        let portions = stride(from: 0, to: stored, by: portion).map { Array(keys[$0..<$0 + portion]) }
        try measure(count) { expect(try dict.getMany(portions[$0 % portions.count]).count == portion) }
    } else {
        try measure(count) { expect(try dict[keys[$0 % stored]] != nil) }
    }
}

/// Searches among few vectors, so that the way across is what counts.
func search(_ db: Beaver, dimension: Int, _ count: Int) throws {
    let vectors = try db.collection("vectors", as: Int.self)
    let embedding = (0..<dimension).map { Float($0) }
    try vectors.index(Beaver.Document(id: "a", 1, embedding: embedding), text: .none)
    try measure(count) { _ in expect(try vectors.search(embedding, k: 1).count == 1) }
}

func set(_ db: Beaver, _ count: Int) throws {
    let (keys, dict) = (keys(count), try db.dict("bench", as: Item.self))
    try measure(count) { try dict.set(keys[$0], to: Item($0)) }
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[3]), count > 0 else {
    print("usage: beaver-bench get|get_json|get_text|get_many|get_many_json|get_many_text|set|vector_1|vector_1536 FILE COUNT")
    exit(2)
}
let db = try Beaver.open(arguments[2])
switch arguments[1] {
case "get": try read(db, Item.self, count, many: false)
case "get_json": try read(db, JSON.self, count, many: false)
case "get_text": try read(db, JSONText.self, count, many: false)
case "get_many": try read(db, Item.self, count, many: true)
case "get_many_json": try read(db, JSON.self, count, many: true)
case "get_many_text": try read(db, JSONText.self, count, many: true)
case "set": try set(db, count)
case "vector_1": try search(db, dimension: 1, count)
case "vector_1536": try search(db, dimension: 1536, count)
case let other: preconditionFailure("there is no work \(other)")
}
