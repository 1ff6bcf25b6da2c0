"""Collections for asyncio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from .. import _vector
from .._callbacks import Progress
from .._collection import Collection, CollectionStats, FindPlan, Found, Fts, Settings
from .._document import Document, Edge, Neighbor, Visit
from .._graph import Labels, Path
from .._pages import DocumentPages
from .._search import Hit, On, Recall, SearchPlan, Where, fields
from ._handle import AsyncHandle
from ._run import AsyncPages, cancellable, run, stoppable

T = TypeVar("T")


class AsyncCollection(AsyncHandle[Collection[T]], Generic[T]):
    """A collection for asyncio. Searches can be cancelled; so can what tells of its progress, and then nothing of it is
    done."""

    async def index(self, document: Document[T], *, fts: Fts = True, fuzzy: bool = False) -> bool:
        """Stores a document in the place of the one that has its id; False if it was there just so."""
        return await run(self._handle.index, document, fts=fts, fuzzy=fuzzy)

    async def index_many(
        self,
        documents: Iterable[Document[T]],
        *,
        fts: Fts = True,
        fuzzy: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Stores many documents in one commit; returns how many. `progress` is called in another thread."""
        return await stoppable(self._handle.index_many, documents, fts=fts, fuzzy=fuzzy, progress=progress)

    async def get(self, id: str) -> Document[T] | None:
        """The document of an id; None if there is none."""
        return await run(self._handle.get, id)

    async def drop(self, document: Document[T] | str) -> bool:
        """Removes a document with everything that belongs to it; False if there was none."""
        return await run(self._handle.drop, document)

    async def contains(self, document: Document[T] | str) -> bool:
        """Whether there is such a document."""
        return await run(self._handle.__contains__, document)

    def __aiter__(self) -> AsyncPages[Document[T]]:
        handle = self._handle
        return AsyncPages(DocumentPages(handle._native.stored_documents(), handle._stored))

    async def find(
        self,
        where: Where | None = None,
        order: str | Iterable[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Found[T]:
        """The documents that meet a filter, in an order of fields."""
        return await run(self._handle.find, where, order, limit, cursor)

    async def explain_find(
        self,
        where: Where | None = None,
        order: str | Iterable[str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> FindPlan:
        """How `find` goes about it."""
        return await run(self._handle.explain_find, where, order, limit, cursor)

    async def count(self, where: Where | None = None) -> int:
        """How many documents meet a filter."""
        return await run(self._handle.count, where)

    async def create_index(self, path: str, *, progress: Progress | None = None) -> bool:
        """Makes an index over a field; False if there was one."""
        return await stoppable(self._handle.create_index, path, progress=progress)

    async def drop_index(self, path: str) -> bool:
        """Removes the index over a field; False if there was none."""
        return await run(self._handle.drop_index, path)

    async def indexes(self) -> list[str]:
        """The paths of the indexed fields."""
        return await run(self._handle.indexes)

    async def configure(self, *, metric: str | None = None, tokenizer: str | None = None) -> None:
        """Chooses the metric and the tokenizer of a collection without documents."""
        await run(self._handle.configure, metric=metric, tokenizer=tokenizer)

    async def settings(self) -> Settings:
        """The settings, and the dimension of the embeddings."""
        return await run(self._handle.settings)

    async def stats(self) -> CollectionStats:
        """How many documents there are, and how their embeddings are indexed."""
        return await run(self._handle.stats)

    async def compact(self, *, progress: Progress | None = None) -> None:
        """Brings what is kept for vector search to the state of a fresh build."""
        await stoppable(self._handle.compact, progress=progress)

    async def rebuild(self, *, progress: Progress | None = None) -> None:
        """Makes everything anew that is derived from the documents."""
        await stoppable(self._handle.rebuild, progress=progress)

    # Searches

    async def search(
        self, vector: _vector.Vector, top_k: int = 10, *, where: Where | None = None, effort: str | None = None
    ) -> list[Hit[T]]:
        """The documents whose embeddings are nearest to a vector, the nearest first."""
        return await cancellable(self._handle._searching(vector, top_k, where, effort))

    async def explain_search(
        self, vector: _vector.Vector, top_k: int = 10, *, where: Where | None = None, effort: str | None = None
    ) -> SearchPlan:
        """How `search` goes about it."""
        return await run(self._handle.explain_search, vector, top_k, where=where, effort=effort)

    async def recall_check(
        self, sample: int = 20, top_k: int = 10, *, where: Where | None = None, effort: str | None = None
    ) -> Recall:
        """Tells the share of what an exact search finds that `search` finds."""
        return await run(self._handle.recall_check, sample, top_k, where=where, effort=effort)

    async def match(
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
        """The documents whose text has the words of a query, the best first."""
        return await cancellable(self._handle._matching(query, on, top_k, fuzziness, where, prefix, highlight, snippet))

    async def hybrid(
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
        """The documents that text, vector and relations together find."""
        return await cancellable(
            self._handle._hybrid(
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
            )
        )

    # The graph

    async def connect(
        self,
        source: Document[Any] | str,
        target: Document[Any] | str,
        label: str,
        metadata: Any = None,
        *,
        weight: float | None = None,
    ) -> None:
        """Connects two documents."""
        await run(self._handle.connect, source, target, label, metadata, weight=weight)

    async def connect_many(
        self, edges: Iterable[Edge | tuple[str, str, str]], *, progress: Progress | None = None
    ) -> int:
        """Connects many documents in one commit; returns how many edges there were."""
        return await stoppable(self._handle.connect_many, edges, progress=progress)

    async def disconnect(
        self, source: Document[Any] | str, target: Document[Any] | str, label: str | None = None
    ) -> int:
        """Removes the edge of a label, or all from the one to the other; returns how many."""
        return await run(self._handle.disconnect, source, target, label)

    async def neighbors(
        self,
        doc: Document[Any] | str,
        label: Labels | None = None,
        *,
        direction: str | None = None,
        limit: int | None = None,
    ) -> list[Neighbor[T]]:
        """The documents one edge away, each with its `edge`."""
        return await run(self._handle.neighbors, doc, label, direction=direction, limit=limit)

    async def walk(
        self,
        source: Document[Any] | str,
        labels: Labels | None = None,
        depth: int = 1,
        *,
        direction: str | None = None,
        max_nodes: int | None = None,
        fan_out: int | None = None,
        paths: bool = False,
        where: Where | None = None,
    ) -> list[Visit[T]]:
        """The documents within `depth` edges, the nearest first."""
        return await cancellable(
            self._handle._walking(source, labels, depth, direction, max_nodes, fan_out, paths, where)
        )

    async def shortest_path(
        self,
        source: Document[Any] | str,
        target: Document[Any] | str,
        labels: Labels | None = None,
        *,
        direction: str | None = None,
        weighted: bool = False,
        max_nodes: int | None = None,
    ) -> Path | None:
        """The shortest way from one document to another; None if there is no way."""
        return await cancellable(self._handle._path(source, target, labels, direction, weighted, max_nodes))

    async def degree(
        self, doc: Document[Any] | str, labels: Labels | None = None, *, direction: str | None = None
    ) -> int:
        """How many edges a document has."""
        return await run(self._handle.degree, doc, labels, direction=direction)
