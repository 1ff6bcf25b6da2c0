/// A value as the text it is stored as, neither read nor written: to hand values through, or to read them later.
/// `db.dict("settings", as: JSONText.self)` gives every value so.
public struct JSONText: Hashable, Sendable {
    public var text: String

    /// The text is checked when it is stored.
    public init(_ text: String) {
        self.text = text
    }
}

extension JSONText: CustomStringConvertible {
    public var description: String { text }
}

// Inside of a model it is a value like any other.
extension JSONText: Codable {
    public init(from decoder: any Decoder) throws {
        text = try JSON(from: decoder).text()
    }

    public func encode(to encoder: any Encoder) throws {
        try JSON(parsing: text).encode(to: encoder)
    }
}
