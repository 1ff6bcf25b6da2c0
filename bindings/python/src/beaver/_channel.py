"""Channels: messages from any process to every subscriber."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from . import _json
from ._codec import Codec
from ._errors import ClosedError, InvalidArgumentError, timed_out
from ._handle import Handle
from ._pages import PAGE, Pages
from ._time import Seconds, Time, Timestamp, microseconds, milliseconds, seconds
from ._wait import wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._aio import AsyncChannel, AsyncSubscriber

T = TypeVar("T")

_DAY = 86_400.0
_KEPT = 100_000


class Message(NamedTuple, Generic[T]):
    """A message of a channel."""

    timestamp: Timestamp
    payload: T


class Retention(NamedTuple):
    """How long a channel keeps its messages: for how many seconds, and how many; None for no bound."""

    max_age: float | None
    max_messages: int | None


class Channel(Handle[T]):
    """What is published on it, every subscriber in any process gets: each message once, in the order of the commits."""

    kind = "channel"

    def publish(self, payload: T) -> Timestamp:
        """Publishes a message; returns its time."""
        return Timestamp(self._writer().publish(self._codec.dumps(payload)))

    def publish_many(self, payloads: Iterable[T]) -> list[Timestamp]:
        """Publishes many messages in one commit; returns their times."""
        return [Timestamp(time) for time in self._writer().publish_many(self._codec.dump_all(payloads))]

    def subscribe(self, start: str | None = None, *, after: Time | None = None) -> Subscriber[T]:
        """Begins to listen: to what is published from now on; with the start `oldest` also to what is kept; or `after`
        a message of which the time is known."""
        after_us = None if after is None else microseconds(after, "after")
        native = self._native.subscribe(_json.options(start=start, after_us=after_us))
        return Subscriber(native, self._codec)

    def __iter__(self) -> Iterator[Message[T]]:
        return self.items()

    def items(self) -> Pages[Message[T]]:
        """An iterator over the messages that are kept, the oldest first."""
        build = self._codec.build
        return Pages(self._native.items(), lambda row: message(row, build))

    def retention(self) -> Retention:
        """How long messages are kept."""
        return Retention(**_json.decode(self._native.retention()))

    def set_retention(self, max_age: Seconds | None = _DAY, max_messages: int | None = _KEPT) -> None:
        """Says how long messages are kept, in seconds, and how many; None for no bound."""
        age = None if max_age is None else seconds(max_age, "max_age")
        self._writer().set_retention(_json.encode({"max_age": age, "max_messages": max_messages}))

    def as_async(self) -> AsyncChannel[T]:
        """The same channel for asyncio."""
        from ._aio import AsyncChannel

        return AsyncChannel(self)


class Subscriber(Generic[T]):
    """Gets the messages of a channel, each once. By one thread at a time."""

    def __init__(self, native: Any, codec: Codec[T]) -> None:
        self._native = native
        self._codec = codec
        # What came with others, and is not asked for yet.
        self._rows: deque[Any] = deque()

    def listen(self, timeout: Seconds | None = None) -> Iterator[T]:
        """A blocking iterator over the messages. It ends when the subscriber is closed, or the database; TimeoutError
        if none comes in the time given."""
        while True:
            try:
                received = self.next(timeout)
            except ClosedError:
                return
            yield received.payload

    def __iter__(self) -> Iterator[T]:
        return self.listen()

    def next(self, timeout: Seconds | None = None) -> Message[T]:
        """The next message; TimeoutError if none comes in the time given."""
        if not self._rows and wait(self._fetch, milliseconds(timeout), _nothing) is None:
            raise timed_out()
        return message(self._rows.popleft(), self._codec.build)

    def next_many(self, most: int, timeout: Seconds | None = None) -> list[Message[T]]:
        """Waits for one message and gives all that are there, up to so many; TimeoutError as for `next`."""
        if not self._rows and wait(self._fetch, milliseconds(timeout), _nothing) is None:
            raise timed_out()
        return self._taken(most)

    def _taken(self, most: int) -> list[Message[T]]:
        if most < 1:
            raise InvalidArgumentError("most is below 1")
        rows = [self._rows.popleft() for _ in range(min(most, len(self._rows)))]
        return [message(row, self._codec.build) for row in rows]

    def _fetch(self, timeout_ms: int, cancel: Any) -> bool | None:
        """Waits for messages and keeps them: if the wait is cancelled, they are there for the next one."""
        text = self._native.next_batch(PAGE, timeout_ms, cancel)
        if text is None:
            return None
        self._rows.extend(_json.decode(text))
        return True

    def close(self) -> None:
        """Ends the subscription, and whoever waits for its next message."""
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
        time-out of 0. It belongs to the subscription. What was fetched together with an earlier message does not show
        there: get until TimeoutError."""
        return int(self._native.descriptor())

    def as_async(self) -> AsyncSubscriber[T]:
        """The same subscriber for asyncio."""
        from ._aio import AsyncSubscriber

        return AsyncSubscriber(self)


def message(row: Any, build: Any) -> Message[Any]:
    """A message as the library gives it."""
    return Message(Timestamp(row["timestamp_us"]), build(row["payload"]))


def _nothing(_fetched: bool) -> None:
    """What was fetched stays where it is."""
