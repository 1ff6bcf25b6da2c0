from __future__ import annotations

import pickle
import uuid
from array import array
from typing import Any

import pytest
from conftest import HAS_NUMPY

from beaver import BeaverDB, Document
from beaver.errors import CallInterruptedError, ConflictError, InvalidArgumentError


def test_a_document_is_made_in_every_form() -> None:
    unnamed: Document[Any] = Document()
    assert uuid.UUID(unnamed.id).version == 4
    assert (unnamed.embedding, unnamed.body) == (None, None)
    full = Document(id="a", embedding=[1.0], body={"x": 1})
    assert full == Document("a", [1.0], {"x": 1}) == Document(id="a", embedding=[1.0], metadata={"x": 1})
    assert full.metadata is full.body
    assert Document(id="a", embedding=[1], x=1) == full
    assert Document(**{"id": "a", "body": "text"}).body == "text"
    assert full != Document("a", [2.0], {"x": 1})
    assert full != "a"
    with pytest.raises(TypeError):
        Document(body=1, metadata=2)
    with pytest.raises(TypeError):
        Document(body=1, title="two")
    full.metadata = {"y": 2}
    assert full.to_dict() == {"id": "a", "embedding": [1.0], "body": {"y": 2}}


@pytest.mark.parametrize("body", [None, "plain text", 5, [1, "a"], {}, {"value": 1}, {"a": {"b": ["c"]}}])
def test_any_body_comes_back_as_it_was(db: BeaverDB, body: object) -> None:
    things = db.collection("things")
    things.index(Document("id", body=body))
    assert things["id"].body == body
    assert [document.body for document in things] == [body]
    assert [document.body for document in things.find()] == [body]


def test_documents_are_stored_replaced_and_dropped(db: BeaverDB) -> None:
    articles = db.collection("articles")
    doc = Document(id="sqlite", embedding=[0.1, 0.9], body={"title": "SQLite"})
    assert articles.index(doc) is True
    assert articles.index(doc) is False
    assert doc in articles
    assert "sqlite" in articles
    assert "missing" not in articles
    assert 5 not in articles
    stored = articles.get("sqlite")
    assert stored == doc
    assert articles.get("missing") is None
    with pytest.raises(KeyError):
        articles["missing"]
    doc.body = {"title": "changed"}
    articles.index(doc)
    assert articles["sqlite"].body == {"title": "changed"}
    assert len(articles) == 1
    assert articles.drop(doc) is True
    assert articles.drop("sqlite") is False


