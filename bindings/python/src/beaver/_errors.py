"""The errors: one class for each kind, under one base, each also the built-in exception that fits."""

from __future__ import annotations

from typing import ClassVar


class BeaverError(Exception):
    """The base of all errors of beaver.

    `kind` and `code` say what to do and never change; `message` is a line for people. `operation` is the index of the
    item or operation that failed, where a call has many; `offset` the byte at which text was found to be wrong;
    `sqlite_code` SQLite's extended result code, where it reported the fault.
    """

    kind: ClassVar[str] = "INTERNAL"
    code: ClassVar[int] = 40

    def __init__(
        self,
        message: str,
        *,
        operation: int | None = None,
        offset: int | None = None,
        sqlite_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.offset = offset
        self.sqlite_code = sqlite_code

    def __str__(self) -> str:
        # KeyError would show the message in quotes, OSError looks for a number in it.
        return self.message


class NotFoundError(BeaverError, LookupError):
    """What the call needs is not there."""

    kind, code = "NOT_FOUND", 1


class MissingKeyError(NotFoundError, KeyError):
    """There is no such key."""


class MissingIndexError(NotFoundError, IndexError):
    """There is nothing at this index, or nothing at all."""


class WaitTimeoutError(BeaverError, TimeoutError):
    """The time given to the call ran out."""

    kind, code = "TIMEOUT", 2


class InvalidArgumentError(BeaverError, ValueError):
    """An argument is wrong: mend the call."""

    kind, code = "INVALID_ARGUMENT", 10


class InvalidUtf8Error(BeaverError, ValueError):
    """Text holds half of a surrogate pair, which UTF-8 has no form for."""

    kind, code = "INVALID_UTF8", 11


class InvalidJsonError(BeaverError, ValueError):
    """A value has no form in JSON, such as NaN, or text is not JSON."""

    kind, code = "INVALID_JSON", 12


class TypeMismatchError(BeaverError, TypeError):
    """A stored or given value is of another type than the call or the model needs."""

    kind, code = "TYPE_MISMATCH", 13


class LimitError(BeaverError, ValueError):
    """A documented limit is exceeded: send less at a time."""

    kind, code = "LIMIT", 14


class UnsupportedError(BeaverError, NotImplementedError):
    """This version cannot do it."""

    kind, code = "UNSUPPORTED", 15


class ConflictError(BeaverError, RuntimeError):
    """A condition was not met, or somebody else was faster: read again and decide."""

    kind, code = "CONFLICT", 20


class BusyError(BeaverError, TimeoutError):
    """Another process or the holder of a structure kept it for too long: retry later."""

    kind, code = "BUSY", 21


class CallInterruptedError(BeaverError, InterruptedError):
    """The call was interrupted: nothing of it was done."""

    kind, code = "INTERRUPTED", 22


class ClosedError(BeaverError, ConnectionError):
    """The database, the subscription or the view is closed."""

    kind, code = "CLOSED", 23


class PausedError(BeaverError, ConnectionError):
    """The database is paused: resume it."""

    kind, code = "PAUSED", 24


class ReadOnlyError(BeaverError, PermissionError):
    """The database was opened read-only, or the file is."""

    kind, code = "READ_ONLY", 25


class DeniedError(BeaverError, PermissionError):
    """The server refused the key."""

    kind, code = "DENIED", 26


class UnavailableError(BeaverError, ConnectionError):
    """The server is out of reach."""

    kind, code = "UNAVAILABLE", 27


class FullError(BeaverError, OSError):
    """The disk or the quota is full: make room and repeat."""

    kind, code = "FULL", 30


class StorageError(BeaverError, OSError):
    """The operating system failed a file operation: look at the path, the rights and the disk."""

    kind, code = "IO", 31


class CorruptError(BeaverError):
    """The file is damaged or is no database: restore it from a backup."""

    kind, code = "CORRUPT", 32


class InternalError(BeaverError, RuntimeError):
    """A fault of beaver itself: please report it."""

    kind, code = "INTERNAL", 40


class PanicError(BeaverError, RuntimeError):
    """A fault of the library was caught; the database has to be closed."""

    kind, code = "PANIC", 41


_KINDS: dict[int, type[BeaverError]] = {
    error.code: error
    for error in (
        NotFoundError,
        WaitTimeoutError,
        InvalidArgumentError,
        InvalidUtf8Error,
        InvalidJsonError,
        TypeMismatchError,
        LimitError,
        UnsupportedError,
        ConflictError,
        BusyError,
        CallInterruptedError,
        ClosedError,
        PausedError,
        ReadOnlyError,
        DeniedError,
        UnavailableError,
        FullError,
        StorageError,
        CorruptError,
        InternalError,
        PanicError,
    )
}


def of_code(
    code: int, message: str, operation: int | None = None, offset: int | None = None, sqlite_code: int | None = None
) -> BeaverError:
    """The error of a kind that the library reported."""
    return _KINDS.get(code, InternalError)(message, operation=operation, offset=offset, sqlite_code=sqlite_code)


def timed_out() -> WaitTimeoutError:
    """The error of a wait for which there is no other answer."""
    return WaitTimeoutError("the time given to the call ran out")
