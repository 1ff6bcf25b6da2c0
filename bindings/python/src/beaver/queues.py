"""Priority queues, under the names of BeaverDB 1.x too."""

from ._aio import AsyncQueue
from ._queue import LeasedItem, Queue, QueueItem

QueueManager = Queue
AsyncQueueManager = AsyncQueue

__all__ = ["AsyncQueue", "AsyncQueueManager", "LeasedItem", "Queue", "QueueItem", "QueueManager"]
