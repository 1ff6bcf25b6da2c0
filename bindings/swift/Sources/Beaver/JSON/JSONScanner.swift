import Foundation

/// Reads JSON text in one pass. What the library hands out is JSON for certain; that of a caller is checked by the library
/// before it is stored, and here when it is read.
struct JSONScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    var index = 0
    private var depth = 0

    /// As deep as a stored value can be, and the rows around it.
    private static let deepest = 160

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var fault: BeaverError { BeaverError(.invalidJSON, "the text is not JSON", offset: index) }

    /// The next byte that is no white space; 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            case let byte: return byte
            }
        }
        return 0
    }

    /// Goes over a byte, if it is the next.
    @inline(__always)
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws {
        guard take(byte) else { throw fault }
    }

    /// Nothing but white space may be left.
    mutating func end() throws {
        guard peek() == 0, index == bytes.count else { throw fault }
    }

    // MARK: Values

    mutating func null() -> Bool { peek() == UInt8(ascii: "n") && word("null") }

    /// A truth value; nil if something else is next.
    mutating func bool() -> Bool? {
        switch peek() {
        case UInt8(ascii: "t") where word("true"): true
        case UInt8(ascii: "f") where word("false"): false
        default: nil
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let end = index + word.utf8CodeUnitCount
        guard end <= bytes.count, memcmp(bytes.baseAddress! + index, word.utf8Start, word.utf8CodeUnitCount) == 0 else {
            return false
        }
        index = end
        return true
    }

    /// A whole number that an `Int` holds; nil, and nothing is read, if something else is next.
    mutating func int() -> Int? {
        _ = peek()
        guard let number = numeral(), number.isWhole else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        var value = 0
        for digit in bytes[(isNegative ? index + 1 : index)..<number.end] {
            let digit = Int(digit &- UInt8(ascii: "0"))
            let (product, carried) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if carried || overflowed { return nil }
            value = sum
        }
        index = number.end
        return value
    }

    /// A number; nil, and nothing is read, if something else is next.
    mutating func double() -> Double? {
        if let int = int() { return Double(int) }
        guard let number = numeral(), let value = Double(String(decoding: bytes[index..<number.end], as: UTF8.self)) else {
            return nil
        }
        index = number.end
        return value
    }

    /// Where the number that is next ends, and whether it has neither a fraction nor an exponent.
    private func numeral() -> (end: Int, isWhole: Bool)? {
        var at = index
        func next() -> UInt8 { at < bytes.count ? bytes[at] : 0 }
        func digits() -> Bool {
            let start = at
            while next() &- UInt8(ascii: "0") < 10 { at += 1 }
            return at > start
        }
        if next() == UInt8(ascii: "-") { at += 1 }
        if next() == UInt8(ascii: "0") {
            at += 1
        } else if !digits() {
            return nil
        }
        let whole = at
        if next() == UInt8(ascii: ".") {
            at += 1
            guard digits() else { return nil }
        }
        if next() == UInt8(ascii: "e") || next() == UInt8(ascii: "E") {
            at += 1
            if next() == UInt8(ascii: "+") || next() == UInt8(ascii: "-") { at += 1 }
            guard digits() else { return nil }
        }
        return (at, at == whole)
    }

    /// The text of a string; nil if something else is next.
    mutating func string() throws -> String? {
        guard take("\"") else { return nil }
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw fault
            default:
                index += 1
            }
        }
        throw fault
    }

    private mutating func escapedString(from start: Int) throws -> String {
        var text = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw fault
            default: text.append(byte)
            }
        }
        throw fault
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard index < bytes.count else { throw fault }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard word(#"\u"#) else { throw fault }
            let trailing = try hexadecimal()
            guard UTF16.isLeadSurrogate(unit), UTF16.isTrailSurrogate(trailing) else { throw fault }
            let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trailing) - 0xDC00)
            guard let scalar = Unicode.Scalar(value) else { throw fault }
            return scalar
        default: throw fault
        }
    }

    private mutating func hexadecimal() throws -> UInt16 {
        guard index + 4 <= bytes.count, let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw fault }
        index += 4
        return unit
    }

    // MARK: What is made of values

    /// Reads an array element by element; false if something else is next.
    mutating func array(_ element: (inout JSONScanner) throws -> Void) throws -> Bool {
        guard take("[") else { return false }
        if take("]") { return true }
        try deeper { scanner in
            repeat { try element(&scanner) } while scanner.take(",")
        }
        try expect("]")
        return true
    }

    /// Reads an object member by member; false if something else is next.
    mutating func object(_ member: (String, inout JSONScanner) throws -> Void) throws -> Bool {
        guard take("{") else { return false }
        if take("}") { return true }
        try deeper { scanner in
            repeat {
                guard let key = try scanner.string() else { throw scanner.fault }
                try scanner.expect(":")
                try member(key, &scanner)
            } while scanner.take(",")
        }
        try expect("}")
        return true
    }

    mutating func deeper(_ read: (inout JSONScanner) throws -> Void) throws {
        depth += 1
        guard depth <= Self.deepest else { throw BeaverError(.limit, "the value is nested too deeply", offset: index) }
        try read(&self)
        depth -= 1
    }

    // MARK: What the library hands out

    /// An object, member by member.
    mutating func members(_ member: (String, inout JSONScanner) throws -> Void) throws {
        guard try object(member) else { throw fault }
    }

    /// A string.
    mutating func text() throws -> String {
        guard let text = try string() else { throw fault }
        return text
    }

    /// A whole number.
    mutating func integer() throws -> Int {
        guard let int = int() else { throw fault }
        return int
    }

    /// A number.
    mutating func number() throws -> Double {
        guard let double = double() else { throw fault }
        return double
    }

    /// A time in microseconds.
    mutating func time() throws -> Date { Date(microseconds: Int64(try integer())) }

    /// Any value.
    mutating func json() throws -> JSON {
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [String: JSON] = [:]
            _ = try object { key, scanner in members[key] = try scanner.json() }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSON] = []
            _ = try array { scanner in elements.append(try scanner.json()) }
            return .array(elements)
        case UInt8(ascii: "\""):
            return .string(try string() ?? "")
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            guard let bool = bool() else { throw fault }
            return .bool(bool)
        case UInt8(ascii: "n"):
            guard null() else { throw fault }
            return .null
        default:
            if let int = int() { return .int(int) }
            guard let double = double() else { throw fault }
            return .double(double)
        }
    }

    /// Goes over a value that is known to be JSON, and gives its bytes.
    mutating func skip() throws -> UnsafeBufferPointer<UInt8> {
        let first = peek()
        let start = index
        switch first {
        case UInt8(ascii: "\""): _ = try skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipNested()
        default: try skipScalar()
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<index])
    }

    /// Goes over a number or a word.
    mutating func skipScalar() throws {
        let start = index
        while index < bytes.count, !Self.endsScalar(bytes[index]) { index += 1 }
        guard index > start else { throw fault }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: true
        default: false
        }
    }

    /// Goes over a string; true if it has escapes.
    mutating func skipString() throws -> Bool {
        var isEscaped = false
        index += 1
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return isEscaped
            case UInt8(ascii: "\\"):
                isEscaped = true
                index += 2
            default: index += 1
            }
        }
        throw fault
    }

    private mutating func skipNested() throws {
        var open = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                _ = try skipString()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                open -= 1
                if open == 0 {
                    index += 1
                    return
                }
            default: break
            }
            index += 1
        }
        throw fault
    }
}

extension String {
    /// Reads the text as JSON where it lies.
    func withScanner<Result>(_ body: (inout JSONScanner) throws -> Result) rethrows -> Result {
        var text = self
        return try text.withUTF8 { bytes in
            var scanner = JSONScanner(bytes)
            return try body(&scanner)
        }
    }
}
