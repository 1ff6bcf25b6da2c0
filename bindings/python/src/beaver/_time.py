"""Times, durations and time-outs."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

from ._errors import InvalidArgumentError, TypeMismatchError

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)

Seconds = float | timedelta
"""A duration: a number of seconds, or a `timedelta`."""


class Timestamp(float):
    """A time in seconds since 1970, UTC, which also knows its microseconds exactly."""

    __slots__ = ("us",)

    us: int
    """Microseconds since 1970."""

    def __new__(cls, us: int) -> Timestamp:
        self = super().__new__(cls, us / 1_000_000)
        self.us = us
        return self

    def __getnewargs__(self) -> tuple[int]:
        return (self.us,)

    def datetime(self) -> datetime:
        """The same as a `datetime` with the zone UTC."""
        return _EPOCH + timedelta(microseconds=self.us)


Time = float | datetime
"""A time: seconds since 1970, a `Timestamp`, or a `datetime` (a naive one is local time, as everywhere in Python)."""


def microseconds(time: Time, name: str = "timestamp") -> int:
    """A time as the library takes it."""
    if isinstance(time, Timestamp):
        return time.us
    if isinstance(time, datetime):
        try:
            return ((time if time.tzinfo else time.astimezone()) - _EPOCH) // _MICROSECOND
        except OverflowError:
            raise InvalidArgumentError(f"{name} is too far away") from None
    return round(number(time, name) * 1_000_000)


def optional_microseconds(time: Time | None, name: str) -> int | None:
    """A time that may be missing."""
    return None if time is None else microseconds(time, name)


def seconds(duration: Seconds, name: str) -> float:
    """A duration as the library takes it."""
    return duration.total_seconds() if isinstance(duration, timedelta) else number(duration, name)


def positive_seconds(duration: Seconds | None, name: str) -> float:
    """A duration that may be missing, which is 0 for the library, and must not be 0 itself."""
    if duration is None:
        return 0.0
    length = seconds(duration, name)
    if not length > 0:
        raise InvalidArgumentError(f"{name} is not above zero")
    return length


def milliseconds(timeout: Seconds | None) -> int:
    """A time-out as the library takes it: -1 for ever. What is not zero never becomes a mere try."""
    if timeout is None or timeout == math.inf:
        return -1
    length = seconds(timeout, "timeout")
    if not length >= 0:
        raise InvalidArgumentError("timeout is below zero: give None to wait for ever, 0 to try")
    if length > _LONGEST:
        return -1
    return max(round(length * 1_000), 1 if length > 0 else 0)


_LONGEST = 3.2e9
"""A hundred years, in seconds."""


def number(value: object, name: str) -> float:
    """A finite number, of any type that knows itself as a float: also numpy's, fractions and decimals."""
    if not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise TypeMismatchError(f"{name} is no number, but {type(value).__name__}")
    try:
        found = float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise InvalidArgumentError(f"{name} is too large") from None
    except (TypeError, ValueError):
        raise TypeMismatchError(f"{name} is no number, but {type(value).__name__}") from None
    if not math.isfinite(found):
        raise InvalidArgumentError(f"{name} is not finite")
    return found
