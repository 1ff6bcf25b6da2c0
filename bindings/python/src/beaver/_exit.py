"""The end of the program: databases that are open are closed, so that nothing is called back and nobody waits while the
interpreter is taken down."""

from __future__ import annotations

import atexit
import contextlib
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._database import BeaverDB

_open: weakref.WeakSet[BeaverDB] = weakref.WeakSet()


def close_at_exit(db: BeaverDB) -> None:
    """Closes a database at the end of the program, if it is still there."""
    _open.add(db)


@atexit.register
def _close_all() -> None:
    for db in list(_open):
        with contextlib.suppress(Exception):
            db.close()
