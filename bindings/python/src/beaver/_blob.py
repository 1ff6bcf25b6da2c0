"""Blobs: bytes by key, with metadata beside them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ._errors import InvalidArgumentError, LimitError, MissingKeyError, TypeMismatchError
from ._handle import Handle
from ._pages import Pages

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._aio import AsyncBlobs

T = TypeVar("T")

_LARGEST = 1_000_000_000
_PIECE = 1 << 20


class Blob(NamedTuple, Generic[T]):
    """A blob: its key, its bytes, and what was stored beside them."""

    key: str
    data: bytes
    metadata: T | None


class BlobStat(NamedTuple, Generic[T]):
    """A blob without its bytes: their number, and what was stored beside them."""

    size: int
    metadata: T | None


class Blobs(Handle[T]):
    """Bytes by key, each with metadata of JSON."""

    kind = "blob"

    def put(self, key: str, data: Any, metadata: T | None = None) -> None:
        """Stores a blob, in the place of one that has the key. `data` is bytes, or what has them."""
        self._writer().put(key, as_bytes(data), self._metadata_text(metadata))

    def _metadata_text(self, metadata: T | None) -> str | None:
        return None if metadata is None else self._codec.dumps(metadata)

    def _metadata(self, text: str | None) -> T | None:
        return None if text is None else self._codec.loads(text)

    def get(self, key: str) -> Blob[T] | None:
        """The blob of a key; None if there is none."""
        blob = self._native.get(key)
        return None if blob is None else Blob(key, blob.data, self._metadata(blob.metadata))

    def __getitem__(self, key: str) -> Blob[T]:
        blob = self.get(key)
        if blob is None:
            raise self._missing()
        return blob

    def stat(self, key: str) -> BlobStat[T] | None:
        """The size and the metadata of a blob, without reading it; None if there is none."""
        stat = self._native.stat(key)
        return None if stat is None else BlobStat(stat.len, self._metadata(stat.metadata))

    def delete(self, key: str) -> None:
        """Removes a blob; KeyError if there is none."""
        if not self._writer().delete(key):
            raise self._missing()

    __delitem__ = delete

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and bool(self._native.contains(key))

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def keys(self) -> Pages[str]:
        """An iterator over the keys, in their order."""
        return Pages(self._native.keys(), str)

    def writer(self, key: str, metadata: T | None = None) -> BlobWriter:
        """A stream that writes a blob piece by piece: nobody sees it before it is closed. Left by an exception, a
        `with` gives it up."""
        return BlobWriter(self._writer().writer(key, self._metadata_text(metadata)))

    def reader(self, key: str) -> BlobReader:
        """A stream that reads a blob as it is now, even if it is replaced meanwhile; KeyError if there is none."""
        native = self._native.reader(key)
        if native is None:
            raise self._missing()
        return BlobReader(native)

    def as_async(self) -> AsyncBlobs[T]:
        """The same blobs for asyncio."""
        from ._aio import AsyncBlobs

        return AsyncBlobs(self)

    def _missing(self) -> MissingKeyError:
        return MissingKeyError(f"the blob store {self._name!r} has no such key")


class BlobWriter(io.RawIOBase):
    """Writes a blob piece by piece. It is there once the stream is closed, and never after `abort`."""

    def __init__(self, native: Any) -> None:
        super().__init__()
        self._native = native

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Adds bytes, all of them."""
        piece = as_bytes(data)
        self._open().write(piece)
        return len(piece)

    def finish(self) -> None:
        """Makes the blob be there. `close` does it too."""
        native = self._open()
        self._native = None
        native.finish()

    def abort(self) -> None:
        """Gives it up: nothing is stored."""
        native = self._open()
        self._native = None
        native.abort()

    def _open(self) -> Any:
        if self._native is None:
            raise InvalidArgumentError("the writer was finished or given up: make a new one")
        return self._native

    def close(self) -> None:
        try:
            if self._native is not None:
                self.finish()
        finally:
            super().close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None and self._native is not None:
            self.abort()
        super().__exit__(kind, error, traceback)

    def __enter__(self) -> Self:
        return self

    def __del__(self) -> None:
        # The base class would close it here, and so store what nobody has finished.
        self._native = None


class BlobReader(io.RawIOBase):
    """Reads a blob piece by piece, from the beginning to the end."""

    def __init__(self, native: Any) -> None:
        super().__init__()
        self._native = native

    @property
    def size(self) -> int:
        """How many bytes the blob has."""
        return int(self._reader().len())

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._reader().read(min(len(view), 2**32 - 1)) if len(view) else b""
        view[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        pieces = iter(lambda: self._reader().read(_PIECE), b"")
        return b"".join(pieces)

    def _reader(self) -> Any:
        if self._native is None:
            raise InvalidArgumentError("the reader is closed")
        return self._native

    def close(self) -> None:
        self._native = None
        super().close()

    def __enter__(self) -> Self:
        return self


def as_bytes(data: object) -> bytes:
    """The bytes of what was given as such."""
    if isinstance(data, bytes):
        found = data
    elif isinstance(data, (int, str)):
        raise TypeMismatchError(f"bytes are needed, not {type(data).__name__}")
    else:
        try:
            found = memoryview(data).tobytes()  # type: ignore[arg-type]
        except TypeError:
            raise TypeMismatchError(f"bytes are needed, not {type(data).__name__}") from None
    if len(found) > _LARGEST:
        raise LimitError(f"a blob has {len(found)} bytes, at most {_LARGEST} are allowed")
    return found
