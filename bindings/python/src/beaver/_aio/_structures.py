"""Dicts, lists, queues and blobs for asyncio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar, overload

from .._blob import Blob, Blobs, BlobStat
from .._dict import Dict
from .._errors import timed_out
from .._list import List
from .._queue import LeasedItem, Queue, QueueItem
from .._time import Seconds, milliseconds
from ._handle import AsyncHandle
from ._run import AsyncPages, run, wait

T = TypeVar("T")
D = TypeVar("D")


class AsyncDict(AsyncHandle[Dict[T]], Generic[T]):
    """A dict for asyncio."""

    @overload
    async def get(self, key: str) -> T | None: ...
    @overload
    async def get(self, key: str, default: T | D) -> T | D: ...
    async def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        return await run(self._handle.get, key, default)

    async def set(self, key: str, value: T, ttl_seconds: Seconds | None = None) -> None:
        """Sets a key, for ever or for so many seconds."""
        await run(self._handle.set, key, value, ttl_seconds)

    async def delete(self, key: str) -> bool:
        """Removes a key; False if it was not there."""
        return await run(self._handle.delete, key)

    @overload
    async def pop(self, key: str) -> T | None: ...
    @overload
    async def pop(self, key: str, default: T | D) -> T | D: ...
    async def pop(self, key: str, default: Any = None) -> Any:
        """Takes a key out and gives its value, or `default`."""
        return await run(self._handle.pop, key, default)

    async def contains(self, key: str) -> bool:
        """Whether a key is there."""
        return await run(self._handle.__contains__, key)

    async def set_if_absent(self, key: str, value: T, ttl_seconds: Seconds | None = None) -> bool:
        """Sets a key that is not there; False if it is."""
        return await run(self._handle.set_if_absent, key, value, ttl_seconds)

    async def compare_and_set(self, key: str, expected: T, value: T, ttl_seconds: Seconds | None = None) -> bool:
        """Sets a key whose value equals the expected one; False if it does not."""
        return await run(self._handle.compare_and_set, key, expected, value, ttl_seconds)

    async def set_many(
        self, items: Mapping[str, T] | Iterable[tuple[str, T]], ttl_seconds: Seconds | None = None
    ) -> None:
        """Sets many keys in one commit."""
        await run(self._handle.set_many, items, ttl_seconds)

    async def get_many(self, keys: Iterable[str]) -> dict[str, T]:
        """The values of those of many keys that are there."""
        return await run(self._handle.get_many, keys)

    def __aiter__(self) -> AsyncPages[str]:
        return self.keys()

    def keys(self) -> AsyncPages[str]:
        """The keys, in their order."""
        return AsyncPages(self._handle.keys())

    def values(self) -> AsyncPages[T]:
        """The values, in the order of their keys."""
        return AsyncPages(self._handle.values())

    def items(self) -> AsyncPages[tuple[str, T]]:
        """Keys and values."""
        return AsyncPages(self._handle.items())


class AsyncList(AsyncHandle[List[T]], Generic[T]):
    """A list for asyncio. What is an index in brackets for the other, is `get`, `set`, `delete` and `slice` here."""

    async def get(self, index: int) -> T:
        """The value at an index; IndexError out of range."""
        return await run(self._handle.__getitem__, index)

    async def set(self, index: int, value: T) -> None:
        """Replaces the value at an index; IndexError out of range."""
        await run(self._handle.__setitem__, index, value)

    async def delete(self, index: int) -> None:
        """Removes the value at an index; IndexError out of range."""
        await run(self._handle.__delitem__, index)

    async def slice(self, start: int | None = None, stop: int | None = None, step: int | None = None) -> list[T]:
        """The values of a slice."""
        return await run(self._handle.__getitem__, slice(start, stop, step))

    async def set_slice(self, start: int | None, stop: int | None, values: Iterable[T]) -> None:
        """Puts values in the place of a slice."""
        await run(self._handle.__setitem__, slice(start, stop), values)

    async def delete_slice(self, start: int | None = None, stop: int | None = None) -> None:
        """Removes a slice."""
        await run(self._handle.__delitem__, slice(start, stop))

    async def push(self, value: T) -> None:
        """Puts a value at the end."""
        await run(self._handle.push, value)

    append = push

    async def prepend(self, value: T) -> None:
        """Puts a value before the first."""
        await run(self._handle.prepend, value)

    async def insert(self, index: int, value: T) -> None:
        """Puts a value before the one at the index."""
        await run(self._handle.insert, index, value)

    async def pop(self, index: int | None = None) -> T | None:
        """Takes the last value, None if there is none; or the one at an index."""
        return await run(self._handle.pop, index)

    async def deque(self) -> T | None:
        """Takes the first value; None if there is none."""
        return await run(self._handle.deque)

    async def extend(self, values: Iterable[T]) -> None:
        """Puts many values at the end, in one commit."""
        await run(self._handle.extend, values)

    async def sort(self, *, key: Callable[[T], Any] | None = None, reverse: bool = False) -> None:
        """Sorts the list in its place."""
        await run(self._handle.sort, key=key, reverse=reverse)

    async def reverse(self) -> None:
        """Turns the order round."""
        await run(self._handle.reverse)

    async def contains(self, value: T) -> bool:
        """Whether a value is in the list."""
        return await run(self._handle.__contains__, value)

    async def index(self, value: T, start: int = 0, stop: int | None = None) -> int:
        """The index of the first of a value; ValueError if there is none."""
        return await run(self._handle.index, value, start, stop)

    async def count(self, value: T) -> int:
        """How often a value is in the list."""
        return await run(self._handle.count, value)

    async def remove(self, value: T) -> None:
        """Removes the first of a value; ValueError if there is none."""
        await run(self._handle.remove, value)

    def __aiter__(self) -> AsyncPages[T]:
        return AsyncPages(self._handle.__iter__())


class AsyncQueue(AsyncHandle[Queue[T]], Generic[T]):
    """A queue for asyncio. An item that a cancelled task has got all the same goes back to its place."""

    async def put(self, data: T, priority: float) -> None:
        """Puts an item."""
        await run(self._handle.put, data, priority)

    async def put_many(self, items: Iterable[tuple[T, float]]) -> None:
        """Puts many items, each with its priority, in one commit."""
        await run(self._handle.put_many, items)

    async def get(self, block: bool = True, timeout: Seconds | None = None) -> QueueItem[T]:
        """Takes the first item; IndexError if there is none and it must not wait, TimeoutError if the time ran out."""
        queue = self._handle
        row = await wait(queue._take, milliseconds(timeout) if block else 0, queue._put_back)
        if row is None:
            raise timed_out() if block else queue._empty()
        return queue._received(row)

    async def get_many(self, most: int, block: bool = True, timeout: Seconds | None = None) -> list[QueueItem[T]]:
        """Waits for one item and takes what there is, up to so many."""
        queue = self._handle
        rows = await wait(queue._taking(most), milliseconds(timeout) if block else 0, queue._put_all_back)
        if rows is None:
            raise timed_out() if block else queue._empty()
        return queue._all_received(rows)

    async def put_back(self, item: QueueItem[T]) -> None:
        """Puts an item that was taken in its old place again."""
        await run(self._handle.put_back, item)

    async def peek(self) -> QueueItem[T] | None:
        """The item that a `get` would take; None if there is none."""
        return await run(self._handle.peek)

    async def lease(
        self,
        lease_seconds: Seconds,
        block: bool = True,
        timeout: Seconds | None = None,
        *,
        max_attempts: int | None = None,
        dead_letter: str | None = None,
    ) -> LeasedItem[T]:
        """Lends the first item out."""
        queue = self._handle
        leasing = queue._leasing(lease_seconds, max_attempts, dead_letter)
        row = await wait(leasing, milliseconds(timeout) if block else 0, queue._unlease)
        if row is None:
            raise timed_out() if block else queue._empty()
        return queue._leased_item(row)

    async def ack(self, id: int) -> bool:
        """Settles a leased item; False if the lease was over."""
        return await run(self._handle.ack, id)

    async def nack(self, id: int, delay_seconds: Seconds = 0.0) -> bool:
        """Gives a leased item back, at once or after a while; False if the lease was over."""
        return await run(self._handle.nack, id, delay_seconds)

    async def extend(self, id: int, lease_seconds: Seconds) -> bool:
        """Keeps a leased item for that long from now on; False if the lease was over."""
        return await run(self._handle.extend, id, lease_seconds)

    async def leased(self) -> int:
        """How many items are lent out."""
        return await run(self._handle.leased)

    def __aiter__(self) -> AsyncPages[QueueItem[T]]:
        return AsyncPages(self._handle.__iter__())


class AsyncBlobs(AsyncHandle[Blobs[T]], Generic[T]):
    """Blobs for asyncio."""

    async def put(self, key: str, data: Any, metadata: T | None = None) -> None:
        """Stores a blob."""
        await run(self._handle.put, key, data, metadata)

    async def get(self, key: str) -> Blob[T] | None:
        """The blob of a key; None if there is none."""
        return await run(self._handle.get, key)

    async def stat(self, key: str) -> BlobStat[T] | None:
        """The size and the metadata of a blob, without reading it; None if there is none."""
        return await run(self._handle.stat, key)

    async def delete(self, key: str) -> None:
        """Removes a blob; KeyError if there is none."""
        await run(self._handle.delete, key)

    async def contains(self, key: str) -> bool:
        """Whether there is such a blob."""
        return await run(self._handle.__contains__, key)

    def __aiter__(self) -> AsyncPages[str]:
        return self.keys()

    def keys(self) -> AsyncPages[str]:
        """The keys, in their order."""
        return AsyncPages(self._handle.keys())
