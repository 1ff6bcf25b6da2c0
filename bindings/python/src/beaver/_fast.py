"""The shorter way for single reads, of which a program may make a great many.

A call through uniffi makes several foreign calls and objects of its own, which takes longer than the read. The same
library has plain functions for these, which `ctypes` calls as they are. Every such call of the package is made here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from ._errors import InvalidUtf8Error, TypeMismatchError
from ._library import native

_library = native._UniffiLib
_dict_get = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)(
    ("beaver_fast_dict_get", _library)
)
_list_get = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64)(("beaver_fast_list_get", _library))
_raise_failure = native.fast_failure


def dict_getter(handle: Any) -> Callable[[str], str | None]:
    """What gives the JSON text of a key, or None."""
    address = handle.address()

    def get(key: str) -> str | None:
        try:
            name = key.encode()
        except AttributeError:
            raise TypeMismatchError(f"a key is text, not {type(key).__name__}") from None
        except UnicodeEncodeError as e:
            offset = len(key[: e.start].encode())
            raise InvalidUtf8Error("the key holds half of a surrogate pair", offset=offset) from None
        text: bytes | None = _dict_get(address, name, len(name))
        # A key holds no NUL, a value neither: nothing is cut off.
        if text is None:
            _raise_failure()
            return None
        return text.decode()

    get.handle = handle  # type: ignore[attr-defined]  # the address is good for as long as this lives
    return get


def list_getter(handle: Any) -> Callable[[int], str | None]:
    """What gives the JSON text at an index, or None."""
    address = handle.address()

    def get(index: int) -> str | None:
        text: bytes | None = _list_get(address, index)
        if text is None:
            _raise_failure()
            return None
        return text.decode()

    get.handle = handle  # type: ignore[attr-defined]  # the address is good for as long as this lives
    return get
