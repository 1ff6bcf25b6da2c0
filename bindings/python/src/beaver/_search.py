"""Collections: search by vector, by text, and by everything together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from . import _json, _vector
from ._bodies import Bodies
from ._document import Document
from ._fast import searcher
from ._library import native
from ._named import NamedTuple

T = TypeVar("T")

Where = Mapping[str, Any]
"""A filter: `{"year": {">=": 2020}, "author.name": "Ada"}`."""

On = str | Iterable[str] | Mapping[str, float]
"""The fields that a text search is about: a path, some, or each with its weight."""


class Fragment(NamedTuple):
    """A piece of text around what was found, and the path of its field."""

    path: str
    text: str


class Leg(NamedTuple):
    """The place and the score of a document in one leg of a hybrid search."""

    rank: int
    score: float


class _Pair(NamedTuple, Generic[T]):
    document: Document[T]
    score: float


class Hit(_Pair[T]):
    """A document that was found, and its score: `document, score = hit`."""

    fragments: tuple[Fragment, ...] = ()
    """Of a text search with `highlight` or `snippet`: where the text matches."""
    legs: Mapping[str, Leg] = {}  # never changed, only replaced
    """Of a hybrid search: in which legs the document was found."""


class SearchPlan(NamedTuple):
    """How a vector search went about it."""

    path: str
    filter: str
    scored: int
    compared: int
    bytes_read: int


class Recall(NamedTuple):
    """How much of what an exact search finds was found, from 0 to 1, in how many searches."""

    queries: int
    recall: float


class Search(Bodies[T]):
    """How a collection is searched."""

    def _bound(self) -> None:
        self._search = searcher(self._native)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._bound()

    def search(
        self, vector: _vector.Vector, top_k: int = 10, *, where: Where | None = None, effort: str | None = None
    ) -> list[Hit[T]]:
        """The documents whose embeddings are nearest to a vector, the nearest first; the score is the distance.

        `effort` is `fast`, `normal`, `high` or `exact`.
        """
        options = _json.options(k=top_k, where=where, effort=effort)
        return self._hits(self._search(_vector.to_bytes(vector), options))

    def _searching(
        self, vector: _vector.Vector, top_k: int, where: Where | None, effort: str | None
    ) -> Callable[[Any], list[Hit[T]]]:
        query, options = _vector.to_bytes(vector), _json.options(k=top_k, where=where, effort=effort)
        return lambda cancel: self._hits(self._native.search(query, options, cancel))

    def explain_search(
        self, vector: _vector.Vector, top_k: int = 10, *, where: Where | None = None, effort: str | None = None
    ) -> SearchPlan:
        """How `search` goes about it."""
        options = _json.options(k=top_k, where=where, effort=effort)
        return SearchPlan(**_json.decode(self._native.explain_search(_vector.to_bytes(vector), options)))

    def recall_check(
        self, sample: int = 20, top_k: int = 10, *, where: Where | None = None, effort: str | None = None
    ) -> Recall:
        """Searches for a sample of the embeddings, with the effort and exactly, and tells the share that was found."""
        options = _json.options(k=top_k, where=where, effort=effort)
        return Recall(**_json.decode(self._native.recall_check(sample, options)))

    def match(
        self,
        query: str,
        on: On | None = None,
        top_k: int = 10,
        fuzziness: int | str = 0,
        *,
        where: Where | None = None,
        prefix: bool = False,
        highlight: Mapping[str, str] | None = None,
        snippet: Mapping[str, Any] | None = None,
    ) -> list[Hit[T]]:
        """The documents whose text has the words of a query, the best first.

        `on` limits it to some fields, and may weigh them. `fuzziness` forgives so many edits, 1 to 3, or `auto`: then
        the score is their number, else the BM25 rank. With `prefix`, the last word may be the beginning of one.
        `highlight={"before": "<b>", "after": "</b>"}` and `snippet` give fragments.
        """
        return self._matching(query, on, top_k, fuzziness, where, prefix, highlight, snippet)(None)

    def _matching(
        self,
        query: str,
        on: On | None,
        top_k: int,
        fuzziness: int | str,
        where: Where | None,
        prefix: bool,
        highlight: Mapping[str, str] | None,
        snippet: Mapping[str, Any] | None,
    ) -> Callable[[Any], list[Hit[T]]]:
        options = _json.options(
            k=top_k,
            where=where,
            on=fields(on),
            fuzziness=fuzziness or None,
            prefix=prefix or None,
            highlight=highlight,
            snippet=snippet,
        )
        return lambda cancel: self._hits(self._native.match_text(query, options, cancel))

    def hybrid(
        self,
        text: str | None = None,
        vector: _vector.Vector = None,
        graph: Mapping[str, Any] | None = None,
        top_k: int = 10,
        *,
        where: Where | None = None,
        weights: Mapping[str, float] | None = None,
        candidates: int | None = None,
        rrf_k: float | None = None,
        on: On | None = None,
        fuzziness: int | str = 0,
        prefix: bool = False,
        effort: str | None = None,
    ) -> list[Hit[T]]:
        """The documents that text, vector and relations together find, as one ranking; at least one of them has to be
        given.

        `graph` is `{"from": [ids], "labels": [labels], "direction": "outgoing", "depth": 1, "seeds": 5}`: what lies
        within a walk from there, or else from the best of the other legs. `weights` says how much each leg counts,
        `candidates` how many results each contributes.
        """
        return self._hybrid(
            vector,
            text=text,
            graph=graph,
            k=top_k,
            where=where,
            weights=weights,
            candidates=candidates,
            rrf_k=rrf_k,
            on=fields(on),
            fuzziness=fuzziness or None,
            prefix=prefix or None,
            effort=effort,
        )(None)

    def _hybrid(self, vector: _vector.Vector, **query: Any) -> Callable[[Any], list[Hit[T]]]:
        packed, options = _vector.to_bytes(vector), _json.options(**query)
        return lambda cancel: self._hits(self._native.hybrid(packed, options, cancel))

    def _hits(self, text: str) -> list[Hit[T]]:
        return [self._hit(row) for row in _json.decode(text)]

    def _hit(self, row: Any) -> Hit[T]:
        hit: Hit[T] = Hit(self._found(Document, row), row["score"])
        if "fragments" in row:
            hit.fragments = tuple(Fragment(**fragment) for fragment in row["fragments"])
        if "legs" in row:
            hit.legs = {name: Leg(**leg) for name, leg in row["legs"].items()}
        return hit


def fields(on: On | None) -> Any:
    """The fields of a text search as options have them."""
    if on is None or isinstance(on, (str, Mapping)):
        return on
    return list(on)


class Ranking(list[Document[T]]):
    """The documents that `rerank` gave, with their scores in the same order."""

    scores: Sequence[float] = ()


def rerank(*results: Iterable[Document[T]], weights: Iterable[float] | None = None, k: float = 60) -> Ranking[T]:
    """Fuses rankings of documents into one, by reciprocal rank fusion: each document gets weight / (k + rank) from each
    list that has it, and the largest sum comes first."""
    lists = [list(result) for result in results]
    documents: dict[str, Document[T]] = {}
    for ranking in lists:
        for document in ranking:
            documents.setdefault(document.id, document)
    ids = _json.encode([[document.id for document in ranking] for ranking in lists])
    options = _json.options(weights=None if weights is None else list(weights), k=k)
    rows = _json.decode(native.rerank(ids, options))
    fused: Ranking[T] = Ranking(documents[row["id"]] for row in rows)
    fused.scores = [row["score"] for row in rows]
    return fused
