"""How the bodies of documents come and go."""

from __future__ import annotations

from typing import Any, TypeVar

from ._document import Document, found, stored
from ._handle import Handle

T = TypeVar("T")
D = TypeVar("D", bound=Document[Any])


class Bodies(Handle[T]):
    """What all calls of a collection need. A document may have no body, whatever the model."""

    def _body_text(self, body: T | None) -> str:
        return "null" if body is None else self._codec.dumps(body)

    def _stored(self, row: Any) -> Document[T]:
        """A document that was read as a whole."""
        return stored(row.id, None if row.body == "null" else self._codec.loads(row.body), row.embedding)

    def _found(self, kind: type[D], row: Any) -> D:
        """A document that was found."""
        body = row["body"]
        return found(kind, self, row["id"], None if body is None else self._codec.build(body))

    def get(self, id: str) -> Document[T] | None:
        """The document of an id; None if there is none."""
        row = self._native.get(id)
        return None if row is None else self._stored(row)