def test_only_documents_are_indexed(db: BeaverDB) -> None:
    for wrong in ({"id": "a"}, "a", None):
        with pytest.raises(TypeError):
            db.collection("c").index(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            db.collection("c").index_many([wrong])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        db.collection("c").index(Document(id=5))  # type: ignore[arg-type]


def embeddings() -> list[Any]:
    forms: list[Any] = [[1, 2.5], (1, 2.5), array("f", [1, 2.5]), array("d", [1, 2.5]), array("f", [1, 2.5]).tobytes()]
    forms.append(memoryview(array("f", [1, 2.5])))
    if HAS_NUMPY:
        import numpy as np

        forms += [np.array([1, 2.5], dtype=kind) for kind in ("f4", "f8", "f2", ">f4")]
        forms += [np.array([1, 9, 2.5, 9], dtype="f4")[::2]]
    return forms


@pytest.mark.parametrize("form", embeddings(), ids=lambda form: type(form).__name__)
def test_an_embedding_has_any_form(db: BeaverDB, form: Any) -> None:
    points = db.collection("points")
    points.index(Document("a", form))
    points.index_many([Document("b", form), Document("c")])
    assert points["a"].embedding == points["b"].embedding == [1.0, 2.5]
    assert points["c"].embedding is None
    assert [hit.document.id for hit in points.search(form)] == ["a", "b"]


def wrong_embeddings() -> list[Any]:
    forms: list[Any] = ["12", [], ["a"], [None], [[1.0]], 5, {1.0}, b"123", bytearray(), [float("nan")], [float("inf")]]
    if HAS_NUMPY:
        import numpy as np

        forms += [np.zeros((2, 2), dtype="f4"), np.array(["a"]), np.array([], dtype="f4"), np.array(1.0)]
    return forms


@pytest.mark.parametrize("form", wrong_embeddings(), ids=repr)
def test_what_is_no_embedding_is_refused(db: BeaverDB, form: Any) -> None:
    points = db.collection("points")
    for call in (
        lambda: points.index(Document("a", form)),
        lambda: points.index_many([Document("a", form)]),
        lambda: points.search(form),
        lambda: points.hybrid(vector=form),
    ):
        with pytest.raises((ValueError, TypeError)):
            call()
    assert len(points) == 0


def test_the_first_embedding_fixes_the_dimension(db: BeaverDB) -> None:
    points = db.collection("points")
    points.index(Document("a", [1, 2]))
    with pytest.raises(ValueError, match="dimension|components"):
        points.index(Document("b", [1, 2, 3]))
    with pytest.raises(InvalidArgumentError) as failed:
        points.index_many([Document("b", [1, 2]), Document("c"), Document("d", [1, 2, 3])])
    assert failed.value.operation == 2
    assert len(points) == 1
    assert points.settings() == ("l2", "porter", 2)
    with pytest.raises(ValueError, match="8192"):
        db.collection("large").index(Document("a", array("f", [1.0] * 8193)))


def test_a_collection_tells_what_it_holds(db: BeaverDB) -> None:
    points = db.collection("points")
    assert points.stats() == (0, None, ("exact", 0, 0, 0, 0, 0, False))
    points.index_many(Document(str(n), [n, n % 7]) for n in range(300))
    points.compact()
    points.drop("7")
    stats = points.stats()
    assert (stats.documents, stats.dimension) == (299, 2)
    vectors = stats.vectors
    assert (vectors.tier, vectors.partitions, vectors.codes, vectors.stale) == ("flat", 1, 300, 1)
    assert vectors.bytes >= 300
    assert vectors.epoch > 0
    assert not vectors.building


def test_many_documents_are_one_commit(db: BeaverDB) -> None:
    words = db.collection("words")
    steps: list[tuple[int, int]] = []
    documents = [Document(f"{n:04}", [n, 1.0], {"n": n}) for n in range(1000)]
    assert words.index_many(documents, fts=False, progress=lambda *step: steps.append(step)) == 1000
    assert steps[-1] == (1000, 1000)
    assert [document.id for document in words] == [document.id for document in documents]
    assert list(words) == documents
    with pytest.raises(CallInterruptedError):
        words.index_many([Document(body=n) for n in range(1000)], progress=lambda _done, _total: False)
    assert len(words) == 1000


def test_a_found_document_brings_its_embedding_when_asked(db: BeaverDB) -> None:
    points = db.collection("points")
    points.index(Document("a", [1, 2], {"n": 1}))
    found = points.find()[0]
    assert found.embedding == [1.0, 2.0]
    # Indexed again with another body, it keeps its embedding, though nobody has looked at it.
    again = points.find()[0]
    again.body["n"] = 2
    points.index(again)
    assert points["a"] == Document("a", [1, 2], {"n": 2})
    again.embedding = None
    points.index(again)
    assert points["a"].embedding is None


def test_a_document_can_be_pickled(db: BeaverDB) -> None:
    points = db.collection("points")
    points.index(Document("a", [1, 2], {"n": 1}))
    for document in (points["a"], points.find()[0]):
        assert pickle.loads(pickle.dumps(document)) == Document("a", [1, 2], {"n": 1})


def test_settings_are_chosen_while_it_is_empty(db: BeaverDB) -> None:
    notes = db.collection("notes")
    notes.configure(metric="cosine", tokenizer="unicode61")
    assert notes.settings() == ("cosine", "unicode61", None)
    notes.index(Document("a", [1, 0]))
    with pytest.raises(ConflictError):
        notes.configure(metric="dot")
    with pytest.raises(ValueError, match="metric"):
        db.collection("other").configure(metric="manhattan")


def test_fields_are_filtered_ordered_and_paged(db: BeaverDB) -> None:
    books = db.collection("books")
    books.index(Document("hobbit", body={"year": 1937, "tags": ["fantasy"]}))
    books.index(Document("dune", body={"year": 1965, "tags": ["sand", "space"]}))
    books.index(Document("solaris", body={"year": 1961, "tags": ["space"]}))
    assert [book.id for book in books.find({"year": {">=": 1960}}, order=["-year"])] == ["dune", "solaris"]
    assert [book.id for book in books.find(order="-year", limit=1)] == ["dune"]
    assert books.count({"tags": {"contains": "space"}}) == 2
    assert books.count() == 3
    page = books.find(limit=2)
    assert page.cursor is not None
    rest = books.find(limit=2, cursor=page.cursor)
    assert [book.id for book in page + rest] == ["dune", "hobbit", "solaris"]
    assert rest.cursor is None
    assert books.create_index("year") is True
    assert books.create_index("year") is False
    assert books.indexes() == ["year"]
    plan = books.explain_find({"year": {">": 1960}})
    assert (plan.indexes, plan.examined, plan.matched) == (["year"], 0, 2)
    assert books.drop_index("year") is True
    books.compact()
    books.rebuild()
    with pytest.raises(ValueError, match="."):
        books.find({"year": {"~": 1}})
