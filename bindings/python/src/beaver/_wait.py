"""Calls that wait, of a program that is not asynchronous."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from . import _workers
from ._library import Cancel

T = TypeVar("T")

Waiting = Callable[[int, Any], "T | None"]
"""A call with a time-out in milliseconds and a `Cancel` or None, which gives None if the time ran out."""


def wait(call: Waiting[T], timeout_ms: int, give_back: Callable[[T], object]) -> T | None:
    """Waits. In the main thread, signals are answered meanwhile: Ctrl-C ends the wait, and nothing is lost, since
    `give_back` gets what the call has got all the same.
    """
    if timeout_ms == 0 or threading.current_thread() is not threading.main_thread():
        return call(timeout_ms, None)
    # What is there is had at once. Only a real wait needs another thread, since Python runs handlers of signals in this
    # one, and not while it is in the library.
    got = call(0, None)
    if got is not None:
        return got
    elsewhere = Elsewhere(call, timeout_ms)
    ended = threading.Event()
    elsewhere.start(ended.set)
    try:
        ended.wait()
    except BaseException:
        elsewhere.cancel()
        ended.wait()
        elsewhere.give_back(give_back)
        raise
    result: T | None = elsewhere.result()
    return result


class Elsewhere:
    """A call that waits in a thread of its own, and can be cancelled."""

    def __init__(self, call: Waiting[Any], timeout_ms: int) -> None:
        self._call = call
        self._timeout_ms = timeout_ms
        self._cancel = Cancel()
        self._got: Any = None
        self._error: BaseException | None = None

    def start(self, ended: Callable[[], object]) -> None:
        """Begins to wait. `ended` is called when it is over, in the other thread."""

        def work() -> None:
            try:
                self._got = self._call(self._timeout_ms, self._cancel)
            except BaseException as e:  # is raised where it is waited for
                self._error = e
            finally:
                ended()

        _workers.start(work)

    def cancel(self) -> None:
        """Ends the wait. It may have got something all the same."""
        self._cancel.cancel()

    def result(self) -> Any:
        """What the call gave or raised, once it is over."""
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # the traceback holds this frame
        return self._got

    def give_back(self, give_back: Callable[[Any], object]) -> None:
        """What to do with the result of a wait that was cancelled."""
        self._error = None
        if self._got is not None:
            give_back(self._got)
