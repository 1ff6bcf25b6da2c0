"""Channels: messages from any process to every subscriber."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import _json
from ._feed import Message, Subscriber
from ._handle import Handle
from ._pages import Pages
from ._time import Seconds, Time, Timestamp, microseconds, seconds

if TYPE_CHECKING:
    from ._aio import AsyncChannel

T = TypeVar("T")

_DAY = 86_400.0
_KEPT = 100_000


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
        build = self._codec.build
        return Subscriber(native, lambda row: message(row, build))

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


def message(row: Any, build: Any) -> Message[Any]:
    """A message as the library gives it."""
    return Message(Timestamp(row["timestamp_us"]), build(row["payload"]))
