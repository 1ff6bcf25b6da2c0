"""Dicts: values by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from . import _json
from ._errors import MissingKeyError, TypeMismatchError
from ._fast import dict_getter, dict_setter
from ._handle import Handle
from ._pages import Pages
from ._time import Seconds, positive_seconds

if TYPE_CHECKING:
    from ._aio import AsyncDict

T = TypeVar("T")
D = TypeVar("D")

_MISSING: Any = object()


class Dict(Handle[T]):
    """Values by key, as a `dict` of Python holds them, in the file. A key may expire."""

    kind = "dict"

    def _bound(self) -> None:
        self._get, self._set = dict_getter(self._native), dict_setter(self._native)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._bound()

    def __getitem__(self, key: str) -> T:
        text = self._get(key)
        if text is None:
            raise self._missing(key)
        return self._codec.loads(text)

    @overload
    def get(self, key: str) -> T | None: ...
    @overload
    def get(self, key: str, default: T | D) -> T | D: ...
    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        text = self._get(key)
        return default if text is None else self._codec.loads(text)

    def __setitem__(self, key: str, value: T) -> None:
        self.set(key, value)

    def set(self, key: str, value: T, ttl_seconds: Seconds | None = None) -> None:
        """Sets a key, for ever or for so many seconds."""
        text = self._codec.dumps(value)
        if ttl_seconds is None and not self._held:
            self._set(key, text)
        else:
            self._writer().set(key, text, positive_seconds(ttl_seconds, "ttl_seconds"))

    def __delitem__(self, key: str) -> None:
        if not self.delete(key):
            raise self._missing(key)

    def delete(self, key: str) -> bool:
        """Removes a key; False if it was not there."""
        return bool(self._writer().delete(key))

    @overload
    def pop(self, key: str) -> T | None: ...
    @overload
    def pop(self, key: str, default: T | D) -> T | D: ...
    def pop(self, key: str, default: Any = None) -> Any:
        """Takes a key out and gives its value, or `default`. What cannot be read stays."""
        self.get(key)
        text = self._writer().pop(key)
        return default if text is None else self._codec.loads(text)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and bool(self._native.contains(key))

    def set_if_absent(self, key: str, value: T, ttl_seconds: Seconds | None = None) -> bool:
        """Sets a key that is not there; False if it is."""
        ttl = positive_seconds(ttl_seconds, "ttl_seconds")
        return bool(self._writer().set_if_absent(key, self._codec.dumps(value), ttl))

    def setdefault(self, key: str, default: T) -> T:
        """The value of a key, which is set to `default` first if it is not there."""
        while (found := self.get(key, _MISSING)) is _MISSING:
            if self.set_if_absent(key, default):
                return default
        value: T = found
        return value

    def compare_and_set(self, key: str, expected: T, value: T, ttl_seconds: Seconds | None = None) -> bool:
        """Sets a key whose value equals the expected one; False if it does not."""
        ttl = positive_seconds(ttl_seconds, "ttl_seconds")
        dumps = self._codec.dumps
        return bool(self._writer().compare_and_set(key, dumps(expected), dumps(value), ttl))

    def set_many(self, items: Mapping[str, T] | Iterable[tuple[str, T]], ttl_seconds: Seconds | None = None) -> None:
        """Sets many keys in one commit: all of them, or none."""
        ttl = positive_seconds(ttl_seconds, "ttl_seconds")
        self._writer().set_many(self._members(items), ttl)

    def update(self, items: Mapping[str, T] | Iterable[tuple[str, T]] = (), /, **more: T) -> None:
        """As `dict.update`, in one commit."""
        self.set_many({**dict(items), **more})

    def _members(self, items: Mapping[str, T] | Iterable[tuple[str, T]]) -> str:
        """The object of keys and values, in which a key may stand twice: the last one counts."""
        if isinstance(items, dict) and self._codec.model is None and all(isinstance(key, str) for key in items):
            return _json.encode(items)
        pairs = items.items() if isinstance(items, Mapping) else items
        return "{" + ",".join(f"{encode_key(key)}:{self._codec.dumps(value)}" for key, value in pairs) + "}"

    def get_many(self, keys: Iterable[str]) -> dict[str, T]:
        """The values of those of many keys that are there, in one call and as of one moment."""
        found: dict[str, Any] = _json.decode(self._native.get_many(_json.encode(list(keys))))
        if self._codec.model is None:
            return found
        return {key: self._codec.build(value) for key, value in found.items()}

    def __iter__(self) -> Iterator[str]:
        return self.keys()

    def keys(self) -> Pages[str]:
        """An iterator over the keys, in their order."""
        return Pages(self._native.keys(), str)

    def values(self) -> Pages[T]:
        """An iterator over the values, in the order of their keys."""
        return Pages(self._native.values(), self._codec.build)

    def items(self) -> Pages[tuple[str, T]]:
        """An iterator over keys and values."""
        build = self._codec.build
        return Pages(self._native.items(), lambda row: (row["key"], build(row["value"])))

    def as_async(self) -> AsyncDict[T]:
        """The same dict for asyncio."""
        from ._aio import AsyncDict

        return AsyncDict(self)

    def _missing(self, key: str) -> MissingKeyError:
        return MissingKeyError(f"the dict {self._name!r} has no such key")


def encode_key(key: object) -> str:
    """A key as JSON text. Python's `json` would turn numbers into text."""
    if not isinstance(key, str):
        raise TypeMismatchError(f"a key is text, not {type(key).__name__}")
    return _json.encode(key)
