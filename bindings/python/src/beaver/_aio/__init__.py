"""The handles for asyncio: what `as_async()` gives."""

from ._collection import AsyncCollection
from ._handle import AsyncEvents, AsyncHandle
from ._realtime import AsyncChannel, AsyncLiveView, AsyncLock, AsyncLog, AsyncSubscriber
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
