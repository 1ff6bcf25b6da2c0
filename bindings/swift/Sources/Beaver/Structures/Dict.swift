internal import BeaverNative

extension Beaver {
    /// Values by keys.
    public struct Dict<Value: Model>: Structure {
        let handle: DictHandle
        let coder: ModelCoder

        init(_ handle: DictHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! DictHandle, _handle.coder)
        }
    }
}

// Reads never wait, so they have no asynchronous form.
extension Beaver.Dict {
    public typealias Item = (key: String, value: Value)

    /// The value of a key; nil if it is not there.
    public subscript(key: String) -> Value? {
        get throws { try get(key) }
    }

    /// The value of a key, or another if it is not there.
    public subscript(key: String, default value: @autoclosure () throws -> Value) -> Value {
        get throws { try get(key) ?? value() }
    }

    /// The value of a key; nil if it is not there.
    public func get(_ key: String) throws -> Value? {
        do {
            return try handle.withValue(of: key) { bytes in
                guard let bytes else { return nil }
                return try coder.value(Value.self, bytes)
            }
        } catch let failure as Failure {
            throw BeaverError(failure)
        }
    }

    /// The values of many keys: of those that are there.
    public func getMany(_ keys: some Sequence<String>) throws -> [String: Value] {
        let keys = Array(keys)
        var writer = JSONWriter()
        writer.list("[", "]", keys) { $0.string($1) }
        let found = try native { try handle.getMany(keys: writer.text) }
        return try coder.members(Value.self, found, atMost: keys.count)
    }

    /// Whether a key is there.
    public func contains(_ key: String) throws -> Bool {
        try native { try handle.contains(key: key) }
    }

    /// The keys and values, in the order of the keys.
    public func items() -> Beaver.Rows<Item> {
        Beaver.Rows({ [handle] in handle.items() }) { [coder] scanner in
            var (key, value): (String?, Value?)
            try scanner.members { name, scanner in
                switch name {
                case "key": key = try scanner.string()
                default: value = try coder.value(Value.self, from: &scanner)
                }
            }
            guard let key, let value else { throw scanner.fault }
            return (key, value)
        }
    }

    /// The keys, in the order of the keys.
    public func keys() -> Beaver.Rows<String> {
        Beaver.Rows({ [handle] in handle.keys() }) { try $0.text() }
    }

    /// The values, in the order of the keys.
    public func values() -> Beaver.Rows<Value> {
        Beaver.Rows({ [handle] in handle.values() }) { [coder] in try coder.value(Value.self, from: &$0) }
    }
}

extension Beaver.Dict {
    /// Sets a key, for as long as `ttl` says if it is given.
    public func set(_ key: String, to value: Value, ttl: Duration? = nil) throws {
        let (text, ttl) = (try coder.text(value), try seconds(ttl))
        try native { try handle.set(key: key, value: text, ttlSeconds: ttl) }
    }

    public func set(_ key: String, to value: Value, ttl: Duration? = nil) async throws {
        try await offPool { try self.set(key, to: value, ttl: ttl) }
    }

    /// Sets a key that is not there; false if it is.
    @discardableResult
    public func setIfAbsent(_ key: String, to value: Value, ttl: Duration? = nil) throws -> Bool {
        let (text, ttl) = (try coder.text(value), try seconds(ttl))
        return try native { try handle.setIfAbsent(key: key, value: text, ttlSeconds: ttl) }
    }

    @discardableResult
    public func setIfAbsent(_ key: String, to value: Value, ttl: Duration? = nil) async throws -> Bool {
        try await offPool { try self.setIfAbsent(key, to: value, ttl: ttl) }
    }

    /// Sets a key whose value is the expected one; false if it is not, or not there.
    @discardableResult
    public func compareAndSet(_ key: String, expected: Value, to value: Value, ttl: Duration? = nil) throws -> Bool {
        let (old, new, ttl) = (try coder.text(expected), try coder.text(value), try seconds(ttl))
        return try native { try handle.compareAndSet(key: key, expected: old, value: new, ttlSeconds: ttl) }
    }

    @discardableResult
    public func compareAndSet(_ key: String, expected: Value, to value: Value, ttl: Duration? = nil) async throws -> Bool {
        try await offPool { try self.compareAndSet(key, expected: expected, to: value, ttl: ttl) }
    }

    /// Sets many keys in one commit, in their order.
    public func setMany(_ items: some Sequence<(key: String, value: Value)>, ttl: Duration? = nil) throws {
        var writer = JSONWriter()
        try writer.list("{", "}", items) { writer, item in
            writer.string(item.key)
            writer.raw(":" as StaticString)
            try coder.append(item.value, to: &writer)
        }
        let (text, ttl) = (try writer.checkedText(), try seconds(ttl))
        try native { try handle.setMany(items: text, ttlSeconds: ttl) }
    }

    public func setMany(_ items: some Sequence<(key: String, value: Value)> & Sendable, ttl: Duration? = nil) async throws {
        try await offPool { try self.setMany(items, ttl: ttl) }
    }

    /// Removes a key; false if it was not there.
    @discardableResult
    public func delete(_ key: String) throws -> Bool {
        try native { try handle.delete(key: key) }
    }

    @discardableResult
    public func delete(_ key: String) async throws -> Bool {
        try await offPool { try self.delete(key) }
    }

    /// Takes a key out, and gives what it had; nil if it was not there.
    @discardableResult
    public func pop(_ key: String) throws -> Value? {
        try native { try handle.pop(key: key) }.map { try coder.value(Value.self, $0) }
    }

    @discardableResult
    public func pop(_ key: String) async throws -> Value? {
        try await offPool { try self.pop(key) }
    }
}
