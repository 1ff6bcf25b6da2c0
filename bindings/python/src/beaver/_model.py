"""Typed values without Pydantic."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from . import _json
from ._errors import TypeMismatchError

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_told):
        """Tells type checkers alone what the fields of a class are. Python has it from 3.11 on."""
        return lambda cls: cls


M = TypeVar("M", bound="Model")

_REQUIRED: Any = object()


@dataclass_transform(kw_only_default=True)
class Model:
    """A light base for classes whose fields are declared by annotations:

        class User(Model):
            name: str
            email: str
            permissions: list[str] = []

    Values are checked when they are made, and when they are read. A field is a `str`, `int`, `float`, `bool`, `None`,
    `Any`, a `list`, a `dict` with keys of `str`, another model, or a union of those. It has the methods of Pydantic 2
    that are needed to be stored: to go over to Pydantic later, only the base class changes.
    """

    __fields: ClassVar[dict[str, Any] | None] = None

    def __init__(self, **given: Any) -> None:
        for name, kind in self._fields().items():
            value = given.pop(name, getattr(type(self), name, _REQUIRED))
            if value is _REQUIRED:
                raise TypeMismatchError(f"{type(self).__name__} has no {name}: it is required")
            setattr(self, name, _fit(value, kind, name))
        if given:
            raise TypeMismatchError(f"{type(self).__name__} has no field {next(iter(given))}")

    @classmethod
    def _fields(cls) -> dict[str, Any]:
        found = cls.__dict__.get("_Model__fields")
        if found is None:
            hints = typing.get_type_hints(cls)
            found = {name: kind for name, kind in hints.items() if typing.get_origin(kind) is not ClassVar}
            found.pop("_Model__fields", None)
            cls.__fields = found
        fields: dict[str, Any] = found
        return fields

    @classmethod
    def model_validate(cls: type[M], value: Any) -> M:
        """The model of a dict; an instance as it is."""
        if isinstance(value, cls):
            return value
        if not isinstance(value, dict):
            raise TypeMismatchError(f"{cls.__name__} is made of a dict, not {type(value).__name__}")
        known = cls._fields()
        # What a later version of the class has stored is no fault.
        return cls(**{name: part for name, part in value.items() if name in known})

    @classmethod
    def model_validate_json(cls: type[M], text: str) -> M:
        """The model of a JSON text."""
        return cls.model_validate(_json.decode(text))

    def model_dump(self, *, mode: str = "python") -> dict[str, Any]:
        """The fields as a dict."""
        return {name: _plain(getattr(self, name)) for name in self._fields()}

    def model_dump_json(self) -> str:
        """The fields as JSON text, checked again: they may have been changed."""
        fields = self._fields()
        return _json.encode({name: _plain(_fit(getattr(self, name), kind, name)) for name, kind in fields.items()})

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields())
        return f"{type(self).__name__}({fields})"


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.model_dump()
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


def _fit(value: Any, kind: Any, name: str) -> Any:
    """A value as a field of that type holds it. Lists and dicts are copied, so that a default is nobody's."""
    origin = typing.get_origin(kind)
    if kind is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _fit_union(value, typing.get_args(kind), name)
    if kind in (list, dict) or origin in (list, dict):
        return _fit_container(value, origin or kind, typing.get_args(kind), name)
    if isinstance(kind, type) and issubclass(kind, Model):
        return kind.model_validate(value)
    if kind is float and type(value) is int:
        return float(value)
    # True is an int for Python; it is not meant to be one here.
    if isinstance(kind, type) and isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise TypeMismatchError(f"{name} is no {getattr(kind, '__name__', kind)}, but {type(value).__name__}")


def _fit_union(value: Any, kinds: tuple[Any, ...], name: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    # The very type first: an int stays one where a float would do too.
    for kind in sorted(kinds, key=lambda kind: kind is not type(value)):
        try:
            return _fit(value, kind, name)
        except TypeMismatchError:
            continue
    raise TypeMismatchError(f"{name} fits none of its types, but is {type(value).__name__}")


def _fit_container(value: Any, kind: Any, arguments: tuple[Any, ...], name: str) -> Any:
    if not isinstance(value, kind):
        raise TypeMismatchError(f"{name} is no {kind.__name__}, but {type(value).__name__}")
    inner = arguments[-1] if arguments else Any
    if kind is list:
        return [_fit(part, inner, name) for part in value]
    for key in value:
        if not isinstance(key, str):
            raise TypeMismatchError(f"{name} has a key that is no text")
    return {key: _fit(part, inner, name) for key, part in value.items()}
