import Foundation
internal import BeaverNative

/// An open database: dicts, lists, queues, blobs, logs, channels, collections and locks in one file, which any number of threads and
/// processes use at the same time.
///
/// ```swift
/// let db = try Beaver.open("app.db")
/// let users = try db.dict("users", as: User.self)
/// try users.set("alice", to: User(name: "Alice", age: 30))
/// let alice = try users["alice"]
/// ```
///
/// Every thread may use it and what it hands out. Calls that may wait have an `async` form, which Swift picks in
/// asynchronous code. What is handed out keeps its database alive; after `close` it fails with `BeaverError.Kind.closed`.
public final class Beaver: Sendable {
    let database: Database
    let coder: ModelCoder

    private init(_ database: Database, _ coder: ModelCoder) {
        self.database = database
        self.coder = coder
    }

    /// The path of a database that lives as long as it is open.
    public static let memory = ":memory:"

    /// Opens a file, or `:memory:`.
    public static func open(_ path: String, options: Options = Options()) throws -> Beaver {
        let text = try options.text()
        let database = try native { try Database.open(path: path, options: text) }
        return Beaver(database, ModelCoder(options.encoder, options.decoder))
    }

    /// Opens a file.
    public static func open(_ file: URL, options: Options = Options()) throws -> Beaver {
        guard file.isFileURL else { throw BeaverError(.invalidArgument, "the URL is none of a file") }
        return try open(file.path, options: options)
    }

    public static func open(_ path: String, options: Options = Options()) async throws -> Beaver {
        try await offPool { try open(path, options: options) }
    }

    public static func open(_ file: URL, options: Options = Options()) async throws -> Beaver {
        try await offPool { try open(file, options: options) }
    }

    /// Closes it: every call that runs or waits, and each later one, fails as closed. Closing again does nothing.
    public func close() throws {
        try native { try database.shutdown() }
    }

    public func close() async throws {
        try await offPool { try self.close() }
    }

    /// Lets go of the file until `resume`: every call that runs or waits, and each later one, fails as paused.
    public func pause() throws {
        try native { try database.pause() }
    }

    public func pause() async throws {
        try await offPool { try self.pause() }
    }

    /// Takes the file up again.
    public func resume() throws {
        try native { try database.resume() }
    }

    public func resume() async throws {
        try await offPool { try self.resume() }
    }

    /// Ends what other threads do on it right now: they fail as interrupted.
    public func interrupt() {
        database.interrupt()
    }

    /// The version of the library.
    public static var version: String { BeaverNative.version() }

    /// How many objects of the library are alive in this process. For tests.
    public static var liveObjects: Int { Int(BeaverNative.liveObjects()) }
}

extension Beaver {
    /// What can be stored: everything that is `Codable` and may go from thread to thread.
    public typealias Model = Codable & Sendable

    /// A dict whose values may be anything.
    public func dict(_ name: String) throws -> Dict<JSON> { try dict(name, as: JSON.self) }

    /// A dict of values of a type.
    public func dict<Value>(_ name: String, as type: Value.Type) throws -> Dict<Value> {
        Dict(try native { try database.dict(name: name) }, coder)
    }

    /// A list whose values may be anything.
    public func list(_ name: String) throws -> List<JSON> { try list(name, as: JSON.self) }

    /// A list of values of a type.
    public func list<Value>(_ name: String, as type: Value.Type) throws -> List<Value> {
        List(try native { try database.list(name: name) }, coder)
    }

    /// A priority queue whose items may be anything.
    public func queue(_ name: String) throws -> Queue<JSON> { try queue(name, as: JSON.self) }

    /// A priority queue of items of a type.
    public func queue<Value>(_ name: String, as type: Value.Type) throws -> Queue<Value> {
        Queue(try native { try database.queue(name: name) }, coder)
    }

    /// A store of blobs whose metadata may be anything.
    public func blobs(_ name: String) throws -> Blobs<JSON> { try blobs(name, metadata: JSON.self) }

    /// A store of blobs with metadata of a type.
    public func blobs<Metadata>(_ name: String, metadata: Metadata.Type) throws -> Blobs<Metadata> {
        Blobs(try native { try database.blobs(name: name) }, coder)
    }

    /// A log whose entries may be anything.
    public func log(_ name: String) throws -> Log<JSON> { try log(name, as: JSON.self) }

    /// A log of entries of a type.
    public func log<Value>(_ name: String, as type: Value.Type) throws -> Log<Value> {
        Log(try native { try database.log(name: name) }, coder)
    }

    /// A channel whose messages may be anything.
    public func channel(_ name: String) throws -> Channel<JSON> { try channel(name, as: JSON.self) }

    /// A channel of messages of a type.
    public func channel<Value>(_ name: String, as type: Value.Type) throws -> Channel<Value> {
        Channel(try native { try database.channel(name: name) }, coder)
    }

    /// A collection of documents whose bodies may be anything.
    public func collection(_ name: String) throws -> Collection<JSON> { try collection(name, as: JSON.self) }

    /// A collection of documents with bodies of a type.
    public func collection<Body>(_ name: String, as type: Body.Type) throws -> Collection<Body> {
        Collection(try native { try database.collection(name: name) }, coder)
    }

    /// A lock between threads and processes. Each call makes an owner of its own.
    public func lock(_ name: String) throws -> Lock {
        Lock(try native { try database.lock(name: name) }, coder)
    }
}

extension Beaver {
    /// Listens to an event of a topic, or to all by `*`: those of a structure have the topic `dict:` and its name, and so on.
    public func on(_ topic: String, _ event: String = "*") throws -> Subscription<Event> {
        Subscription(try native { try database.on(topic: topic, event: event) }, coder)
    }

    /// Tells an event of a topic of one's own to whoever listens, in any process; false if nobody does.
    @discardableResult
    public func emit<Payload: Model>(_ topic: String, _ event: String, _ payload: Payload) throws -> Bool {
        let text = try coder.text(payload)
        return try native { try database.emit(topic: topic, event: event, payload: text) }
    }

    /// As `emit`, with any payload.
    @discardableResult
    public func emit(_ topic: String, _ event: String, _ payload: JSON = .object([:])) throws -> Bool {
        let text = try coder.text(payload)
        return try native { try database.emit(topic: topic, event: event, payload: text) }
    }

    @discardableResult
    public func emit<Payload: Model>(_ topic: String, _ event: String, _ payload: Payload) async throws -> Bool {
        try await offPool { try self.emit(topic, event, payload) }
    }

    @discardableResult
    public func emit(_ topic: String, _ event: String, _ payload: JSON = .object([:])) async throws -> Bool {
        try await offPool { try self.emit(topic, event, payload) }
    }
}
