"""Vectors as the library takes them: the little-endian bytes of 32-bit floats, made without a loop over elements."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import Any

from ._errors import InvalidArgumentError, TypeMismatchError

Vector = Any
"""What can be given as a vector: a list of numbers, an `array`, a numpy array, or the bytes of 32-bit floats."""

_BIG_ENDIAN = sys.byteorder == "big"


def to_bytes(vector: Vector, name: str = "vector") -> bytes:
    """The bytes of a vector; none for None. Raises for a vector without components, which is no vector."""
    if vector is None:
        return b""
    packed = _packed(vector, name)
    if not packed:
        raise InvalidArgumentError(f"{name} has no components")
    return packed


def to_list(packed: bytes) -> list[float]:
    """The components of a vector that the library gave."""
    floats = array("f")
    floats.frombytes(packed)
    if _BIG_ENDIAN:
        floats.byteswap()
    return floats.tolist()


def _packed(vector: Vector, name: str) -> bytes:
    if isinstance(vector, bytes):
        return vector
    if isinstance(vector, (list, tuple)):
        return _from_numbers(vector, name)
    try:
        view = memoryview(vector)
    except TypeError:
        return _from_other(vector, name)
    if view.ndim != 1:
        raise InvalidArgumentError(f"{name} has {view.ndim} dimensions: give one row")
    if view.format == "B" or (view.format in ("f", "<f") and not _BIG_ENDIAN):
        return view.tobytes()
    if view.format in ("f", "d"):
        return _from_numbers(view, name)
    return _from_other(vector, name)


def _from_other(vector: Vector, name: str) -> bytes:
    # Numpy's of other types, and what other libraries have: they know how to become a list.
    to_list = getattr(vector, "tolist", None)
    if to_list is not None:
        vector = to_list()
    if isinstance(vector, (str, bytearray)) or not isinstance(vector, Sequence):
        raise TypeMismatchError(f"{name} is no vector, but {type(vector).__name__}")
    return _from_numbers(vector, name)


def _from_numbers(vector: Sequence[float] | memoryview, name: str) -> bytes:
    try:
        floats = array("f", vector)
    except TypeError:
        raise TypeMismatchError(f"{name} holds what is no number") from None
    except OverflowError:
        raise InvalidArgumentError(f"{name} holds a number that is too large") from None
    if _BIG_ENDIAN:
        floats.byteswap()
    return floats.tobytes()
