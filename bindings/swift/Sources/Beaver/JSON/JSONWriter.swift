/// Writes JSON text.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text, if it is none too long for one call.
    func checkedText() throws -> String { try text.checked() }

    mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func string(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { text in
            var written = 0
            for (index, byte) in text.enumerated() where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[written..<index]))
                escape(byte)
                written = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[written...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw(#"\""#)
        case UInt8(ascii: "\\"): raw(#"\\"#)
        case UInt8(ascii: "\n"): raw(#"\n"#)
        case UInt8(ascii: "\r"): raw(#"\r"#)
        case UInt8(ascii: "\t"): raw(#"\t"#)
        default:
            let digits: StaticString = "0123456789abcdef"
            raw(#"\u00"#)
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        }
    }

    mutating func int(_ int: Int) {
        raw(String(int))
    }

    mutating func double(_ double: Double) throws {
        guard double.isFinite else {
            throw BeaverError(.invalidArgument, "a value has a number that is not finite: JSON has none of these")
        }
        // The shortest text that reads as the same number; whole ones keep their ".0".
        raw(double.description)
    }

    mutating func json(_ json: JSON) throws {
        switch json {
        case .null: raw("null" as StaticString)
        case .bool(let bool): raw(bool ? "true" : "false" as StaticString)
        case .int(let int): self.int(int)
        case .double(let double): try self.double(double)
        case .string(let string): self.string(string)
        case .array(let elements):
            try list("[", "]", elements) { writer, element in try writer.json(element) }
        case .object(let members):
            // Sorted, so that the same value is the same text.
            try list("{", "}", members.sorted { $0.key < $1.key }) { writer, member in
                writer.string(member.key)
                writer.raw(":" as StaticString)
                try writer.json(member.value)
            }
        }
    }

    /// Items between brackets, with commas.
    mutating func list<Items: Sequence>(
        _ open: StaticString, _ close: StaticString, _ items: Items, _ item: (inout JSONWriter, Items.Element) throws -> Void
    ) rethrows {
        raw(open)
        var isFirst = true
        for one in items {
            if !isFirst { raw("," as StaticString) }
            isFirst = false
            try item(&self, one)
        }
        raw(close)
    }
}

extension String {
    /// No text may be longer than what one call of the library takes.
    func checked() throws -> String {
        guard utf8.count <= Int(Int32.max) else { throw BeaverError(.limit, "more than 2 GiB of JSON in one call") }
        return self
    }
}
