"""The database."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from . import _json, _library
from ._batch import Batch
from ._blob import Blobs
from ._callbacks import LogListener, Progress, with_progress
from ._channel import Channel
from ._codec import Codec
from ._collection import Collection
from ._dict import Dict
from ._errors import BeaverError, TypeMismatchError, UnsupportedError
from ._event import Callback, Dispatcher, EventHandle
from ._exit import close_at_exit
from ._feed import Events
from ._feed import event as as_event
from ._handle import Handle
from ._library import native
from ._list import List
from ._lock import Lock
from ._log import Log
from ._names import Names
from ._queue import Queue
from ._time import Seconds, milliseconds

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

T = TypeVar("T")
H = TypeVar("H", bound=Handle[Any])

_READ_CACHE_BYTES = 16 << 20


@dataclass(frozen=True)
class Structure:
    """A structure in `info()`."""

    kind: str
    name: str
    count: int


class Info(NamedTuple):
    """What a database holds."""

    path: str | None
    format: int
    structures: list[Structure]


class Verified(NamedTuple):
    """What `verify` found."""

    ok: bool
    problems: list[str]


class Repaired(NamedTuple):
    """What `repair` made anew, and what is left, which only a backup can mend."""

    rebuilt: list[str]
    problems: list[str]


class Stats(NamedTuple):
    """Sizes in bytes, connections that read, calls that wait, and what the read cache has answered."""

    file_bytes: int
    free_bytes: int
    wal_bytes: int
    readers: int
    waiters: int
    writers_waiting: int
    cache_hits: int
    cache_misses: int


class BeaverDB:
    """A database in one file, in memory with the path `:memory:`, or at a server with its URL (`http://host:port`). Any
    thread may use it and what it gives.

    `connection_timeout` is for how many seconds a call waits for other writers, and for who has acquired a structure.
    With `read_cache_bytes`, what was read is remembered for as long as nobody commits; `cache_timeout` above zero of
    BeaverDB 1.x asks for 16 MiB of that. `pragma_synchronous` is the durability `full`, `pragma_mmap_size` is
    `mmap_bytes`; the file is always in WAL mode, and where temporary data lies is not chosen. A server wants `key`, else
    that of the environment variable `BEAVER_KEY`, and is known by the certificates of the world, or those in `ca_file`.
    """

    def __init__(
        self,
        db_path: str | os.PathLike[str] = ":memory:",
        /,
        *,
        connection_timeout: Seconds = 30.0,
        cache_timeout: float = 0.0,
        pragma_wal: bool = True,
        pragma_synchronous: bool = False,
        pragma_temp_memory: bool = True,
        pragma_mmap_size: int | None = None,
        read_only: bool = False,
        create: bool = True,
        durability: str | None = None,
        cache_kib: int | None = None,
        mmap_bytes: int | None = None,
        low_memory: bool = False,
        read_cache_bytes: int | None = None,
        portable_watch: bool = False,
        key: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
    ) -> None:
        if not pragma_wal:
            raise UnsupportedError("a database without a write-ahead log is not supported: leave pragma_wal out")
        if read_cache_bytes is None and cache_timeout > 0:
            read_cache_bytes = _READ_CACHE_BYTES
        options = _json.options(
            read_only=read_only,
            create=create,
            durability=("full" if pragma_synchronous else None) if durability is None else durability,
            busy_timeout_ms=milliseconds(connection_timeout),
            cache_kib=cache_kib,
            mmap_bytes=pragma_mmap_size if mmap_bytes is None else mmap_bytes,
            low_memory=low_memory,
            read_cache_bytes=read_cache_bytes,
            portable_watch=portable_watch,
            key=key,
            ca_file=None if ca_file is None else os.fspath(ca_file),
        )
        path = os.fspath(db_path)
        self._native = native.Database.open(path.decode() if isinstance(path, bytes) else path, options)
        self._handles: dict[tuple[type[Any], str, Any], Any] = {}
        self._lock = threading.Lock()
        self._dispatcher = Dispatcher()
        self._closed = False
        close_at_exit(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{' closed' if self._closed else ''}>"

    # Life

    def close(self) -> None:
        """Closes it: whoever waits, and each later call, fails with a ClosedError. Twice is no error."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._handles.clear()
        self._dispatcher.stop()
        self._native.set_log(None)
        self._native.shutdown()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # Whoever let it go without closing has nothing to be called for any more.
        dispatcher = getattr(self, "_dispatcher", None)
        if dispatcher is not None:
            dispatcher.stop()

    def _forked(self) -> None:
        self._lock = threading.Lock()
        self._dispatcher.forked()

    def pause(self) -> None:
        """Lets go of the file: until `resume`, calls fail with a PausedError."""
        self._dispatcher.pause(True)
        try:
            self._native.pause()
        except BeaverError:
            self._dispatcher.pause(False)
            raise

    def resume(self) -> None:
        """Takes the file again."""
        self._native.resume()
        self._dispatcher.pause(False)

    def interrupt(self) -> None:
        """Ends what other threads are doing right now, with a CallInterruptedError."""
        self._native.interrupt()

    # Structures

    def _handle(self, kind: type[H], factory: Callable[[str], Any], name: str, model: Any) -> H:
        found = self._handles.get((kind, name, model))
        if found is None:
            handle = kind(self, factory(name), name, Codec(model))
            with self._lock:
                # Somebody may have been faster; of a closed database nothing is kept.
                found = handle if self._closed else self._handles.setdefault((kind, name, model), handle)
        handle_: H = found
        return handle_

    @overload
    def dict(self, name: str, model: None = None, secret: str | None = None) -> Dict[Any]: ...
    @overload
    def dict(self, name: str, model: type[T], secret: str | None = None) -> Dict[T]: ...
    def dict(self, name: str, model: Any = None, secret: str | None = None) -> Dict[Any]:
        """The dict of a name."""
        if secret is not None:
            raise UnsupportedError("encrypted dicts are not supported by this version: leave secret out")
        return self._handle(Dict, self._native.dict, name, model)

    @overload
    def list(self, name: str, model: None = None) -> List[Any]: ...
    @overload
    def list(self, name: str, model: type[T]) -> List[T]: ...
    def list(self, name: str, model: Any = None) -> List[Any]:
        """The list of a name."""
        return self._handle(List, self._native.list, name, model)

    @overload
    def queue(self, name: str, model: None = None) -> Queue[Any]: ...
    @overload
    def queue(self, name: str, model: type[T]) -> Queue[T]: ...
    def queue(self, name: str, model: Any = None) -> Queue[Any]:
        """The priority queue of a name."""
        return self._handle(Queue, self._native.queue, name, model)

    @overload
    def blob(self, name: str, model: None = None) -> Blobs[Any]: ...
    @overload
    def blob(self, name: str, model: type[T]) -> Blobs[T]: ...
    def blob(self, name: str, model: Any = None) -> Blobs[Any]:
        """The store of blobs of a name; the model is that of their metadata."""
        return self._handle(Blobs, self._native.blobs, name, model)

    @overload
    def log(self, name: str, model: None = None) -> Log[Any]: ...
    @overload
    def log(self, name: str, model: type[T]) -> Log[T]: ...
    def log(self, name: str, model: Any = None) -> Log[Any]:
        """The log of a name."""
        return self._handle(Log, self._native.log, name, model)

    @overload
    def channel(self, name: str, model: None = None) -> Channel[Any]: ...
    @overload
    def channel(self, name: str, model: type[T]) -> Channel[T]: ...
    def channel(self, name: str, model: Any = None) -> Channel[Any]:
        """The channel of a name."""
        return self._handle(Channel, self._native.channel, name, model)

    @overload
    def collection(self, name: str, model: None = None) -> Collection[Any]: ...
    @overload
    def collection(self, name: str, model: type[T]) -> Collection[T]: ...
    def collection(self, name: str, model: Any = None) -> Collection[Any]:
        """The collection of a name; the model is that of the bodies of its documents."""
        return self._handle(Collection, self._native.collection, name, model)

    def lock(
        self,
        name: str,
        timeout: Seconds | None = None,
        lock_ttl: Seconds | None = None,
        poll_interval: Seconds | None = None,
    ) -> Lock:
        """A lock of a name: each call gives another owner. `timeout` and `lock_ttl` are what its `acquire` takes if
        nothing else is said. Nothing is polled: `poll_interval` is taken for programs of BeaverDB 1.x."""
        return Lock(self, name, timeout, lock_ttl)

    def sketch(self, name: str, *_: object, **__: object) -> Any:
        """Sketches of BeaverDB 1.x are not there yet."""
        raise UnsupportedError(f"sketches are not supported by this version: {name!r} stays as it is in the file")

    # Names: a list of those that are there, and the factory under another word

    @property
    def dicts(self) -> Names[Dict[Any]]:
        """The names of all dicts; called with a name, the same as `dict`."""
        return Names(self._native.names("dict"), self.dict)

    @property
    def lists(self) -> Names[List[Any]]:
        """The names of all lists; called with a name, the same as `list`."""
        return Names(self._native.names("list"), self.list)

    @property
    def queues(self) -> Names[Queue[Any]]:
        """The names of all queues; called with a name, the same as `queue`."""
        return Names(self._native.names("queue"), self.queue)

    @property
    def blobs(self) -> Names[Blobs[Any]]:
        """The names of all stores of blobs; called with a name, the same as `blob`."""
        return Names(self._native.names("blob"), self.blob)

    @property
    def logs(self) -> Names[Log[Any]]:
        """The names of all logs; called with a name, the same as `log`."""
        return Names(self._native.names("log"), self.log)

    @property
    def channels(self) -> Names[Channel[Any]]:
        """The names of all channels; called with a name, the same as `channel`."""
        return Names(self._native.names("channel"), self.channel)

    @property
    def collections(self) -> Names[Collection[Any]]:
        """The names of all collections; called with a name, the same as `collection`."""
        return Names(self._native.names("collection"), self.collection)

    @property
    def locks(self) -> Names[Lock]:
        """The names of all locks that are held; called with a name, the same as `lock`."""
        return Names(self._native.names("lock"), self.lock)

    # Batches and events

    def batch(self, *, durable: bool | None = None) -> Batch:
        """Changes that are made together. `durable` asks for more durability than the database has, or less."""
        return Batch(self._native.batch(), durable)

    def on(self, topic: str, event: str, callback: Callback) -> EventHandle:
        """Calls `callback` with the payload of each such event: of a structure (`dict:app_config`), or of a topic that
        `emit` tells of. `*` stands for all events of a topic."""
        return self._dispatcher.add(topic, event, callback, lambda: self._native.on(topic, event))

    def events(self, topic: str, event: str) -> Events:
        """The same to be pulled: what happens from now on."""
        return Events(self._native.on(topic, event), as_event)

    def off(self, topic: str, event: str, callback: Callback) -> None:
        """Ends what `on` of the same arguments began, if it did."""
        handle = self._dispatcher.find(topic, event, callback)
        if handle is not None:
            handle.off()

    def emit(self, topic: str, event: str, payload: Any = MappingProxyType({})) -> bool:
        """Tells an event to whoever listens, in any process; False if nobody does. The payload is `{}`, or what is
        given."""
        payload = {} if isinstance(payload, MappingProxyType) else payload
        return bool(self._native.emit(topic, event, _json.encode(payload)))

    # The whole

    @property
    def version(self) -> str:
        """The version of the library."""
        return _library.version

    def info(self) -> Info:
        """What the database holds."""
        info = _json.decode(self._native.info())
        return Info(info["path"], info["format"], [Structure(**structure) for structure in info["structures"]])

    def stats(self) -> Stats:
        """The numbers of the database."""
        return Stats(**_json.decode(self._native.stats()))

    def verify(self) -> Verified:
        """Checks the whole file."""
        return Verified(**_json.decode(self._native.verify()))

    def repair(self, *, progress: Progress | None = None) -> Repaired:
        """Makes everything anew that is derived from documents, and verifies."""
        return Repaired(**_json.decode(with_progress(self._native.repair, progress=progress)))

    def vacuum(self) -> None:
        """Makes the file as small as it can be. Nobody else may have it open."""
        self._native.vacuum()

    def checkpoint(self) -> None:
        """Moves what is in the write-ahead log into the file."""
        self._native.checkpoint()

    def backup(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> None:
        """Copies the database into a new file, as of one moment, while others go on."""
        with_progress(self._native.backup, os.fspath(path), progress=progress)

    @staticmethod
    def restore(
        backup: str | os.PathLike[str], path: str | os.PathLike[str], *, progress: Progress | None = None
    ) -> None:
        """Makes a database of a backup, which is checked first. Nobody may have a file at the path open."""
        with_progress(native.restore, os.fspath(backup), os.fspath(path), progress=progress)

    def set_log(self, logger: logging.Logger | None) -> None:
        """Sends diagnostics to a logger from now on; None ends it."""
        if logger is not None and not isinstance(logger, logging.Logger):
            raise TypeMismatchError(f"a logging.Logger is needed, not {type(logger).__name__}")
        self._native.set_log(None if logger is None else LogListener(logger))
