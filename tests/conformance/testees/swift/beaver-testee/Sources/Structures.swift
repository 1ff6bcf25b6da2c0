// The structures: what each can do.
import Beaver
import Foundation

/// What all structures can do.
private func common<Structure: Beaver.Structure>(
    _ structure: Structure, _ request: Request, _ object: (Structure) -> Object
) throws -> Answer {
    let args = request.args
    switch request.verb {
    case "len": return .of(try structure.count)
    case "clear": return .of(try structure.clear())
    case "acquire":
        let owned = try structure.acquire(timeout: args.timeout(), ttl: args.ownerTTL())
        return owned.map { request.keep(object($0)) } ?? .timeout
    case "release": return .of(try structure.release())
    case "renew": return .of(try structure.renew(ttl: args.ownerTTL()))
    case "locked": return .of(try structure.isLocked)
    case "on": return request.keep(.events(try structure.on(args.text("event"))))
    case "dump":
        let format = try args.options(["format"]).named("format", Beaver.DumpFormat.self)
        return .raw(wire(String(decoding: try structure.dump(format ?? .json), as: UTF8.self)))
    case "load":
        let mode = try args.options(["mode"]).named("mode", Beaver.LoadMode.self)
        try structure.load(Data(args.text("text").utf8), mode ?? .replace)
        return .null
    default: throw request.unknown
    }
}

func ask(_ dict: Beaver.Dict<JSONText>, _ request: Request) throws -> Answer {
    let args = request.args
    func key() throws -> String { try args.text("key") }
    func value() throws -> JSONText { try args.json("value") }
    switch request.verb {
    case "set":
        try dict.set(key(), to: value(), ttl: args.ttl())
        return .null
    case "get": return .value(try dict[key()])
    case "get_or": return .value(try dict[key(), default: args.json("default")])
    case "delete": return .of(try dict.delete(key()))
    case "pop": return .value(try dict.pop(key()))
    case "contains": return .of(try dict.contains(key()))
    case "keys": return try .of(dict.keys().all())
    case "values": return .array(try dict.values().all().map(\.text))
    case "items": return .array(try dict.items().all().map { "{\"key\":\(wire($0.key)),\"value\":\($0.value.text)}" })
    case "set_many":
        try dict.setMany(args.items("items").map { (key: try $0.text("key"), value: try $0.json("value")) }, ttl: args.ttl())
        return .null
    case "get_many":
        let keys = try args.texts("keys")
        let found = try dict.getMany(keys)
        return .array(keys.map { key in found[key].map { "{\"value\":\($0.text)}" } ?? "{}" })
    case "set_if_absent": return .of(try dict.setIfAbsent(key(), to: value(), ttl: args.ttl()))
    case "compare_and_set":
        return .of(try dict.compareAndSet(key(), expected: args.json("expected"), to: value(), ttl: args.ttl()))
    default: return try common(dict, request) { .dict($0) }
    }
}

func ask(_ list: Beaver.List<JSONText>, _ request: Request) throws -> Answer {
    let args = request.args
    func value() throws -> JSONText { try args.json("value") }
    func index() throws -> Int { try args.int("index") }
    func start() throws -> Int? { try args.int(ifGiven: "start") }
    func stop() throws -> Int? { try args.int(ifGiven: "stop") }
    switch request.verb {
    case "push": try list.push(value())
    case "prepend": try list.prepend(value())
    case "extend": try list.extend(args.jsons("values"))
    case "insert": try list.insert(value(), at: index())
    case "reverse": try list.reverse()
    case "replace_range": try list.replace(start(), stop(), with: args.jsons("values"))
    case "pop": return .value(try list.pop())
    case "deque": return .value(try list.deque())
    case "get": return .value(try list[index()])
    case "set": return .found(try list.set(index(), to: value()))
    case "delete": return .found(try list.delete(index()))
    case "slice": return .array(try list.slice(start(), stop()).map(\.text))
    case "items": return .array(try list.items().all().map(\.text))
    case "contains": return .of(try list.contains(value()))
    case "remove": return .of(try list.remove(value()))
    case "index_of": return try list.index(of: value(), from: start(), to: stop()).map(Answer.of) ?? .absent
    case "count_of": return .of(try list.count(of: value()))
    case "delete_range": return .of(try list.delete(start(), stop()))
    default: return try common(list, request) { .list($0) }
    }
    return .null
}

private func members(_ priority: Double, _ time: Date, _ data: JSONText) -> String {
    "\"priority\":\(wire(priority)),\"timestamp\":\(wire(time)),\"data\":\(data.text)}"
}

private func wire(_ item: Beaver.QueueItem<JSONText>) -> String { "{" + members(item.priority, item.time, item.data) }

