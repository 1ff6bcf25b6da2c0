package dev.beaver

import dev.beaver.native.Failure

/** What a caller should do about an error. The [code]s are stable, and grouped by remedy. */
public enum class ErrorKind(public val code: Int) {
    /** What the call needs is not there: an index, a key, a lease. */
    NOT_FOUND(1),

    /** The time given to the call ran out. Only where it is not an ordinary answer. */
    TIMEOUT(2),

    /** An argument is wrong: mend the call. */
    INVALID_ARGUMENT(10),

    /** Text has half of a surrogate pair: mend the call. */
    INVALID_UTF8(11),

    /** Text is not JSON: mend the call. */
    INVALID_JSON(12),

    /** A stored or given value is of another type than the call, or the model, needs. */
    TYPE_MISMATCH(13),

    /** A documented limit is exceeded: send less at a time. */
    LIMIT(14),

    /** This library or this file format cannot do it. */
    UNSUPPORTED(15),

    /** A condition was not met, or somebody else was faster: read again and decide. */
    CONFLICT(20),

    /** Another process or the holder of a lock kept the file or the structure for too long: retry later. */
    BUSY(21),

    /** The call was interrupted: nothing of it was done. */
    INTERRUPTED(22),

    /** The database, or the handle, is closed. */
    CLOSED(23),

    /** The database is paused: resume it. */
    PAUSED(24),

    /** The database was opened read-only, or the file is. */
    READ_ONLY(25),

    /** The server refused the key. */
    DENIED(26),

    /** The server is out of reach. */
    UNAVAILABLE(27),

    /** The disk or the quota is full: make room and repeat. */
    FULL(30),

    /** The operating system failed a file operation: look at the path, the rights and the disk. */
    IO(31),

    /** The file is damaged or is no database: restore it from a backup. */
    CORRUPT(32),

    /** A fault of beaver itself: please report it. */
    INTERNAL(40),

    /** A fault was caught inside the library; close the database and open it again. */
    PANIC(41),
}

/**
 * Why a call failed: one subclass for each [kind], so that `catch (e: BeaverException.Conflict)` says what is meant.
 *
 * @property kind what a caller should do about it
 * @property operation the index of the operation or item that failed, where there are many
 * @property offset the byte at which invalid JSON was found
 * @property sqliteCode SQLite's extended result code, where SQLite reported the fault
 */
