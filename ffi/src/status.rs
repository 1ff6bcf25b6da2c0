//! Status codes and version.

use beaver_core::ErrorKind;

use crate::input::{StrIn, text};

/// What a call came to. The numbers never change their meaning.
pub type beaver_status = i32;

/// The call did what it should.
pub const BEAVER_OK: beaver_status = 0;
/// Not an error: what was asked for is not there.
pub const BEAVER_NOT_FOUND: beaver_status = 1;
/// Not an error: the time given to the call ran out.
pub const BEAVER_TIMEOUT: beaver_status = 2;
/// Not an error: an iterator or a stream has no more.
pub const BEAVER_END: beaver_status = 3;

/// An argument is wrong: mend the call.
pub const BEAVER_INVALID_ARGUMENT: beaver_status = 10;
/// A text is not UTF-8: mend the call. beaver_error_offset() says where.
pub const BEAVER_INVALID_UTF8: beaver_status = 11;
/// A text is not JSON: mend the call. beaver_error_offset() says where.
pub const BEAVER_INVALID_JSON: beaver_status = 12;
/// A stored or given value is of another type than the call needs.
pub const BEAVER_TYPE_MISMATCH: beaver_status = 13;
/// A limit is exceeded: send less at a time. Of a subscription: messages were deleted before they were pulled.
pub const BEAVER_LIMIT: beaver_status = 14;
/// This library or this file format cannot do it: use a newer library, or import the file.
pub const BEAVER_UNSUPPORTED: beaver_status = 15;
/// A condition was not met, or somebody else was faster: read again and decide.
pub const BEAVER_CONFLICT: beaver_status = 20;
/// Another process or lock holder kept the database for too long: retry later.
pub const BEAVER_BUSY: beaver_status = 21;
/// beaver_db_interrupt(), a beaver_cancel or a callback stopped the call: nothing was done.
pub const BEAVER_INTERRUPTED: beaver_status = 22;
/// The database, or the subscription or live view, is closed, or was opened before a fork: open it again.
pub const BEAVER_CLOSED: beaver_status = 23;
/// The database is paused: resume it.
pub const BEAVER_PAUSED: beaver_status = 24;
/// The database was opened read-only, or the file cannot be written.
pub const BEAVER_READ_ONLY: beaver_status = 25;
/// The server refused the key.
pub const BEAVER_DENIED: beaver_status = 26;
/// The server is out of reach: retry later.
pub const BEAVER_UNAVAILABLE: beaver_status = 27;
/// The disk is full: make room and repeat.
pub const BEAVER_FULL: beaver_status = 30;
/// The operating system failed a file operation: look at path, rights and disk.
pub const BEAVER_IO: beaver_status = 31;
/// The file is damaged, or is no database: restore it from a backup.
pub const BEAVER_CORRUPT: beaver_status = 32;
/// A fault of the library itself: please report it.
pub const BEAVER_INTERNAL: beaver_status = 40;
/// A panic was caught; the database handle is broken: free it and open it again.
pub const BEAVER_PANIC: beaver_status = 41;

/// For a length: the text ends at its NUL. In the header it is SIZE_MAX, by cbindgen.toml.
/// cbindgen:ignore
pub const BEAVER_NUL_TERMINATED: usize = usize::MAX;

/// The longest name of a structure, in bytes.
pub const BEAVER_MAX_NAME_BYTES: usize = 255;
/// The longest key of a dict or blob store, in bytes.
pub const BEAVER_MAX_KEY_BYTES: usize = 4096;
/// The longest JSON value, in bytes.
pub const BEAVER_MAX_JSON_BYTES: usize = 67_108_864;
/// How deep a JSON value may nest.
pub const BEAVER_MAX_JSON_DEPTH: usize = 128;
/// The largest blob, in bytes, its key and metadata included.
pub const BEAVER_MAX_BLOB_BYTES: u64 = 1_000_000_000;
/// How many items one call or one batch may carry.
pub const BEAVER_MAX_ITEMS: usize = 100_000;

