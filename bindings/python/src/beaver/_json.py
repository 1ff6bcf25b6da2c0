"""Values as JSON text, and back.

A value is what Python's own `json` reads and writes. Objects that know their own form by `model_dump` (those of
Pydantic, and of `beaver.Model`) may stand anywhere in one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ._errors import InvalidJsonError, LimitError, TypeMismatchError, UnsupportedError


def _known_form(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    if dump is None or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return dump(mode="json")


_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_known_form)
_decoder = json.JSONDecoder()
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once  # type: ignore[attr-defined]


def encode(value: object) -> str:
    """The JSON text of a value."""
    try:
        text = _encoder.encode(value)
    except TypeError as e:
        raise TypeMismatchError(str(e)) from None
    except ValueError as e:
        # NaN and infinity, a value that holds itself, a number with too many digits.
        raise InvalidJsonError(f"the value has no form in JSON: {e}") from None
    except RecursionError:
        raise LimitError("the value is nested too deeply") from None
    if not text.isascii():
        check_surrogates(text)
    return text


def check_surrogates(text: str) -> None:
    """Refuses JSON text that holds half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError as e:
        offset = len(text[: e.start].encode())
        raise InvalidJsonError("the value holds half of a surrogate pair", offset=offset) from None


def decode(text: str) -> Any:
    """The value of a JSON text that the library gave."""
    try:
        return _scan(text, 0)[0]
    except StopIteration:
        # White space comes first, or it is no JSON.
        return _decode_slowly(text)
    except ValueError as e:
        raise _unreadable(e) from None


def _decode_slowly(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except ValueError as e:
        raise _unreadable(e) from None


def _unreadable(e: ValueError) -> Exception:
    if isinstance(e, json.JSONDecodeError):
        return UnsupportedError(
            "a stored value is not JSON: an encrypted dict of BeaverDB 1.x cannot be read by this version"
        )
    # Python reads no number of more than some thousand digits.
    return LimitError(f"a stored number is too long for Python: {e}")


def options(**given: object) -> str:
    """Options as the library takes them: an object of those that were given."""
    members = {name: value for name, value in given.items() if value is not None}
    return encode(members) if members else "{}"
