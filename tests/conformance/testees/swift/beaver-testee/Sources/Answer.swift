// Answers: the part of the line after the id.
import Beaver
import Foundation

struct Answer {
    let text: String

    /// A result that is JSON text already.
    static func raw(_ text: String) -> Answer {
        let isOneLine = !text.utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let line = isOneLine ? text : String(text.map { $0.isNewline && $0.isASCII ? " " : $0 })
        return Answer(text: "\"result\":" + line)
    }

    static func of(_ json: JSON) throws -> Answer { raw(try json.text()) }
    static func of(_ bool: Bool) -> Answer { raw(bool ? "true" : "false") }
    static func of(_ count: Int) -> Answer { raw(String(count)) }
    static func of(_ texts: [String]) throws -> Answer { try of(.array(texts.map(JSON.string))) }
    static func of(_ time: Date) -> Answer { raw(wire(time)) }
    static let null = raw("null")
    static let absent = Answer(text: "\"absent\":true")
    static let timeout = Answer(text: "\"timeout\":true")
    /// Null, or absent.
    static func found(_ found: Bool) -> Answer { found ? null : absent }
    static func value(_ json: JSONText?) -> Answer { json.map { raw($0.text) } ?? absent }
    static func array(_ parts: [String]) -> Answer { raw("[" + parts.joined(separator: ",") + "]") }

    static func error(_ error: BeaverError, at index: Int? = nil) -> Answer {
        var detail: [String: JSON] = ["kind": .string(error.kind.name), "message": .string(error.message)]
        detail["index"] = (index ?? error.operation).map(JSON.int)
        return Answer(text: "\"error\":" + ((try? JSON.object(detail).text()) ?? "{}"))
    }
}

/// A text as JSON.
func wire(_ text: String) -> String { (try? JSON.string(text).text()) ?? "" }

/// A number as JSON.
func wire(_ number: Double) -> String { (try? JSON.double(number).text()) ?? "{\"$float\":\"\(number)\"}" }

/// A time in microseconds.
func wire(_ time: Date) -> String { String(Int64((time.timeIntervalSince1970 * 1e6).rounded())) }

func wire(_ bytes: Data) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var hex: [UInt8] = []
    hex.reserveCapacity(2 * bytes.count)
    for byte in bytes {
        hex.append(digits[Int(byte >> 4)])
        hex.append(digits[Int(byte & 15)])
    }
    return "{\"$bytes\":\"" + String(decoding: hex, as: UTF8.self) + "\"}"
}
