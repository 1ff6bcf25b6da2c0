import Foundation
internal import BeaverNative

/// Why a call failed. What to do about it is the `kind`; the message is for people.
public struct BeaverError: Error, Hashable, Sendable {
    /// What a caller should do about an error. The numbers are the same in every language.
    public enum Kind: Int, CaseIterable, Sendable {
        /// What the call needs is not there. Mostly that is an ordinary answer instead: nil or false.
        case notFound = 1
        /// The time given to the call ran out, where that is no ordinary answer.
        case timeout = 2
        /// An argument is wrong: mend the call.
        case invalidArgument = 10
        /// Text is not UTF-8: mend the call.
        case invalidUTF8 = 11
        /// Text is not JSON: mend the call. The error's `offset` says where.
        case invalidJSON = 12
        /// A stored or given value is of another type than the call needs.
        case typeMismatch = 13
        /// A documented limit is exceeded: send less at a time.
        case limit = 14
        /// This version or this file cannot do it.
        case unsupported = 15
        /// A condition was not met, or somebody else was faster: read again and decide.
        case conflict = 20
        /// Somebody kept the database or the structure for too long: try again later.
        case busy = 21
        /// The call was interrupted, and nothing of it was done.
        case interrupted = 22
        /// The database, or the subscription, is closed.
        case closed = 23
        /// The database is paused: resume it.
        case paused = 24
        /// The database was opened read-only, or the file is.
        case readOnly = 25
        /// The server refused the key: ask for the right.
        case denied = 26
        /// The server is out of reach: try again when it is back.
        case unavailable = 27
        /// The disk is full: make room and repeat.
        case full = 30
        /// The operating system failed a file operation: look at the path, the rights and the disk.
        case io = 31
        /// The file is damaged or is no database: restore it from a backup.
        case corrupt = 32
        /// A fault of beaver itself: please report it.
        case `internal` = 40
        /// A fault was caught; the database has to be closed and opened again.
        case panic = 41

        /// Its name as the documentation of all languages has it: `INVALID_ARGUMENT`.
        public var name: String {
            switch self {
            case .notFound: "NOT_FOUND"
            case .timeout: "TIMEOUT"
            case .invalidArgument: "INVALID_ARGUMENT"
            case .invalidUTF8: "INVALID_UTF8"
            case .invalidJSON: "INVALID_JSON"
            case .typeMismatch: "TYPE_MISMATCH"
            case .limit: "LIMIT"
            case .unsupported: "UNSUPPORTED"
            case .conflict: "CONFLICT"
            case .busy: "BUSY"
            case .interrupted: "INTERRUPTED"
            case .closed: "CLOSED"
            case .paused: "PAUSED"
            case .readOnly: "READ_ONLY"
            case .denied: "DENIED"
            case .unavailable: "UNAVAILABLE"
            case .full: "FULL"
            case .io: "IO"
            case .corrupt: "CORRUPT"
            case .internal: "INTERNAL"
            case .panic: "PANIC"
            }
        }
    }

    /// What to do about it.
    public var kind: Kind
    /// One line for a person. It never repeats what was stored.
    public var message: String
    /// Which operation of a batch, or item of a call with many, failed, counted from 0.
    public var operation: Int?
    /// The byte of the given text at which invalid JSON was found.
    public var offset: Int?
    /// SQLite's extended result code, where SQLite reported the fault.
    public var sqliteCode: Int?

    public init(_ kind: Kind, _ message: String, operation: Int? = nil, offset: Int? = nil, sqliteCode: Int? = nil) {
        self.kind = kind
        self.message = message
        self.operation = operation
        self.offset = offset
        self.sqliteCode = sqliteCode
    }
}

extension BeaverError: CustomStringConvertible, LocalizedError {
    public var description: String { "\(kind.name): \(message)" }
    public var errorDescription: String? { message }
}

extension BeaverError {
    init(_ error: any Error) {
        if let error = error as? BeaverError {
            self = error
            return
        }
        guard case .Failed(let code, let text, let operation, let offset, let sqliteCode)? = error as? Failure else {
            // The generated layer reports a fault that the library could not.
            self.init(.panic, String(describing: error))
            return
        }
        self.init(
            Kind(rawValue: Int(code)) ?? .internal, text, operation: operation.map(Int.init), offset: offset.map(Int.init),
            sqliteCode: sqliteCode.map(Int.init))
    }
}

/// Calls the library, and makes its errors ours.
@inline(__always)
func native<Result>(_ call: () throws -> Result) throws -> Result {
    do {
        return try call()
    } catch {
        throw BeaverError(error)
    }
}
