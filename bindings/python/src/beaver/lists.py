"""Lists, under the names of BeaverDB 1.x too."""

from ._aio import AsyncList
from ._list import List

ListManager = List

__all__ = ["AsyncList", "List", "ListManager"]
