// The arguments of a request, in the form of the wire.
import Beaver
import Foundation

func invalid(_ message: String) -> BeaverError { BeaverError(.invalidArgument, message) }

struct Args {
    let members: [String: JSON]

    func has(_ name: String) -> Bool { members[name].map { !$0.isNull } ?? false }

    func at(_ name: String) throws -> JSON {
        guard let value = members[name] else { throw invalid("the request has no \(name)") }
        return value
    }

    private func given<Value>(_ name: String, _ value: (JSON) -> Value?) throws -> Value {
        guard let value = value(try at(name)) else { throw invalid("\(name) is of another type") }
        return value
    }

    /// What is missing, or null, is nil.
    private func optional<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value? {
        has(name) ? try read(name) : nil
    }

    func text(_ name: String) throws -> String { try given(name, \.string) }
    func text(ifGiven name: String) throws -> String? { try optional(name, text) }
    func texts(_ name: String) throws -> [String] {
        try given(name, \.array).map { value in
            guard let text = value.string else { throw invalid("\(name) has what is no text") }
            return text
        }
    }
    func texts(ifGiven name: String) throws -> [String] { has(name) ? try texts(name) : [] }

    /// JSON travels as text.
    func json(_ name: String) throws -> JSONText { JSONText(try text(name)) }
    func json(ifGiven name: String) throws -> JSONText? { try optional(name, json) }
    func jsons(_ name: String) throws -> [JSONText] { try texts(name).map(JSONText.init) }

    func int(_ name: String) throws -> Int { try given(name, \.int) }
    func int(ifGiven name: String) throws -> Int? { try optional(name, int) }
    func bool(_ name: String) throws -> Bool { try given(name, \.bool) }
    func bool(ifGiven name: String) throws -> Bool? { try optional(name, bool) }

    func number(_ name: String) throws -> Double { try given(name, Self.number) }
    func number(ifGiven name: String) throws -> Double? { try optional(name, number) }

    private static func number(_ value: JSON) -> Double? {
        switch value["$float"]?.string {
        case "nan": .nan
        case "inf": .infinity
        case "-inf": -.infinity
        default: value.double
        }
    }

    func bytes(_ name: String) throws -> Data {
        let hex = Array(try given(name) { $0["$bytes"]?.string }.utf8)
        return Data(stride(from: 0, to: hex.count, by: 2).map { UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)! })
    }

    func vector(_ name: String) throws -> [Float] {
        try given(name) { $0["$vec"]?.array }.map { Float(Self.number($0) ?? .nan) }
    }
    func vector(ifGiven name: String) throws -> [Float]? { try optional(name, vector) }

    /// A time in microseconds.
    func time(_ name: String) throws -> Date { Date(timeIntervalSince1970: Double(try int(name)) / 1e6) }
    func time(ifGiven name: String) throws -> Date? { try optional(name, time) }

    /// Seconds. Swift has no duration that is not finite, and none that is longer than this.
    func duration(_ name: String) throws -> Duration {
        let seconds = try number(name)
        guard seconds.isFinite else { throw invalid("\(name) is not finite") }
        return .seconds(min(max(seconds, -1e15), 1e15))
    }
    func duration(ifGiven name: String) throws -> Duration? { try optional(name, duration) }
    func ttl() throws -> Duration? { try duration(ifGiven: "ttl") }
    func ownerTTL() throws -> Duration { try duration(ifGiven: "ttl") ?? Beaver.ownerTTL }
    /// Null is for ever.
    func timeout() throws -> Duration? { try duration(ifGiven: "timeout") }

    func items(_ name: String) throws -> [Args] {
        try given(name, \.array).map { item in
            guard let members = item.object else { throw invalid("\(name) has what is no object") }
            return Args(members: members)
        }
    }

    /// The members of an argument that is an object as JSON text.
    func options(_ known: Set<String>, _ name: String = "options") throws -> Args {
        guard let text = try text(ifGiven: name) else { return Args(members: [:]) }
        guard let members = try JSON(parsing: text).object else { throw invalid("\(name) is no object") }
        if let unknown = members.keys.first(where: { !known.contains($0) }) { throw invalid("there is no option \(unknown)") }
        return Args(members: members)
    }

    /// One of the names of a type.
    func named<Name: RawRepresentable<String>>(_ name: String, _: Name.Type = Name.self) throws -> Name? {
        guard let text = try text(ifGiven: name) else { return nil }
        guard let value = Name(rawValue: text) else { throw invalid("\(name) cannot be \(text)") }
        return value
    }

    func condition() throws -> Beaver.Condition<JSONText>? {
        guard has("if") else { return nil }
        guard let equals = try at("if")["equals"]?.string else { return .absent }
        return .equals(JSONText(equals))
    }
}
