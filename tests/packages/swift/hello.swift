// A program that has the module by its map, as the Swift package does.
import BeaverNativeFFI

var status = RustCallStatus()
let version = uniffi_beaver_uniffi_fn_func_version(&status)
precondition(status.code == 0 && version.len > 0)
let text = String(decoding: UnsafeBufferPointer(start: version.data, count: Int(version.len)), as: UTF8.self)
ffi_beaver_uniffi_rustbuffer_free(version, &status)
print("hello from beaver \(text), in Swift")
