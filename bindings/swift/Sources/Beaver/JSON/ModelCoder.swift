import Foundation

/// Turns values into JSON text and back. Text, numbers, truth values, `JSON` and `JSONText` take a short way; models are
/// written by Foundation, and read by `ModelDecoder`, or by the coders that the database was opened with.
final class ModelCoder: Sendable {
    private let encoder: JSONEncoder
    /// One of the caller's own.
    private let decoder: JSONDecoder?

    init(_ encoder: JSONEncoder?, _ decoder: JSONDecoder?) {
        self.encoder = encoder ?? Self.plainEncoder()
        self.decoder = decoder
    }

    private static func plainEncoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        // Sorted, so that the same model is the same text: a document that is there already is known by it.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    // MARK: Writing

    func text<Value: Encodable>(_ value: Value) throws -> String {
        let text: String
        if Value.self == JSONText.self, let value = value as? JSONText {
            text = value.text
        } else {
            var writer = JSONWriter()
            text = try write(value, to: &writer) ? writer.text : model(value)
        }
        return try text.checked()
    }

    /// Many values, as an array.
    func text<Value: Encodable>(all values: [Value]) throws -> String {
        if Self.isPlain(Value.self) {
            var writer = JSONWriter()
            try writer.list("[", "]", values) { writer, value in _ = try write(value, to: &writer) }
            return try writer.checkedText()
        }
        return try model(values).checked()
    }

    /// An array of rows that each hold a value, and what `more` writes after it.
    func rows<Row, Value: Encodable>(
        _ rows: some Sequence<Row>, member: StaticString, _ value: (Row) -> Value,
        more: (Row, inout JSONWriter) throws -> Void
    ) throws -> String {
        var writer = JSONWriter()
        try writer.list("[", "]", rows) { writer, row in
            writer.raw("{\"" as StaticString)
            writer.raw(member)
            writer.raw("\":" as StaticString)
            try append(value(row), to: &writer)
            try more(row, &writer)
            writer.raw("}" as StaticString)
        }
        return try writer.checkedText()
    }

    func append<Value: Encodable>(_ value: Value, to writer: inout JSONWriter) throws {
        if try !write(value, to: &writer) { writer.raw(try model(value)) }
    }

    private static func isPlain<Value>(_: Value.Type) -> Bool {
        Value.self == String.self || Value.self == Int.self || Value.self == Double.self || Value.self == Bool.self
            || Value.self == JSON.self || Value.self == JSONText.self
    }

    /// Writes a value that needs no coder; false if it needs one.
    private func write<Value>(_ value: Value, to writer: inout JSONWriter) throws -> Bool {
        if Value.self == String.self {
            writer.string(unsafeBitCast(value, to: String.self))
        } else if Value.self == Int.self {
            writer.int(unsafeBitCast(value, to: Int.self))
        } else if Value.self == Double.self {
            try writer.double(unsafeBitCast(value, to: Double.self))
        } else if Value.self == Bool.self {
            writer.raw(unsafeBitCast(value, to: Bool.self) ? "true" : "false" as StaticString)
        } else if Value.self == JSON.self {
            try writer.json(unsafeBitCast(value, to: JSON.self))
        } else if Value.self == JSONText.self {
            writer.raw(unsafeBitCast(value, to: JSONText.self).text)
        } else {
            return false
        }
        return true
    }

    private func model<Value: Encodable>(_ value: Value) throws -> String {
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch EncodingError.invalidValue(_, let context) {
            let place = Self.place(context.codingPath)
            throw BeaverError(.invalidArgument, "the value cannot be written as JSON\(place): \(context.debugDescription)")
        }
    }

    // MARK: Reading

