"""Collections: a flat table of operations."""

from __future__ import annotations

from typing import Any

from beaver import Document, Edge
from structures import Operation, found
from wire import Args, vector


def document(args: Args) -> Document[Any]:
    return Document(args.get("id"), args.vector("embedding"), args.json("body"))


def index(collection: Any, args: Args) -> dict[str, Any]:
    doc = document(args)
    written = collection.index(doc, **args.options())
    return {"id": doc.id, "written": written}


def index_many(collection: Any, args: Args) -> dict[str, Any]:
    return {"count": collection.index_many([document(item) for item in args.items("documents")], **args.options())}


def get(collection: Any, args: Args) -> dict[str, Any]:
    doc = found(collection.get(args.get("id")))
    return {"id": doc.id, "body": doc.body, "embedding": vector(doc.embedding)}


def with_body(doc: Any) -> dict[str, Any]:
    return {"id": doc.id, "body": doc.body}


def find(collection: Any, args: Args) -> dict[str, Any]:
    documents = collection.find(**args.options())
    return {"documents": [with_body(doc) for doc in documents], "cursor": documents.cursor}


def hits(results: Any) -> list[dict[str, Any]]:
    return [{**with_body(doc), "score": score} for doc, score in results]


def match(collection: Any, args: Args) -> list[dict[str, Any]]:
    options = args.options()
    results = collection.match(args.get("query"), **options)
    rows = hits(results)
    if options.get("highlight") or options.get("snippet"):
        for row, hit in zip(rows, results, strict=True):
            row["fragments"] = [fragment._asdict() for fragment in hit.fragments]
    return rows


def hybrid(collection: Any, args: Args) -> list[dict[str, Any]]:
    results = collection.hybrid(vector=args.vector("vector"), **args.options("query"))
    rows = hits(results)
    for row, hit in zip(rows, results, strict=True):
        row["legs"] = {name: leg._asdict() for name, leg in hit.legs.items()}
    return rows


def edge(args: Args) -> Edge:
    weight = args.get("weight", 1.0)
    return Edge(args.get("source"), args.get("target"), args.get("label"), weight, args.optional_json("metadata"))


def connect(collection: Any, args: Args) -> None:
    source, target, label, weight, metadata = edge(args)
    collection.connect(source, target, label, metadata, weight=weight)


def neighbor_options(args: Args) -> dict[str, Any]:
    options = args.options()
    if "labels" in options:
        options["label"] = options.pop("labels")
    return options


def walk(collection: Any, args: Args) -> list[dict[str, Any]]:
    options = args.options()
    visits = collection.walk(args.get("source"), **options)
    path = {"path"} if options.get("paths") else set()
    return [{**with_body(v), "distance": v.distance, **{name: getattr(v, name) for name in path}} for v in visits]


COLLECTION: dict[str, Operation] = {
    "configure": lambda s, a: s.configure(**a.options("settings")),
    "settings": lambda s, a: s.settings()._asdict(),
    "stats": lambda s, a: {**s.stats()._asdict(), "vectors": s.stats().vectors._asdict()},
    "index": index,
    "index_many": index_many,
    "get": get,
    "drop": lambda s, a: s.drop(a.get("id")),
    "contains": lambda s, a: a.get("id") in s,
    "items": lambda s, a: [with_body(doc) for doc in s],
    "find": find,
    "explain_find": lambda s, a: s.explain_find(**a.options())._asdict(),
    "count": lambda s, a: s.count(a.json("where")),
    "create_index": lambda s, a: s.create_index(a.get("path")),
    "drop_index": lambda s, a: s.drop_index(a.get("path")),
    "indexes": lambda s, a: s.indexes(),
    "search": lambda s, a: hits(s.search(a.vector("vector"), **a.options())),
    "explain_search": lambda s, a: s.explain_search(a.vector("vector"), **a.options())._asdict(),
    "recall_check": lambda s, a: s.recall_check(a.get("sample"), **a.options())._asdict(),
    "compact": lambda s, a: s.compact(),
    "match": match,
    "hybrid": hybrid,
    "connect": connect,
    "connect_many": lambda s, a: s.connect_many([edge(item) for item in a.items("edges")]),
    "disconnect": lambda s, a: s.disconnect(a.get("source"), a.get("target"), a.get("label")),
    "neighbors": lambda s, a: [
        {**with_body(doc), "edge": doc.edge._asdict()} for doc in s.neighbors(a.get("id"), **neighbor_options(a))
    ],
    "walk": walk,
    "shortest_path": lambda s, a: found(s.shortest_path(a.get("source"), a.get("target"), **a.options()))._asdict(),
    "degree": lambda s, a: s.degree(a.get("id"), **a.options()),
}
