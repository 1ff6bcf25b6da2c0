// The database and its batches.
import Beaver
import Foundation

func open(_ request: Request) throws -> Answer {
    let given = try request.args.options([
        "read_only", "create", "durability", "busy_timeout_ms", "cache_kib", "mmap_bytes", "low_memory", "read_cache_bytes",
        "portable_watch",
    ])
    var options = Beaver.Options()
    options.readOnly = try given.bool(ifGiven: "read_only") ?? options.readOnly
    options.create = try given.bool(ifGiven: "create") ?? options.create
    options.durability = try given.named("durability") ?? options.durability
    options.busyTimeout = try given.int(ifGiven: "busy_timeout_ms").map { .milliseconds($0) } ?? options.busyTimeout
    options.cacheKiB = try given.int(ifGiven: "cache_kib") ?? options.cacheKiB
    options.mmapBytes = try given.int(ifGiven: "mmap_bytes") ?? options.mmapBytes
    options.lowMemory = try given.bool(ifGiven: "low_memory") ?? options.lowMemory
    options.readCacheBytes = try given.int(ifGiven: "read_cache_bytes") ?? options.readCacheBytes
    options.portableWatch = try given.bool(ifGiven: "portable_watch") ?? options.portableWatch
    return request.keep(.database(try Beaver.open(request.args.text("path"), options: options)))
}

func ask(_ db: Beaver, _ request: Request) throws -> Answer {
    let args = request.args
    func name() throws -> String { try args.text("name") }
    switch request.verb {
    case "dict": return request.keep(.dict(try db.dict(name(), as: JSONText.self)))
    case "list": return request.keep(.list(try db.list(name(), as: JSONText.self)))
    case "queue": return request.keep(.queue(try db.queue(name(), as: JSONText.self)))
    case "blob": return request.keep(.blobs(try db.blobs(name(), metadata: JSONText.self)))
    case "log": return request.keep(.log(try db.log(name(), as: JSONText.self)))
    case "channel": return request.keep(.channel(try db.channel(name(), as: JSONText.self)))
    case "collection": return request.keep(.collection(try db.collection(name(), as: JSONText.self)))
    case "lock": return request.keep(.lock(try db.lock(name())))
    case "on": return request.keep(.events(try db.on(args.text("topic"), args.text("event"))))
    case "emit": return .of(try db.emit(args.text("topic"), args.text("event"), args.json("payload")))
    case "names":
        guard let kind = try args.named("kind", Beaver.Kind.self) else { throw invalid("there is no such kind") }
        return try .of(db.names(of: kind))
    case "info":
        let info = try db.info()
        let structures = info.structures.map { structure -> JSON in
            ["kind": .string(structure.kind.rawValue), "name": .string(structure.name), "count": .int(structure.count)]
        }
        let path = info.path.map(JSON.string) ?? .null
        return try .of(["path": path, "format": .int(info.format), "structures": .array(structures)])
    case "verify":
        let found = try db.verify()
        return try .of(["ok": .bool(found.ok), "problems": .array(found.problems.map(JSON.string))])
    case "repair":
        let report = try db.repair()
        return try .of([
            "rebuilt": .array(report.rebuilt.map(JSON.string)), "problems": .array(report.problems.map(JSON.string)),
        ])
    case "stats":
        let stats = try db.stats()
        return try .of(["file_bytes": .int(stats.fileBytes), "wal_bytes": .int(stats.walBytes)])
    case "batch": return try batch(db, args)
    case "backup": try db.backup(to: args.text("path"))
    case "vacuum": try db.vacuum()
    case "checkpoint": try db.checkpoint()
    case "pause": try db.pause()
    case "resume": try db.resume()
    case "close": try db.close()
    case "interrupt": db.interrupt()
    default: throw request.unknown
    }
    return .null
}

private func batch(_ db: Beaver, _ args: Args) throws -> Answer {
    let durable = try args.options(["durable"]).bool(ifGiven: "durable")
    let outcomes = try db.batch(durable: durable) { batch in
        for (index, operation) in try args.items("operations").enumerated() {
            do {
                try add(operation, to: batch, db)
            } catch var error as BeaverError {
                error.operation = index
                throw error
            }
        }
    }
    return .array(
        outcomes.map { outcome in
            switch outcome {
            case .applied(let applied): applied ? "true" : "false"
            case .count(let count): String(count)
            case .times(let times): "[" + times.map(wire).joined(separator: ",") + "]"
            }
        })
}

private func add(_ op: Args, to batch: Beaver.Batch, _ db: Beaver) throws {
    let name = try op.text("name")
    func dict() throws -> Beaver.BatchDict<JSONText> { batch[try db.dict(name, as: JSONText.self)] }
    func list() throws -> Beaver.BatchList<JSONText> { batch[try db.list(name, as: JSONText.self)] }
    func queue() throws -> Beaver.BatchQueue<JSONText> { batch[try db.queue(name, as: JSONText.self)] }
    func blobs() throws -> Beaver.BatchBlobs<JSONText> { batch[try db.blobs(name, metadata: JSONText.self)] }
    func channel() throws -> Beaver.BatchChannel<JSONText> { batch[try db.channel(name, as: JSONText.self)] }
    func collection() throws -> Beaver.BatchCollection<JSONText> { batch[try db.collection(name, as: JSONText.self)] }
    switch try op.text("op") {
    case "dict_set": try dict().set(op.text("key"), to: op.json("value"), ttl: op.ttl(), if: op.condition())
    case "dict_delete": try dict().delete(op.text("key"), if: op.condition())
    case "dict_clear": try dict().clear()
    case "list_push": try list().push(op.json("value"))
    case "list_prepend": try list().prepend(op.json("value"))
    case "list_extend": try list().extend(op.jsons("values"))
    case "list_insert": try list().insert(op.json("value"), at: op.int("index"))
    case "list_set": try list().set(op.int("index"), to: op.json("value"), if: op.condition())
    case "list_delete": try list().delete(op.int("index"), if: op.condition())
    case "list_clear": try list().clear()
    case "queue_put": try queue().put(op.json("data"), priority: op.number("priority"))
    case "queue_clear": try queue().clear()
    case "blob_put":
        try blobs().put(op.text("key"), op.bytes("bytes"), metadata: op.json(ifGiven: "metadata"), if: op.condition())
    case "blob_delete": try blobs().delete(op.text("key"))
    case "log_append": try batch[db.log(name, as: JSONText.self)].append(op.json("data"), at: op.time(ifGiven: "at"))
    case "channel_publish": try channel().publish(op.json("payload"))
    case "channel_clear": try channel().clear()
    case "collection_index":
        let (text, fuzzy) = try indexOptions(op)
        try collection().index(document(op), text: text, fuzzy: fuzzy)
    case "collection_drop": try collection().drop(op.text("id"))
    case "collection_clear": try collection().clear()
    case "collection_connect": try collection().connect(edge(op))
    case "collection_disconnect":
        try collection().disconnect(op.text("source"), from: op.text("target"), op.text(ifGiven: "label"))
    case let other: throw invalid("the testee does not know the operation \(other)")
    }
}
