"""What the handles of all structures have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from . import _json
from ._callbacks import DumpSink, LoadSource
from ._codec import Codec
from ._errors import TypeMismatchError, WaitTimeoutError
from ._feed import Events
from ._feed import event as as_event
from ._time import Seconds, milliseconds, seconds
from ._wait import Waiting, wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._database import BeaverDB
    from ._event import EventHandle

T = TypeVar("T")
H = TypeVar("H", bound="Handle[Any]")

LOCK_TTL = 60.0
"""For how many seconds a structure or lock is held, if nothing else is said."""


class Handle(Generic[T]):
    """A structure of a database. The same name gives the same handle; any thread may use it."""

    kind: ClassVar[str]
    """What the structure is, in topics of events and in `db.info()`."""

    def __init__(self, db: BeaverDB, native: Any, name: str, codec: Codec[T]) -> None:
        self._db = db
        self._native = native
        self._name = name
        self._codec = codec
        # What threads have acquired by this handle, the newest last.
        self._held: dict[threading.Thread, list[Any]] = {}
        # The handle by which this one was acquired.
        self._origin: Handle[T] | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._name!r})"

    @property
    def name(self) -> str:
        """What the structure is called."""
        return self._name

    def _writer(self) -> Any:
        """The native handle for changes: the one that passes the lock, in a thread that has acquired the structure."""
        if self._held:
            held = self._held.get(threading.current_thread())
            if held:
                return held[-1]
        return self._native

    # Acquiring

    def acquire(
        self,
        timeout: Seconds | None = None,
        lock_ttl: Seconds | None = None,
        poll_interval: Seconds | None = None,
        block: bool = True,
    ) -> Acquired[Self]:
        """Waits until the structure belongs to this thread alone. Until it is released, changes and takes by anybody
        else, in any process, wait; reads do not.

        The result is true if it was acquired. As a context manager it gives a handle that any thread may use as the
        owner, raises TimeoutError if the time ran out, and releases at the end.

        `lock_ttl` is for how long it is held if nobody releases or renews it: 60 seconds. Nothing is polled:
        `poll_interval` is taken for programs of BeaverDB 1.x.
        """
        owned = wait(self._acquiring(lock_ttl), milliseconds(timeout) if block else 0, lambda owned: owned.release())
        if owned is not None:
            self._held.setdefault(threading.current_thread(), []).append(owned)
        return Acquired(self, owned)

    def _acquiring(self, lock_ttl: Seconds | None) -> Waiting[Any]:
        ttl = seconds(LOCK_TTL if lock_ttl is None else lock_ttl, "lock_ttl")
        native = self._writer()
        return lambda timeout_ms, cancel: native.acquire(timeout_ms, ttl, cancel)

    def release(self) -> bool:
        """Gives an acquired structure back; False if it was not acquired, or not any more."""
        # What another thread has acquired can be released too: where a pool does the work, threads change.
        held = self._held.get(threading.current_thread()) or next(filter(None, list(self._held.values())), None)
        if held:
            return self._release(held[-1])
        return False if self._origin is None else self._origin._release(self._native)

    def _release(self, owned: Any) -> bool:
        for thread, held in list(self._held.items()):
            if owned in held:
                held.remove(owned)
                if not held:
                    self._held.pop(thread, None)
        return bool(owned.release())

    def renew(self, lock_ttl: Seconds | None = None) -> bool:
        """Keeps an acquired structure for that long from now on; False if it was not acquired, or not any more."""
        return bool(self._writer().renew(seconds(LOCK_TTL if lock_ttl is None else lock_ttl, "lock_ttl")))

    @property
    def locked(self) -> bool:
        """Whether anybody has acquired the structure."""
        return bool(self._native.locked())

    def __enter__(self) -> Self:
        if not self.acquire():
            raise not_acquired(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def _owned_by(self, owned: Any) -> Self:
        """The same handle, for the owner of what was acquired."""
        handle: Self = object.__new__(type(self))
        handle.__dict__.update(self.__dict__)
        handle._native = owned
        handle._held = {}
        handle._origin = self
        handle._bound()
        return handle

    def _bound(self) -> None:
        """Renews what a kind of structure keeps beside its native handle."""

    # Events, dumps

    def on(self, event: str, callback: Callable[[Any], object]) -> EventHandle:
        """Calls `callback` with the payload of each such event of the structure, by whichever process it was caused;
        `*` stands for all events. The callbacks of a database are called one after the other, in a thread of its own,
        until `off()` of what is returned.
        """
        topic = f"{self.kind}:{self._name}"
        return self._db._dispatcher.add(topic, event, callback, lambda: self._native.on(event))

    def events(self, event: str) -> Events:
        """The same to be pulled: what happens from now on."""
        return Events(self._native.on(event), as_event)

    def dump(self, fp: IO[Any] | None = None, *, format: str = "json") -> Any:
        """Everything in the structure, as of one moment: as an object, or as text into a stream of text or bytes.

        `format` is `json`, or `jsonl` for a line for each item; without a stream, that gives a list of the lines.
        """
        options = _json.options(format=format)
        if fp is not None:
            sink = DumpSink(fp)
            sink.during(self._native.dump_to, sink, options)
            return None
        text = self._native.dump(options).decode()
        return _json.decode(text) if format == "json" else [_json.decode(line) for line in text.split("\n") if line]

    def load(self, source: Any, *, mode: str = "replace") -> int:
        """Takes in what `dump` gave, of any form, also of BeaverDB 1.x: the object, the lines, text, bytes, or a
        stream. It replaces what is there, or is appended with the mode `append`. All of it is loaded, or nothing.
        Returns how many items.
        """
        options = _json.options(mode=mode)
        native = self._writer()
        if isinstance(source, dict):
            source = _json.encode(source)
        elif isinstance(source, list):
            source = "\n".join(map(_json.encode, source))
        if isinstance(source, str):
            _json.check_surrogates(source)
            source = source.encode()
        if isinstance(source, (bytes, bytearray, memoryview)):
            return int(native.load(bytes(source), options))
        if not hasattr(source, "read"):
            raise TypeMismatchError(f"a dump is an object, text, bytes or a stream, not {type(source).__name__}")
        stream = LoadSource(source)
        return int(stream.during(native.load_from, stream, options))

    def clear(self) -> int:
        """Removes everything in the structure; returns how many items."""
        return int(self._writer().clear())

    def __len__(self) -> int:
        return int(self._native.len())


class Acquired(Generic[H]):
    """What `acquire` gives: true if it was acquired, and a context manager that releases it at the end."""

    __slots__ = ("_handle", "_owned")

    def __init__(self, handle: H, owned: Any) -> None:
        self._handle = handle
        self._owned = owned

    def __bool__(self) -> bool:
        return self._owned is not None

    def __repr__(self) -> str:
        return f"<{'acquired' if self else 'not acquired'}: {self._handle!r}>"

    def __enter__(self) -> H:
        if self._owned is None:
            raise not_acquired(self._handle.name)
        return self._handle._owned_by(self._owned)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._owned is not None:
            self._handle._release(self._owned)


def not_acquired(name: str) -> WaitTimeoutError:
    """The error of who enters without having acquired."""
    return WaitTimeoutError(f"{name!r} could not be acquired in the time given")


__all__ = ["LOCK_TTL", "Acquired", "Handle", "not_acquired"]
