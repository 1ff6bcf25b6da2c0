"""Locks between processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._feed import Events
from ._feed import event as as_event
from ._handle import LOCK_TTL, not_acquired
from ._time import Seconds, milliseconds, seconds
from ._wait import Waiting, wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._aio import AsyncLock
    from ._database import BeaverDB
    from ._event import EventHandle


class Lock:
    """A lock with a name, which keeps apart those who ask for it: threads, and processes. First come, first served.

    Each thread that uses the object is an owner. An owner may acquire again, and then releases as often. The lock ends
    with its time to live, so that a process that died does not hold it for ever.
    """

    def __init__(self, db: BeaverDB, name: str, timeout: Seconds | None, lock_ttl: Seconds | None) -> None:
        self._db = db
        self._name = name
        self._timeout = timeout
        self._lock_ttl: Seconds = LOCK_TTL if lock_ttl is None else lock_ttl
        self._native = db._native.lock(name)
        # The owners, by their threads.
        self._owners: dict[threading.Thread, Any] = {}

    def __repr__(self) -> str:
        return f"Lock(name={self._name!r})"

    @property
    def name(self) -> str:
        """What the lock is called."""
        return self._name

    def acquire(
        self,
        timeout: Seconds | None = None,
        lock_ttl: Seconds | None = None,
        poll_interval: Seconds | None = None,
        block: bool = True,
    ) -> AcquiredLock:
        """Waits for the lock. The result is true if it was acquired, and a context manager that releases it.

        What is not given is as `db.lock` was told. Nothing is polled: `poll_interval` is taken for programs of
        BeaverDB 1.x.
        """
        thread = threading.current_thread()
        owner = self._owners.get(thread)
        if owner is None:
            owner = self._new_owner()
        timeout_ms = milliseconds(self._timeout if timeout is None else timeout) if block else 0
        if not wait(self._acquiring(owner, lock_ttl), timeout_ms, lambda _: owner.release()):
            return AcquiredLock(self, None)
        self._owners[thread] = owner
        return AcquiredLock(self, owner)

    def _new_owner(self) -> Any:
        return self._db._native.lock(self._name)

    def _acquiring(self, owner: Any, lock_ttl: Seconds | None) -> Waiting[bool]:
        ttl = seconds(self._lock_ttl if lock_ttl is None else lock_ttl, "lock_ttl")
        return lambda timeout_ms, cancel: owner.acquire(timeout_ms, ttl, cancel) or None

    def release(self) -> bool:
        """Gives the lock back; False if it was not held, or not any more."""
        owner = self._owner()
        return owner is not None and self._release(owner)

    def _release(self, owner: Any) -> bool:
        released = bool(owner.release())
        if not owner.held():
            for thread, other in list(self._owners.items()):
                if other is owner:
                    self._owners.pop(thread, None)
        return released

    def _owner(self) -> Any:
        """The owner that this thread is; or another one: where a pool does the work, threads change."""
        return self._owners.get(threading.current_thread()) or next(iter(list(self._owners.values())), None)

    def renew(self, lock_ttl: Seconds | None = None) -> bool:
        """Keeps the lock for that long from now on; False if it was not held, or not any more."""
        owner = self._owner()
        return owner is not None and self._renew(owner, lock_ttl)

    def _renew(self, owner: Any, lock_ttl: Seconds | None) -> bool:
        return bool(owner.renew(seconds(self._lock_ttl if lock_ttl is None else lock_ttl, "lock_ttl")))

    @property
    def held(self) -> bool:
        """Whether this object holds the lock: by this thread, or else by another."""
        owner = self._owner()
        return owner is not None and bool(owner.held())

    @property
    def locked(self) -> bool:
        """Whether anybody holds the lock."""
        return bool(self._native.locked())

    def clear(self) -> bool:
        """Takes the lock from everybody who holds it or waits for it, for repairs; False if nobody did."""
        return bool(self._native.clear())

    def on(self, event: str, callback: Callable[[Any], object]) -> EventHandle:
        """As `on` of a structure; the events are `acquire`, `release` and `clear`."""
        topic = f"lock:{self._name}"
        return self._db._dispatcher.add(topic, event, callback, lambda: self._native.on(event))

    def events(self, event: str) -> Events:
        """The same to be pulled: what happens from now on."""
        return Events(self._native.on(event), as_event)

    def __enter__(self) -> Self:
        if not self.acquire():
            raise not_acquired(self._name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def as_async(self) -> AsyncLock:
        """The same lock for asyncio."""
        from ._aio import AsyncLock

        return AsyncLock(self)


class AcquiredLock:
    """What `acquire` gives: true if the lock was acquired, and a context manager that releases it at the end."""

    __slots__ = ("_lock", "_owner")

    def __init__(self, lock: Lock, owner: Any) -> None:
        self._lock = lock
        self._owner = owner

    def __bool__(self) -> bool:
        return self._owner is not None

    def __repr__(self) -> str:
        return f"<{'acquired' if self else 'not acquired'}: {self._lock!r}>"

    def __enter__(self) -> Lock:
        if self._owner is None:
            raise not_acquired(self._lock.name)
        return self._lock

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._owner is not None:
            self._lock._release(self._owner)
