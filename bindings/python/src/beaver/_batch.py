"""Batches: changes that are made together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from . import _json
from ._blob import Blobs, as_bytes
from ._channel import Channel
from ._collection import Collection, Fts, index_options
from ._dict import Dict
from ._document import Document, id_of
from ._errors import InvalidArgumentError
from ._graph import edge_options
from ._list import List
from ._log import Log
from ._queue import Queue
from ._time import Seconds, Time, Timestamp, optional_microseconds, positive_seconds

if TYPE_CHECKING:
    from types import TracebackType

T = TypeVar("T")

_ANY: Any = object()


class Batch:
    """Changes of any structures that are collected first and then made in one commit: all of them, or none.

    As a context manager it commits at the end of the block, unless an exception left it. Each change can have a
    condition: `if_absent=True`, or `if_equals=value` for what is there at that moment in the batch; if one is not met,
    the commit fails as a ConflictError whose `operation` is the index of the change.
    """

    def __init__(self, native: Any, durable: bool | None) -> None:
        self._native = native
        self._durable = durable

    def __len__(self) -> int:
        return int(self._native.len())

    def __bool__(self) -> bool:
        return True

    def commit(self) -> list[Any]:
        """Makes the changes. The batch is empty afterwards, whatever happens.

        Gives what each of them did: True for done, True or False for whether there was anything to do, a count of what
        was removed, a list of times.
        """
        outcomes = _json.decode(self._native.commit(_json.options(durable=self._durable)))
        return [[Timestamp(time) for time in did] if isinstance(did, list) else did for did in outcomes]

    def __enter__(self) -> Batch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()

    # Dicts

    def dict_set(
        self,
        dict: Dict[T],
        key: str,
        value: T,
        ttl_seconds: Seconds | None = None,
        *,
        if_absent: bool = False,
        if_equals: T = _ANY,
    ) -> None:
        """Sets a key."""
        ttl = positive_seconds(ttl_seconds, "ttl_seconds")
        condition = _condition(dict, if_absent, if_equals)
        self._native.dict_set(dict._writer(), key, dict._codec.dumps(value), ttl, condition)

    def dict_delete(self, dict: Dict[T], key: str, *, if_absent: bool = False, if_equals: T = _ANY) -> None:
        """Removes a key."""
        self._native.dict_delete(dict._writer(), key, _condition(dict, if_absent, if_equals))

    def dict_clear(self, dict: Dict[Any]) -> None:
        """Removes every key."""
        self._native.dict_clear(dict._writer())

    # Lists

    def list_push(self, list: List[T], value: T) -> None:
        """Puts a value at the end."""
        self._native.list_push(list._writer(), list._codec.dumps(value))

    def list_extend(self, list: List[T], values: Iterable[T]) -> None:
        """Puts many values at the end."""
        self._native.list_extend(list._writer(), list._codec.dump_all(values))

    def list_prepend(self, list: List[T], value: T) -> None:
        """Puts a value before the first."""
        self._native.list_prepend(list._writer(), list._codec.dumps(value))

    def list_insert(self, list: List[T], index: int, value: T) -> None:
        """Puts a value before the one at the index."""
        self._native.list_insert(list._writer(), index, list._codec.dumps(value))

    def list_set(self, list: List[T], index: int, value: T, *, if_equals: T = _ANY) -> None:
        """Replaces the value at the index, which must be there."""
        condition = _condition(list, False, if_equals)
        self._native.list_set(list._writer(), index, list._codec.dumps(value), condition)

    def list_delete(self, list: List[T], index: int, *, if_equals: T = _ANY) -> None:
        """Removes the value at the index, which must be there."""
        self._native.list_delete(list._writer(), index, _condition(list, False, if_equals))

    def list_remove(self, list: List[T], value: T) -> None:
        """Removes the first of a value."""
        self._native.list_remove(list._writer(), list._codec.dumps(value))

    def list_clear(self, list: List[Any]) -> None:
        """Removes every value."""
        self._native.list_clear(list._writer())

    # Queues

    def queue_put(self, queue: Queue[T], data: T, priority: float) -> None:
        """Puts an item."""
        self._native.queue_put(queue._writer(), queue._codec.dumps(data), priority)

    def queue_ack(self, queue: Queue[Any], id: int) -> None:
        """Settles a leased item, whose lease must not be over."""
        self._native.queue_ack(queue._writer(), id)

    def queue_clear(self, queue: Queue[Any]) -> None:
        """Removes every item."""
        self._native.queue_clear(queue._writer())

    # Blobs

    def blob_put(
        self,
        blobs: Blobs[T],
        key: str,
        data: Any,
        metadata: T | None = None,
        *,
        if_absent: bool = False,
        if_equals: T = _ANY,
    ) -> None:
        """Stores a blob. What the condition compares is its metadata."""
        condition = _condition(blobs, if_absent, if_equals)
        self._native.blob_put(blobs._writer(), key, as_bytes(data), blobs._metadata_text(metadata), condition)

    def blob_delete(self, blobs: Blobs[Any], key: str) -> None:
        """Removes a blob."""
        self._native.blob_delete(blobs._writer(), key)

    def blob_clear(self, blobs: Blobs[Any]) -> None:
        """Removes every blob."""
        self._native.blob_clear(blobs._writer())

    # Logs and channels

    def log_append(self, log: Log[T], data: T, timestamp: Time | None = None) -> None:
        """Appends an entry."""
        self._native.log_append(log._writer(), log._codec.dumps(data), optional_microseconds(timestamp, "timestamp"))

    def log_clear(self, log: Log[Any]) -> None:
        """Removes every entry."""
        self._native.log_clear(log._writer())

    def channel_publish(self, channel: Channel[T], payload: T) -> None:
        """Publishes a message."""
        self._native.channel_publish(channel._writer(), channel._codec.dumps(payload))

    def channel_clear(self, channel: Channel[Any]) -> None:
        """Removes every message."""
        self._native.channel_clear(channel._writer())

    # Collections

    def collection_index(
        self, collection: Collection[T], document: Document[T], *, fts: Fts = True, fuzzy: bool = False
    ) -> None:
        """Stores a document."""
        body = collection._body_text(document.body)
        options = index_options(fts, fuzzy)
        self._native.collection_index(collection._writer(), document.id, body, document._vector_bytes(), options)

    def collection_drop(self, collection: Collection[Any], document: Document[Any] | str) -> None:
        """Removes a document."""
        self._native.collection_drop(collection._writer(), id_of(document))

    def collection_clear(self, collection: Collection[Any]) -> None:
        """Removes every document."""
        self._native.collection_clear(collection._writer())

    def collection_connect(
        self,
        collection: Collection[Any],
        source: Document[Any] | str,
        target: Document[Any] | str,
        label: str,
        metadata: Any = None,
        *,
        weight: float | None = None,
    ) -> None:
        """Connects two documents."""
        options = edge_options(weight, metadata)
        self._native.collection_connect(collection._writer(), id_of(source), id_of(target), label, options)

    def collection_disconnect(
        self,
        collection: Collection[Any],
        source: Document[Any] | str,
        target: Document[Any] | str,
        label: str | None = None,
    ) -> None:
        """Removes the edge of a label, or all from the one to the other."""
        self._native.collection_disconnect(collection._writer(), id_of(source), id_of(target), label)


def _condition(handle: Any, absent: bool, equals: Any) -> str | None:
    if equals is _ANY:
        return '{"if":"absent"}' if absent else None
    if absent:
        raise InvalidArgumentError("both if_absent and if_equals are given: choose one")
    return f'{{"if":{{"equals":{handle._codec.dumps(equals)}}}}}'
