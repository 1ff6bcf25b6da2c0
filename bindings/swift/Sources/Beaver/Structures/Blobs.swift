import Foundation
internal import BeaverNative

extension Beaver {
    /// Bytes by keys, with metadata beside them.
    public struct Blobs<Metadata: Model>: Structure {
        let handle: BlobsHandle
        let coder: ModelCoder

        init(_ handle: BlobsHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        public var _handle: StructureHandle { StructureHandle(native: handle, coder: coder) }

        public init(_handle: StructureHandle) {
            self.init(_handle.native as! BlobsHandle, _handle.coder)
        }
    }

    /// A blob.
    public struct Blob<Metadata: Sendable>: Sendable {
        public var data: Data
        /// What was stored beside the bytes.
        public var metadata: Metadata?
    }

    /// A blob without its bytes.
    public struct BlobStat<Metadata: Sendable>: Sendable {
        /// How many bytes it has.
        public var size: Int
        /// What was stored beside the bytes.
        public var metadata: Metadata?
    }
}

extension Beaver.Blob: Equatable where Metadata: Equatable {}
extension Beaver.Blob: Hashable where Metadata: Hashable {}
extension Beaver.BlobStat: Equatable where Metadata: Equatable {}
extension Beaver.BlobStat: Hashable where Metadata: Hashable {}

extension Beaver.Blobs {
    /// A blob; nil if it is not there.
    public subscript(key: String) -> Beaver.Blob<Metadata>? {
        get throws { try get(key) }
    }

    /// A blob; nil if it is not there.
    public func get(_ key: String) throws -> Beaver.Blob<Metadata>? {
        try native { try handle.get(key: key) }.map { blob in
            Beaver.Blob(data: blob.data, metadata: try blob.metadata.map { try coder.value(Metadata.self, $0) })
        }
    }

    /// The size and the metadata of a blob; nil if it is not there.
    public func stat(_ key: String) throws -> Beaver.BlobStat<Metadata>? {
        try native { try handle.stat(key: key) }.map { stat in
            Beaver.BlobStat(size: Int(stat.len), metadata: try stat.metadata.map { try coder.value(Metadata.self, $0) })
        }
    }

    /// Whether there is such a blob.
    public func contains(_ key: String) throws -> Bool {
        try native { try handle.contains(key: key) }
    }

    /// The keys.
    public func keys() -> Beaver.Rows<String> {
        Beaver.Rows({ [handle] in handle.keys() }) { try $0.text() }
    }

    /// Stores a blob in the place of the one of its key.
    public func put(_ key: String, _ data: Data, metadata: Metadata? = nil) throws {
        try checkSize(data)
        let metadata = try metadata.map { try coder.text($0) }
        try native { try handle.put(key: key, data: data, metadata: metadata) }
    }

    public func put(_ key: String, _ data: Data, metadata: Metadata? = nil) async throws {
        try await offPool { try self.put(key, data, metadata: metadata) }
    }

    /// Removes a blob; false if there was none.
    @discardableResult
    public func delete(_ key: String) throws -> Bool {
        try native { try handle.delete(key: key) }
    }

    @discardableResult
    public func delete(_ key: String) async throws -> Bool {
        try await offPool { try self.delete(key) }
    }
}

// MARK: Piece by piece

extension Beaver.Blobs {
    /// Writes a blob piece by piece: it is there, whole, when it is finished.
    public func writer(_ key: String, metadata: Metadata? = nil) throws -> Beaver.BlobWriter {
        let metadata = try metadata.map { try coder.text($0) }
        return Beaver.BlobWriter(handle: try native { try handle.writer(key: key, metadata: metadata) })
    }

    /// Reads a blob piece by piece, as it was when this was asked for; nil if it is not there.
    public func reader(_ key: String) throws -> Beaver.BlobReader? {
        try native { try handle.reader(key: key) }.map { Beaver.BlobReader(handle: $0) }
    }
}

extension Beaver {
    /// Writes a blob piece by piece. If it is given up, or forgotten, nothing is written.
    public struct BlobWriter: Sendable {
        let handle: BlobWriterHandle

        /// Adds bytes.
        public func write(_ data: Data) throws {
            try checkSize(data)
            try native { try handle.write(data: data) }
        }

        public func write(_ data: Data) async throws {
            try await offPool { try self.write(data) }
        }

        /// Makes the blob be there. Nothing can be written afterwards.
        public func finish() throws {
            try native { try handle.finish() }
        }

        public func finish() async throws {
            try await offPool { try self.finish() }
        }

        /// Gives it up.
        public func abort() throws {
            try native { try handle.abort() }
        }

        public func abort() async throws {
            try await offPool { try self.abort() }
        }
    }

    /// Reads a blob piece by piece, from its beginning.
    public struct BlobReader: Sendable {
        let handle: BlobReaderHandle

        /// How many bytes the blob has.
        public var size: Int { Int(handle.len()) }

        /// Up to so many of the next bytes; none at the end.
        public func read(upTo most: Int = 1 << 20) throws -> Data {
            try native { try handle.read(most: UInt32(clamping: most)) }
        }
    }
}