/// How many components a vector may have.
pub const BEAVER_MAX_DIMENSION: usize = 8_192;
/// How many results one search or query gives: the largest `k` and `limit`.
pub const BEAVER_MAX_HITS: usize = 10_000;
/// The longest text of a full-text query, in bytes.
pub const BEAVER_MAX_QUERY_BYTES: usize = 1_048_576;
/// How many fields a full-text search may be limited to.
pub const BEAVER_MAX_FIELDS: usize = 64;
/// How many fields of a collection may be indexed.
pub const BEAVER_MAX_INDEXES: usize = 64;
/// How many neighbours of a document are given.
pub const BEAVER_MAX_NEIGHBORS: usize = 10_000;
/// How many documents a walk or a search for a path visits: the largest `max_nodes`.
pub const BEAVER_MAX_NODES: usize = 1_000_000;
/// The longest text of a filter, in bytes.
pub const BEAVER_MAX_FILTER_BYTES: usize = 1_048_576;
/// How deep "and", "or" and "not" may nest in a filter.
pub const BEAVER_MAX_FILTER_DEPTH: usize = 32;
/// How many conditions a filter may have.
pub const BEAVER_MAX_FILTER_CONDITIONS: usize = 1_000;
/// How many values one "in" of a filter may have.
pub const BEAVER_MAX_IN_VALUES: usize = 10_000;

/// How many aggregates a live view may have.
pub const BEAVER_MAX_AGGREGATES: usize = 64;
/// How many entries the window of a live view may hold.
pub const BEAVER_MAX_WINDOW_ENTRIES: usize = 10_000_000;

/// The version of this header: major.
pub const BEAVER_VERSION_MAJOR: u32 = 0;
/// The version of this header: minor.
pub const BEAVER_VERSION_MINOR: u32 = 1;
/// The version of this header: patch.
pub const BEAVER_VERSION_PATCH: u32 = 0;

// The header's numbers are the core's: a difference does not compile.
const _: () = {
    assert!(BEAVER_MAX_NAME_BYTES == beaver_core::MAX_NAME_BYTES);
    assert!(BEAVER_MAX_KEY_BYTES == beaver_core::MAX_KEY_BYTES);
    assert!(BEAVER_MAX_JSON_BYTES == beaver_core::MAX_JSON_BYTES);
    assert!(BEAVER_MAX_JSON_DEPTH == beaver_core::MAX_JSON_DEPTH);
    assert!(BEAVER_MAX_BLOB_BYTES == beaver_core::MAX_BLOB_BYTES);
    assert!(BEAVER_MAX_ITEMS == beaver_core::MAX_ITEMS);
    assert!(BEAVER_MAX_DIMENSION == beaver_core::MAX_DIMENSION);
    assert!(BEAVER_MAX_HITS == beaver_core::MAX_HITS);
    assert!(BEAVER_MAX_QUERY_BYTES == beaver_core::MAX_QUERY_BYTES);
    assert!(BEAVER_MAX_FIELDS == beaver_core::MAX_FIELDS);
    assert!(BEAVER_MAX_INDEXES == beaver_core::MAX_INDEXES);
    assert!(BEAVER_MAX_NEIGHBORS == beaver_core::MAX_NEIGHBORS);
    assert!(BEAVER_MAX_NODES == beaver_core::MAX_NODES);
    assert!(BEAVER_MAX_FILTER_BYTES == beaver_core::MAX_FILTER_BYTES);
    assert!(BEAVER_MAX_FILTER_DEPTH == beaver_core::MAX_FILTER_DEPTH);
    assert!(BEAVER_MAX_FILTER_CONDITIONS == beaver_core::MAX_FILTER_CONDITIONS);
    assert!(BEAVER_MAX_IN_VALUES == beaver_core::MAX_IN_VALUES);
    assert!(BEAVER_MAX_AGGREGATES == beaver_core::MAX_AGGREGATES);
    assert!(BEAVER_MAX_WINDOW_ENTRIES == beaver_core::MAX_WINDOW_ENTRIES);
    let codes = [
        (BEAVER_NOT_FOUND, ErrorKind::NotFound),
        (BEAVER_TIMEOUT, ErrorKind::Timeout),
        (BEAVER_INVALID_ARGUMENT, ErrorKind::InvalidArgument),
        (BEAVER_INVALID_UTF8, ErrorKind::InvalidUtf8),
        (BEAVER_INVALID_JSON, ErrorKind::InvalidJson),
        (BEAVER_TYPE_MISMATCH, ErrorKind::TypeMismatch),
        (BEAVER_LIMIT, ErrorKind::Limit),
        (BEAVER_UNSUPPORTED, ErrorKind::Unsupported),
        (BEAVER_CONFLICT, ErrorKind::Conflict),
        (BEAVER_BUSY, ErrorKind::Busy),
        (BEAVER_INTERRUPTED, ErrorKind::Interrupted),
        (BEAVER_CLOSED, ErrorKind::Closed),
        (BEAVER_PAUSED, ErrorKind::Paused),
        (BEAVER_READ_ONLY, ErrorKind::ReadOnly),
        (BEAVER_DENIED, ErrorKind::Denied),
        (BEAVER_UNAVAILABLE, ErrorKind::Unavailable),
        (BEAVER_FULL, ErrorKind::Full),
        (BEAVER_IO, ErrorKind::Io),
        (BEAVER_CORRUPT, ErrorKind::Corrupt),
        (BEAVER_INTERNAL, ErrorKind::Internal),
        (BEAVER_PANIC, ErrorKind::Panic),
    ];
    let mut at = 0;
    assert!(codes.len() == ErrorKind::ALL.len());
    while at < codes.len() {
        #[allow(clippy::indexing_slicing)] // evaluated by the compiler
        let (code, kind) = codes[at];
        assert!(code == kind.code());
        at += 1;
    }
};

