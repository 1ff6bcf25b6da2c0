from __future__ import annotations

import pytest

from beaver import BeaverDB, Document
from beaver.collections import Collection, rerank


@pytest.fixture
def articles(db: BeaverDB) -> Collection[str]:
    articles = db.collection("articles")
    articles.index_many(
        [
            Document("py-fast", [0.1, 0.9, 0.2], "Python is a great language for fast prototyping."),
            Document("py-data", [0.8, 0.2, 0.9], "The Python ecosystem is ideal for data science."),
            Document("js-fast", [0.2, 0.8, 0.1], "JavaScript engines are optimized for fast execution."),
        ],
        fuzzy=True,
    )
    return articles


def ids(results: object) -> list[str]:
    return [document.id for document, _ in results]  # type: ignore[attr-defined]


def test_the_nearest_vectors_come_first(articles: Collection[str]) -> None:
    results = articles.search(vector=[0.15, 0.85, 0.15])
    assert ids(results) == ["py-fast", "js-fast", "py-data"]
    document, score = results[0]
    assert document.body.startswith("Python")
    assert 0 <= score == pytest.approx(0.0075)
    assert ids(articles.search([0.15, 0.85, 0.15], 1)) == ["py-fast"]
    assert ids(articles.search([0.15, 0.85, 0.15], top_k=2, effort="exact")) == ["py-fast", "js-fast"]
    plan = articles.explain_search([0, 0, 1])
    assert plan.compared == 3
    assert articles.recall_check(2).recall == 1.0
    for wrong in ({"top_k": 0}, {"top_k": 100_000}, {"effort": "some"}, {"where": {"a": {"?": 1}}}):
        with pytest.raises(ValueError, match="."):
            articles.search([0, 0, 1], **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="."):
        articles.search([0, 1])


def test_words_are_found_in_the_text(articles: Collection[str]) -> None:
    assert set(ids(articles.match("python"))) == {"py-fast", "py-data"}
    assert ids(articles.match(query="python data")) == ["py-data"]
    assert all(score <= 0 for _, score in articles.match("fast"))
    assert articles.match("it's C++: isn't it?") == []
    assert ids(articles.match("prototyp", prefix=True)) == ["py-fast"]
    marked = articles.match("science", highlight={"before": "<b>", "after": "</b>"})[0]
    assert marked.fragments[0].path == "value"
    assert "<b>science</b>" in marked.fragments[0].text
    cut = articles.match("science", snippet={"before": "[", "after": "]", "words": 2})[0]
    assert "[science]" in cut.fragments[0].text
    assert articles.match("science")[0].fragments == ()


def test_misspelt_words_are_found(articles: Collection[str]) -> None:
    results = articles.match("pyton", fuzziness=1)
    assert set(ids(results)) == {"py-fast", "py-data"}
    assert [score for _, score in results] == [1.0, 1.0]
    assert articles.match("pyton") == []
    assert set(ids(articles.match("pyhton", fuzziness="auto"))) == {"py-fast", "py-data"}
    with pytest.raises(ValueError, match="fuzziness"):
        articles.match("a", fuzziness=9)


def test_fields_are_chosen_and_weighed(db: BeaverDB) -> None:
    library = db.collection("library")
    library.index(Document("a", body={"title": "Python", "text": "snakes"}))
    library.index(Document("b", body={"title": "Snakes", "text": "python"}), fts=["title"])
    library.index(Document("c", body={"title": "Python"}), fts=False)
    assert ids(library.match("python", on="title")) == ["a"]
    assert ids(library.match("python", on=["title", "text"])) == ["a"]
    assert ids(library.match("snakes", on={"title": 3, "text": 1}))[0] == "b"
    assert ids(library.match("snakes", where={"title": "Python"})) == ["a"]


def test_rankings_are_fused(articles: Collection[str]) -> None:
    by_vector = [document for document, _ in articles.search([0.15, 0.85, 0.15])]
    by_text = [document for document, _ in articles.match("python")]
    best = rerank(by_text, by_vector)
    assert best[0].id == "py-fast"
    assert len(best) == 3
    assert rerank(by_vector, by_text, weights=[1, 0.0], k=60) == by_vector
    assert rerank() == []
    with pytest.raises(ValueError, match="weights"):
        rerank(by_text, weights=[1, 2])


def test_several_searches_make_one_ranking(articles: Collection[str]) -> None:
    articles.connect("py-fast", "js-fast", "LIKE")
    hits = articles.hybrid("python", [0.15, 0.85, 0.15], top_k=3)
    assert hits[0].document.id == "py-fast"
    assert set(hits[0].legs) == {"text", "vector"}
    assert hits[0].legs["vector"].rank == 0
    assert ids(articles.hybrid(graph={"from": ["py-fast"], "labels": ["LIKE"]})) == ["js-fast"]
    weighed = articles.hybrid("data", [0.2, 0.8, 0.1], weights={"text": 10}, candidates=10, rrf_k=10)
    assert weighed[0].document.id == "py-data"
    with pytest.raises(ValueError, match="nothing to search"):
        articles.hybrid()


def test_an_empty_collection_finds_nothing(db: BeaverDB) -> None:
    empty = db.collection("empty")
    assert empty.search([1, 2]) == []
    assert empty.match("a") == []
    assert empty.hybrid("a") == []
