"""The handles for asyncio: what `as_async()` gives."""

from ._collection import AsyncCollection
from ._feed import AsyncEvents, AsyncSubscriber
from ._handle import AsyncHandle
from ._realtime import AsyncChannel, AsyncLiveView, AsyncLock, AsyncLog
from ._structures import AsyncBlobs, AsyncDict, AsyncList, AsyncQueue

__all__ = [
    "AsyncBlobs",
    "AsyncChannel",
    "AsyncCollection",
    "AsyncDict",
    "AsyncEvents",
    "AsyncHandle",
    "AsyncList",
    "AsyncLiveView",
    "AsyncLock",
    "AsyncLog",
    "AsyncQueue",
    "AsyncSubscriber",
]
