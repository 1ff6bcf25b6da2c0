"""Threads for calls that wait, so that something else can go on meanwhile: asyncio's loop, or the answer to Ctrl-C.

They are daemons: a program that ends does not wait for what they wait for. There are as many as there are waits, since
a wait may take for ever; one that has nothing to do is used again, and goes after a while.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

_IDLE_SECONDS = 10.0


class _Worker:
    def __init__(self, job: Callable[[], None]) -> None:
        self.jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.jobs.put(job)
        threading.Thread(target=self._work, name="beaver-worker", daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                job = self.jobs.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                with _lock:
                    if self in _idle:
                        _idle.remove(self)
                        return
                continue  # somebody has just taken it to give it a job
            job()
            del job  # it may hold what should not live for as long as this thread
            with _lock:
                _idle.append(self)


_lock = threading.Lock()
_idle: list[_Worker] = []


def start(job: Callable[[], None]) -> None:
    """Does a job, which raises nothing, in a thread of its own."""
    with _lock:
        worker = _idle.pop() if _idle else None
    if worker is None:
        _Worker(job)
    else:
        worker.jobs.put(job)


def _after_fork() -> None:
    # The threads of the parent are not in the child, and the lock may have been held.
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
