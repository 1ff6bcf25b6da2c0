"""The native library, and how what it takes and reports becomes Python's.

The module `_native.beaver_uniffi` is made by the generator of uniffi, whose version is pinned. Three of its converters
are replaced here, in one place for all calls: errors arrive as ours, and what cannot be passed is refused with an error
of ours before anything was handed over.
"""

from __future__ import annotations

import importlib
from typing import Any

from . import _errors as errors
from ._exit import ends_this_thread

try:
    # Not a plain import: nobody checks the types of what the generator writes.
    native: Any = importlib.import_module("._native.beaver_uniffi", __package__)
except ImportError as missing:
    raise ImportError(
        "the native library of beaver is not beside this package: install a wheel, or build it (see its README)"
    ) from missing

_LARGEST_BYTES = 2**31 - 1


def _lift_failure(buffer: Any) -> BaseException:
    failure = _lift(buffer)
    if failure.code == errors.ClosedError.code and ends_this_thread():
        return SystemExit()
    return errors.of_code(failure.code, failure.text, failure.operation, failure.offset, failure.sqlite_code)


def _check_text(value: object) -> None:
    if not isinstance(value, str):
        raise errors.TypeMismatchError(f"text is needed, not {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as e:
            offset = len(value[: e.start].encode())
            raise errors.InvalidUtf8Error("the text holds half of a surrogate pair", offset=offset) from None


def _check_bytes(value: object) -> None:
    if not isinstance(value, bytes):
        raise errors.TypeMismatchError(f"bytes are needed, not {type(value).__name__}")
    if len(value) > _LARGEST_BYTES:
        raise errors.LimitError(f"{len(value)} bytes at once are more than the {_LARGEST_BYTES} that one call takes")


def _check_int(converter: Any, value: object) -> None:
    if not isinstance(value, int):
        if not hasattr(value, "__index__"):
            raise errors.TypeMismatchError(f"a whole number is needed, not {type(value).__name__}")
        value = value.__index__()
    if not converter.VALUE_MIN <= value < converter.VALUE_MAX:
        raise errors.InvalidArgumentError(f"a number is not from {converter.VALUE_MIN} to {converter.VALUE_MAX - 1}")


def _check_float(_converter: Any, value: object) -> None:
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise errors.TypeMismatchError(f"a number is needed, not {type(value).__name__}") from None
    except OverflowError:
        raise errors.InvalidArgumentError("a number is too large") from None


_lift = native._UniffiFfiConverterTypeFailure.lift
native._UniffiFfiConverterTypeFailure.lift = staticmethod(_lift_failure)
native._UniffiFfiConverterString.check_lower = staticmethod(_check_text)
native._UniffiFfiConverterByRefBytes.check_lower = staticmethod(_check_bytes)
native._UniffiConverterPrimitiveInt.check_lower = classmethod(_check_int)
native._UniffiConverterPrimitiveFloat.check_lower = classmethod(_check_float)
# What it raises for a fault of its own.
native.InternalError = errors.InternalError

Cancel: Any = native.Cancel
version: str = native.version()


def live_objects() -> int:
    """How many objects of the library are alive, in this process. For tests."""
    count: int = native.live_objects()
    return count
