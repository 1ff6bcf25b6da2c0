"""Logs, live views, channels and locks for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .._channel import Channel, Retention
from .._errors import ClosedError, timed_out
from .._feed import Message
from .._handle import not_acquired
from .._live import LiveView
from .._lock import Lock
from .._log import Log, LogEntry
from .._time import Seconds, Time, Timestamp, milliseconds
from .._wait import Waiting
from ._feed import AsyncEvents, AsyncSubscriber
from ._handle import AsyncHandle
from ._run import AsyncPages, run, wait

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")
R = TypeVar("R")


class AsyncLog(AsyncHandle[Log[T]], Generic[T]):
    """A log for asyncio."""

    async def log(self, data: T, timestamp: Time | None = None) -> Timestamp:
        """Appends an entry; returns the time that it got."""
        return await run(self._handle.log, data, timestamp)

    append = log

    async def append_many(self, data: Iterable[T], timestamps: Iterable[Time] | None = None) -> list[Timestamp]:
        """Appends many entries in one commit; returns their times."""
        return await run(self._handle.append_many, data, timestamps)

    async def range(
        self,
        start: Time | None = None,
        end: Time | None = None,
        *,
        limit: int | None = None,
        reverse: bool = False,
    ) -> list[T]:
        """The values from `start` to before `end`."""
        return await run(self._handle.range, start, end, limit=limit, reverse=reverse)

    def entries(
        self,
        start: Time | None = None,
        end: Time | None = None,
        *,
        limit: int | None = None,
        reverse: bool = False,
    ) -> AsyncPages[LogEntry[T]]:
        """The same, with their times."""
        return AsyncPages(self._handle.entries(start, end, limit=limit, reverse=reverse))

    async def latest(self, most: int) -> list[LogEntry[T]]:
        """The newest entries, the newest first."""
        return await run(self._handle.latest, most)

    def __aiter__(self) -> AsyncPages[LogEntry[T]]:
        return self.entries()

    async def prune_older(self, older_than: Time) -> int:
        """Removes entries older than a time; returns how many."""
        return await run(self._handle.prune_older, older_than)

    async def prune_keep(self, keep_last: int) -> int:
        """Removes all but the newest; returns how many."""
        return await run(self._handle.prune_keep, keep_last)

    @overload
    def live(self, window: Seconds, period: Seconds, aggregator: Callable[[list[T]], R]) -> AsyncLiveView[R]: ...
    @overload
    def live(
        self, window: Seconds, period: Seconds, *, aggregates: Mapping[str, Mapping[str, Any]]
    ) -> AsyncLiveView[dict[str, float | None]]: ...
    @overload
    def live(self, window: Seconds, period: Seconds) -> AsyncLiveView[list[LogEntry[T]]]: ...
    def live(
        self,
        window: Seconds,
        period: Seconds,
        aggregator: Any = None,
        *,
        aggregates: Any = None,
    ) -> AsyncLiveView[Any]:
        """What the log says of the last `window` seconds, at once and then each `period`."""
        log = self._handle
        return AsyncLiveView(lambda: log._live(window, period, aggregator, aggregates))


class AsyncLiveView(AsyncIterator[R], Generic[R]):
    """What a log says of the last while, again and again. It begins when it is first asked."""

    def __init__(self, view: LiveView[R] | Callable[[], LiveView[R]]) -> None:
        self._begin = view if callable(view) else None
        self._view = None if callable(view) else view

    async def next(self, timeout: Seconds | None = None) -> R:
        """The next result; TimeoutError if there is none in the time given."""
        if self._view is None:
            if self._begin is None:
                raise ClosedError("the live view is closed")
            self._view = await run(self._begin)
        view = self._view
        if view._missed:
            return view._make(view._missed.pop())
        next_text: Waiting[str] = view._native.next
        text = await wait(next_text, milliseconds(timeout), view._missed.append)
        if text is None:
            raise timed_out()
        # What an aggregator does may take a while.
        return await run(view._make, text)

    async def __anext__(self) -> R:
        try:
            return await self.next()
        except ClosedError:
            raise StopAsyncIteration from None

    def close(self) -> None:
        """Ends the view, and whoever waits for its next result."""
        self._begin = None
        if self._view is not None:
            self._view.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncChannel(AsyncHandle[Channel[T]], Generic[T]):
    """A channel for asyncio."""

    async def publish(self, payload: T) -> Timestamp:
        """Publishes a message; returns its time."""
        return await run(self._handle.publish, payload)

    async def publish_many(self, payloads: Iterable[T]) -> list[Timestamp]:
        """Publishes many messages in one commit; returns their times."""
        return await run(self._handle.publish_many, payloads)

    def subscribe(self, start: str | None = None, *, after: Time | None = None) -> AsyncSubscriber[T]:
        """Listens, from when it is entered, or first asked."""
        channel = self._handle
        return AsyncSubscriber(lambda: channel.subscribe(start, after=after))

    def __aiter__(self) -> AsyncPages[Message[T]]:
        return self.items()

    def items(self) -> AsyncPages[Message[T]]:
        """The messages that are kept, the oldest first."""
        return AsyncPages(self._handle.items())

    async def retention(self) -> Retention:
        """How long messages are kept."""
        return await run(self._handle.retention)

    async def set_retention(self, *bounds: Any, **named: Any) -> None:
        """Says how long messages are kept, as `set_retention` of the channel."""
        await run(self._handle.set_retention, *bounds, **named)


class AsyncLock:
    """A lock for asyncio: it keeps apart tasks, threads and processes. It cannot be acquired again before it is
    released."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._owner: Any = None

    def __repr__(self) -> str:
        return f"AsyncLock(name={self._lock.name!r})"

    @property
    def name(self) -> str:
        """What the lock is called."""
        return self._lock.name

    async def acquire(
        self,
        timeout: Seconds | None = None,
        lock_ttl: Seconds | None = None,
        poll_interval: Seconds | None = None,
        block: bool = True,
    ) -> bool:
        """Waits for the lock; False if the time ran out."""
        owner = await run(self._lock._new_owner)
        timeout_ms = milliseconds(self._lock._timeout if timeout is None else timeout) if block else 0
        acquired = await wait(self._lock._acquiring(owner, lock_ttl), timeout_ms, lambda _: owner.release())
        if not acquired:
            return False
        self._owner = owner
        return True

    async def release(self) -> bool:
        """Gives the lock back; False if it was not held, or not any more."""
        owner, self._owner = self._owner, None
        return owner is not None and await run(owner.release)

    async def renew(self, lock_ttl: Seconds | None = None) -> bool:
        """Keeps the lock for that long from now on; False if it was not held, or not any more."""
        owner = self._owner
        return owner is not None and await run(self._lock._renew, owner, lock_ttl)

    async def held(self) -> bool:
        """Whether this object holds the lock."""
        owner = self._owner
        return owner is not None and await run(owner.held)

    async def locked(self) -> bool:
        """Whether anybody holds the lock."""
        return await run(lambda: self._lock.locked)

    async def clear(self) -> bool:
        """Takes the lock from everybody who holds it or waits for it; False if nobody did."""
        return await run(self._lock.clear)

    def on(self, event: str) -> AsyncEvents:
        """Listens: `async with lock.on("release") as events: async for payload in events`."""
        return AsyncEvents(lambda: self._lock.events(event))

    async def __aenter__(self) -> Self:
        if not await self.acquire():
            raise not_acquired(self._lock.name)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.release()
