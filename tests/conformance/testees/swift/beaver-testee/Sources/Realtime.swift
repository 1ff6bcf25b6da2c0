// What happens by itself: the messages of channels, events, and live views of logs.
import Beaver
import Foundation

func wire(_ message: Beaver.Message<JSONText>) -> String {
    "{\"timestamp\":\(wire(message.time)),\"payload\":\(message.payload.text)}"
}

func wire(_ event: Beaver.Event) -> String {
    let names = "\"topic\":\(wire(event.topic)),\"event\":\(wire(event.event))"
    return "{\"timestamp\":\(wire(event.time)),\(names),\"payload\":\(event.text)}"
}

func publish(_ channel: Beaver.Channel<JSONText>, _ request: Request) throws -> Answer? {
    let args = request.args
    switch request.verb {
    case "publish": return .of(try channel.publish(args.json("payload")))
    case "publish_many": return .array(try channel.publishMany(args.jsons("payloads")).map(wire))
    case "subscribe":
        let oldest = try args.text(ifGiven: "start") == "oldest"
        let start = try args.time(ifGiven: "after").map(Beaver.Start.after) ?? (oldest ? .oldest : .now)
        return request.keep(.subscription(try channel.subscribe(from: start)))
    case "items": return .array(try channel.items().all().map(wire))
    case "retention":
        let retention = try channel.retention
        let age = retention.maxAge.map { JSON.double($0 / .seconds(1)) } ?? .null
        return try .of(["max_age": age, "max_messages": retention.maxMessages.map(JSON.int) ?? .null])
    case "set_retention":
        let options = try args.options(["max_age", "max_messages"], "retention")
        var retention = Beaver.Retention()
        // What is missing is as if nothing was chosen; null is no bound.
        if options.members["max_age"] != nil { retention.maxAge = try options.duration(ifGiven: "max_age") }
        if options.members["max_messages"] != nil { retention.maxMessages = try options.int(ifGiven: "max_messages") }
        try channel.setRetention(retention)
        return .null
    default: return nil
    }
}

/// What messages and events have in common.
func ask<Element>(
    _ subscription: Beaver.Subscription<Element>, _ request: Request, _ wire: (Element) -> String
) throws -> Answer {
    let args = request.args
    switch request.verb {
    case "next": return try subscription.next(timeout: args.timeout()).map { .raw(wire($0)) } ?? .timeout
    case "next_many":
        let elements = try subscription.nextMany(args.int("n"), timeout: args.timeout())
        return elements.isEmpty ? .timeout : .array(elements.map(wire))
    case "close":
        subscription.close()
        return .null
    default: throw request.unknown
    }
}

func ask<Element>(_ view: Beaver.Live<Element>, _ request: Request, _ wire: (Element) -> String) throws -> Answer {
    switch request.verb {
    case "next": return try view.next(timeout: request.args.timeout()).map { .raw(wire($0)) } ?? .timeout
    case "close":
        view.close()
        return .null
    default: throw request.unknown
    }
}

func live(_ log: Beaver.Log<JSONText>, _ request: Request) throws -> Answer {
    let args = request.args
    let (window, period) = (try args.duration("window"), try args.duration("period"))
    guard args.has("aggregates") else { return request.keep(.entries(try log.live(window: window, every: period))) }
    guard let asked = try JSON(parsing: args.text("aggregates")).object else { throw invalid("aggregates have names") }
    let aggregates = try asked.mapValues(aggregate)
    return request.keep(.numbers(try log.live(window: window, every: period, aggregates), Array(asked.keys)))
}

private func aggregate(_ json: JSON) throws -> Beaver.Aggregate {
    let args = Args(members: json.object ?? [:])
    guard Set(args.members.keys).isSubset(of: ["op", "path", "p"]) else { throw invalid("an aggregate has an unknown member") }
    switch try args.text("op") {
    case "count": return .count(try args.text(ifGiven: "path"))
    case "rate": return .rate(try args.text(ifGiven: "path"))
    case "sum": return .sum(try args.text("path"))
    case "mean": return .mean(try args.text("path"))
    case "min": return .min(try args.text("path"))
    case "max": return .max(try args.text("path"))
    case "percentile": return .percentile(try args.text("path"), p: try args.number("p"))
    case let other: throw invalid("there is no aggregate \(other)")
    }
}
