"""Collections and their documents, under the names of BeaverDB 1.x too."""

from ._aio import AsyncCollection
from ._collection import Collection, CollectionStats, FindPlan, Found, Settings, VectorStats
from ._document import Document, Edge, Neighbor, Visit
from ._graph import Path
from ._search import Fragment, Hit, Leg, Ranking, Recall, SearchPlan, rerank

CollectionManager = Collection

__all__ = [
    "AsyncCollection",
    "Collection",
    "CollectionManager",
    "CollectionStats",
    "Document",
    "Edge",
    "FindPlan",
    "Found",
    "Fragment",
    "Hit",
    "Leg",
    "Neighbor",
    "Path",
    "Ranking",
    "Recall",
    "SearchPlan",
    "Settings",
    "VectorStats",
    "Visit",
    "rerank",
]
