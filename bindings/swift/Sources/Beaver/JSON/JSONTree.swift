import Foundation

/// JSON text that was taken apart once, for models to be read from. The text is one that the library gave, and so JSON for certain.
final class JSONTree {
    struct Node {
        enum Kind: UInt8 {
            case null, bool, number, string, escaped, array, object
        }

        // A text has less than 2 GiB.
        private var first, last, following: Int32
        let kind: Kind

        init(_ kind: Kind, _ range: Range<Int>, next: Int) {
            (self.kind, first) = (kind, Int32(truncatingIfNeeded: range.lowerBound))
            (last, following) = (Int32(truncatingIfNeeded: range.upperBound), Int32(truncatingIfNeeded: next))
        }

        /// The bytes of the value; of a string without its quotes.
        var start: Int { Int(first) }
        var end: Int {
            get { Int(last) }
            set { last = Int32(newValue) }
        }
        /// The node behind the value and all that is in it. The members of an object are keys and values by turns.
        var next: Int {
            get { Int(following) }
            set { following = Int32(newValue) }
        }
    }

    /// Nodes one after the other, as an array that nobody counts the users of.
    struct Nodes {
        fileprivate private(set) var start: UnsafeMutablePointer<Node>
        private(set) var count = 0
        private var capacity: Int

        init(capacity: Int) {
            (start, self.capacity) = (.allocate(capacity: capacity), capacity)
        }

        mutating func append(_ node: Node) {
            if count == capacity {
                let larger = UnsafeMutablePointer<Node>.allocate(capacity: 2 * capacity)
                larger.moveInitialize(from: start, count: count)
                start.deallocate()
                (start, capacity) = (larger, 2 * capacity)
            }
            (start + count).initialize(to: node)
            count += 1
        }

        /// Says where an object or an array ends, which is here.
        mutating func close(_ node: Int, at end: Int) {
            start[node].end = end
            start[node].next = count
        }
    }

    // Both are this object's own, and never change.
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let nodes: UnsafeMutablePointer<Node>

    /// Copies the text, so that what is read from it can outlive what lent it.
    init(_ text: UnsafeBufferPointer<UInt8>) throws {
        bytes = .allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        var (scanner, nodes) = (JSONScanner(UnsafeBufferPointer(bytes)), Nodes(capacity: 4 + text.count / 8))
        do {
            try scanner.tree(&nodes)
        } catch {
            bytes.deallocate()
            nodes.start.deallocate()
            throw error
        }
        self.nodes = nodes.start
    }

    deinit {
        bytes.deallocate()
        nodes.deallocate()
    }

    subscript(node: Int) -> Node { nodes[node] }

    func bytes(of node: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[nodes[node].start..<nodes[node].end])
    }

    /// As JSON.
    func text(of node: Int) -> UnsafeBufferPointer<UInt8> {
        let value = nodes[node]
        let quote = value.kind == .string || value.kind == .escaped ? 1 : 0
        return UnsafeBufferPointer(rebasing: bytes[value.start - quote..<value.end + quote])
    }

    /// Goes through the elements of an array, or the keys and values of an object.
    @inline(__always)
    func forEach(in node: Int, _ body: (Int) throws -> Void) rethrows {
        let end = nodes[node].next
        var at = node + 1
        while at < end {
            try body(at)
            at = nodes[at].next
        }
    }

    // MARK: Scalars; nil if the value is of another type

    func bool(_ node: Int) -> Bool? {
        nodes[node].kind == .bool ? bytes[nodes[node].start] == UInt8(ascii: "t") : nil
    }

    func int(_ node: Int) -> Int? {
        guard nodes[node].kind == .number else { return nil }
        var scanner = JSONScanner(bytes(of: node))
        return scanner.int() ?? scanner.double().flatMap(Int.init(exactly:))
    }

    func integer<Integer: FixedWidthInteger>(_ node: Int) -> Integer? {
        guard nodes[node].kind == .number else { return nil }
        return int(node).map(Integer.init(exactly:)) ?? Integer(String(decoding: bytes(of: node), as: UTF8.self))
    }

    func double(_ node: Int) -> Double? {
        guard nodes[node].kind == .number else { return nil }
        var scanner = JSONScanner(bytes(of: node))
        return scanner.double()
    }

    func string(_ node: Int) -> String? {
        switch nodes[node].kind {
        case .string: return String(decoding: bytes(of: node), as: UTF8.self)
        case .escaped:
            var scanner = JSONScanner(text(of: node))
            return try? scanner.string()
        default: return nil
        }
    }

    /// Whether a key is this one.
    func isKey(_ node: Int, _ key: String) -> Bool {
        if nodes[node].kind == .escaped { return string(node) == key }
        let found = bytes(of: node)
        guard found.count == key.utf8.count else { return false }
        var key = key
        return key.withUTF8 { memcmp($0.baseAddress!, found.baseAddress!, found.count) == 0 || found.isEmpty }
    }
}

extension JSONScanner {
    /// Takes a value apart.
    mutating func tree(_ nodes: inout JSONTree.Nodes) throws {
        let first = peek()
        switch first {
        case UInt8(ascii: "\""):
            try stringNode(&nodes)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let (place, start, isObject) = (nodes.count, index, first == UInt8(ascii: "{"))
            nodes.append(JSONTree.Node(isObject ? .object : .array, start..<start, next: 0))
            index += 1
            let close: Unicode.Scalar = isObject ? "}" : "]"
            if !take(close) {
                try deeper { scanner in
                    repeat {
                        if isObject {
                            guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.fault }
                            try scanner.stringNode(&nodes)
                            guard scanner.take(":") else { throw scanner.fault }
                        }
                        try scanner.tree(&nodes)
                    } while scanner.take(",")
                }
                guard take(close) else { throw fault }
            }
            nodes.close(place, at: index)
        default:
            let start = index
            try skipScalar()
            let kind: JSONTree.Node.Kind
            switch first {
            case UInt8(ascii: "t"), UInt8(ascii: "f"): kind = .bool
            case UInt8(ascii: "n"): kind = .null
            default: kind = .number
            }
            nodes.append(JSONTree.Node(kind, start..<index, next: nodes.count + 1))
        }
    }

    private mutating func stringNode(_ nodes: inout JSONTree.Nodes) throws {
        let start = index + 1
        let isEscaped = try skipString()
        nodes.append(JSONTree.Node(isEscaped ? .escaped : .string, start..<index - 1, next: nodes.count + 1))
    }
}
