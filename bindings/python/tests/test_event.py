from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import wait_until

from beaver import BeaverDB, Document


def test_callbacks_hear_of_changes_in_their_order(db: BeaverDB) -> None:
    config, heard = db.dict("config"), []
    on_set = config.on("set", lambda payload: heard.append(("set", payload["key"])))
    on_del = config.on("del", lambda payload: heard.append(("del", payload["key"])))
    for number in range(20):
        config[str(number)] = number
        del config[str(number)]
    wait_until(lambda: len(heard) == 40)
    assert heard == [(event, str(number)) for number in range(20) for event in ("set", "del")]
    on_set.off()
    on_del.off()
    on_del.off()
    config["quiet"] = 1
    time.sleep(0.02)
    assert len(heard) == 40


def test_every_structure_tells_what_changes_it(db: BeaverDB) -> None:
    heard: list[tuple[str, Any]] = []

    def listen(handle: Any, name: str) -> None:
        handle.on("*", lambda payload: heard.append((name, payload)))

    for name in ("dict", "list", "queue", "blob", "log", "channel", "collection", "lock"):
        listen(getattr(db, name)("a"), name)
    db.dict("a")["k"] = 1
    db.list("a").extend([1])
    db.queue("a").put(1, 1)
    db.blob("a").put("k", b"")
    stamp = db.log("a").log(1)
    db.channel("a").clear()
    db.collection("a").index(Document("id"))
    with db.lock("a"):
        pass
    expected = [
        ("dict", {"key": "k"}),
        ("list", {}),
        ("queue", {}),
        ("blob", {"key": "k"}),
        ("log", {"timestamp_us": stamp.us}),
        ("channel", {}),
        ("collection", {"id": "id"}),
        ("lock", {}),
        ("lock", {}),
    ]
    wait_until(lambda: len(heard) >= len(expected))
    assert heard == expected


def test_topics_of_ones_own_are_told_by_emit(db: BeaverDB) -> None:
    heard: list[Any] = []
    assert db.emit("builds", "done", {"number": 1}) is False
    db.on("builds", "done", heard.append)
    assert db.emit("builds", "done", {"number": 7}) is True
    assert db.emit("builds", "failed") is False
    wait_until(lambda: heard == [{"number": 7}])
    db.off("builds", "done", heard.append)
    db.off("builds", "done", heard.append)
    assert db.emit("builds", "done") is False
    with pytest.raises(ValueError, match="event"):
        db.emit("builds", "*")
    with pytest.raises(TypeError):
        db.on("builds", "done", "no function")  # type: ignore[arg-type]


def test_a_callback_that_fails_ends_no_other(db: BeaverDB, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Any] = []

    def fail(_: Any) -> None:
        raise ZeroDivisionError("mine")

    config = db.dict("config")
    config.on("set", fail)
    config.on("set", heard.append)
    with caplog.at_level(logging.ERROR, logger="beaver"):
        config["a"] = 1
        config["b"] = 1
        wait_until(lambda: len(heard) == 2)
    failures = [record for record in caplog.records if record.exc_info and record.exc_info[0] is ZeroDivisionError]
    assert len(failures) == 2
    caplog.clear()  # the records hold what the failed calls held


def test_a_callback_may_use_the_database_and_end_itself(db: BeaverDB) -> None:
    config, log = db.dict("config"), db.log("audit")
    handle = config.on("set", lambda payload: (log.log(payload), handle.off()))
    config["a"] = 1
    config["b"] = 1
    wait_until(lambda: len(log) == 1)
    time.sleep(0.02)
    assert log.range() == [{"key": "a"}]


def test_a_block_listens_for_as_long_as_it_lasts(db: BeaverDB) -> None:
    heard: list[Any] = []
    with db.list("l").on("push", heard.append):
        db.list("l").push(1)
        wait_until(lambda: len(heard) == 1)
    db.list("l").push(1)
    time.sleep(0.02)
    assert len(heard) == 1


def test_one_thread_serves_all_and_goes_with_the_last(db: BeaverDB) -> None:
    def threads() -> int:
        return sum(thread.name == "beaver-events" for thread in threading.enumerate())

    handles = [db.dict(str(n)).on("set", print) for n in range(10)]
    assert threads() == 1
    for handle in handles:
        handle.off()
    wait_until(lambda: threads() == 0)
    again = db.dict("a").on("set", print)
    assert threads() == 1
    again.off()


def test_a_pause_ends_no_listening(db: BeaverDB) -> None:
    heard: list[Any] = []
    db.dict("a").on("set", heard.append)
    db.pause()
    time.sleep(0.02)
    db.resume()
    db.dict("a")["k"] = 1
    wait_until(lambda: heard == [{"key": "k"}])


def test_changes_of_another_process_are_heard(db: BeaverDB, path: Path) -> None:
    heard: list[Any] = []
    db.dict("a").on("set", heard.append)
    program = "import sys; from beaver import BeaverDB; BeaverDB(sys.argv[1]).dict('a')['k'] = 1"
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=20)
    wait_until(lambda: heard == [{"key": "k"}])


def test_events_can_be_pulled(db: BeaverDB) -> None:
    config = db.dict("config")
    with config.events("*") as events, db.events("builds", "done") as builds, db.lock("l").events("acquire") as locked:
        config["a"] = 1
        del config["a"]
        first, second = events.next_many(5, timeout=5)
        assert (first.topic, first.event, first.payload) == ("dict:config", "set", {"key": "a"})
        assert second.event == "del"
        assert second.timestamp > first.timestamp
        assert db.emit("builds", "done", 1)
        assert next(builds.listen(timeout=5)) == 1
        db.lock("l").acquire()
        assert locked.next(timeout=5).event == "acquire"
        with pytest.raises(TimeoutError):
            events.next(timeout=0.01)
    assert list(events) == []
