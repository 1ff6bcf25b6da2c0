"""Secrets of BeaverDB 1.x, which are not there yet."""

from typing import Any

from ._errors import UnsupportedError


class Secret:
    """A value that is stored as a hash."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise UnsupportedError("secrets are not supported by this version")
