"""Live views of logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._errors import ClosedError, timed_out
from ._time import Seconds, milliseconds
from ._wait import wait

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from ._aio import AsyncLiveView

R = TypeVar("R")


class LiveView(Iterator[R], Generic[R]):
    """A blocking iterator over what a log says of the last while, again and again. It ends when it is closed, or the
    database. What the aggregator raises comes out of `next`, and the view goes on with the next one."""

    def __init__(self, native: Any, make: Callable[[str], R]) -> None:
        self._native = native
        self._make = make
        self._missed: list[str] = []

    def __next__(self) -> R:
        try:
            return self.next()
        except ClosedError:
            raise StopIteration from None

    def next(self, timeout: Seconds | None = None) -> R:
        """The next result; TimeoutError if there is none in the time given."""
        if self._missed:
            return self._make(self._missed.pop())
        text: str | None = wait(self._native.next, milliseconds(timeout), self._missed.append)
        if text is None:
            raise timed_out()
        return self._make(text)

    def close(self) -> None:
        """Ends the view, and whoever waits for its next result."""
        self._native.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def as_async(self) -> AsyncLiveView[R]:
        """The same view for asyncio."""
        from ._aio import AsyncLiveView

        return AsyncLiveView(self)