public sealed class BeaverException(
    public val kind: ErrorKind,
    message: String,
    public val operation: Int?,
    public val offset: Long?,
    public val sqliteCode: Int?,
    cause: Throwable?,
) : RuntimeException(message, cause) {
    internal class Detail(
        val message: String,
        val operation: Int? = null,
        val offset: Long? = null,
        val sqliteCode: Int? = null,
        val cause: Throwable? = null,
    )

    private constructor(kind: ErrorKind, detail: Detail) :
        this(kind, detail.message, detail.operation, detail.offset, detail.sqliteCode, detail.cause)

    /** The same, said of one of many operations. */
    internal fun at(operation: Long): BeaverException =
        of(kind, Detail(message.orEmpty(), this.operation ?: operation.toInt(), offset, sqliteCode, this))

    /** See [ErrorKind.NOT_FOUND]. */
    public class NotFound internal constructor(detail: Detail) : BeaverException(ErrorKind.NOT_FOUND, detail)

    /** See [ErrorKind.TIMEOUT]. */
    public class Timeout internal constructor(detail: Detail) : BeaverException(ErrorKind.TIMEOUT, detail)

    /** See [ErrorKind.INVALID_ARGUMENT]. */
    public class InvalidArgument internal constructor(detail: Detail) : BeaverException(ErrorKind.INVALID_ARGUMENT, detail)

    /** See [ErrorKind.INVALID_UTF8]. */
    public class InvalidUtf8 internal constructor(detail: Detail) : BeaverException(ErrorKind.INVALID_UTF8, detail)

    /** See [ErrorKind.INVALID_JSON]. */
    public class InvalidJson internal constructor(detail: Detail) : BeaverException(ErrorKind.INVALID_JSON, detail)

    /** See [ErrorKind.TYPE_MISMATCH]. */
    public class TypeMismatch internal constructor(detail: Detail) : BeaverException(ErrorKind.TYPE_MISMATCH, detail)

    /** See [ErrorKind.LIMIT]. */
    public class Limit internal constructor(detail: Detail) : BeaverException(ErrorKind.LIMIT, detail)

    /** See [ErrorKind.UNSUPPORTED]. */
    public class Unsupported internal constructor(detail: Detail) : BeaverException(ErrorKind.UNSUPPORTED, detail)

    /** See [ErrorKind.CONFLICT]. */
    public class Conflict internal constructor(detail: Detail) : BeaverException(ErrorKind.CONFLICT, detail)

    /** See [ErrorKind.BUSY]. */
    public class Busy internal constructor(detail: Detail) : BeaverException(ErrorKind.BUSY, detail)

    /** See [ErrorKind.INTERRUPTED]. */
    public class Interrupted internal constructor(detail: Detail) : BeaverException(ErrorKind.INTERRUPTED, detail)

    /** See [ErrorKind.CLOSED]. */
    public class Closed internal constructor(detail: Detail) : BeaverException(ErrorKind.CLOSED, detail)

    /** See [ErrorKind.PAUSED]. */
    public class Paused internal constructor(detail: Detail) : BeaverException(ErrorKind.PAUSED, detail)

    /** See [ErrorKind.READ_ONLY]. */
    public class ReadOnly internal constructor(detail: Detail) : BeaverException(ErrorKind.READ_ONLY, detail)

    /** See [ErrorKind.DENIED]. */
    public class Denied internal constructor(detail: Detail) : BeaverException(ErrorKind.DENIED, detail)

    /** See [ErrorKind.UNAVAILABLE]. */
    public class Unavailable internal constructor(detail: Detail) : BeaverException(ErrorKind.UNAVAILABLE, detail)

    /** See [ErrorKind.FULL]. */
    public class Full internal constructor(detail: Detail) : BeaverException(ErrorKind.FULL, detail)

    /** See [ErrorKind.IO]. */
    public class Io internal constructor(detail: Detail) : BeaverException(ErrorKind.IO, detail)

    /** See [ErrorKind.CORRUPT]. */
    public class Corrupt internal constructor(detail: Detail) : BeaverException(ErrorKind.CORRUPT, detail)

    /** See [ErrorKind.INTERNAL]. */
    public class Internal internal constructor(detail: Detail) : BeaverException(ErrorKind.INTERNAL, detail)

    /** See [ErrorKind.PANIC]. */
    public class Panic internal constructor(detail: Detail) : BeaverException(ErrorKind.PANIC, detail)

    internal companion object {
        fun of(kind: ErrorKind, detail: Detail): BeaverException = when (kind) {
            ErrorKind.NOT_FOUND -> NotFound(detail)
            ErrorKind.TIMEOUT -> Timeout(detail)
            ErrorKind.INVALID_ARGUMENT -> InvalidArgument(detail)
            ErrorKind.INVALID_UTF8 -> InvalidUtf8(detail)
            ErrorKind.INVALID_JSON -> InvalidJson(detail)
            ErrorKind.TYPE_MISMATCH -> TypeMismatch(detail)
            ErrorKind.LIMIT -> Limit(detail)
            ErrorKind.UNSUPPORTED -> Unsupported(detail)
            ErrorKind.CONFLICT -> Conflict(detail)
            ErrorKind.BUSY -> Busy(detail)
            ErrorKind.INTERRUPTED -> Interrupted(detail)
            ErrorKind.CLOSED -> Closed(detail)
            ErrorKind.PAUSED -> Paused(detail)
            ErrorKind.READ_ONLY -> ReadOnly(detail)
            ErrorKind.DENIED -> Denied(detail)
            ErrorKind.UNAVAILABLE -> Unavailable(detail)
            ErrorKind.FULL -> Full(detail)
            ErrorKind.IO -> Io(detail)
            ErrorKind.CORRUPT -> Corrupt(detail)
            ErrorKind.INTERNAL -> Internal(detail)
            ErrorKind.PANIC -> Panic(detail)
        }

        fun of(failure: Failure.Failed): BeaverException {
            val kind = ErrorKind.entries.firstOrNull { it.code == failure.code } ?: ErrorKind.INTERNAL
            val (operation, offset) = failure.operation?.toInt() to failure.offset?.toLong()
            return of(kind, Detail(failure.text, operation, offset, failure.sqliteCode, failure))
        }

        fun invalid(message: String, operation: Int? = null, cause: Throwable? = null): BeaverException =
            InvalidArgument(Detail(message, operation, cause = cause))

        fun closed(cause: Throwable? = null): BeaverException =
            Closed(Detail("the handle is closed: ask the database for another", cause = cause))
    }
}