/// Names a status: "INVALID_ARGUMENT", "NOT_FOUND".
/// @param status  any number.
/// @return a static text, "UNKNOWN" for a number that is no status.
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_status_name(status: beaver_status) -> *const std::ffi::c_char {
    let name = match status {
        BEAVER_OK => c"OK",
        BEAVER_NOT_FOUND => c"NOT_FOUND",
        BEAVER_TIMEOUT => c"TIMEOUT",
        BEAVER_END => c"END",
        BEAVER_INVALID_ARGUMENT => c"INVALID_ARGUMENT",
        BEAVER_INVALID_UTF8 => c"INVALID_UTF8",
        BEAVER_INVALID_JSON => c"INVALID_JSON",
        BEAVER_TYPE_MISMATCH => c"TYPE_MISMATCH",
        BEAVER_LIMIT => c"LIMIT",
        BEAVER_UNSUPPORTED => c"UNSUPPORTED",
        BEAVER_CONFLICT => c"CONFLICT",
        BEAVER_BUSY => c"BUSY",
        BEAVER_INTERRUPTED => c"INTERRUPTED",
        BEAVER_CLOSED => c"CLOSED",
        BEAVER_PAUSED => c"PAUSED",
        BEAVER_READ_ONLY => c"READ_ONLY",
        BEAVER_DENIED => c"DENIED",
        BEAVER_UNAVAILABLE => c"UNAVAILABLE",
        BEAVER_FULL => c"FULL",
        BEAVER_IO => c"IO",
        BEAVER_CORRUPT => c"CORRUPT",
        BEAVER_INTERNAL => c"INTERNAL",
        BEAVER_PANIC => c"PANIC",
        _ => c"UNKNOWN",
    };
    name.as_ptr()
}

/// The version of the library that is loaded: major * 1000000 + minor * 1000 + patch.
/// @return the number; the header's own is made of the BEAVER_VERSION_ macros.
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_version_number() -> u32 {
    BEAVER_VERSION_MAJOR * 1_000_000 + BEAVER_VERSION_MINOR * 1_000 + BEAVER_VERSION_PATCH
}

/// Tells whether the library was built with a part: "dict", "list", "queue", "blob", "log",
/// "collection", "lock", "batch", "channel", "event", "live".
/// @param name  NUL-terminated UTF-8; NULL and unknown names give false.
/// @return true if it is there.
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_has_feature(name: StrIn<'_>) -> bool {
    const FEATURES: [&str; 11] =
        ["dict", "list", "queue", "blob", "log", "collection", "lock", "batch", "channel", "event", "live"];
    text("name", name).is_ok_and(|name| FEATURES.contains(&name))
}
