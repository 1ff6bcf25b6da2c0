import Foundation
internal import BeaverNative

extension Beaver {
    /// What kinds of structures there are.
    public enum Kind: String, CaseIterable, Sendable, Codable {
        case dict, list, queue, blob, log, channel, collection, lock
    }

    /// What is in a database.
    public struct Info: Hashable, Sendable, Codable {
        public struct Structure: Hashable, Sendable, Codable {
            public var kind: Kind
            public var name: String
            /// How many items it has.
            public var count: Int
        }

        /// The file; nil in memory.
        public var path: String?
        /// The version of the file's format.
        public var format: Int
        public var structures: [Structure]
    }

    /// The numbers of a database.
    public struct Stats: Hashable, Sendable, Codable {
        public var fileBytes: Int
        public var freeBytes: Int
        public var walBytes: Int
        public var readers: Int
        public var waiters: Int
        public var writersWaiting: Int
        public var cacheHits: Int
        public var cacheMisses: Int

        enum CodingKeys: String, CodingKey {
            case fileBytes = "file_bytes", freeBytes = "free_bytes", walBytes = "wal_bytes", readers, waiters
            case writersWaiting = "writers_waiting", cacheHits = "cache_hits", cacheMisses = "cache_misses"
        }
    }

    /// What a check of the whole file found.
    public struct Verification: Hashable, Sendable, Codable {
        public var ok: Bool
        public var problems: [String]
    }

    /// What a repair did.
    public struct Repair: Hashable, Sendable, Codable {
        /// The collections whose derived parts were made anew.
        public var rebuilt: [String]
        /// What is wrong still.
        public var problems: [String]
    }

    /// The names of all structures of a kind that have content, or are held.
    public func names(of kind: Kind) throws -> [String] {
        try native { try database.names(kind: kind.rawValue) }
    }

    /// What is in it.
    public func info() throws -> Info {
        try Self.report(Info.self, native { try database.info() })
    }

    /// Its numbers.
    public func stats() throws -> Stats {
        try Self.report(Stats.self, native { try database.stats() })
    }

    /// Checks the whole file.
    public func verify() throws -> Verification {
        try Self.report(Verification.self, native { try database.verify() })
    }

    public func verify() async throws -> Verification {
        try await offPool { try self.verify() }
    }

    /// Makes everything anew that is derived and damaged.
    @discardableResult
    public func repair(progress: ((Progress) throws -> Void)? = nil) throws -> Repair {
        try Self.report(Repair.self, reporting(to: progress) { try database.repair(progress: $0) })
    }

    @discardableResult
    public func repair(progress: (@Sendable (Progress) throws -> Void)? = nil) async throws -> Repair {
        try await stoppable { check in
            try self.repair { step in
                try check()
                try progress?(step)
            }
        }
    }

    /// Makes the file as small as it can be.
    public func vacuum() throws {
        try native { try database.vacuum() }
    }

    public func vacuum() async throws {
        try await offPool { try self.vacuum() }
    }

    /// Moves what is in the write-ahead log of the file into it.
    public func checkpoint() throws {
        try native { try database.checkpoint() }
    }

    public func checkpoint() async throws {
        try await offPool { try self.checkpoint() }
    }

    /// Copies the database, as it is at one moment, into a file, while it is used.
    public func backup(to path: String, progress: ((Progress) throws -> Void)? = nil) throws {
        try reporting(to: progress) { try database.backup(path: path, progress: $0) }
    }

    public func backup(to path: String, progress: (@Sendable (Progress) throws -> Void)? = nil) async throws {
        try await stoppable { check in
            try self.backup(to: path) { step in
                try check()
                try progress?(step)
            }
        }
    }

    /// Puts a backup, which is checked first, in the place of a database that nobody has open, or where there is none.
    public static func restore(_ backup: String, to path: String, progress: ((Progress) throws -> Void)? = nil) throws {
        try reporting(to: progress) { try BeaverNative.restore(backup: backup, path: path, progress: $0) }
    }

    public static func restore(
        _ backup: String, to path: String, progress: (@Sendable (Progress) throws -> Void)? = nil
    ) async throws {
        try await stoppable { check in
            try restore(backup, to: path) { step in
                try check()
                try progress?(step)
            }
        }
    }

    static func report<Report: Decodable>(_ type: Report.Type, _ text: String) throws -> Report {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension Beaver {
    /// One line of what the library has to say of itself.
    public struct Diagnostic: Hashable, Sendable {
        public enum Level: Int, Comparable, Sendable {
            case error = 1, warning, information, debug

            public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
        }

        public var level: Level
        /// The part of the library that speaks.
        public var target: String
        public var message: String
    }

    /// Receives diagnostics from now on, from any thread; nil ends it. The closure must not call the same database.
    public func setLog(_ receive: (@Sendable (Diagnostic) -> Void)?) {
        database.setLog(listener: receive.map(Diagnostics.init))
    }
}

private final class Diagnostics: LogListener {
    private let receive: @Sendable (Beaver.Diagnostic) -> Void

    init(_ receive: @escaping @Sendable (Beaver.Diagnostic) -> Void) {
        self.receive = receive
    }

    func log(level: Int32, target: String, text: String) {
        let level = Beaver.Diagnostic.Level(rawValue: Int(level)) ?? .debug
        receive(Beaver.Diagnostic(level: level, target: target, message: text))
    }
}
