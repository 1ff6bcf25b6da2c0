import BeaverNativeFFI

// The generated calls read what comes back through Foundation's Data, which costs more than the whole look-up of a value.
// This one reads it where it lies. It knows how the pinned version of the generator lays out an optional text: one byte that says
// whether it is there, its length in four, and the text.
extension DictHandle {
    /// Gives the JSON text of the value of a key, or nil, for as long as `body` runs.
    @inline(__always)
    public func withValue<Result>(
        of key: String, _ body: (UnsafeBufferPointer<UInt8>?) throws -> Result
    ) throws -> Result {
        var key = key
        var status = RustCallStatus()
        let given = key.withUTF8 { text in
            ffi_beaver_uniffi_rustbuffer_from_bytes(
                ForeignBytes(len: Int32(clamping: text.count), data: text.baseAddress), &status)
        }
        let found = uniffi_beaver_uniffi_fn_method_dicthandle_get(uniffiCloneHandle(), given, &status)
        guard status.code == 0 else { throw failure(of: status) }
        defer {
            var freed = RustCallStatus()
            ffi_beaver_uniffi_rustbuffer_free(found, &freed)
        }
        let header = 1 + MemoryLayout<Int32>.size
        guard let data = found.data, found.len >= UInt64(header), data[0] == 1 else { return try body(nil) }
        return try body(UnsafeBufferPointer(start: data + header, count: Int(found.len) - header))
    }
}

/// What a call failed with.
private func failure(of status: RustCallStatus) -> Failure {
    let expected: Int8 = 1
    if status.code == expected, let failure = try? FfiConverterTypeFailure_lift(status.errorBuf) { return failure }
    let panic: Int32 = 41
    return .Failed(code: panic, text: "a fault of the library was caught", operation: nil, offset: nil, sqliteCode: nil)
}
