"""Locks between processes, under the names of BeaverDB 1.x too."""

from ._aio import AsyncLock
from ._lock import AcquiredLock, Lock

LockManager = Lock

__all__ = ["AcquiredLock", "AsyncLock", "Lock", "LockManager"]
