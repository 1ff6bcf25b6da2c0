from __future__ import annotations

import pytest

from beaver import BeaverDB, Document, Timestamp
from beaver.errors import BeaverError, ConflictError, NotFoundError


def test_changes_of_any_structures_are_one_commit(db: BeaverDB) -> None:
    d, l, q, b, g, c, x = (
        db.dict("a"),
        db.list("a"),
        db.queue("a"),
        db.blob("a"),
        db.log("a"),
        db.channel("a"),
        db.collection("a"),
    )
    q.put("work", 1)
    leased = q.lease(30)
    with db.batch(durable=True) as batch:
        batch.dict_set(d, "k", 1, ttl_seconds=60)
        batch.dict_set(d, "gone", 1, if_absent=True)
        batch.dict_delete(d, "gone", if_equals=1)
        batch.list_push(l, 1)
        batch.list_extend(l, [2, 3])
        batch.list_prepend(l, 0)
        batch.list_insert(l, 1, "x")
        batch.list_set(l, 1, "y", if_equals="x")
        batch.list_delete(l, 1)
        batch.list_remove(l, 3)
        batch.queue_ack(q, leased.id)
        batch.queue_put(q, "next", 2)
        batch.blob_put(b, "k", b"bytes", {"m": 1})
        batch.blob_put(b, "l", b"", if_absent=True)
        batch.blob_delete(b, "l")
        batch.log_append(g, "entry", 5.0)
        batch.channel_publish(c, "message")
        batch.collection_index(x, Document("a", [1, 2], "text"), fuzzy=True)
        batch.collection_index(x, Document("b"))
        batch.collection_connect(x, "a", "b", "KNOWS", {"m": 1}, weight=2)
        batch.collection_disconnect(x, "a", "b")
        batch.collection_drop(x, "b")
        assert len(batch) == 22
        assert len(l) == 0
    assert len(batch) == 0
    assert dict(d.items()) == {"k": 1}
    assert l[:] == [0, 1, 2]
    assert q.get(block=False).data == "next"
    assert b["k"] == ("k", b"bytes", {"m": 1})
    assert g.latest(1) == [(5.0, "entry")]
    assert [message.payload for message in c] == ["message"]
    assert list(x) == [Document("a", [1, 2], "text")]


def test_commit_tells_what_each_did(db: BeaverDB) -> None:
    batch = db.batch()
    batch.dict_delete(db.dict("a"), "missing")
    batch.list_clear(db.list("a"))
    batch.log_append(db.log("a"), 1)
    done = batch.commit()
    assert done[:2] == [False, 0]
    assert isinstance(done[2][0], Timestamp)
    for clear in ("dict", "queue", "blob", "log", "channel", "collection"):
        getattr(batch, f"{clear}_clear")(getattr(db, clear)("a"))
    assert batch.commit() == [0, 0, 0, 1, 0, 0]


def test_a_batch_that_fails_changes_nothing(db: BeaverDB) -> None:
    d, l = db.dict("a"), db.list("a")
    d["k"] = 3
    batch = db.batch()
    batch.list_push(l, 1)
    batch.dict_set(d, "k", 4, if_equals=2)
    with pytest.raises(ConflictError) as conflict:
        batch.commit()
    assert conflict.value.operation == 1
    batch.list_push(l, 1)
    batch.list_set(l, 5, 1)
    with pytest.raises(NotFoundError) as missing:
        batch.commit()
    assert missing.value.operation == 1
    assert (len(l), d["k"]) == (0, 3)


def test_a_block_left_by_an_exception_is_not_committed(db: BeaverDB) -> None:
    def fail() -> None:
        with db.batch() as batch:
            batch.list_push(db.list("a"), 1)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    assert len(db.list("a")) == 0


def test_wrong_arguments_are_refused_at_once(db: BeaverDB) -> None:
    batch = db.batch()
    wrong = [
        lambda: batch.dict_set(db.dict("a"), "k", 1, ttl_seconds=0),
        lambda: batch.dict_set(db.dict("a"), "k", 1, if_absent=True, if_equals=1),
        lambda: batch.dict_set(db.dict("a"), "k", {1, 2}),
        lambda: batch.queue_put(db.queue("a"), 1, float("nan")),
        lambda: batch.collection_index(db.collection("a"), Document("", [1])),
        lambda: batch.dict_set(db.dict("a"), "k", float("nan")),
    ]
    for add in wrong:
        with pytest.raises(BeaverError):
            add()
    assert len(batch) == 0
    assert batch.commit() == []


def test_an_acquired_structure_passes_its_own_lock(db: BeaverDB) -> None:
    with db.dict("a") as mine, db.batch() as batch:
        batch.dict_set(mine, "k", 1)
    assert db.dict("a")["k"] == 1
