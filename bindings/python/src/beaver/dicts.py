"""Dicts, under the names of BeaverDB 1.x too."""

from ._aio import AsyncDict
from ._dict import Dict

DictManager = Dict

__all__ = ["AsyncDict", "Dict", "DictManager"]
