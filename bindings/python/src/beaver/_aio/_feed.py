"""Messages and events for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._errors import ClosedError, timed_out
from .._feed import Event, Events, Feed, Item, Message, Subscriber
from .._pages import PAGE
from .._time import Seconds, milliseconds
from ._run import run, wait

if TYPE_CHECKING:
    from typing_extensions import Self

T = TypeVar("T")
I = TypeVar("I", bound=Item)  # noqa: E741


class AsyncFeed(Generic[I, T]):
    """Gives each item once, in the order of the commits. It begins to listen when it is entered, or first asked. What a
    cancelled wait has got stays for the next one."""

    def __init__(self, feed: Feed[I, T] | Callable[[], Feed[I, T]]) -> None:
        self._begin = feed if callable(feed) else None
        self._feed = None if callable(feed) else feed

    async def _begun(self) -> Feed[I, T]:
        if self._feed is None:
            if self._begin is None:
                raise ClosedError("the subscription is closed")
            self._feed = await run(self._begin)
        return self._feed

    async def next(self, timeout: Seconds | None = None) -> I:
        """The next one; TimeoutError if nothing comes in the time given."""
        return (await self.next_many(1, timeout))[0]

    async def next_many(self, most: int, timeout: Seconds | None = None) -> list[I]:
        """Waits for one and gives all that are there, up to so many."""
        feed = await self._begun()
        await self._wait(feed, timeout, most)
        return feed._taken(most)

    async def _wait(self, feed: Feed[I, T], timeout: Seconds | None, most: int) -> None:
        if not feed._rows and await wait(feed._fetching(most), milliseconds(timeout), _stays) is None:
            raise timed_out()

    async def listen(self, timeout: Seconds | None = None) -> AsyncIterator[T]:
        """The payloads as they come, until it is closed; TimeoutError if nothing comes in the time given."""
        while True:
            try:
                feed = await self._begun()
                await self._wait(feed, timeout, PAGE)
            except ClosedError:
                return
            yield feed._make(feed._rows.popleft()).payload

    def __aiter__(self) -> AsyncIterator[T]:
        return self.listen()

    def close(self) -> None:
        """Ends it, and whoever waits for the next one."""
        self._begin = None
        if self._feed is not None:
            self._feed.close()

    async def __aenter__(self) -> Self:
        await self._begun()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncSubscriber(AsyncFeed[Message[T], T]):
    """Gets the messages of a channel."""

    def __init__(self, subscriber: Subscriber[T] | Callable[[], Subscriber[T]]) -> None:
        super().__init__(subscriber)


class AsyncEvents(AsyncFeed[Event, Any]):
    """Gets events."""

    def __init__(self, events: Events | Callable[[], Events]) -> None:
        super().__init__(events)


def _stays(_fetched: bool) -> None:
    """What was fetched stays where it is."""
