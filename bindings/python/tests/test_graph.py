from __future__ import annotations

import pytest

from beaver import BeaverDB, Document, Edge
from beaver.collections import Collection
from beaver.errors import LimitError, NotFoundError


@pytest.fixture
def net(db: BeaverDB) -> Collection[dict[str, str]]:
    net = db.collection("social_network")
    net.index_many([Document(name, body={"name": name.title()}) for name in ("alice", "bob", "charlie", "diana")])
    net.connect("alice", "bob", label="FOLLOWS")
    net.connect("alice", "charlie", "FOLLOWS", {"since": 2020})
    net.connect("bob", "diana", "FOLLOWS", weight=5)
    net.connect("charlie", "bob", "LIKES", weight=0.5)
    return net


def test_neighbors_are_one_edge_away(net: Collection[dict[str, str]]) -> None:
    alice = net["alice"]
    following = net.neighbors(alice, label="FOLLOWS")
    assert [person.id for person in following] == ["bob", "charlie"]
    assert following[1].body == {"name": "Charlie"}
    assert following[1].edge == Edge("alice", "charlie", "FOLLOWS", 1.0, {"since": 2020})
    assert isinstance(following[0], Document)
    assert [person.id for person in net.neighbors("bob", direction="incoming")] == ["alice", "charlie"]
    assert [person.id for person in net.neighbors("bob", ["LIKES"], direction="both")] == ["charlie"]
    assert len(net.neighbors("alice", limit=1)) == 1
    assert net.neighbors("nobody") == []
    with pytest.raises(ValueError, match="."):
        net.neighbors("bob", direction="sideways")


def test_a_walk_visits_each_once_and_the_nearest_first(net: Collection[dict[str, str]]) -> None:
    net.connect("diana", "alice", "FOLLOWS")
    seen = net.walk(source=net["alice"], labels=["FOLLOWS"], depth=2)
    assert [(person.id, person.distance) for person in seen] == [("bob", 1), ("charlie", 1), ("diana", 2)]
    assert [person.id for person in net.walk("alice", "FOLLOWS", 1, direction="incoming")] == ["diana"]
    routed = net.walk("alice", depth=3, paths=True, where={"name": "Diana"})
    assert [(person.id, person.path) for person in routed] == [("diana", ["alice", "bob", "diana"])]
    assert len(net.walk("alice", depth=3, max_nodes=1)) == 1
    assert len(net.walk("alice", depth=1, fan_out=1)) == 1
    assert seen[0].path == []


def test_the_shortest_path_counts_edges_or_weights(net: Collection[dict[str, str]]) -> None:
    assert net.shortest_path("alice", "diana") == (["alice", "bob", "diana"], 2.0)
    net.connect("alice", "bob", "FOLLOWS", weight=10)
    weighted = net.shortest_path(net["alice"], net["diana"], weighted=True)
    assert weighted == (["alice", "charlie", "bob", "diana"], 6.5)
    assert net.shortest_path("diana", "alice") is None
    assert net.shortest_path("alice", "bob", "LIKES") is None
    with pytest.raises(LimitError):
        net.shortest_path("alice", "diana", max_nodes=1)


def test_edges_are_counted_and_removed(net: Collection[dict[str, str]]) -> None:
    assert net.degree("alice") == 2
    assert net.degree("bob", direction="both") == 3
    assert net.degree("bob", "LIKES", direction="incoming") == 1
    assert net.disconnect("alice", "bob", "LIKES") == 0
    assert net.disconnect("alice", "bob") == 1
    assert net.degree("alice", ["FOLLOWS"]) == 1
    assert net.drop("charlie")
    assert net.degree("alice") == 0


def test_many_edges_are_one_commit(net: Collection[dict[str, str]]) -> None:
    steps: list[int] = []
    edges = [("alice", "diana", "KNOWS"), Edge("bob", "alice", "KNOWS", 2.0, {"a": 1})]
    assert net.connect_many(edges, progress=lambda done, _total: steps.append(done)) == 2
    assert steps[-1] == 2
    assert net.neighbors("bob", "KNOWS")[0].edge == edges[1]
    with pytest.raises(NotFoundError) as failed:
        net.connect_many([("alice", "bob", "KNOWS"), ("alice", "nobody", "KNOWS")])
    assert failed.value.operation == 1
    assert isinstance(failed.value, LookupError)
    with pytest.raises(ValueError, match="weight"):
        net.connect("alice", "bob", "KNOWS", weight=-1)
    with pytest.raises(ValueError, match="label"):
        net.connect("alice", "bob", "")
