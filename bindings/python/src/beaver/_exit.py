"""The end of the program, and the beginning of a child of it.

At the end, databases that are open are closed, so that nothing is called back and nobody waits while the interpreter is
taken down.

Threads that are no daemons have ended before. Those that are would be frozen wherever they are; what they wait for
fails instead, and ends them without a word.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import weakref
from typing import Protocol


class Database(Protocol):
    """What is told of the end of the program, and of a fork."""

    def close(self) -> None: ...

    def _forked(self) -> None: ...


_open: weakref.WeakSet[Database] = weakref.WeakSet()
_begun = threading.Event()


def close_at_exit(db: Database) -> None:
    """Closes a database at the end of the program, if it is still there."""
    _open.add(db)


def ends_this_thread() -> bool:
    """Whether the program is ending, and this is a thread that it does not wait for."""
    return _begun.is_set() and threading.current_thread() is not threading.main_thread()


@atexit.register
def _close_all() -> None:
    _begun.set()
    for db in list(_open):
        with contextlib.suppress(Exception):
            db.close()


def _after_fork() -> None:
    # The child has none of the parent's threads, but their locks as they were. The library calls a database of the
    # parent closed there.
    for db in list(_open):
        db._forked()
    _open.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
