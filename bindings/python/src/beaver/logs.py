"""Logs and live views, under the names of BeaverDB 1.x too."""

from ._aio import AsyncLiveView, AsyncLog
from ._live import LiveView
from ._log import Log, LogEntry

LogManager = Log
LiveIterator = LiveView
AsyncLogManager = AsyncLog
AsyncLiveIterator = AsyncLiveView

__all__ = [
    "AsyncLiveIterator",
    "AsyncLiveView",
    "AsyncLog",
    "AsyncLogManager",
    "LiveIterator",
    "LiveView",
    "Log",
    "LogEntry",
    "LogManager",
]
