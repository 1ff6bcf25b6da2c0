"""Functions and streams of the caller that the library calls. What they raise comes out of the call, unchanged."""

from __future__ import annotations

import codecs
import io
import logging
from collections.abc import Callable
from typing import IO, Any, Generic, TypeVar, cast

from ._errors import BeaverError
from ._library import native

R = TypeVar("R")

Progress = Callable[[int, int], object]
"""Is told how much is done and of how much, which may grow; when it returns False, the call ends with an error."""

_log = logging.getLogger("beaver")


class _Caught(Generic[R]):
    """Keeps what the function raised: an exception cannot pass through the library."""

    def __init__(self) -> None:
        self.raised: BaseException | None = None

    def during(self, call: Callable[..., R], *arguments: object) -> R:
        """Makes a call that calls back, and raises what was raised meanwhile."""
        result: Any = None
        try:
            result = call(*arguments)
        except BeaverError:
            if self.raised is None:
                raise
        if self.raised is not None:
            try:
                raise self.raised
            finally:
                self.raised = None  # its traceback holds this frame
        return cast(R, result)


class ProgressListener(native.ProgressListener, _Caught[Any]):  # type: ignore[misc]
    """A function that is told of progress."""

    def __init__(self, function: Progress) -> None:
        super().__init__()
        self._function = function

    def step(self, done: int, total: int) -> bool:
        try:
            return self._function(done, total) is not False
        except BaseException as e:
            self.raised = e
            return False


def with_progress(call: Callable[..., R], *arguments: object, progress: Progress | None) -> R:
    """Makes a call whose last argument is a listener."""
    if progress is None:
        return call(*arguments, None)
    listener = ProgressListener(progress)
    result: R = listener.during(call, *arguments, listener)
    return result


class DumpSink(native.DumpSink, _Caught[Any]):  # type: ignore[misc]
    """A stream that a dump is written to: of text, or of bytes."""

    def __init__(self, stream: IO[Any]) -> None:
        super().__init__()
        self._stream = stream
        self._binary = isinstance(stream, (io.RawIOBase, io.BufferedIOBase))
        # A piece may end in the middle of a character.
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def write(self, data: bytes) -> bool:
        try:
            self._stream.write(data if self._binary else self._decoder.decode(data))
        except BaseException as e:
            self.raised = e
            return False
        return True


class LoadSource(native.LoadSource, _Caught[Any]):  # type: ignore[misc]
    """A stream that a dump is read from: of text, or of bytes."""

    def __init__(self, stream: IO[Any]) -> None:
        super().__init__()
        self._stream = stream
        self._rest = b""

    def read(self, most: int) -> bytes:
        try:
            if not self._rest:
                piece = self._stream.read(most)
                self._rest = piece.encode() if isinstance(piece, str) else bytes(piece)
        except BaseException as e:
            self.raised = e
            # An empty piece would be the end of the dump: only an error makes the library undo what it has loaded.
            raise RuntimeError("the stream failed") from None
        piece, self._rest = self._rest[:most], self._rest[most:]
        return piece


_LEVELS = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}


class LogListener(native.LogListener):  # type: ignore[misc]
    """Passes diagnostics of the library on to a logger."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def log(self, level: int, target: str, text: str) -> None:
        try:
            self._logger.log(_LEVELS.get(level, logging.DEBUG), "%s: %s", target, text)
        except BaseException:
            # It is called from whatever thread: there is nobody else to tell.
            _log.exception("a diagnostic could not be logged")
