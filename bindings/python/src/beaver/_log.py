"""Logs: values in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from . import _json
from ._errors import InvalidArgumentError
from ._handle import Handle
from ._live import LiveView
from ._named import NamedTuple
from ._pages import Pages
from ._time import Seconds, Time, Timestamp, microseconds, optional_microseconds, seconds

if TYPE_CHECKING:
    from ._aio import AsyncLog

T = TypeVar("T")
R = TypeVar("R")


class LogEntry(NamedTuple, Generic[T]):
    """An entry of a log."""

    timestamp: Timestamp
    data: T


class Log(Handle[T]):
    """Values in the order of time. Times are unique in a log: where the very time is taken, an entry moves to the next
    free microsecond."""

    kind = "log"

    def log(self, data: T, timestamp: Time | None = None) -> Timestamp:
        """Appends an entry, at the present time if no other is given; returns the time that it got."""
        at = optional_microseconds(timestamp, "timestamp")
        return Timestamp(self._writer().append(self._codec.dumps(data), at))

    append = log

    def append_many(self, data: Iterable[T], timestamps: Iterable[Time] | None = None) -> list[Timestamp]:
        """Appends many entries in one commit, at the present time or each at its own; returns their times."""
        values = [self._codec.dumps(value) for value in data]
        if timestamps is None:
            rows = [f'{{"data":{value}}}' for value in values]
        else:
            times = [microseconds(time) for time in timestamps]
            if len(times) != len(values):
                raise InvalidArgumentError(f"{len(times)} timestamps are given for {len(values)} entries")
            rows = [f'{{"data":{value},"timestamp_us":{time}}}' for value, time in zip(values, times, strict=True)]
        return [Timestamp(time) for time in self._writer().append_many("[" + ",".join(rows) + "]")]

    def range(
        self,
        start: Time | None = None,
        end: Time | None = None,
        *,
        limit: int | None = None,
        reverse: bool = False,
    ) -> list[T]:
        """The values from `start` to before `end`, the oldest first or, with `reverse`, the newest; up to `limit`."""
        return [data for _, data in self.entries(start, end, limit=limit, reverse=reverse)]

    def entries(
        self,
        start: Time | None = None,
        end: Time | None = None,
        *,
        limit: int | None = None,
        reverse: bool = False,
    ) -> Pages[LogEntry[T]]:
        """An iterator over the same, with their times."""
        options = _json.options(limit=limit, reverse=reverse or None)
        first, last = optional_microseconds(start, "start"), optional_microseconds(end, "end")
        return Pages(self._native.range(first, last, options), self._entry)

    def latest(self, most: int) -> list[LogEntry[T]]:
        """The newest entries, the newest first."""
        return [self._entry(row) for row in _json.decode(self._native.latest(most))]

    def __iter__(self) -> Iterator[LogEntry[T]]:
        return self.entries()

    def prune_older(self, older_than: Time) -> int:
        """Removes entries older than a time; returns how many."""
        return int(self._writer().prune_older(microseconds(older_than, "older_than")))

    def prune_keep(self, keep_last: int) -> int:
        """Removes all but the newest; returns how many."""
        return int(self._writer().prune_keep(keep_last))

    @overload
    def live(self, window: Seconds, period: Seconds, aggregator: Callable[[list[T]], R]) -> LiveView[R]: ...
    @overload
    def live(
        self, window: Seconds, period: Seconds, *, aggregates: Mapping[str, Mapping[str, Any]]
    ) -> LiveView[dict[str, float | None]]: ...
    @overload
    def live(self, window: Seconds, period: Seconds) -> LiveView[list[LogEntry[T]]]: ...
    def live(
        self,
        window: Seconds,
        period: Seconds,
        aggregator: Callable[[list[T]], Any] | None = None,
        *,
        aggregates: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> LiveView[Any]:
        """What the log says of the last `window` seconds, at once and then each `period`: a blocking iterator.

        It gives what `aggregator` makes of the values in the window, or numbers that the library keeps:
        `aggregates={"p99": {"op": "percentile", "path": "value", "p": 99}}`, or else the entries themselves.
        """
        return self._live(window, period, aggregator, aggregates)

    def _live(self, window: Seconds, period: Seconds, aggregator: Any, aggregates: Any) -> LiveView[Any]:
        if aggregator is not None and aggregates is not None:
            raise InvalidArgumentError("both aggregator and aggregates are given: choose one")
        options = _json.options(
            window=seconds(window, "window"), period=seconds(period, "period"), aggregates=aggregates
        )
        native = self._native.live(options)
        if aggregates is not None:
            return LiveView(native, _json.decode)
        if aggregator is None:
            return LiveView(native, lambda text: [self._entry(row) for row in _json.decode(text)])
        build = self._codec.build
        return LiveView(native, lambda text: aggregator([build(row["data"]) for row in _json.decode(text)]))

    def as_async(self) -> AsyncLog[T]:
        """The same log for asyncio."""
        from ._aio import AsyncLog

        return AsyncLog(self)

    def _entry(self, row: Any) -> LogEntry[T]:
        return LogEntry(Timestamp(row["timestamp_us"]), self._codec.build(row["data"]))
