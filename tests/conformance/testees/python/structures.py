"""The structures: a flat table of operations each."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from beaver.errors import MissingIndexError, MissingKeyError, WaitTimeoutError
from wire import Absent, Args, TimedOut, us

Operation = Callable[[Any, Args], Any]
_MISSING = object()


def waited(call: Callable[[], Any]) -> Any:
    """The result of a call that waits."""
    try:
        return call()
    except WaitTimeoutError:
        raise TimedOut from None


def there(value: Any) -> Any:
    """A value, unless it is the sign that there is none."""
    if value is _MISSING:
        raise Absent
    return value


def found(value: Any) -> Any:
    """What a call gives None for if there is nothing."""
    if value is None:
        raise Absent
    return value


def indexed(call: Callable[[], Any]) -> Any:
    """What an index or a key out of range has no answer for."""
    try:
        return call()
    except (MissingIndexError, MissingKeyError):
        raise Absent from None


def deleted(call: Callable[[], Any]) -> bool:
    """Whether there was a key to remove."""
    try:
        call()
    except MissingKeyError:
        return False
    return True


def dump(structure: Any, args: Args) -> str:
    text = io.StringIO()
    structure.dump(text, **args.options())
    return text.getvalue()


def load(structure: Any, args: Args) -> None:
    structure.load(args.get("text"), **args.options())


def ttl(args: Args) -> dict[str, Any]:
    return {"ttl_seconds": args.get("ttl")} if "ttl" in args else {}


COMMON: dict[str, Operation] = {
    "release": lambda s, a: s.release(),
    "renew": lambda s, a: s.renew(a.get("ttl")),
    "locked": lambda s, a: s.locked,
    "dump": dump,
    "load": load,
    "clear": lambda s, a: s.clear(),
    "len": lambda s, a: len(s),
}

DICT: dict[str, Operation] = {
    "set": lambda s, a: s.set(a.get("key"), a.json("value"), **ttl(a)),
    "get": lambda s, a: there(s.get(a.get("key"), _MISSING)),
    "get_or": lambda s, a: s.get(a.get("key"), a.json("default")),
    "delete": lambda s, a: s.delete(a.get("key")),
    "pop": lambda s, a: there(s.pop(a.get("key"), _MISSING)),
    "contains": lambda s, a: a.get("key") in s,
    "keys": lambda s, a: list(s),
    "values": lambda s, a: list(s.values()),
    "items": lambda s, a: [{"key": key, "value": value} for key, value in s.items()],
    "set_many": lambda s, a: s.set_many([(i.get("key"), i.json("value")) for i in a.items("items")], **ttl(a)),
    "get_many": lambda s, a: get_many(s, a.get("keys")),
    "set_if_absent": lambda s, a: s.set_if_absent(a.get("key"), a.json("value"), **ttl(a)),
    "compare_and_set": lambda s, a: s.compare_and_set(a.get("key"), a.json("expected"), a.json("value"), **ttl(a)),
}


def get_many(values: Any, keys: list[str]) -> list[Any]:
    got = values.get_many(keys)
    return [{"value": got[key]} if key in got else {} for key in keys]


def part(args: Args) -> slice:
    return slice(args.get("start"), args.get("stop"))


def delete_range(values: Any, args: Args) -> int:
    before = len(values)
    del values[part(args)]
    return before - len(values)


def first_index(values: Any, args: Args) -> int:
    try:
        return int(values.index(args.json("value"), args.get("start", 0), args.get("stop")))
    except ValueError:
        raise Absent from None


def remove(values: Any, args: Args) -> bool:
    try:
        values.remove(args.json("value"))
    except ValueError:
        return False
    return True


def take(pop: Callable[[], Any], values: Any) -> Any:
    """A stored None and an empty list look the same here; the length tells."""
    before = len(values)
    value = pop()
    if value is None and not before:
        raise Absent
    return value


LIST: dict[str, Operation] = {
    "push": lambda s, a: s.push(a.json("value")),
    "prepend": lambda s, a: s.prepend(a.json("value")),
    "extend": lambda s, a: s.extend(a.jsons("values")),
    "pop": lambda s, a: take(s.pop, s),
    "deque": lambda s, a: take(s.deque, s),
    "insert": lambda s, a: s.insert(a.get("index"), a.json("value")),
    "get": lambda s, a: indexed(lambda: s[a.get("index")]),
    "set": lambda s, a: indexed(lambda: s.__setitem__(a.get("index"), a.json("value"))),
    "delete": lambda s, a: indexed(lambda: s.__delitem__(a.get("index"))),
    "slice": lambda s, a: s[part(a)],
    "items": lambda s, a: list(s),
    "contains": lambda s, a: a.json("value") in s,
    "remove": remove,
    "index_of": first_index,
    "count_of": lambda s, a: s.count(a.json("value")),
    "reverse": lambda s, a: s.reverse(),
    "delete_range": delete_range,
    "replace_range": lambda s, a: s.__setitem__(part(a), a.jsons("values")),
}


def queue_item(item: Any) -> dict[str, Any]:
    return {"priority": item.priority, "timestamp": us(item.timestamp), "data": item.data}


def put_back(queue: Any, args: Args) -> None:
    from beaver.queues import QueueItem

    queue.put_back(QueueItem(args.get("priority"), args.time("timestamp"), args.json("data")))


def lease(queue: Any, args: Args) -> dict[str, Any]:
    item = waited(lambda: queue.lease(args.get("lease_seconds"), timeout=args.get("timeout"), **args.options()))
    return {"id": item.id, "attempts": item.attempts, **queue_item(item)}


QUEUE: dict[str, Operation] = {
    "put": lambda s, a: s.put(a.json("data"), a.get("priority")),
    "put_many": lambda s, a: s.put_many([(i.json("data"), i.get("priority")) for i in a.items("items")]),
    "put_back": put_back,
    "get": lambda s, a: queue_item(waited(lambda: s.get(timeout=a.get("timeout")))),
    "get_many": lambda s, a: [queue_item(i) for i in waited(lambda: s.get_many(a.get("n"), timeout=a.get("timeout")))],
    "peek": lambda s, a: queue_item(found(s.peek())),
    "items": lambda s, a: [queue_item(item) for item in s],
    "leased": lambda s, a: s.leased(),
    "lease": lease,
    "ack": lambda s, a: s.ack(a.get("id")),
    "nack": lambda s, a: s.nack(a.get("id"), a.options().get("delay", 0)),
    "extend": lambda s, a: s.extend(a.get("id"), a.get("lease_seconds")),
}


def get_blob(blobs: Any, args: Args) -> dict[str, Any]:
    blob = found(blobs.get(args.get("key")))
    return {"bytes": blob.data, "metadata": blob.metadata}


BLOB: dict[str, Operation] = {
    "put": lambda s, a: s.put(a.get("key"), a.bytes("bytes"), a.optional_json("metadata")),
    "get": get_blob,
    "metadata": lambda s, a: found(s.stat(a.get("key"))).metadata,
    "delete": lambda s, a: deleted(lambda: s.delete(a.get("key"))),
    "contains": lambda s, a: a.get("key") in s,
    "keys": lambda s, a: list(s),
}

WRITER: dict[str, Operation] = {
    "write": lambda s, a: s.write(a.bytes("bytes")) and None,
    "finish": lambda s, a: s.finish(),
    "abort": lambda s, a: s.abort(),
}

READER: dict[str, Operation] = {
    "len": lambda s, a: s.size,
    "read": lambda s, a: s.read(a.get("max")),
}


def log_entry(entry: Any) -> dict[str, Any]:
    return {"timestamp": us(entry.timestamp), "data": entry.data}


def append_many(log: Any, args: Args) -> None:
    items = args.items("items")
    if all("at" in item for item in items):
        log.append_many([item.json("data") for item in items], [item.time("at") for item in items])
    else:
        log.append_many([item.json("data") for item in items])


def prune(log: Any, args: Args) -> int:
    options = args.options()
    if not options:
        raise ValueError("prune by older_than or keep_last")
    removed = 0
    if "older_than" in options:
        removed += log.prune_older(Args(options).time("older_than"))
    if "keep_last" in options:
        removed += log.prune_keep(options["keep_last"])
    return removed


LOG: dict[str, Operation] = {
    "append": lambda s, a: us(s.log(a.json("data"), a.time("at"))),
    "append_many": append_many,
    "range": lambda s, a: [log_entry(e) for e in s.entries(a.time("start"), a.time("end"), **a.options())],
    "items": lambda s, a: [log_entry(entry) for entry in s],
    "prune": prune,
}

LOCK: dict[str, Operation] = {
    "acquire": lambda s, a: bool(s.acquire(a.get("timeout"), a.get("ttl"))),
    "release": lambda s, a: s.release(),
    "renew": lambda s, a: s.renew(a.get("ttl")),
    "held": lambda s, a: s.held,
    "locked": lambda s, a: s.locked,
    "clear": lambda s, a: s.clear() and None,
}


def message(message: Any) -> dict[str, Any]:
    return {"timestamp": us(message.timestamp), "payload": message.payload}


CHANNEL: dict[str, Operation] = {
    "publish": lambda s, a: us(s.publish(a.json("payload"))),
    "publish_many": lambda s, a: [us(time) for time in s.publish_many(a.jsons("payloads"))],
    "items": lambda s, a: [message(item) for item in s],
    "retention": lambda s, a: s.retention()._asdict(),
    "set_retention": lambda s, a: s.set_retention(**a.options("retention")),
}

SUBSCRIPTION: dict[str, Operation] = {
    "next": lambda s, a: message(waited(lambda: s.next(a.get("timeout")))),
    "next_many": lambda s, a: [message(m) for m in waited(lambda: s.next_many(a.get("n"), a.get("timeout")))],
    "close": lambda s, a: s.close(),
}


def event(event: Any) -> dict[str, Any]:
    return {**event._asdict(), "timestamp": us(event.timestamp)}


EVENTS: dict[str, Operation] = {
    "next": lambda s, a: event(waited(lambda: s.next(a.get("timeout")))),
    "next_many": lambda s, a: [event(e) for e in waited(lambda: s.next_many(a.get("n"), a.get("timeout")))],
    "close": lambda s, a: s.close(),
}


def live_next(view: Any, args: Args) -> Any:
    result = waited(lambda: view.next(args.get("timeout")))
    return result if isinstance(result, dict) else [log_entry(entry) for entry in result]


LIVE: dict[str, Operation] = {"next": live_next, "close": lambda s, a: s.close()}


def aggregates(args: Args) -> dict[str, Any]:
    return {"aggregates": json.loads(args.get("aggregates"))} if "aggregates" in args else {}
