"""How values of a structure become JSON text and back: as they are, or through a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from . import _json
from ._errors import InvalidArgumentError, TypeMismatchError

T = TypeVar("T")


class Codec(Generic[T]):
    """`dumps` and `loads` for text, `build` for a value that was already read from JSON."""

    __slots__ = ("build", "dumps", "loads", "model")

    model: type[T] | None
    dumps: Callable[[T], str]
    loads: Callable[[str], T]
    build: Callable[[Any], T]

    def __init__(self, model: type[T] | None = None) -> None:
        self.model = model
        if model is None:
            self.dumps, self.loads, self.build = _json.encode, _json.decode, _as_it_is
            return
        if not (isinstance(model, type) and hasattr(model, "model_validate_json")):
            raise InvalidArgumentError("model is no class of Pydantic 2 and no beaver.Model: give one of these")
        self.dumps, self.loads, self.build = self._dump, self._load, self._build

    def dump_all(self, values: Iterable[T]) -> str:
        """The JSON array of many values."""
        if self.model is None:
            return _json.encode(list(values))
        return "[" + ",".join(map(self.dumps, values)) + "]"

    def load_all(self, text: str) -> list[T]:
        """The values of a JSON array."""
        values: list[Any] = _json.decode(text)
        return values if self.model is None else [self.build(value) for value in values]

    def _dump(self, value: T) -> str:
        model: Any = self.model
        if not isinstance(value, model):
            value = self._checked(model.model_validate, value)
        text: str = self._checked(value.model_dump_json)  # type: ignore[attr-defined]
        if not text.isascii():
            _json.check_surrogates(text)
        return text

    def _load(self, text: str) -> T:
        model: Any = self.model
        loaded: T = self._checked(model.model_validate_json, text)
        return loaded

    def _build(self, value: Any) -> T:
        # From text again: a strict model takes a date from JSON that it would refuse as a Python string.
        return self._load(_json.encode(value))

    def _checked(self, work: Callable[..., Any], *value: object) -> Any:
        try:
            return work(*value)
        except (TypeError, ValueError) as e:
            # Pydantic's own error is a ValueError, and the cause of this one. It tells values, ours does not.
            name = getattr(self.model, "__name__", "the model")
            raise TypeMismatchError(f"the value does not fit {name}") from e


def _as_it_is(value: Any) -> Any:
    return value
