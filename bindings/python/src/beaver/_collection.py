"""Collections: documents, and everything that they are found by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import _json
from ._callbacks import Progress, with_progress
from ._document import Document, id_of
from ._errors import InvalidArgumentError, MissingKeyError, TypeMismatchError
from ._graph import Graph
from ._pages import DocumentPages
from ._search import Search

if TYPE_CHECKING:
    from ._aio import AsyncCollection

T = TypeVar("T")

Fts = bool | Iterable[str]
"""Which text of a body full-text search finds: all, none, or that at and below some paths."""


class Settings(NamedTuple):
    """The settings of a collection. The first embedding fixes the dimension."""

    metric: str
    tokenizer: str
    dimension: int | None


class VectorStats(NamedTuple):
    """The vector index of a collection in numbers: 0 as long as there are no codes.

    `tier` is `exact` (every vector is compared), `flat` (all codes are searched) or `partitioned`. `codes` are those
    that are searched, with the `stale` ones, of vectors that are gone; `bytes` is what they take in the file. `epoch`
    grows whenever the partitions change or all codes were made anew; `building` tells whether they are being made.
    """

    tier: str
    partitions: int
    codes: int
    stale: int
    bytes: int
    epoch: int
    building: bool


class CollectionStats(NamedTuple):
    """A collection in numbers, as of one moment. The first embedding fixes the dimension."""

    documents: int
    dimension: int | None
    vectors: VectorStats


class FindPlan(NamedTuple):
    """How `find` went about it."""

    indexes: list[str]
    ordered: bool
    examined: int
    matched: int


class Found(list[Document[T]]):
    """The documents that `find` gave. With `cursor` the same query goes on behind them; None at the end."""

    cursor: str | None = None


class Collection(Search[T], Graph[T]):
    """Documents that are found by their ids and fields, by vector, by text, and by their relations."""

    kind = "collection"

    # Documents

    def index(self, document: Document[T], *, fts: Fts = True, fuzzy: bool = False) -> bool:
        """Stores a document in the place of the one that has its id; False if it was there just so.

        `fts` says which text is found: all, none, or that at and below some paths. `fuzzy` lets misspelt queries find
        it.
        """
        _check(document)
        body = self._body_text(document.body)
        native = self._writer()
        return bool(native.index(document.id, body, document._vector_bytes(), index_options(fts, fuzzy)).written)

    def index_many(
        self,
        documents: Iterable[Document[T]],
        *,
        fts: Fts = True,
        fuzzy: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Stores many documents in one commit, all or none; returns how many. An error has the index of the document
        that is wrong."""
        rows, vectors = [], []
        for document in documents:
            _check(document)
            rows.append(f'{{"id":{_json.encode(document.id)},"body":{self._body_text(document.body)}}}')
            vectors.append(document._vector_bytes())
        matrix, dimension, flags = _matrix(vectors)
        text = "[" + ",".join(rows) + "]"
        options = index_options(fts, fuzzy)
        native = self._writer()
        return int(with_progress(native.index_many, text, matrix, dimension, flags, options, progress=progress))

    def __getitem__(self, id: str) -> Document[T]:
        document = self.get(id)
        if document is None:
            raise MissingKeyError(f"the collection {self._name!r} has no document of this id")
        return document

    def drop(self, document: Document[T] | str) -> bool:
        """Removes a document with everything that belongs to it, its edges included; False if there was none."""
        return bool(self._writer().remove(id_of(document)))

    def __contains__(self, document: object) -> bool:
        return isinstance(document, (str, Document)) and bool(self._native.contains(id_of(document)))

    def __iter__(self) -> Iterator[Document[T]]:
        """All documents with their embeddings, in the order of their ids."""
        return DocumentPages(self._native.stored_documents(), self._stored)

    # Fields

    def find(
        self,
        where: Mapping[str, Any] | None = None,
        order: str | Iterable[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Found[T]:
        """The documents that meet a filter, in an order of fields (`-year` descends), 100 at a time if no other limit
        is given. With the `cursor` of the last answer, the query goes on."""
        answer = _json.decode(self._native.find(_find_options(where, order, limit, cursor)))
        documents: Found[T] = Found(self._found(Document, row) for row in answer["documents"])
        documents.cursor = answer["cursor"]
        return documents

    def explain_find(
        self,
        where: Mapping[str, Any] | None = None,
        order: str | Iterable[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> FindPlan:
        """How `find` goes about it."""
        return FindPlan(**_json.decode(self._native.explain_find(_find_options(where, order, limit, cursor))))

    def count(self, where: Mapping[str, Any] | None = None) -> int:
        """How many documents meet a filter."""
        return int(self._native.count(_json.encode({} if where is None else where)))

    def create_index(self, path: str, *, progress: Progress | None = None) -> bool:
        """Makes an index over a field, so that filters and orders by it are fast; False if there was one."""
        return bool(with_progress(self._writer().create_index, path, progress=progress))

    def drop_index(self, path: str) -> bool:
        """Removes the index over a field; False if there was none."""
        return bool(self._writer().drop_index(path))

    def indexes(self) -> list[str]:
        """The paths of the indexed fields."""
        return list(self._native.indexes())

    # Settings and upkeep

    def configure(self, *, metric: str | None = None, tokenizer: str | None = None) -> None:
        """Chooses how vectors are compared (`l2`, `cosine`, `dot`) and text is cut into words (`porter`, `unicode61`,
        `trigram`), for a collection without documents."""
        self._writer().configure(_json.options(metric=metric, tokenizer=tokenizer))

    def settings(self) -> Settings:
        """The settings, and the dimension of the embeddings."""
        return Settings(**_json.decode(self._native.settings()))

    def stats(self) -> CollectionStats:
        """How many documents there are, and how their embeddings are indexed. Takes as long as `len`."""
        row = _json.decode(self._native.stats())
        return CollectionStats(row["documents"], row["dimension"], VectorStats(**row["vectors"]))

    def compact(self, *, progress: Progress | None = None) -> None:
        """Brings what is kept for vector search to the state of a fresh build. Collections do it by themselves too."""
        with_progress(self._writer().compact, progress=progress)

    def rebuild(self, *, progress: Progress | None = None) -> None:
        """Makes everything anew that is derived from the documents."""
        with_progress(self._writer().rebuild, progress=progress)

    def as_async(self) -> AsyncCollection[T]:
        """The same collection for asyncio."""
        from ._aio import AsyncCollection

        return AsyncCollection(self)


def _check(document: object) -> None:
    if not isinstance(document, Document):
        raise TypeMismatchError(f"a Document is needed, not {type(document).__name__}")


def index_options(fts: Fts, fuzzy: bool) -> str:
    """The options of `index`."""
    if fts is True and not fuzzy:
        return "{}"
    if not isinstance(fts, bool):
        fts = [fts] if isinstance(fts, str) else list(fts)
    return _json.options(fts=fts, fuzzy=fuzzy)


def _matrix(vectors: list[bytes]) -> tuple[bytes, int, bytes]:
    """The rows of those that have a vector, their dimension, and who has one; nothing if nobody has."""
    dimension = next((len(vector) for vector in vectors if vector), 0)
    if not dimension:
        return b"", 0, b""
    for index, vector in enumerate(vectors):
        if vector and len(vector) != dimension:
            raise InvalidArgumentError(
                f"the embedding has {len(vector) // 4} components, those before it {dimension // 4}", operation=index
            )
    flags = b"" if all(vectors) else bytes(map(bool, vectors))
    return b"".join(vectors), dimension // 4, flags


def _find_options(
    where: Mapping[str, Any] | None, order: str | Iterable[str] | None, limit: int | None, cursor: str | None
) -> str:
    fields = [order] if isinstance(order, str) else None if order is None else list(order)
    return _json.options(where=where, order=fields, limit=limit, cursor=cursor)
