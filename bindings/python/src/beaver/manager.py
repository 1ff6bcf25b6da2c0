"""What the handles of all structures have in common, under the names of BeaverDB 1.x too."""

from ._aio import AsyncEvents, AsyncHandle
from ._event import EventHandle
from ._feed import Event, Events
from ._handle import Acquired, Handle

ManagerBase = Handle

__all__ = ["Acquired", "AsyncEvents", "AsyncHandle", "Event", "EventHandle", "Events", "Handle", "ManagerBase"]
