"""The shorter way for single calls, of which a program may make a great many.

A call through uniffi makes several foreign calls and objects of its own, which takes longer than what is done. The same
library has plain functions for these, which `ctypes` calls as they are. Every such call of the package is made here. What
is given back keeps the handle alive, whose address it has.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_bool, c_char_p, c_double, c_int64, c_size_t, c_void_p
from typing import Any

from ._errors import InvalidUtf8Error, TypeMismatchError
from ._library import native


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.CFUNCTYPE(result, *arguments)((name, native._UniffiLib))


# Text and bytes with their length. An answer ends with a NUL, which JSON has not: nothing is cut off.
_TEXT = (c_char_p, c_size_t)
_dict_get = _function("beaver_fast_dict_get", c_char_p, c_void_p, *_TEXT)
_dict_set = _function("beaver_fast_dict_set", c_bool, c_void_p, *_TEXT, *_TEXT)
_list_get = _function("beaver_fast_list_get", c_char_p, c_void_p, c_int64)
_list_push = _function("beaver_fast_list_push", c_bool, c_void_p, *_TEXT)
_queue_put = _function("beaver_fast_queue_put", c_bool, c_void_p, *_TEXT, c_double)
_queue_try_get = _function("beaver_fast_queue_try_get", c_char_p, c_void_p)
_search = _function("beaver_fast_search", c_char_p, c_void_p, *_TEXT, *_TEXT)
_raise_failure = native.fast_failure


def dict_getter(handle: Any) -> Callable[[str], str | None]:
    """What gives the JSON text of a key, or None."""
    address = handle.address()

    def get(key: str) -> str | None:
        name = _key(key)
        return _answer(_dict_get(address, name, len(name)))

    return _keeping(get, handle)


def dict_setter(handle: Any) -> Callable[[str, str], None]:
    """What sets a key to a JSON text."""
    address = handle.address()

    def set(key: str, text: str) -> None:
        name, value = _key(key), text.encode()
        if not _dict_set(address, name, len(name), value, len(value)):
            _raise_failure()

    return _keeping(set, handle)


def list_getter(handle: Any) -> Callable[[int], str | None]:
    """What gives the JSON text at an index, or None."""
    address = handle.address()
    return _keeping(lambda index: _answer(_list_get(address, index)), handle)


def list_pusher(handle: Any) -> Callable[[str], None]:
    """What puts a JSON text at the end."""
    address = handle.address()

    def push(text: str) -> None:
        value = text.encode()
        if not _list_push(address, value, len(value)):
            _raise_failure()

    return _keeping(push, handle)


def queue_putter(handle: Any) -> Callable[[str, float], None]:
    """What puts a JSON text with a priority."""
    address = handle.address()

    def put(text: str, priority: float) -> None:
        value = text.encode()
        if not _queue_put(address, value, len(value), priority):
            _raise_failure()

    return _keeping(put, handle)


def queue_taker(handle: Any) -> Callable[[], str | None]:
    """What takes the first item, if there is one, and gives its row."""
    address = handle.address()
    return _keeping(lambda: _answer(_queue_try_get(address)), handle)


def searcher(handle: Any) -> Callable[[bytes, str], str]:
    """What searches for a vector by some options, and gives the rows."""
    address = handle.address()

    def search(vector: bytes, options: str) -> str:
        text = options.encode()
        return _answer(_search(address, vector, len(vector), text, len(text))) or "[]"

    return _keeping(search, handle)


def _key(key: str) -> bytes:
    try:
        return key.encode()
    except AttributeError:
        raise TypeMismatchError(f"a key is text, not {type(key).__name__}") from None
    except UnicodeEncodeError as e:
        offset = len(key[: e.start].encode())
        raise InvalidUtf8Error("the key holds half of a surrogate pair", offset=offset) from None


def _answer(text: bytes | None) -> str | None:
    if text is None:
        _raise_failure()
        return None
    return text.decode()


def _keeping(call: Callable[..., Any], handle: Any) -> Callable[..., Any]:
    call.handle = handle  # type: ignore[attr-defined]  # the address is good for as long as this lives
    return call
