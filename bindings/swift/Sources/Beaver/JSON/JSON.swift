/// A value whose shape is not known beforehand.
///
/// ```swift
/// let settings = try db.dict("settings")
/// try settings.set("window", to: ["width": 800, "height": 600, "title": "Beaver"])
/// let width = try settings["window"]?["width"]?.int
/// ```
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number that an `Int` holds.
    case int(Int)
    /// Any other number, as near as a `Double` comes.
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])
}

extension JSON: CustomStringConvertible {
    /// The value as JSON text. It ends at a number that is not finite, of which JSON has none.
    public var description: String {
        var writer = JSONWriter()
        try? writer.json(self)
        return writer.text
    }
}

extension JSON {
    /// The member of an object; nil if this is none, or it has no such member.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The element of an array; nil if this is none, or it has no such element.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The number if it is whole.
    public var int: Int? {
        switch self {
        case .int(let value): value
        case .double(let value): Int(exactly: value)
        default: nil
        }
    }

    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// The last counts if a key stands twice.
    public init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(Dictionary(members, uniquingKeysWith: { $1 }))
    }
}

extension JSON: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let int = try? value.decode(Int.self) {
            self = .int(int)
        } else if let double = try? value.decode(Double.self) {
            self = .double(double)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let elements = try? value.decode([JSON].self) {
            self = .array(elements)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .int(let int): try value.encode(int)
        case .double(let double): try value.encode(double)
        case .string(let string): try value.encode(string)
        case .array(let elements): try value.encode(elements)
        case .object(let members): try value.encode(members)
        }
    }
}

extension JSON {
    /// Reads JSON text.
    public init(parsing text: String) throws {
        self = try text.withScanner { scanner in
            let value = try scanner.json()
            try scanner.end()
            return value
        }
    }

    /// As JSON text. A number that JSON cannot write is a `BeaverError` of the kind `invalidArgument`.
    public func text() throws -> String {
        var writer = JSONWriter()
        try writer.json(self)
        return writer.text
    }
}
