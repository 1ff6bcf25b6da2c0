"""Documents: what collections hold."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from . import _vector
from ._errors import TypeMismatchError

if TYPE_CHECKING:
    from ._bodies import Bodies

T = TypeVar("T")

_NOT_GIVEN: Any = object()


class Document(Generic[T]):
    """A body, which is any value of JSON, under an id, perhaps with an embedding.

    Without an id it gets a random UUID. `metadata` is another name of the body. Fields of other names make up the body:
    `Document(title="Beavers", year=2024)`.
    """

    __slots__ = ("__weakref__", "_embedding", "_source", "body", "id")

    def __init__(
        self,
        id: str | None = None,
        embedding: _vector.Vector = None,
        body: T = _NOT_GIVEN,
        *,
        metadata: T = _NOT_GIVEN,
        **fields: Any,
    ) -> None:
        bodies = [given for given in (body, metadata, fields or _NOT_GIVEN) if given is not _NOT_GIVEN]
        if len(bodies) > 1:
            raise TypeMismatchError("the body is given twice: by body, metadata, and fields of its own choose one")
        self.id: str = str(uuid.uuid4()) if id is None else id
        self.body: T = cast(T, bodies[0] if bodies else None)
        self._embedding = embedding
        # The collection that has the embedding, where it was not read along.
        self._source: Bodies[T] | None = None

    @property
    def embedding(self) -> Any:
        """The embedding, as it was given, or a list of floats; None if there is none. That of a document which a search
        has found is read when it is first asked for."""
        if self._source is not None:
            stored = self._source.get(self.id)
            self.embedding = None if stored is None else stored.embedding
        if isinstance(self._embedding, _Packed):
            self._embedding = _vector.to_list(self._embedding.bytes)
        return self._embedding

    @embedding.setter
    def embedding(self, embedding: _vector.Vector) -> None:
        self._embedding = embedding
        self._source = None

    @property
    def metadata(self) -> T:
        """The body."""
        return self.body

    @metadata.setter
    def metadata(self, metadata: T) -> None:
        self.body = metadata

    def _vector_bytes(self) -> bytes:
        """The embedding as the library takes it."""
        if isinstance(self._embedding, _Packed):
            return self._embedding.bytes
        return _vector.to_bytes(self.embedding, "embedding")

    def to_dict(self) -> dict[str, Any]:
        """`{"id", "embedding", "body"}`."""
        return {"id": self.id, "embedding": self.embedding, "body": self.body}

    def __repr__(self) -> str:
        known = "…" if self._source is not None else repr(self.embedding)
        return f"{type(self).__name__}(id={self.id!r}, embedding={known}, body={self.body!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        if (self.id, self.body) != (other.id, other.body):
            return False
        return self._vector_bytes() == other._vector_bytes()

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (type(self), self.id, self.embedding, self.body))


class _Packed(NamedTuple):
    """An embedding as the library gave it, which becomes a list when it is asked for."""

    bytes: bytes


class Neighbor(Document[T]):
    """A document one edge away, with that edge."""

    __slots__ = ("edge",)

    edge: Edge


class Visit(Document[T]):
    """A document on a walk: how many edges away it is, and, if that was asked for, the ids on the way to it."""

    __slots__ = ("distance", "path")

    distance: int
    path: list[str]


class Edge(NamedTuple):
    """An edge of the graph."""

    source: str
    target: str
    label: str
    weight: float = 1.0
    metadata: Any = None


D = TypeVar("D", bound=Document[Any])


def id_of(document: Document[Any] | str) -> str:
    """The id of a document, or the id that was given instead."""
    return document.id if isinstance(document, Document) else document


def stored(id: str, body: Any, embedding: bytes | None) -> Document[Any]:
    """A document that was read as a whole."""
    return Document(id, None if embedding is None else _Packed(embedding), body)


def found(kind: type[D], source: Bodies[Any], id: str, body: Any) -> D:
    """A document that was found: its embedding stays where it is until it is asked for."""
    document = kind(id, None, body)
    document._source = source
    return document


def _restored(kind: type[Document[Any]], id: str, embedding: Any, body: Any) -> Document[Any]:
    return kind(id, embedding, body)
