"""Going through a structure: rows come by pages, so that a call for each is not needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from . import _json

T = TypeVar("T")

PAGE = 256
"""How many rows come at once."""


class Pages(Iterator[T]):
    """An iterator over rows. It holds nothing in the database between two pages: what others change meanwhile may show
    or not."""

    def __init__(self, cursor: Any, make: Callable[[Any], T]) -> None:
        self._cursor = cursor
        self._make = make
        self._rows: deque[Any] = deque()

    def __next__(self) -> T:
        if not self._rows and not self.fetch():
            raise StopIteration
        return self._make(self._rows.popleft())

    @property
    def has_rows(self) -> bool:
        """Whether the next row is there already."""
        return bool(self._rows)

    def fetch(self) -> bool:
        """Reads a page, if none is there; false at the end. This is the part that may take a while."""
        if self._rows:
            return True
        if self._cursor is None:
            return False
        page = self._next_page()
        if not page:
            self._cursor = None
            return False
        self._rows.extend(page)
        return True

    def _next_page(self) -> Any:
        text = self._cursor.next_page(PAGE)
        return None if text is None else _json.decode(text)


class DocumentPages(Pages[T]):
    """The same over rows that do not come as JSON."""

    def _next_page(self) -> Any:
        return self._cursor.next_page(PAGE)
