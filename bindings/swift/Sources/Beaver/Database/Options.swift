import Foundation

extension Beaver {
    /// What a commit promises when it returns.
    public enum Durability: String, Sendable {
        /// Safe against a crash of the program. A loss of power may take the commits of the last moments, never the consistency of the
        /// file.
        case normal
        /// Safe against a loss of power as well: each commit waits for the disk.
        case full
    }

    /// How a database is opened.
    public struct Options: Sendable {
        /// Refuse every write; the file is not touched.
        public var readOnly = false
        /// Create the file if there is none.
        public var create = true
        /// What a commit promises.
        public var durability = Durability.normal
        /// How long a call waits for other writers, and for who holds a structure it writes to, before it fails as busy.
        public var busyTimeout = Duration.seconds(30)
        /// The page cache of each connection, in KiB.
        public var cacheKiB = 2000
        /// How much of the file is mapped into memory, in bytes.
        public var mmapBytes = 0
        /// Small caches and few idle connections, for phones and small machines.
        public var lowMemory = false
        /// Remember up to so many bytes of what was read, for as long as nobody writes to the file.
        public var readCacheBytes = 0
        /// See other processes' commits by a look every few milliseconds, instead of being woken. For tests of that way.
        public var portableWatch = false
        /// The key that a server wants to see, where a URL is opened; nil: that of the environment variable `BEAVER_KEY`.
        public var key: String?
        /// A file of certificates (PEM) by which a server is known, instead of those that the world trusts.
        public var caFile: String?
        /// How models are written: an encoder of one's own, for dates in another form and the like.
        public var encoder: JSONEncoder?
        /// How models are read.
        public var decoder: JSONDecoder?

        public init() {}

        func text() throws -> String {
            var options = OptionsText()
            try options.add("read_only", .bool(readOnly))
            try options.add("create", .bool(create))
            try options.add("durability", .string(durability.rawValue))
            try options.add("busy_timeout_ms", .int(Int(clamping: try milliseconds(busyTimeout))))
            try options.add("cache_kib", .int(cacheKiB))
            try options.add("mmap_bytes", .int(mmapBytes))
            try options.add("low_memory", .bool(lowMemory))
            try options.add("read_cache_bytes", .int(readCacheBytes))
            try options.add("portable_watch", .bool(portableWatch))
            try options.add("key", key.map(JSON.string))
            try options.add("ca_file", caFile.map(JSON.string))
            return options.text
        }
    }
}

/// The options of a call, as the library takes them. What is nil is left to the library.
struct OptionsText {
    private var writer = JSONWriter()
    private var isEmpty = true

    private mutating func key(_ key: String) {
        writer.raw(isEmpty ? "{" : "," as StaticString)
        isEmpty = false
        writer.string(key)
        writer.raw(":" as StaticString)
    }

    mutating func add(_ key: String, _ value: JSON?) throws {
        guard let value else { return }
        self.key(key)
        try writer.json(value)
    }

    /// What is JSON text already.
    mutating func add(_ key: String, text: String?) {
        guard let text else { return }
        self.key(key)
        writer.raw(text)
    }

    var text: String { isEmpty ? "{}" : writer.text + "}" }
}
