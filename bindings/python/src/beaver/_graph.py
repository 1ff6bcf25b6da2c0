"""Collections: the edges between documents, and the ways along them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from . import _json
from ._bodies import Bodies
from ._callbacks import Progress, with_progress
from ._document import Document, Edge, Neighbor, Visit, id_of
from ._time import number

T = TypeVar("T")

Labels = str | Iterable[str]
"""A label, or some; none of them are any."""


class Path(NamedTuple):
    """A shortest way: the ids on it, both ends included, and its cost."""

    ids: list[str]
    cost: float


class Graph(Bodies[T]):
    """How documents are connected. An edge goes from one to another, and has a label, a weight, and metadata."""

    def connect(
        self,
        source: Document[Any] | str,
        target: Document[Any] | str,
        label: str,
        metadata: Any = None,
        *,
        weight: float | None = None,
    ) -> None:
        """Connects two documents that are there. The edge of a label, connected again, gets another weight and
        metadata."""
        self._writer().connect(id_of(source), id_of(target), label, edge_options(weight, metadata))

    def connect_many(self, edges: Iterable[Edge | tuple[str, str, str]], *, progress: Progress | None = None) -> int:
        """Connects many documents in one commit; returns how many edges there were."""
        rows = [self._edge(Edge(*edge)) for edge in edges]
        return int(with_progress(self._writer().connect_many, _json.encode(rows), progress=progress))

    @staticmethod
    def _edge(edge: Edge) -> dict[str, Any]:
        row = {**edge._asdict(), "weight": number(edge.weight, "weight")}
        return {name: value for name, value in row.items() if value is not None}

    def disconnect(self, source: Document[Any] | str, target: Document[Any] | str, label: str | None = None) -> int:
        """Removes the edge of a label, or all from the one to the other; returns how many."""
        return int(self._writer().disconnect(id_of(source), id_of(target), label))

    def neighbors(
        self,
        doc: Document[Any] | str,
        label: Labels | None = None,
        *,
        direction: str | None = None,
        limit: int | None = None,
    ) -> list[Neighbor[T]]:
        """The documents one edge away, by labels and ids, each with its `edge`. `direction` is `outgoing`, `incoming`
        or `both`."""
        options = _json.options(labels=_labels(label), direction=direction, limit=limit)
        return [self._neighbor(row) for row in _json.decode(self._native.neighbors(id_of(doc), options))]

    def _neighbor(self, row: Any) -> Neighbor[T]:
        neighbor: Neighbor[T] = self._found(Neighbor, row)
        neighbor.edge = Edge(**row["edge"])
        return neighbor

    def walk(
        self,
        source: Document[Any] | str,
        labels: Labels | None = None,
        depth: int = 1,
        *,
        direction: str | None = None,
        max_nodes: int | None = None,
        fan_out: int | None = None,
        paths: bool = False,
        where: Mapping[str, Any] | None = None,
    ) -> list[Visit[T]]:
        """The documents within `depth` edges, the nearest first, each once and with its `distance`; not the source.

        `fan_out` is how many edges of one document are followed, `where` says which documents are given; the walk goes
        on through the others. With `paths`, each has the ids on the way to it.
        """
        return self._walking(source, labels, depth, direction, max_nodes, fan_out, paths, where)(None)

    def _walking(
        self,
        source: Document[Any] | str,
        labels: Labels | None,
        depth: int,
        direction: str | None,
        max_nodes: int | None,
        fan_out: int | None,
        paths: bool,
        where: Mapping[str, Any] | None,
    ) -> Callable[[Any], list[Visit[T]]]:
        options = _json.options(
            labels=_labels(labels),
            depth=depth,
            direction=direction,
            max_nodes=max_nodes,
            fan_out=fan_out,
            paths=paths or None,
            where=where,
        )
        start = id_of(source)

        def walk(cancel: Any) -> list[Visit[T]]:
            return [self._visit(row) for row in _json.decode(self._native.walk(start, options, cancel))]

        return walk

    def _visit(self, row: Any) -> Visit[T]:
        visit: Visit[T] = self._found(Visit, row)
        visit.distance = row["distance"]
        visit.path = row.get("path", [])
        return visit

    def shortest_path(
        self,
        source: Document[Any] | str,
        target: Document[Any] | str,
        labels: Labels | None = None,
        *,
        direction: str | None = None,
        weighted: bool = False,
        max_nodes: int | None = None,
    ) -> Path | None:
        """The shortest way from one document to another, by the number of edges or, `weighted`, by the sum of their
        weights; None if there is no way."""
        return self._path(source, target, labels, direction, weighted, max_nodes)(None)

    def _path(
        self,
        source: Document[Any] | str,
        target: Document[Any] | str,
        labels: Labels | None,
        direction: str | None,
        weighted: bool,
        max_nodes: int | None,
    ) -> Callable[[Any], Path | None]:
        options = _json.options(
            labels=_labels(labels), direction=direction, weighted=weighted or None, max_nodes=max_nodes
        )
        start, end = id_of(source), id_of(target)

        def search(cancel: Any) -> Path | None:
            text = self._native.shortest_path(start, end, options, cancel)
            return None if text is None else Path(**_json.decode(text))

        return search

    def degree(self, doc: Document[Any] | str, labels: Labels | None = None, *, direction: str | None = None) -> int:
        """How many edges a document has."""
        return int(self._native.degree(id_of(doc), _json.options(labels=_labels(labels), direction=direction)))


def edge_options(weight: float | None, metadata: Any) -> str:
    """The options of `connect`."""
    return _json.options(weight=None if weight is None else number(weight, "weight"), metadata=metadata)


def _labels(labels: Labels | None) -> list[str] | None:
    if labels is None:
        return None
    return [labels] if isinstance(labels, str) else list(labels)
