import Foundation

/// Reads a model from JSON. It does what Foundation's `JSONDecoder` does as it comes, in less time: a value is read where it lies, and
/// a key is mostly the next one.
final class ModelDecoder: Decoder {
    /// The keys that lead to a value; made only for what is nested.
    final class Path {
        let parent: Path?
        let key: any CodingKey

        init(_ parent: Path?, _ key: any CodingKey) {
            (self.parent, self.key) = (parent, key)
        }
    }

    let tree: JSONTree
    private(set) var node: Int
    let path: Path?
    /// The member of the object that was read last.
    fileprivate var last = 0

    init(_ tree: JSONTree, _ node: Int = 0, _ path: Path? = nil) {
        (self.tree, self.node, self.path) = (tree, node, path)
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var codingPath: [any CodingKey] {
        sequence(first: path, next: { $0?.parent }).compactMap { $0?.key }.reversed()
    }

    func container<Key: CodingKey>(keyedBy: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard tree[node].kind == .object else { throw mismatch("object", [String: Any].self, node, nil) }
        return KeyedDecodingContainer(Members<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard tree[node].kind == .array else { throw mismatch("array", [Any].self, node, nil) }
        return Elements(decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    // MARK: Values

    func isNull(_ node: Int) -> Bool { tree[node].kind == .null }

    func mismatch(_ name: String, _ type: any Any.Type, _ node: Int, _ key: (any CodingKey)?) -> DecodingError {
        let context = DecodingError.Context(codingPath: codingPath + [key].compactMap { $0 }, debugDescription: "no \(name)")
        return isNull(node) ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func bool(_ node: Int, _ key: (any CodingKey)?) throws -> Bool {
        guard let value = tree.bool(node) else { throw mismatch("truth value", Bool.self, node, key) }
        return value
    }

    func string(_ node: Int, _ key: (any CodingKey)?) throws -> String {
        guard let value = tree.string(node) else { throw mismatch("string", String.self, node, key) }
        return value
    }

    func double(_ node: Int, _ key: (any CodingKey)?) throws -> Double {
        guard let value = tree.double(node) else { throw mismatch("number", Double.self, node, key) }
        return value
    }

    func int(_ node: Int, _ key: (any CodingKey)?) throws -> Int {
        guard let value = tree.int(node) else { throw mismatch("whole number in range", Int.self, node, key) }
        return value
    }

    func integer<Integer: FixedWidthInteger>(_ node: Int, _ key: (any CodingKey)?) throws -> Integer {
        guard let value: Integer = tree.integer(node) else { throw mismatch("whole number in range", Integer.self, node, key) }
        return value
    }

    /// A value of any type. What JSON has no value for has the form that `JSONDecoder` gives it.
    func value<Value: Decodable>(_ type: Value.Type, _ node: Int, _ key: (any CodingKey)?) throws -> Value {
        // The casts are of a value to the type that it has.
        if type == String.self { return unsafeBitCast(try string(node, key), to: type) }
        if type == Int.self { return unsafeBitCast(try int(node, key), to: type) }
        if type == Double.self { return unsafeBitCast(try double(node, key), to: type) }
        if type == Bool.self { return unsafeBitCast(try bool(node, key), to: type) }
        if type == [String].self { return unsafeBitCast(try array(node, key, string), to: type) }
        if type == [Int].self { return unsafeBitCast(try array(node, key, int), to: type) }
        if type == [Double].self { return unsafeBitCast(try array(node, key, double), to: type) }
        if let special = try special(type, node, key) { return special }
        return try Value(from: ModelDecoder(tree, node, key.map { Path(path, $0) } ?? path))
    }

    /// An array of what needs no decoder.
    private func array<Element>(
        _ node: Int, _ key: (any CodingKey)?, _ element: (Int, (any CodingKey)?) throws -> Element
    ) throws -> [Element] {
        guard tree[node].kind == .array else { throw mismatch("array", [Element].self, node, key) }
        var elements: [Element] = []
        try tree.forEach(in: node) { elements.append(try element($0, key)) }
        return elements
    }

    private func special<Value>(_ type: Value.Type, _ node: Int, _ key: (any CodingKey)?) throws -> Value? {
        if type == Date.self {
            return Date(timeIntervalSinceReferenceDate: try double(node, key)) as? Value
        }
        if type == Data.self {
            guard let data = Data(base64Encoded: try string(node, key)) else { throw mismatch("base 64", type, node, key) }
            return data as? Value
        }
        if type == URL.self {
            guard let url = URL(string: try string(node, key)) else { throw mismatch("URL", type, node, key) }
            return url as? Value
        }
        if type == Decimal.self {
            guard tree[node].kind == .number, let decimal = Decimal(string: String(decoding: tree.bytes(of: node), as: UTF8.self))
            else { throw mismatch("number", type, node, key) }
            return decimal as? Value
        }
        if type == JSON.self {
            var scanner = JSONScanner(tree.text(of: node))
            return try scanner.json() as? Value
        }
        if type == JSONText.self {
            return JSONText(String(decoding: tree.text(of: node), as: UTF8.self)) as? Value
        }
        return nil
    }
}

extension ModelDecoder {
    /// Reads one value after the other, with a decoder that serves for all unless one of them keeps it.
    struct Many<Value: Decodable> {
        private var decoder: ModelDecoder
        private let isModel: Bool

        init(_ tree: JSONTree, _: Value.Type) {
            decoder = ModelDecoder(tree)
            let others: [any Any.Type] = [
                String.self, Int.self, Double.self, Bool.self, [String].self, [Int].self, [Double].self, Date.self, Data.self,
                URL.self, Decimal.self, JSON.self, JSONText.self,
            ]
            isModel = !others.contains { $0 == Value.self }
        }

        mutating func value(_ node: Int) throws -> Value {
            guard isModel else { return try decoder.value(Value.self, node, nil) }
            if !isKnownUniquelyReferenced(&decoder) { decoder = ModelDecoder(decoder.tree) }
            (decoder.node, decoder.last) = (node, 0)
            return try Value(from: decoder)
        }
    }
}

/// The members of an object.
private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ModelDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] {
        var (keys, isKey) = ([Key](), false)
        decoder.tree.forEach(in: decoder.node) { node in
            isKey.toggle()
            if isKey, let key = decoder.tree.string(node).flatMap(Key.init(stringValue:)) { keys.append(key) }
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    /// The value of a key. Mostly it is the one behind the last.
    private func find(_ key: Key) -> Int? {
        find(key.stringValue)
    }

    private func find(_ name: String) -> Int? {
        let tree = decoder.tree
        let (first, end) = (decoder.node + 1, tree[decoder.node].next)
        guard first < end else { return nil }
        let begin = decoder.last == 0 ? first : decoder.last
        var at = begin
        repeat {
            let value = at + 1
            if tree.isKey(at, name) {
                // A value is often asked about twice: whether it is there, and what it is.
                decoder.last = at
                return value
            }
            at = tree[value].next
            if at >= end { at = first }
        } while at != begin
        return nil
    }

    private func value(_ key: Key) throws -> Int {
        guard let value = find(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "no such key"))
        }
        return value
    }

    func decodeNil(forKey key: Key) throws -> Bool { decoder.isNull(try value(key)) }
    func decode(_: Bool.Type, forKey key: Key) throws -> Bool { try decoder.bool(value(key), key) }
    func decode(_: String.Type, forKey key: Key) throws -> String { try decoder.string(value(key), key) }
    func decode(_: Double.Type, forKey key: Key) throws -> Double { try decoder.double(value(key), key) }
    func decode(_: Float.Type, forKey key: Key) throws -> Float { Float(try decoder.double(value(key), key)) }
    func decode(_: Int.Type, forKey key: Key) throws -> Int { try decoder.int(value(key), key) }
    func decode(_: Int8.Type, forKey key: Key) throws -> Int8 { try decoder.integer(value(key), key) }
    func decode(_: Int16.Type, forKey key: Key) throws -> Int16 { try decoder.integer(value(key), key) }
    func decode(_: Int32.Type, forKey key: Key) throws -> Int32 { try decoder.integer(value(key), key) }
    func decode(_: Int64.Type, forKey key: Key) throws -> Int64 { try decoder.integer(value(key), key) }
    func decode(_: UInt.Type, forKey key: Key) throws -> UInt { try decoder.integer(value(key), key) }
    func decode(_: UInt8.Type, forKey key: Key) throws -> UInt8 { try decoder.integer(value(key), key) }
    func decode(_: UInt16.Type, forKey key: Key) throws -> UInt16 { try decoder.integer(value(key), key) }
    func decode(_: UInt32.Type, forKey key: Key) throws -> UInt32 { try decoder.integer(value(key), key) }
    func decode(_: UInt64.Type, forKey key: Key) throws -> UInt64 { try decoder.integer(value(key), key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder.value(type, value(key), key)
    }

    private func nested(_ node: Int, _ key: any CodingKey) -> ModelDecoder {
        ModelDecoder(decoder.tree, node, .init(decoder.path, key))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try nested(value(key), key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(value(key), key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        let key = SuperKey()
        guard let node = find(key.stringValue) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "no such key"))
        }
        return nested(node, key)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { nested(try value(key), key) }
}

private struct SuperKey: CodingKey {
    let stringValue = "super"
    var intValue: Int? { nil }

    init() {}
    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
}

/// The elements of an array.
private struct Elements: UnkeyedDecodingContainer {
    struct Index: CodingKey {
        let index: Int
        var stringValue: String { "\(index)" }
        var intValue: Int? { index }

        init(_ index: Int) { self.index = index }
        init?(stringValue: String) { nil }
        init?(intValue: Int) { index = intValue }
    }

    let decoder: ModelDecoder
    private(set) var currentIndex = 0
    /// The next element.
    private var node: Int
    private let end: Int

    init(decoder: ModelDecoder) {
        (self.decoder, node, end) = (decoder, decoder.node + 1, decoder.tree[decoder.node].next)
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var isAtEnd: Bool { node >= end }

    var count: Int? {
        var count = 0
        decoder.tree.forEach(in: decoder.node) { _ in count += 1 }
        return count
    }

    /// Reads the next element, and goes on if that succeeds.
    private mutating func next<Value>(_ type: Value.Type, _ read: (Int, any CodingKey) throws -> Value) throws -> Value {
        let key = Index(currentIndex)
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(type, .init(codingPath: codingPath + [key], debugDescription: "no such element"))
        }
        let value = try read(node, key)
        advance()
        return value
    }

    private mutating func advance() {
        node = decoder.tree[node].next
        currentIndex += 1
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, decoder.isNull(node) else { return false }
        advance()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next(type) { [decoder] in try decoder.value(type, $0, $1) }
    }

    private mutating func nested() throws -> ModelDecoder {
        try next(ModelDecoder.self) { [decoder] in ModelDecoder(decoder.tree, $0, .init(decoder.path, $1)) }
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try nested().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try nested().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try nested() }
}

/// One value.
private struct Single: SingleValueDecodingContainer {
    let decoder: ModelDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.isNull(decoder.node) }
    func decode(_: Bool.Type) throws -> Bool { try decoder.bool(decoder.node, nil) }
    func decode(_: String.Type) throws -> String { try decoder.string(decoder.node, nil) }
    func decode(_: Double.Type) throws -> Double { try decoder.double(decoder.node, nil) }
    func decode(_: Float.Type) throws -> Float { Float(try decoder.double(decoder.node, nil)) }
    func decode(_: Int.Type) throws -> Int { try decoder.int(decoder.node, nil) }
    func decode(_: Int8.Type) throws -> Int8 { try decoder.integer(decoder.node, nil) }
    func decode(_: Int16.Type) throws -> Int16 { try decoder.integer(decoder.node, nil) }
    func decode(_: Int32.Type) throws -> Int32 { try decoder.integer(decoder.node, nil) }
    func decode(_: Int64.Type) throws -> Int64 { try decoder.integer(decoder.node, nil) }
    func decode(_: UInt.Type) throws -> UInt { try decoder.integer(decoder.node, nil) }
    func decode(_: UInt8.Type) throws -> UInt8 { try decoder.integer(decoder.node, nil) }
    func decode(_: UInt16.Type) throws -> UInt16 { try decoder.integer(decoder.node, nil) }
    func decode(_: UInt32.Type) throws -> UInt32 { try decoder.integer(decoder.node, nil) }
    func decode(_: UInt64.Type) throws -> UInt64 { try decoder.integer(decoder.node, nil) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.value(type, decoder.node, nil) }
}
