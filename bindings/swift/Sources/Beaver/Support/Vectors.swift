import Foundation

#if _endian(big)
    #error("vectors cross as little-endian bytes")
#endif

/// Lends the bytes of a vector as they lie.
func withBytes<Result>(of vector: [Float], _ body: (Data) throws -> Result) rethrows -> Result {
    try vector.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return try body(Data()) }
        let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
        return try body(data)
    }
}

/// A query must have a vector, which the library knows as none if it is empty.
func checkGiven(_ vector: [Float]?) throws {
    guard vector?.isEmpty != true else {
        throw BeaverError(.invalidArgument, "the vector is empty: give at least one component")
    }
}

extension [Float] {
    init(bytes: Data) {
        let count = bytes.count / MemoryLayout<Float>.stride
        self.init(unsafeUninitializedCapacity: count) { floats, initialized in
            _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(floats))
            initialized = count
        }
    }
}
