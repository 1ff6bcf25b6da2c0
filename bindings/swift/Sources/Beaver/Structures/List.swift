internal import BeaverNative

extension Beaver {
    /// Values in an order of their own. An index counts from the end if it is negative; a range is cut to what is there.
    public struct List<Value: Model>: Structure {
        let handle: ListHandle
        let coder: ModelCoder

        init(_ handle: ListHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! ListHandle, _handle.coder)
        }
    }
}

// Reads never wait, so they have no asynchronous form.
extension Beaver.List {
    /// The value at the index; nil out of range.
    public subscript(index: Int) -> Value? {
        get throws { try get(index) }
    }

    /// The values of a range.
    public subscript(range: some RangeExpression<Int>) -> [Value] {
        get throws {
            let (start, stop) = bounds(range)
            return try slice(start, stop)
        }
    }

    /// The value at the index; nil out of range.
    public func get(_ index: Int) throws -> Value? {
        try native { try handle.get(index: Int64(index)) }.map { try coder.value(Value.self, $0) }
    }

    /// The values from one index to before another: to the end, if there is none.
    public func slice(_ start: Int? = nil, _ stop: Int? = nil) throws -> [Value] {
        try coder.values(Value.self, native { try handle.slice(start: start.map(Int64.init), stop: stop.map(Int64.init)) })
    }

    /// Whether a value is in it.
    public func contains(_ value: Value) throws -> Bool {
        let text = try coder.text(value)
        return try native { try handle.contains(value: text) }
    }

    /// The index of the first of a value in a range; nil if there is none.
    public func index(of value: Value, from start: Int? = nil, to stop: Int? = nil) throws -> Int? {
        let text = try coder.text(value)
        let (start, stop) = (start.map(Int64.init), stop.map(Int64.init))
        return try native { try handle.indexOf(value: text, start: start, stop: stop) }.map(Int.init)
    }

    /// How often a value is in it.
    public func count(of value: Value) throws -> Int {
        let text = try coder.text(value)
        return Int(try native { try handle.countOf(value: text) })
    }

    /// The values in their order.
    public func items() -> Beaver.Rows<Value> {
        Beaver.Rows({ [handle] in handle.items() }) { [coder] in try coder.value(Value.self, from: &$0) }
    }
}

extension Beaver.List {
    /// Puts a value at the end.
    public func push(_ value: Value) throws {
        let text = try coder.text(value)
        try native { try handle.push(value: text) }
    }

    public func push(_ value: Value) async throws {
        try await offPool { try self.push(value) }
    }

    /// Puts many at the end, in one commit.
    public func extend(_ values: some Sequence<Value>) throws {
        let text = try coder.text(all: Array(values))
        try native { try handle.extend(values: text) }
    }

    public func extend(_ values: some Sequence<Value> & Sendable) async throws {
        try await offPool { try self.extend(values) }
    }

    /// Puts a value before the first.
    public func prepend(_ value: Value) throws {
        let text = try coder.text(value)
        try native { try handle.prepend(value: text) }
    }

    public func prepend(_ value: Value) async throws {
        try await offPool { try self.prepend(value) }
    }

    /// Takes the last; nil if it is empty.
    @discardableResult
    public func pop() throws -> Value? {
        try native { try handle.pop() }.map { try coder.value(Value.self, $0) }
    }

    @discardableResult
    public func pop() async throws -> Value? {
        try await offPool { try self.pop() }
    }

    /// Takes the first; nil if it is empty.
    @discardableResult
    public func deque() throws -> Value? {
        try native { try handle.deque() }.map { try coder.value(Value.self, $0) }
    }

    @discardableResult
    public func deque() async throws -> Value? {
        try await offPool { try self.deque() }
    }

    /// Puts a value before the one at the index.
    public func insert(_ value: Value, at index: Int) throws {
        let text = try coder.text(value)
        try native { try handle.insert(index: Int64(index), value: text) }
    }

    public func insert(_ value: Value, at index: Int) async throws {
        try await offPool { try self.insert(value, at: index) }
    }

    /// Replaces the value at the index; false out of range.
    @discardableResult
    public func set(_ index: Int, to value: Value) throws -> Bool {
        let text = try coder.text(value)
        return try native { try handle.set(index: Int64(index), value: text) }
    }

    @discardableResult
    public func set(_ index: Int, to value: Value) async throws -> Bool {
        try await offPool { try self.set(index, to: value) }
    }

    /// Puts values in the place of a range; returns how many were there.
    @discardableResult
    public func replace(_ range: some RangeExpression<Int>, with values: some Sequence<Value>) throws -> Int {
        let (start, stop) = bounds(range)
        return try replace(start, stop, with: values)
    }

    @discardableResult
    public func replace(
        _ range: some RangeExpression<Int> & Sendable, with values: some Sequence<Value> & Sendable
    ) async throws -> Int {
        try await offPool { try self.replace(range, with: values) }
    }

    /// Puts values in the place of those from one index to before another; returns how many were there.
    @discardableResult
    public func replace(_ start: Int?, _ stop: Int?, with values: some Sequence<Value>) throws -> Int {
        let text = try coder.text(all: Array(values))
        let (start, stop) = (start.map(Int64.init), stop.map(Int64.init))
        return Int(try native { try handle.replaceRange(start: start, stop: stop, values: text) })
    }

    @discardableResult
    public func replace(_ start: Int?, _ stop: Int?, with values: some Sequence<Value> & Sendable) async throws -> Int {
        try await offPool { try self.replace(start, stop, with: values) }
    }

    /// Removes the value at the index; false out of range.
    @discardableResult
    public func delete(_ index: Int) throws -> Bool {
        try native { try handle.delete(index: Int64(index)) }
    }

    @discardableResult
    public func delete(_ index: Int) async throws -> Bool {
        try await offPool { try self.delete(index) }
    }

    /// Removes a range; returns how many.
    @discardableResult
    public func delete(_ range: some RangeExpression<Int>) throws -> Int {
        let (start, stop) = bounds(range)
        return try delete(start, stop)
    }

    @discardableResult
    public func delete(_ range: some RangeExpression<Int> & Sendable) async throws -> Int {
        try await offPool { try self.delete(range) }
    }

    /// Removes the values from one index to before another; returns how many.
    @discardableResult
    public func delete(_ start: Int?, _ stop: Int?) throws -> Int {
        Int(try native { try handle.deleteRange(start: start.map(Int64.init), stop: stop.map(Int64.init)) })
    }

    @discardableResult
    public func delete(_ start: Int?, _ stop: Int?) async throws -> Int {
        try await offPool { try self.delete(start, stop) }
    }

    /// Removes the first of a value; false if there is none.
    @discardableResult
    public func remove(_ value: Value) throws -> Bool {
        let text = try coder.text(value)
        return try native { try handle.remove(value: text) }
    }

    @discardableResult
    public func remove(_ value: Value) async throws -> Bool {
        try await offPool { try self.remove(value) }
    }

    /// Turns the order round.
    public func reverse() throws {
        try native { try handle.reverse() }
    }

    public func reverse() async throws {
        try await offPool { try self.reverse() }
    }
}

/// The bounds of a range, which may be open at either side.
private func bounds(_ range: some RangeExpression<Int>) -> (Int?, Int?) {
    let whole = range.relative(to: Int.min..<Int.max)
    return (whole.lowerBound == .min ? nil : whole.lowerBound, whole.upperBound == .max ? nil : whole.upperBound)
}
