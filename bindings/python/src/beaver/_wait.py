"""Calls that wait, of a program that is not asynchronous."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from . import _workers
from ._library import Cancel

T = TypeVar("T")

_log = logging.getLogger("beaver")

_PATIENCE = 1.0

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
    try:
        elsewhere.start(ended.set)
        ended.wait()
        result: T | None = elsewhere.result()
    except BaseException:
        elsewhere.give_up(give_back)
        # So that it is back when the signal is told of. If nothing was begun, nothing ends.
        ended.wait(_PATIENCE)
        raise
    return result


class Elsewhere:
    """A call that waits in a thread of its own, and can be cancelled."""

    def __init__(self, call: Waiting[Any], timeout_ms: int) -> None:
        self._call = call
        self._timeout_ms = timeout_ms
        self._cancel = Cancel()
        self._got: Any = None
        self._error: BaseException | None = None

        self._give_back: Callable[[Any], object] | None = None
        self._lock = threading.Lock()
        self._over = False

    def start(self, ended: Callable[[], object]) -> None:
        """Begins to wait. `ended` is called when it is over, in the other thread."""

        def work() -> None:
            try:
                self._got = self._call(self._timeout_ms, self._cancel)
            except BaseException as e:  # is raised where it is waited for
                self._error = e
            with self._lock:
                self._over = True
            self._settle()
            ended()

        _workers.start(work)

    def give_up(self, give_back: Callable[[Any], object]) -> None:
        """Ends the wait. If it has got something all the same, that is given back, by whichever thread comes last."""
        with self._lock:
            self._give_back = give_back
        self._cancel.cancel()
        self._settle()

    def _settle(self) -> None:
        with self._lock:
            if not self._over or self._give_back is None:
                return
            got, self._got, self._error = self._got, None, None
            give_back = self._give_back
        if got is not None:
            try:
                give_back(got)
            except Exception:
                _log.exception("what a cancelled call has got could not be given back")

    def result(self) -> Any:
        """What the call gave or raised, once it is over."""
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # the traceback holds this frame
        return self._got
