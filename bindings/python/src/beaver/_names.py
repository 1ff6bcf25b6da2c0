"""Names of structures."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any, Generic, TypeVar

H = TypeVar("H")


class Names(builtins.list[str], Generic[H]):
    """A list of names that can be called as the factory: `db.blobs` is a list, `db.blobs("uploads")` a store."""

    def __init__(self, names: builtins.list[str], factory: Callable[..., H]) -> None:
        super().__init__(names)
        self._factory = factory

    def __call__(self, name: str, *given: Any, **named: Any) -> H:
        return self._factory(name, *given, **named)
