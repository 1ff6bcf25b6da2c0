from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from beaver import BeaverDB


def test_a_lock_is_held_for_a_block(db: BeaverDB) -> None:
    with db.lock("refresh", timeout=1) as lock:
        assert lock.held
        assert lock.locked
        assert db.locks == ["refresh"]
        assert not db.lock("refresh").held
    assert not lock.held
    assert not lock.locked


def test_who_does_not_get_it_times_out(db: BeaverDB) -> None:
    other = db.lock("a")
    with db.lock("a"):
        with pytest.raises(TimeoutError), db.lock("a", timeout=0.02):
            pass
        assert not other.acquire(timeout=0.02)
        assert not other.acquire(block=False)
        with pytest.raises(TimeoutError), other.acquire(block=False):
            pass
    with other.acquire(block=False) as got:
        assert got is other
        assert other.held
    assert not other.locked


def test_acquire_says_whether_it_got_it(db: BeaverDB) -> None:
    lock = db.lock("a")
    assert lock.acquire()
    assert lock.renew()
    assert lock.renew(10)
    assert lock.release()
    assert not lock.release()
    assert not lock.renew()


def test_an_owner_acquires_again_and_releases_as_often(db: BeaverDB) -> None:
    lock, other = db.lock("a"), db.lock("a")
    with lock, lock:
        pass
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    assert not other.acquire(block=False)
    lock.release()
    assert other.acquire(block=False)
    other.release()


def test_threads_that_share_a_lock_exclude_each_other(db: BeaverDB) -> None:
    lock, inside, most = db.lock("shared"), [], []

    def work() -> None:
        for _ in range(5):
            with lock:
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.001)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == 20


def test_another_thread_may_release(db: BeaverDB) -> None:
    lock = db.lock("a")
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    thread.join()
    assert lock.locked
    assert lock.release()
    assert not lock.locked


def test_a_lock_ends_with_its_time_to_live(db: BeaverDB) -> None:
    db.lock("a", lock_ttl=0.05).acquire()
    with db.lock("a").acquire(timeout=5) as lock:
        assert lock.held
    with pytest.raises(ValueError, match="lock_ttl|ttl_seconds"):
        db.lock("a", lock_ttl=0).acquire()


def test_clear_takes_it_from_everybody(db: BeaverDB) -> None:
    lock = db.lock("a")
    lock.acquire()
    assert db.lock("a").clear()
    assert not lock.held
    assert not lock.release()
    assert not db.lock("a").clear()


def test_another_process_is_kept_out(db: BeaverDB, path: Path) -> None:
    with BeaverDB(path) as other, db.lock("a"):
        assert not other.lock("a").acquire(timeout=0.02)


def test_acquire_on_a_structure_is_true_or_raises(db: BeaverDB) -> None:
    jobs = db.queue("jobs")
    got = jobs.acquire()
    assert got
    jobs.put("mine", 1)
    refused = []

    def other() -> None:
        attempt = jobs.acquire(block=False)
        refused.append(bool(attempt))
        with pytest.raises(TimeoutError), attempt:
            pass

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert refused == [False]
    assert jobs.renew(5)
    assert jobs.release()
    assert not jobs.release()


def test_threads_that_acquire_one_handle_take_turns(db: BeaverDB) -> None:
    counter = db.dict("counter")
    counter["n"] = 0

    def work() -> None:
        for _ in range(5):
            with counter.acquire(timeout=20) as mine:
                mine["n"] = mine["n"] + 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter["n"] == 20


def test_an_acquired_handle_passes_in_any_thread(db: BeaverDB) -> None:
    with db.list("l").acquire() as mine:
        thread = threading.Thread(target=mine.push, args=(1,))
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    assert db.list("l")[:] == [1]
