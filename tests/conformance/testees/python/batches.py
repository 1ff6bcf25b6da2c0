"""Batches."""

from __future__ import annotations

from typing import Any

from beaver.errors import BeaverError
from collections_ import document, edge
from wire import Args, us


def run(db: Any, args: Args) -> list[Any]:
    batch = db.batch(**args.options())
    for index, operation in enumerate(args.items("operations")):
        try:
            add(db, batch, operation)
        except BeaverError as e:
            e.operation = index
            raise
        except (TypeError, ValueError) as e:
            from beaver.errors import InvalidArgumentError

            raise InvalidArgumentError(str(e), operation=index) from None
    return [outcome(did) for did in batch.commit()]


def outcome(did: Any) -> Any:
    if did is True:
        return None
    return [us(time) for time in did] if isinstance(did, list) else did


def condition(args: Args) -> dict[str, Any]:
    given = args.get("if")
    if given is None:
        return {}
    return {"if_absent": True} if given == "absent" else {"if_equals": Args(given).json("equals")}


def add(db: Any, batch: Any, op: Args) -> None:
    name, _, verb = op.get("op").partition("_")
    handle = getattr(db, name)(op.get("name"))
    method = getattr(batch, op.get("op"))
    key, when = op.get("key"), condition(op)
    ttl = {"ttl_seconds": op.get("ttl")} if "ttl" in op else {}
    match op.get("op"):
        case "dict_set":
            method(handle, key, op.json("value"), **ttl, **when)
        case "dict_delete":
            method(handle, key, **when)
        case "list_push" | "list_prepend":
            method(handle, op.json("value"))
        case "list_extend":
            method(handle, op.jsons("values"))
        case "list_insert":
            method(handle, op.get("index"), op.json("value"))
        case "list_set":
            method(handle, op.get("index"), op.json("value"), **when)
        case "list_delete":
            method(handle, op.get("index"), **when)
        case "queue_put":
            method(handle, op.json("data"), op.get("priority"))
        case "blob_put":
            method(handle, key, op.bytes("bytes"), op.optional_json("metadata"), **when)
        case "blob_delete":
            method(handle, key)
        case "log_append":
            method(handle, op.json("data"), op.time("at"))
        case "channel_publish":
            method(handle, op.json("payload"))
        case "collection_index":
            method(handle, document(op), **op.options())
        case "collection_drop":
            method(handle, op.get("id"))
        case "collection_connect":
            source, target, label, weight, metadata = edge(op)
            method(handle, source, target, label, metadata, weight=weight)
        case "collection_disconnect":
            method(handle, op.get("source"), op.get("target"), op.get("label"))
        case _ if verb == "clear":
            method(handle)
        case other:
            raise ValueError(f"the testee does not know the operation {other}")
