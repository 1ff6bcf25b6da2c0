"""A database for many kinds of data in one file: dicts, lists, queues, blobs, logs, channels, locks, and collections of
documents that are found by fields, text, vectors and relations.

    from beaver import BeaverDB

    db = BeaverDB("app.db")
    db.dict("config")["theme"] = "dark"
"""

from ._batch import Batch
from ._database import BeaverDB
from ._document import Document, Edge
from ._errors import BeaverError
from ._library import live_objects
from ._library import version as __version__
from ._model import Model
from ._time import Timestamp

__all__ = [
    "Batch",
    "BeaverDB",
    "BeaverError",
    "Document",
    "Edge",
    "Model",
    "Timestamp",
    "__version__",
    "live_objects",
]
