// What calls cost in Swift, as benches/bindings/bindings.c measures them in C: one JSON line of microseconds for each call, the median of
// the samples. `beaver-bench FILE SAMPLES`
import Beaver
import Foundation

struct Person: Codable, Sendable {
    var name: String
    var age: Int
}

func expect(_ truth: Bool) { precondition(truth, "the work did not do what it should") }

/// The median cost of a call over so many samples of so many calls.
func cost(_ samples: Int, _ calls: Int, _ call: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let each = try (0..<samples).map { _ in
        try clock.measure { for _ in 0..<calls { try call() } } / .microseconds(1) / Double(calls)
    }
    return each.sorted()[samples / 2]
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let samples = Int(arguments[2]), samples > 0 else {
    print("usage: beaver-bench FILE SAMPLES")
    exit(2)
}

let (many, dimension) = (1000, 1536)
let ada = Person(name: "Ada", age: 36)
let db = try Beaver.open(arguments[1])
let people = try db.dict("bench", as: Person.self)
let list = try db.list("bench", as: Person.self)
let queue = try db.queue("bench", as: Person.self)
let (narrow, wide) = (try db.collection("narrow"), try db.collection("wide"))
let vector = [Float](repeating: 1, count: dimension)
try narrow.index(Beaver.Document(id: "a", [:], embedding: Array(vector.prefix(4))))
try wide.index(Beaver.Document(id: "a", [:], embedding: vector))
let keys = (0..<many).map { "key\($0)" }
let items = keys.map { (key: $0, value: ada) }
try people.setMany(items)

var found: [(String, Double)] = []
found.append(("dict_get", try cost(samples, 1000) { expect(try people["key500"]?.age == 36) }))
found.append(("dict_set", try cost(samples, 20) { try people.set("key500", to: ada) }))
found.append(("list_push", try cost(samples, 20) { try list.push(ada) }))
found.append(
    ("queue_put_get",
        try cost(samples, 20) {
            try queue.put(ada, priority: 1)
            expect(try queue.get(timeout: .zero) != nil)
        }))
found.append(("get_many", try cost(samples, 2) { expect(try people.getMany(keys).count == many) }))
found.append(("set_many", try cost(samples, 1) { try people.setMany(items) }))
let four = try cost(samples, 100) { expect(try narrow.search(Array(vector.prefix(4)), k: 1).count == 1) }
let all = try cost(samples, 100) { expect(try wide.search(vector, k: 1).count == 1) }
found.append(("vector", all - four))

// The same without models: text that is handed through, and a plain number.
let texts = try db.dict("bench", as: JSONText.self)
found.append(("dict_get_text", try cost(samples, 1000) { expect(try texts["key500"] != nil) }))
found.append(("get_many_text", try cost(samples, 2) { expect(try texts.getMany(keys).count == many) }))
let numbers = try db.dict("numbers", as: Int.self)
try numbers.setMany(keys.enumerated().map { (key: $1, value: $0) })
found.append(("dict_get_int", try cost(samples, 1000) { expect(try numbers["key500"] == 500) }))
found.append(("get_many_int", try cost(samples, 2) { expect(try numbers.getMany(keys).count == many) }))

let line = try JSON.object(Dictionary(uniqueKeysWithValues: found.map { ($0.0, .double($0.1)) })).text()
print(line)
