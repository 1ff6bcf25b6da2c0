"""Priority queues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import _json
from ._errors import BeaverError, MissingIndexError, timed_out
from ._fast import queue_putter, queue_taker
from ._handle import Handle
from ._named import NamedTuple
from ._pages import Pages
from ._time import Seconds, Timestamp, microseconds, milliseconds, number, seconds
from ._wait import wait

if TYPE_CHECKING:
    from ._aio import AsyncQueue

T = TypeVar("T")


class QueueItem(NamedTuple, Generic[T]):
    """An item of a queue."""

    priority: float
    timestamp: Timestamp
    data: T


class LeasedItem(NamedTuple, Generic[T]):
    """An item that is lent out: `id` is what it is acknowledged by, `attempts` how often it was given out."""

    id: int
    attempts: int
    priority: float
    timestamp: Timestamp
    data: T


class Queue(Handle[T]):
    """Gives out the item of the lowest priority first, and among equals the one that was put first. Each item goes to
    exactly one of those who ask, in any process."""

    kind = "queue"

    def _bound(self) -> None:
        self._put, self._take_now = queue_putter(self._native), queue_taker(self._native)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._bound()

    def put(self, data: T, priority: float) -> None:
        """Puts an item."""
        text, priority = self._codec.dumps(data), number(priority, "priority")
        if self._held:
            self._writer().put(text, priority)
        else:
            self._put(text, priority)

    def put_many(self, items: Iterable[tuple[T, float]]) -> None:
        """Puts many items, each with its priority, in one commit."""
        dumps = self._codec.dumps
        rows = (f'{{"data":{dumps(data)},"priority":{number(priority, "priority")!r}}}' for data, priority in items)
        self._writer().put_many("[" + ",".join(rows) + "]")

    def get(self, block: bool = True, timeout: Seconds | None = None) -> QueueItem[T]:
        """Takes the first item. It waits for one, for ever or up to a time; IndexError if there is none and it must not
        wait, TimeoutError if the time ran out."""
        row = wait(self._take, milliseconds(timeout) if block else 0, self._put_back)
        if row is None:
            raise timed_out() if block else self._empty()
        return self._received(row)

    def get_many(self, most: int, block: bool = True, timeout: Seconds | None = None) -> list[QueueItem[T]]:
        """Waits for one item and takes what there is, up to so many, in one commit. None there: as for `get`."""
        rows = wait(self._taking(most), milliseconds(timeout) if block else 0, self._put_all_back)
        if rows is None:
            raise timed_out() if block else self._empty()
        return self._all_received(rows)

    # A row that was taken stays as it came until nothing can fail any more: so it can be put back. It is, also if it
    # does not fit the model.

    def _received(self, row: Any) -> QueueItem[T]:
        try:
            return self._item(row)
        except BeaverError:
            self._put_back(row)
            raise

    def _all_received(self, rows: Any) -> list[QueueItem[T]]:
        try:
            return [self._item(row) for row in rows]
        except BeaverError:
            self._put_all_back(rows)
            raise

    def _take(self, timeout_ms: int, cancel: Any) -> Any:
        now = timeout_ms == 0 and cancel is None and not self._held
        text = self._take_now() if now else self._writer().get(timeout_ms, cancel)
        return None if text is None else _json.decode(text)

    def _taking(self, most: int) -> Any:
        def take(timeout_ms: int, cancel: Any) -> Any:
            text = self._writer().get_many(most, timeout_ms, cancel)
            return None if text is None else _json.decode(text)

        return take

    def _put_back(self, row: Any) -> None:
        self._writer().put_back(_json.encode(row["data"]), row["priority"], row["timestamp_us"])

    def _put_all_back(self, rows: Any) -> None:
        for row in rows:
            self._put_back(row)

    def put_back(self, item: QueueItem[T]) -> None:
        """Puts an item that was taken in its old place again."""
        self._writer().put_back(self._codec.dumps(item.data), item.priority, microseconds(item.timestamp))

    def peek(self) -> QueueItem[T] | None:
        """The item that a `get` would take; None if there is none."""
        text = self._native.peek()
        return None if text is None else self._item(_json.decode(text))

    # Leases

    def lease(
        self,
        lease_seconds: Seconds,
        block: bool = True,
        timeout: Seconds | None = None,
        *,
        max_attempts: int | None = None,
        dead_letter: str | None = None,
    ) -> LeasedItem[T]:
        """Lends the first item out: nobody else gets it until it is acknowledged, given back, or the lease ends. None
        there: as for `get`.

        An item that comes back after `max_attempts` goes to the queue `dead_letter`.
        """
        row = wait(
            self._leasing(lease_seconds, max_attempts, dead_letter),
            milliseconds(timeout) if block else 0,
            self._unlease,
        )
        if row is None:
            raise timed_out() if block else self._empty()
        return self._leased_item(row)

    def _leasing(self, lease_seconds: Seconds, max_attempts: int | None, dead_letter: str | None) -> Any:
        duration = seconds(lease_seconds, "lease_seconds")
        options = _json.options(max_attempts=max_attempts, dead_letter=dead_letter)

        def lease(timeout_ms: int, cancel: Any) -> Any:
            text = self._writer().lease(duration, timeout_ms, options, cancel)
            return None if text is None else _json.decode(text)

        return lease

    def _unlease(self, row: Any) -> None:
        self.nack(row["id"])

    def ack(self, id: int) -> bool:
        """Settles a leased item: the work is done. False if the lease was over."""
        return bool(self._writer().ack(id))

    def nack(self, id: int, delay_seconds: Seconds = 0.0) -> bool:
        """Gives a leased item back, at once or after a while. False if the lease was over."""
        return bool(self._writer().nack(id, seconds(delay_seconds, "delay_seconds")))

    def extend(self, id: int, lease_seconds: Seconds) -> bool:
        """Keeps a leased item for that long from now on. False if the lease was over."""
        return bool(self._writer().extend(id, seconds(lease_seconds, "lease_seconds")))

    def leased(self) -> int:
        """How many items are lent out."""
        return int(self._native.leased())

    def __iter__(self) -> Pages[QueueItem[T]]:
        return Pages(self._native.items(), self._item)

    def as_async(self) -> AsyncQueue[T]:
        """The same queue for asyncio."""
        from ._aio import AsyncQueue

        return AsyncQueue(self)

    def _item(self, row: Any) -> QueueItem[T]:
        return QueueItem(row["priority"], Timestamp(row["timestamp_us"]), self._codec.build(row["data"]))

    def _leased_item(self, row: Any) -> LeasedItem[T]:
        try:
            data = self._codec.build(row["data"])
        except BeaverError:
            self._unlease(row)
            raise
        return LeasedItem(row["id"], row["attempts"], row["priority"], Timestamp(row["timestamp_us"]), data)

    def _empty(self) -> MissingIndexError:
        return MissingIndexError(f"the queue {self._name!r} has no item to take")