func ask(_ queue: Beaver.Queue<JSONText>, _ request: Request) throws -> Answer {
    let args = request.args
    func id() throws -> UInt64 { UInt64(try args.int("id")) }
    switch request.verb {
    case "put": try queue.put(args.json("data"), priority: args.number("priority"))
    case "put_many":
        try queue.putMany(args.items("items").map { (value: try $0.json("data"), priority: try $0.number("priority")) })
    case "put_back":
        let (priority, time, data) = (try args.number("priority"), try args.time("timestamp"), try args.json("data"))
        try queue.putBack(Beaver.QueueItem(priority: priority, time: time, data: data))
    case "get": return try queue.get(timeout: args.timeout()).map { .raw(wire($0)) } ?? .timeout
    case "get_many":
        let items = try queue.getMany(args.int("n"), timeout: args.timeout())
        return items.isEmpty ? .timeout : .array(items.map(wire))
    case "peek": return try queue.peek().map { .raw(wire($0)) } ?? .absent
    case "items": return .array(try queue.items().all().map(wire))
    case "leased": return .of(try queue.leased)
    case "lease":
        let options = try args.options(["max_attempts", "dead_letter"])
        let letters = try options.int(ifGiven: "max_attempts").map {
            Beaver.DeadLetters(after: $0, to: try options.text("dead_letter"))
        }
        let leased = try queue.lease(for: args.duration("lease_seconds"), timeout: args.timeout(), deadLetters: letters)
        guard let leased else { return .timeout }
        let rest = members(leased.priority, leased.time, leased.data)
        return .raw("{\"id\":\(leased.id),\"attempts\":\(leased.attempts),\(rest)")
    case "ack": return .of(try queue.ack(id()))
    case "nack": return .of(try queue.nack(id(), delay: args.options(["delay"]).duration(ifGiven: "delay") ?? .zero))
    case "extend": return .of(try queue.extend(id(), for: args.duration("lease_seconds")))
    default: return try common(queue, request) { .queue($0) }
    }
    return .null
}

func ask(_ blobs: Beaver.Blobs<JSONText>, _ request: Request) throws -> Answer {
    let args = request.args
    func key() throws -> String { try args.text("key") }
    switch request.verb {
    case "put":
        try blobs.put(key(), args.bytes("bytes"), metadata: args.json(ifGiven: "metadata"))
        return .null
    case "get":
        guard let blob = try blobs[key()] else { return .absent }
        return .raw("{\"bytes\":\(wire(blob.data)),\"metadata\":\(blob.metadata?.text ?? "null")}")
    case "metadata": return try blobs.stat(key()).map { .raw($0.metadata?.text ?? "null") } ?? .absent
    case "contains": return .of(try blobs.contains(key()))
    case "delete": return .of(try blobs.delete(key()))
    case "keys": return try .of(blobs.keys().all())
    case "writer": return request.keep(.writer(try blobs.writer(key(), metadata: args.json(ifGiven: "metadata"))))
    case "reader": return try blobs.reader(key()).map { request.keep(.reader($0)) } ?? .absent
    default: return try common(blobs, request) { .blobs($0) }
    }
}

func ask(_ writer: Beaver.BlobWriter, _ request: Request) throws -> Answer {
    switch request.verb {
    case "write": try writer.write(request.args.bytes("bytes"))
    case "finish": try writer.finish()
    case "abort": try writer.abort()
    default: throw request.unknown
    }
    return .null
}

func ask(_ reader: Beaver.BlobReader, _ request: Request) throws -> Answer {
    switch request.verb {
    case "len": .of(reader.size)
    case "read": .raw(wire(try reader.read(upTo: request.args.int("max"))))
    default: throw request.unknown
    }
}

func wire(_ entry: Beaver.LogEntry<JSONText>) -> String { "{\"timestamp\":\(wire(entry.time)),\"data\":\(entry.data.text)}" }

func ask(_ log: Beaver.Log<JSONText>, _ request: Request) throws -> Answer {
    let args = request.args
    switch request.verb {
    case "append": return .of(try log.append(args.json("data"), at: args.time(ifGiven: "at")))
    case "append_many":
        try log.appendMany(args.items("items").map { (time: try $0.time(ifGiven: "at"), value: try $0.json("data")) })
        return .null
    case "range":
        let options = try args.options(["limit", "reverse"])
        let entries = try log.range(
            from: args.time(ifGiven: "start"), to: args.time(ifGiven: "end"), limit: options.int(ifGiven: "limit"),
            newestFirst: options.bool(ifGiven: "reverse") ?? false)
        return .array(try entries.all().map(wire))
    case "items": return .array(try log.items().all().map(wire))
    case "prune":
        let options = try args.options(["older_than", "keep_last"])
        guard options.has("older_than") || options.has("keep_last") else { throw invalid("prune by older_than or keep_last") }
        let old = try options.time(ifGiven: "older_than").map { try log.prune(olderThan: $0) } ?? 0
        let more = try options.int(ifGiven: "keep_last").map { try log.prune(keepingLast: $0) } ?? 0
        return .of(old + more)
    case "live": return try live(log, request)
    default: return try common(log, request) { .log($0) }
    }
}

func ask(_ lock: Beaver.Lock, _ request: Request) throws -> Answer {
    let args = request.args
    switch request.verb {
    case "acquire": return .of(try lock.acquire(timeout: args.timeout(), ttl: args.ownerTTL()))
    case "release": return .of(try lock.release())
    case "renew": return .of(try lock.renew(ttl: args.ownerTTL()))
    case "held": return .of(try lock.isHeld)
    case "locked": return .of(try lock.isLocked)
    case "clear":
        try lock.clear()
        return .null
    case "on": return request.keep(.events(try lock.on(args.text("event"))))
    default: throw request.unknown
    }
}

/// Channels, whose messages and subscriptions are in a file of their own.
func ask(_ channel: Beaver.Channel<JSONText>, _ request: Request) throws -> Answer {
    try publish(channel, request) ?? common(channel, request) { .channel($0) }
}

/// Collections, whose documents and searches are in files of their own.
func ask(_ collection: Beaver.Collection<JSONText>, _ request: Request) throws -> Answer {
    try documents(collection, request) ?? searches(collection, request) ?? common(collection, request) { .collection($0) }
}
