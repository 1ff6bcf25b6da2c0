// The Swift testee of the conformance suite: reads requests, calls the package, answers. The protocol is in
// tests/conformance/SPEC.md.
import Beaver
import Foundation

let objects = Objects()
let output = NSLock()
let capabilities: JSON = ["get-or", "json-text", "memory", "nul-in-text", "threads", "zero-ttl"]

func answer(_ request: Request) -> Answer {
    do {
        switch request.op {
        case "hello": return try .of(["protocol": 1, "testee": "swift", "capabilities": capabilities])
        case "free":
            objects.release(request.on)
            return .null
        case "reset", "bye":
            objects.releaseAll()
            return try .of(["live": .int(Beaver.liveObjects)])
        case "open": return try open(request)
        case "restore":
            try Beaver.restore(request.args.text("from"), to: request.args.text("to"))
            return .null
        case "rerank": return try rerank(request.args)
        default: return try ask(request)
        }
    } catch let error as BeaverError {
        return .error(error)
    } catch {
        return .error(BeaverError(.internal, String(describing: error)))
    }
}

func ask(_ request: Request) throws -> Answer {
    switch objects[request.on] {
    case .database(let database): try ask(database, request)
    case .dict(let dict): try ask(dict, request)
    case .list(let list): try ask(list, request)
    case .queue(let queue): try ask(queue, request)
    case .blobs(let blobs): try ask(blobs, request)
    case .log(let log): try ask(log, request)
    case .channel(let channel): try ask(channel, request)
    case .collection(let collection): try ask(collection, request)
    case .lock(let lock): try ask(lock, request)
    case .writer(let writer): try ask(writer, request)
    case .reader(let reader): try ask(reader, request)
    case .subscription(let subscription): try ask(subscription, request, wire)
    case .events(let events): try ask(events, request, wire)
    case .numbers(let view, let names):
        try ask(view, request) { numbers in
            "{" + names.map { name in wire(name) + ":" + (numbers[name].map(wire) ?? "null") }.joined(separator: ",") + "}"
        }
    case .entries(let view): try ask(view, request) { "[" + $0.map(wire).joined(separator: ",") + "]" }
    case nil: throw invalid("there is no such object")
    }
}

func reply(_ request: Request) {
    let line = Data("{\"id\":\(request.id),\(answer(request).text)}\n".utf8)
    output.withLock { FileHandle.standardOutput.write(line) }
}

var threads: [String: DispatchQueue] = [:]
while let line = readLine() {
    let request = try Request(line)
    if let thread = request.thread {
        let queue = threads[thread] ?? DispatchQueue(label: thread)
        threads[thread] = queue
        queue.async { reply(request) }
    } else {
        reply(request)
        if request.op == "bye" { break }
    }
}
// A thread may still wait for what never comes.
exit(0)
