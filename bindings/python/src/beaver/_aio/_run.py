"""Calls that block, for asyncio: each in a thread of its own.

Cancelling a task ends the wait that it is in, and no other. What the wait has got all the same is given back. A call
that does not wait is not cut short: the task goes on at once, the call is done, and its result is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from .. import _workers
from .._callbacks import Progress
from .._pages import Pages
from .._wait import Elsewhere, Waiting

T = TypeVar("T")


async def run(call: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Makes a call that does not wait."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    call = functools.partial(call, *arguments, **named)

    def work() -> None:
        try:
            result = call()
        except BaseException as e:
            _tell(loop, _settle, future, e, None)
        else:
            _tell(loop, _settle, future, None, result)

    _workers.start(work)
    return await future


def _settle(future: asyncio.Future[Any], error: BaseException | None, result: Any) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration):
        future.set_exception(RuntimeError("StopIteration was raised"))  # a future takes none
    else:
        future.set_exception(error)


def _tell(loop: asyncio.AbstractEventLoop, *call: Any) -> None:
    # The loop is closed if the program did not wait for its tasks.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(*call)


async def wait(call: Waiting[T], timeout_ms: int, give_back: Callable[[T], object]) -> T | None:
    """Makes a call that waits."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    elsewhere = Elsewhere(call, timeout_ms)
    elsewhere.start(lambda: _tell(loop, _settle, ended, None, None))
    try:
        await asyncio.shield(ended)
    except asyncio.CancelledError:
        # It ends at once. Only then is it known whether it has got something.
        elsewhere.cancel()
        await _in_spite_of_cancellation(ended)
        await _in_spite_of_cancellation(asyncio.ensure_future(run(elsewhere.give_back, give_back)))
        raise
    result: T | None = elsewhere.result()
    return result


async def _in_spite_of_cancellation(future: asyncio.Future[Any]) -> None:
    while not future.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([future])
    if not future.cancelled() and future.exception() is not None:
        raise future.exception()  # type: ignore[misc]


async def cancellable(call: Callable[[Any], T]) -> T:
    """Makes a call that takes a while and can be cancelled, such as a search."""
    found = await wait(lambda _, cancel: (call(cancel),), -1, lambda _: None)
    if found is None:
        raise AssertionError("a call without a time-out ends with a result")
    return found[0]


async def stoppable(call: Callable[..., T], *arguments: Any, progress: Progress | None, **named: Any) -> T:
    """Makes a call that tells of its progress. Cancelled, it stops at the next step, and nothing of it is done."""
    cancelled = False

    def step(done: int, total: int) -> object:
        return not cancelled and (progress is None or progress(done, total))

    try:
        return await run(call, *arguments, progress=step, **named)
    except asyncio.CancelledError:
        cancelled = True
        raise


class AsyncPages(AsyncIterator[T]):
    """An asynchronous iterator over rows, which come by pages."""

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages

    async def __anext__(self) -> T:
        if not self._pages.has_rows and not await run(self._pages.fetch):
            raise StopAsyncIteration
        return next(self._pages)
