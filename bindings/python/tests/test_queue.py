from __future__ import annotations

import threading
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from beaver import BeaverDB
from beaver.errors import BeaverError
from beaver.queues import QueueItem


def test_the_lowest_priority_comes_first_and_then_the_oldest(db: BeaverDB) -> None:
    tasks = db.queue("agent_tasks")
    tasks.put({"action": "summarize"}, priority=10)
    tasks.put({"action": "respond"}, priority=1)
    tasks.put({"action": "backup"}, 20)
    tasks.put({"action": "alert"}, priority=1)
    assert [item.data["action"] for item in tasks] == ["respond", "alert", "summarize", "backup"]
    first = tasks.get()
    assert isinstance(first, QueueItem)
    assert (first.priority, first.data) == (1.0, {"action": "respond"})
    assert abs(first.timestamp - time.time()) < 60
    priority, timestamp, data = tasks.get()
    assert (priority, data) == (1.0, {"action": "alert"})
    assert timestamp > first.timestamp
    assert len(tasks) == 2


def test_peek_leaves_the_item(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    assert tasks.peek() is None
    tasks.put("a", 1)
    peeked = tasks.peek()
    assert peeked is not None
    assert peeked == tasks.get()


def test_an_item_goes_back_to_its_place(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    tasks.put_many([("a", 1), ("b", 1)])
    item = tasks.get()
    tasks.put_back(item)
    assert [each.data for each in tasks] == ["a", "b"]
    assert tasks.peek() == item


def test_an_empty_queue_raises_or_times_out(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    with pytest.raises(IndexError):
        tasks.get(block=False)
    with pytest.raises(TimeoutError):
        tasks.get(timeout=0.02)
    with pytest.raises(TimeoutError):
        tasks.get(True, 0)
    with pytest.raises(IndexError):
        tasks.get_many(5, block=False)
    with pytest.raises(TimeoutError):
        tasks.get_many(5, timeout=0.02)
    with pytest.raises(ValueError, match="timeout"):
        tasks.get(timeout=-1)


def test_a_get_waits_for_a_put(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    put = threading.Timer(0.05, tasks.put, ("late", 1))
    put.start()
    assert tasks.get(timeout=10).data == "late"
    put.join()


def test_a_get_in_another_thread_waits_too(db: BeaverDB) -> None:
    tasks, got = db.queue("tasks"), []
    thread = threading.Thread(target=lambda: got.append(tasks.get(timeout=10).data))
    thread.start()
    tasks.put("for you", 1)
    thread.join()
    assert got == ["for you"]


def test_each_item_goes_to_one_of_many(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    tasks.put_many((number, 1) for number in range(200))
    got: list[int] = []

    def work() -> None:
        while True:
            try:
                got.append(tasks.get(block=False).data)
            except IndexError:
                return

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(200))


def test_many_are_taken_at_once(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    tasks.put_many([("b", 2), ("a", 1), ("c", 3)])
    assert [item.data for item in tasks.get_many(2)] == ["a", "b"]
    assert [item.data for item in tasks.get_many(2)] == ["c"]


def test_a_lease_comes_back_until_it_is_acknowledged(db: BeaverDB) -> None:
    mails = db.queue("mails")
    mails.put({"to": "alice"}, 1)
    work = mails.lease(30)
    assert (work.attempts, work.data, len(mails), mails.leased()) == (1, {"to": "alice"}, 0, 1)
    with pytest.raises(IndexError):
        mails.lease(30, block=False)
    assert mails.nack(work.id)
    again = mails.lease(30, timeout=1)
    assert again.attempts == 2
    assert mails.extend(again.id, 60)
    assert mails.ack(again.id)
    assert not mails.ack(again.id)
    assert mails.leased() == 0


def test_what_fails_too_often_is_a_dead_letter(db: BeaverDB) -> None:
    mails = db.queue("mails")
    mails.put("nobody", 1)
    for _ in range(2):
        mails.nack(mails.lease(30, block=False, max_attempts=2, dead_letter="dead").id)
    with pytest.raises(IndexError):
        mails.lease(30, block=False, max_attempts=2, dead_letter="dead")
    assert [item.data for item in db.queue("dead")] == ["nobody"]
    with pytest.raises(ValueError, match="both"):
        mails.lease(30, block=False, max_attempts=2)


def test_a_worker_takes_a_batch_with_nobody_in_between(db: BeaverDB) -> None:
    tasks = db.queue("tasks")
    tasks.put_many((number, 1) for number in range(12))
    taken = []
    with tasks.acquire(timeout=5) as mine:
        other = threading.Thread(target=lambda: tasks.get(timeout=10))
        other.start()
        for _ in range(10):
            taken.append(mine.get(block=False).data)  # noqa: PERF401
    other.join()
    assert taken == list(range(10))
    assert len(tasks) == 1


def test_what_does_not_fit_the_model_stays(db: BeaverDB) -> None:
    from beaver import Model

    class Job(Model):
        number: int

    db.queue("jobs").put("no job", 1)
    jobs = db.queue("jobs", model=Job)
    with pytest.raises(TypeError):
        jobs.get(block=False)
    assert len(jobs) == 1
    with pytest.raises(TypeError):
        jobs.get_many(3, block=False)
    assert len(jobs) == 1


@pytest.mark.parametrize("priority", [float("nan"), float("inf"), "high", None])
def test_a_priority_is_a_finite_number(db: BeaverDB, priority: float) -> None:
    with pytest.raises((BeaverError,)):
        db.queue("tasks").put("a", priority)
    with pytest.raises((BeaverError,)):
        db.queue("tasks").put_many([("a", priority)])
    assert len(db.queue("tasks")) == 0


def test_a_priority_is_any_real_number(db: BeaverDB) -> None:
    queue = db.queue("q")
    queue.put("b", Fraction(3, 2))
    queue.put("c", Decimal("2.5"))
    queue.put_many([("a", Decimal("0.5"))])
    assert [(item.data, item.priority) for item in queue] == [("a", 0.5), ("b", 1.5), ("c", 2.5)]
    for wrong in ("1", None, 1j, [1]):
        with pytest.raises(TypeError, match="priority"):
            queue.put("d", wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="priority"):
        queue.put("d", Decimal("NaN"))
    assert len(queue) == 3
