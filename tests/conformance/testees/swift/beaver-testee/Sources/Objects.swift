// The objects that requests are about.
import Beaver
import Foundation

/// Everything a request can be about. Values are JSON text.
enum Object: Sendable {
    case database(Beaver)
    case dict(Beaver.Dict<JSONText>)
    case list(Beaver.List<JSONText>)
    case queue(Beaver.Queue<JSONText>)
    case blobs(Beaver.Blobs<JSONText>)
    case log(Beaver.Log<JSONText>)
    case channel(Beaver.Channel<JSONText>)
    case collection(Beaver.Collection<JSONText>)
    case lock(Beaver.Lock)
    case writer(Beaver.BlobWriter)
    case reader(Beaver.BlobReader)
    case subscription(Beaver.Subscription<Beaver.Message<JSONText>>)
    case events(Beaver.Subscription<Beaver.Event>)
    /// With the names of the numbers.
    case numbers(Beaver.Live<[String: Double]>, [String])
    case entries(Beaver.Live<[Beaver.LogEntry<JSONText>]>)

    var isDatabase: Bool { if case .database = self { true } else { false } }
}

/// The objects by their names.
final class Objects: @unchecked Sendable {
    private let lock = NSLock()
    private var objects: [String: Object] = [:]

    subscript(name: String) -> Object? { lock.withLock { objects[name] } }

    func keep(_ object: Object, as name: String) {
        // The one before is released after the new one is there, and not while others are kept out.
        _ = lock.withLock { objects.updateValue(object, forKey: name) }
    }

    func release(_ name: String) {
        _ = lock.withLock { objects.removeValue(forKey: name) }
    }

    /// Lets everything go, the databases last.
    func releaseAll() {
        let databases = lock.withLock {
            defer { objects = [:] }
            return objects.values.filter(\.isDatabase)
        }
        withExtendedLifetime(databases) {}
    }
}

struct Request: Sendable {
    let id: Int
    let op: String
    let on: String
    let keepAs: String
    let thread: String?
    let members: [String: JSON]

    var args: Args { Args(members: members) }
    var verb: String { String(op.split(separator: ".", maxSplits: 1).last ?? "") }

    init(_ line: String) throws {
        let request = try JSON(parsing: line)
        guard let id = request["id"]?.int, let op = request["op"]?.string else { throw invalid("that is no request") }
        (self.id, self.op) = (id, op)
        (on, keepAs) = (request["on"]?.string ?? "", request["as"]?.string ?? "")
        (thread, members) = (request["thread"]?.string, request["args"]?.object ?? [:])
    }

    func keep(_ object: Object) -> Answer {
        objects.keep(object, as: keepAs)
        return .null
    }

    var unknown: BeaverError { BeaverError(.unsupported, "the testee does not know \(op)") }
}
