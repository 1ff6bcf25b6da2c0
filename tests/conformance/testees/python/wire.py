"""What goes over the wire: arguments as Python's values, and values as answers."""

from __future__ import annotations

import json
import math
from typing import Any

from beaver import Timestamp
from beaver.errors import BeaverError

FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Request = dict[str, Any]


class Absent(Exception):
    """The call found nothing."""


class TimedOut(Exception):
    """The time given to the call ran out."""


class Args:
    """The arguments of a request."""

    def __init__(self, args: dict[str, Any]) -> None:
        self.args = args

    def __contains__(self, name: str) -> bool:
        return name in self.args

    def get(self, name: str, default: Any = None) -> Any:
        """Text, a whole number or a truth value, as it is; a number may be one that JSON has no text for."""
        value = self.args.get(name, default)
        return FLOATS[value["$float"]] if isinstance(value, dict) and "$float" in value else value

    def json(self, name: str) -> Any:
        """A value, which travels as JSON text."""
        return json.loads(self.args[name])

    def optional_json(self, name: str) -> Any:
        """A value that may be missing."""
        return self.json(name) if name in self.args else None

    def jsons(self, name: str) -> list[Any]:
        """Many values."""
        return [json.loads(text) for text in self.args[name]]

    def options(self, name: str = "options") -> dict[str, Any]:
        """Options, as arguments of Python."""
        options: dict[str, Any] = self.optional_json(name) or {}
        return {{"k": "top_k"}.get(option, option): value for option, value in options.items()}

    def bytes(self, name: str) -> bytes:
        return bytes.fromhex(self.args[name]["$bytes"])

    def vector(self, name: str) -> list[float] | None:
        if name not in self.args:
            return None
        return [FLOATS[part["$float"]] if isinstance(part, dict) else part for part in self.args[name]["$vec"]]

    def time(self, name: str) -> Timestamp | None:
        us = self.args.get(name)
        return None if us is None else Timestamp(us)

    def items(self, name: str) -> list[Args]:
        return [Args(item) for item in self.args[name]]


def us(time: Timestamp) -> int:
    """A time as the wire has it."""
    return time.us


def answer(request: int, **answer: Any) -> str:
    """A line of the answer."""
    return json.dumps({"id": request, **answer}, default=_special)


def _special(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    raise TypeError(f"{type(value).__name__} cannot be answered")


def vector(floats: list[float] | None) -> Any:
    """A vector as the wire has it."""
    return None if floats is None else {"$vec": floats}


def error(failure: Exception) -> dict[str, Any]:
    """An error as the wire has it. What Python itself refuses is a wrong argument."""
    if isinstance(failure, BeaverError):
        return {"kind": failure.kind, "message": failure.message, "index": failure.operation}
    if isinstance(failure, (TypeError, ValueError)):
        return {"kind": "INVALID_ARGUMENT", "message": str(failure), "index": None}
    return {"kind": "INTERNAL", "message": repr(failure), "index": None}
