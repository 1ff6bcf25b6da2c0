"""The database, where BeaverDB 1.x has it."""

from ._batch import Batch
from ._database import BeaverDB, Info, Repaired, Stats, Structure, Verified

__all__ = ["Batch", "BeaverDB", "Info", "Repaired", "Stats", "Structure", "Verified"]
