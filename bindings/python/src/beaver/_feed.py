"""Messages and events, as they come: pulled by who wants them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from . import _json
from ._errors import ClosedError, timed_out
from ._pages import PAGE
from ._time import Seconds, Timestamp, milliseconds
from ._wait import Waiting, wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._aio import AsyncEvents, AsyncSubscriber

T = TypeVar("T")


class Message(NamedTuple, Generic[T]):
    """A message of a channel."""

    timestamp: Timestamp
    payload: T


class Event(NamedTuple):
    """What happened to a structure, or what `emit` told of."""

    timestamp: Timestamp
    topic: str
    event: str
    payload: Any


class Item(Protocol):
    """A message or an event."""

    @property
    def payload(self) -> Any: ...


I = TypeVar("I", bound=Item)  # noqa: E741


class Feed(Generic[I, T]):
    """Gives each item once, in the order of the commits. By one thread at a time."""

    def __init__(self, native: Any, make: Callable[[Any], I]) -> None:
        self._native = native
        self._make = make
        # What came with others, and is not asked for yet.
        self._rows: deque[Any] = deque()

    def listen(self, timeout: Seconds | None = None) -> Iterator[T]:
        """A blocking iterator over the payloads. It ends with `close`, of this or of the database; TimeoutError if
        nothing comes in the time given."""
        while True:
            try:
                self._wait(timeout, PAGE)
            except ClosedError:
                return
            yield self._make(self._rows.popleft()).payload

    def __iter__(self) -> Iterator[T]:
        return self.listen()

    def next(self, timeout: Seconds | None = None) -> I:
        """The next one; TimeoutError if nothing comes in the time given."""
        return self.next_many(1, timeout)[0]

    def next_many(self, most: int, timeout: Seconds | None = None) -> list[I]:
        """Waits for one and gives all that are there, up to so many; TimeoutError as for `next`."""
        self._wait(timeout, most)
        return self._taken(most)

    def _wait(self, timeout: Seconds | None, most: int) -> None:
        if not self._rows and wait(self._fetching(most), milliseconds(timeout), _stays) is None:
            raise timed_out()

    def _taken(self, most: int) -> list[I]:
        return [self._make(self._rows.popleft()) for _ in range(min(max(most, 1), len(self._rows)))]

    def _fetching(self, most: int) -> Waiting[bool]:
        """Waits for up to so many, and keeps what comes: if the wait is cancelled, it is there for the next one."""

        def fetch(timeout_ms: int, cancel: Any) -> bool | None:
            text = self._native.next_batch(most, timeout_ms, cancel)
            if text is None:
                return None
            self._rows.extend(_json.decode(text))
            return True

        return fetch

    def close(self) -> None:
        """Ends it, and whoever waits for the next one."""
        self._native.stop()
        self._rows.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """A file descriptor that can be read from, by `select` and its like, while there is something to get with a
        time-out of 0. It belongs to this object."""
        return int(self._native.descriptor())


class Subscriber(Feed[Message[T], T]):
    """Gets the messages of a channel."""

    def as_async(self) -> AsyncSubscriber[T]:
        """The same subscriber for asyncio."""
        from ._aio import AsyncSubscriber

        return AsyncSubscriber(self)


class Events(Feed[Event, Any]):
    """Gets events."""

    def as_async(self) -> AsyncEvents:
        """The same events for asyncio."""
        from ._aio import AsyncEvents

        return AsyncEvents(self)


def event(row: Any) -> Event:
    """An event as the library gives it."""
    return Event(Timestamp(row["timestamp_us"]), row["topic"], row["event"], row["payload"])


def _stays(_fetched: bool) -> None:
    """What was fetched stays where it is."""
