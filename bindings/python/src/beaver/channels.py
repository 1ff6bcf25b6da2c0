"""Channels, under the names of BeaverDB 1.x too."""

from ._aio import AsyncChannel, AsyncSubscriber
from ._channel import Channel, Retention
from ._feed import Message, Subscriber

ChannelManager = Channel
AsyncChannelManager = AsyncChannel

__all__ = [
    "AsyncChannel",
    "AsyncChannelManager",
    "AsyncSubscriber",
    "Channel",
    "ChannelManager",
    "Message",
    "Retention",
    "Subscriber",
]
