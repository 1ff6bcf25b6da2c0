"""What the asynchronous handles of all structures have in common."""

from __future__ import annotations

from collections.abc import Generator
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar

from .._handle import Handle, not_acquired
from .._time import Seconds, milliseconds
from ._feed import AsyncEvents
from ._run import run, wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

H = TypeVar("H", bound=Handle[Any])
A = TypeVar("A", bound="AsyncHandle[Any]")


class AsyncHandle(Generic[H]):
    """A structure of a database, for asyncio. It has the calls of the other handle, to be awaited."""

    def __init__(self, handle: H) -> None:
        self._handle = handle

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._handle.name!r})"

    @property
    def name(self) -> str:
        """What the structure is called."""
        return self._handle.name

    def acquire(
        self,
        timeout: Seconds | None = None,
        lock_ttl: Seconds | None = None,
        poll_interval: Seconds | None = None,
        block: bool = True,
    ) -> Acquiring[Self]:
        """Waits until the structure belongs to the handle that this gives: `async with jobs.acquire(timeout=5) as mine`
        raises TimeoutError if the time ran out, and releases at the end; `mine = await jobs.acquire()` gives None."""
        return Acquiring(self, milliseconds(timeout) if block else 0, lock_ttl)

    async def _acquire(self, timeout_ms: int, lock_ttl: Seconds | None) -> Self | None:
        owned = await wait(self._handle._acquiring(lock_ttl), timeout_ms, lambda owned: owned.release())
        return None if owned is None else type(self)(self._handle._owned_by(owned))

    async def release(self) -> bool:
        """Gives the structure back that belongs to this handle; False if it does not, or not any more."""
        return await run(self._handle.release)

    async def renew(self, lock_ttl: Seconds | None = None) -> bool:
        """Keeps an acquired structure for that long from now on; False if it does not belong to this handle."""
        return await run(self._handle.renew, lock_ttl)

    async def locked(self) -> bool:
        """Whether anybody has acquired the structure."""
        return await run(lambda: self._handle.locked)

    def on(self, event: str) -> AsyncEvents:
        """Listens: `async with config.on("set") as events: async for payload in events`."""
        handle = self._handle
        return AsyncEvents(lambda: handle.events(event))

    async def dump(self, fp: IO[Any] | None = None, *, format: str = "json") -> Any:
        """Everything in the structure, as an object or into a stream."""
        return await run(self._handle.dump, fp, format=format)

    async def load(self, source: Any, *, mode: str = "replace") -> int:
        """Takes in what `dump` gave."""
        return await run(self._handle.load, source, mode=mode)

    async def clear(self) -> int:
        """Removes everything in the structure; returns how many items."""
        return await run(self._handle.clear)

    async def len(self) -> int:
        """How many items the structure has."""
        return await run(self._handle.__len__)


class Acquiring(Generic[A]):
    """What `acquire` gives: to be awaited, or entered."""

    def __init__(self, handle: A, timeout_ms: int, lock_ttl: Seconds | None) -> None:
        self._handle = handle
        self._timeout_ms = timeout_ms
        self._lock_ttl = lock_ttl
        self._mine: A | None = None

    def __await__(self) -> Generator[Any, None, A | None]:
        return self._handle._acquire(self._timeout_ms, self._lock_ttl).__await__()

    async def __aenter__(self) -> A:
        self._mine = await self
        if self._mine is None:
            raise not_acquired(self._handle.name)
        return self._mine

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._mine is not None:
            await self._mine.release()
