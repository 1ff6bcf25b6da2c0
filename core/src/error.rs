//! The one error type, and the stable numbers of its kinds.

use std::fmt;

/// The result of every fallible call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller should do about an error. The numbers are part of the API: they are the status
/// codes of the C library, are grouped by remedy, and are never used again for anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// What the call needs is not there (an index, a key, a lease). Only batches and dead ends report
    /// it as an error; everywhere else it is an ordinary answer (`None` or `false`).
    NotFound = 1,
    /// The time given to the call ran out. Only where it is not an ordinary answer.
    Timeout = 2,
    /// An argument is wrong: mend the call.
    InvalidArgument = 10,
    /// Text is not UTF-8: mend the call.
    InvalidUtf8 = 11,
    /// Text is not JSON: mend the call. [`Error::offset`] says where.
    InvalidJson = 12,
    /// A stored or given value is of another type than the call needs.
    TypeMismatch = 13,
    /// A documented limit is exceeded: send less at a time.
    Limit = 14,
    /// This build or this file format cannot do it: use a newer beaver, another feature, or import.
    Unsupported = 15,
    /// A condition was not met, or somebody else was faster: read again and decide.
    Conflict = 20,
    /// Another process or a lock holder kept the database or structure for too long: retry later.
    Busy = 21,
    /// The call was interrupted: nothing of it was done; repeat it if it is still wanted.
    Interrupted = 22,
    /// The database is closed: open it again.
    Closed = 23,
    /// The database is paused: resume it.
    Paused = 24,
    /// The database was opened read-only, or the file is.
    ReadOnly = 25,
    /// The server refused the key: ask for the right.
    Denied = 26,
    /// The server is out of reach: retry when it is back.
    Unavailable = 27,
    /// The disk or the quota is full: make room and repeat.
    Full = 30,
    /// The operating system failed a file operation: look at the path, the rights and the disk.
    Io = 31,
    /// The file is damaged or is no database: restore it from a backup.
    Corrupt = 32,
    /// A fault of beaver itself: please report it.
    Internal = 40,
    /// A panic was caught; the database handle is broken and has to be closed.
    Panic = 41,
}

impl ErrorKind {
    /// Every kind, in the order of the codes.
    pub const ALL: [ErrorKind; 21] = [
        ErrorKind::NotFound,
        ErrorKind::Timeout,
        ErrorKind::InvalidArgument,
        ErrorKind::InvalidUtf8,
        ErrorKind::InvalidJson,
        ErrorKind::TypeMismatch,
        ErrorKind::Limit,
        ErrorKind::Unsupported,
        ErrorKind::Conflict,
        ErrorKind::Busy,
        ErrorKind::Interrupted,
        ErrorKind::Closed,
        ErrorKind::Paused,
        ErrorKind::ReadOnly,
        ErrorKind::Denied,
        ErrorKind::Unavailable,
        ErrorKind::Full,
        ErrorKind::Io,
        ErrorKind::Corrupt,
        ErrorKind::Internal,
        ErrorKind::Panic,
    ];

    /// The stable number, the same as the status code of the C library.
    #[must_use]
    pub const fn code(self) -> i32 {
        self as i32
    }

    /// The stable name, as it stands in the documentation: `"INVALID_ARGUMENT"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ErrorKind::NotFound => "NOT_FOUND",
            ErrorKind::Timeout => "TIMEOUT",
            ErrorKind::InvalidArgument => "INVALID_ARGUMENT",
            ErrorKind::InvalidUtf8 => "INVALID_UTF8",
            ErrorKind::InvalidJson => "INVALID_JSON",
            ErrorKind::TypeMismatch => "TYPE_MISMATCH",
            ErrorKind::Limit => "LIMIT",
            ErrorKind::Unsupported => "UNSUPPORTED",
            ErrorKind::Conflict => "CONFLICT",
            ErrorKind::Busy => "BUSY",
            ErrorKind::Interrupted => "INTERRUPTED",
            ErrorKind::Closed => "CLOSED",
            ErrorKind::Paused => "PAUSED",
            ErrorKind::ReadOnly => "READ_ONLY",
            ErrorKind::Denied => "DENIED",
            ErrorKind::Unavailable => "UNAVAILABLE",
            ErrorKind::Full => "FULL",
            ErrorKind::Io => "IO",
            ErrorKind::Corrupt => "CORRUPT",
            ErrorKind::Internal => "INTERNAL",
            ErrorKind::Panic => "PANIC",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An error: its kind, which is API, and a one-line message, which is not.
///
/// A message names the argument and says what was wrong and what was found; it never repeats a value
/// that the user stored.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Box<Detail>);

#[derive(Debug, Clone)]
struct Detail {
    kind: ErrorKind,
    message: String,
    sqlite_code: Option<i32>,
    offset: Option<usize>,
    operation: Option<usize>,
}

impl Error {
    /// An error of `kind` with a one-line message.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Detail { kind, message: message.into(), sqlite_code: None, offset: None, operation: None }))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Says at which byte of the input the fault is.
    #[must_use]
    pub fn at_offset(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// Says which operation or item of the call is meant, counted from 0.
    #[must_use]
    pub fn at_operation(mut self, operation: usize) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_sqlite_code(mut self, code: i32) -> Self {
        self.0.sqlite_code = Some(code);
        self
    }

    /// What the caller should do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// One line for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// SQLite's extended result code, where SQLite reported the fault.
    #[must_use]
    pub fn sqlite_code(&self) -> Option<i32> {
        self.0.sqlite_code
    }

    /// The byte of the input at which the fault was found, for invalid UTF-8 and JSON.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// The index of the operation that failed, for a batch or a call with many items.
    #[must_use]
    pub fn operation(&self) -> Option<usize> {
        self.0.operation
    }
}