    func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        var text = text
        return try text.withUTF8 { try value(type, $0) }
    }

    func value<Value: Decodable>(_ type: Value.Type, _ bytes: UnsafeBufferPointer<UInt8>) throws -> Value {
        if Self.isPlain(type) {
            var scanner = JSONScanner(bytes)
            return try plain(type, from: &scanner)
        }
        return try model(type, bytes)
    }

    /// The next value of a text that holds many.
    func value<Value: Decodable>(_ type: Value.Type, from scanner: inout JSONScanner) throws -> Value {
        Self.isPlain(type) ? try plain(type, from: &scanner) : try model(type, scanner.skip())
    }

    /// Many values at once, of the elements of a JSON array.
    func values<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> [Value] {
        guard Self.isPlain(type) else {
            return try models([Value].self, text) { tree in
                var (values, reader) = ([Value](), ModelDecoder.Many(tree, type))
                try tree.forEach(in: 0) { values.append(try reader.value($0)) }
                return values
            }
        }
        return try text.withScanner { scanner in
            var values: [Value] = []
            _ = try scanner.array { scanner in values.append(try self.plain(type, from: &scanner)) }
            return values
        }
    }

    /// Many values, of the members of a JSON object.
    func members<Value: Decodable>(_ type: Value.Type, _ text: String, atMost count: Int) throws -> [String: Value] {
        guard Self.isPlain(type) else {
            return try models([String: Value].self, text) { tree in
                var (members, reader) = ([String: Value](minimumCapacity: count), ModelDecoder.Many(tree, type))
                var key: String?
                try tree.forEach(in: 0) { node in
                    if let name = key {
                        members[name] = try reader.value(node)
                        key = nil
                    } else {
                        key = tree.string(node)
                    }
                }
                return members
            }
        }
        return try text.withScanner { scanner in
            var members = [String: Value](minimumCapacity: count)
            try scanner.members { key, scanner in members[key] = try self.plain(type, from: &scanner) }
            return members
        }
    }

    private func plain<Value>(_: Value.Type, from scanner: inout JSONScanner) throws -> Value {
        if Value.self == String.self {
            if let value = try scanner.string() { return unsafeBitCast(value, to: Value.self) }
        } else if Value.self == Int.self {
            if let value = scanner.int() { return unsafeBitCast(value, to: Value.self) }
            // 2.0 is the number 2.
            if let value = scanner.double().flatMap(Int.init(exactly:)) { return unsafeBitCast(value, to: Value.self) }
        } else if Value.self == Double.self {
            if let value = scanner.double() { return unsafeBitCast(value, to: Value.self) }
        } else if Value.self == Bool.self {
            if let value = scanner.bool() { return unsafeBitCast(value, to: Value.self) }
        } else if Value.self == JSON.self {
            return unsafeBitCast(try scanner.json(), to: Value.self)
        } else if Value.self == JSONText.self {
            return unsafeBitCast(JSONText(String(decoding: try scanner.skip(), as: UTF8.self)), to: Value.self)
        }
        throw BeaverError(.typeMismatch, "the stored value is no \(Value.self)")
    }

    /// Many models of one text.
    private func models<Values: Decodable>(
        _ type: Values.Type, _ text: String, _ read: (JSONTree) throws -> Values
    ) throws -> Values {
        var text = text
        return try text.withUTF8 { bytes in
            try mending(type) {
                if let decoder { return try decoder.decode(type, from: Data(buffer: bytes)) }
                return try read(JSONTree(bytes))
            }
        }
    }

    private func model<Value: Decodable>(_ type: Value.Type, _ bytes: UnsafeBufferPointer<UInt8>) throws -> Value {
        try mending(type) {
            if let decoder { return try decoder.decode(type, from: Data(buffer: bytes)) }
            return try ModelDecoder(JSONTree(bytes)).value(type, 0, nil)
        }
    }

    /// What does not fit is an error of ours; what a model throws of its own stays.
    private func mending<Value>(_ type: Value.Type, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let error as DecodingError {
            let (reason, path) = Self.detail(error)
            throw BeaverError(.typeMismatch, "the stored value is no \(type)\(Self.place(path)): \(reason)")
        }
    }

    private static func detail(_ error: DecodingError) -> (String, [any CodingKey]) {
        switch error {
        case .keyNotFound(let key, let context): ("it has no \(key.stringValue)", context.codingPath)
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            ("a \(type) is missing", context.codingPath)
        case .dataCorrupted(let context): (context.debugDescription, context.codingPath)
        @unknown default: ("it does not fit", [])
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : " at " + path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
