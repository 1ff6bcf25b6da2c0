from __future__ import annotations

import logging
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from beaver import BeaverDB, __version__
from beaver.errors import (
    BusyError,
    CallInterruptedError,
    ClosedError,
    CorruptError,
    InvalidArgumentError,
    PausedError,
    ReadOnlyError,
    StorageError,
)


def test_a_database_is_one_file_that_sqlite_reads(path: Path) -> None:
    with BeaverDB(path) as db:
        db.list("daily_tasks").push({"id": 1})
        assert db.version == __version__
    rows = sqlite3.connect(path).execute("SELECT item_value FROM beaver_lists").fetchall()
    assert rows == [('{"id":1}',)]


def test_a_path_is_text_or_path_like(tmp_path: Path) -> None:
    for number, path in enumerate([str(tmp_path / "a.db"), tmp_path / "b.db", os.fsencode(tmp_path / "c.db")]):
        with BeaverDB(path) as db:  # type: ignore[arg-type]
            db.dict("a")["n"] = number
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.db", "b.db", "c.db"]


def test_a_database_in_memory_is_used_by_all_threads() -> None:
    db = BeaverDB(":memory:")
    thread = threading.Thread(target=db.dict("a").set, args=("k", 1))
    thread.start()
    thread.join()
    assert db.dict("a")["k"] == 1
    db.close()


def test_names_are_lists_that_make_structures(db: BeaverDB) -> None:
    db.dict("d")["k"] = 1
    db.list("l").push(1)
    db.queue("q").put(1, 1)
    db.blob("b").put("k", b"")
    db.log("g").log(1)
    db.channel("c").publish(1)
    db.collection("x").index(__import__("beaver").Document(id="a"))
    assert (db.dicts, db.lists, db.queues, db.blobs) == (["d"], ["l"], ["q"], ["b"])
    assert (db.logs, db.channels, db.collections, db.locks) == (["g"], ["c"], ["x"], [])
    assert db.lists("l") is db.list("l")
    assert db.queues("q") is db.queue("q")
    assert db.logs("g") is db.log("g")
    assert db.channels("c") is db.channel("c")
    assert db.collections("x") is db.collection("x")
    assert db.locks("y").name == "y"
    found = {(structure.kind, structure.name, structure.count) for structure in db.info().structures}
    assert {("dict", "d", 1), ("queue", "q", 1), ("collection", "x", 1)} <= found


@pytest.mark.parametrize("name", ["", "__hidden", "a\0b", "x" * 256])
def test_a_name_that_is_none_is_refused(db: BeaverDB, name: str) -> None:
    for factory in (db.dict, db.list, db.queue, db.blob, db.log, db.channel, db.collection, db.lock):
        with pytest.raises(ValueError, match="name"):
            factory(name)
    with pytest.raises(TypeError):
        db.dict(5)  # type: ignore[call-overload]


def test_the_options_of_1x_are_taken(path: Path) -> None:
    with BeaverDB(
        str(path),
        connection_timeout=5.0,
        cache_timeout=1.0,
        pragma_wal=True,
        pragma_synchronous=True,
        pragma_temp_memory=True,
        pragma_mmap_size=268435456,
    ) as db:
        db.dict("a")["k"] = 1
        assert [db.dict("a")["k"] for _ in range(3)] == [1, 1, 1]
        assert db.stats().cache_hits > 0
    with pytest.raises(NotImplementedError, match="pragma_wal"):
        BeaverDB(path, pragma_wal=False)
    with pytest.raises(TypeError):
        BeaverDB(path, no_such_option=1)  # type: ignore[call-arg]
    with pytest.raises(InvalidArgumentError, match="durability|unknown variant"):
        BeaverDB(path, durability="sometimes")


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=".") as failed:
        BeaverDB(tmp_path / "missing" / "a.db")
    assert isinstance(failed.value, StorageError)
    (tmp_path / "text.db").write_text("no database at all, but some text " * 100)
    with pytest.raises(CorruptError):
        BeaverDB(tmp_path / "text.db")
    with pytest.raises(OSError, match="."):
        BeaverDB(tmp_path / "none.db", create=False)


def test_a_read_only_database_takes_no_writes(path: Path) -> None:
    with BeaverDB(path) as db:
        db.dict("a")["k"] = 1
    with BeaverDB(path, read_only=True) as db:
        assert db.dict("a")["k"] == 1
        with pytest.raises(PermissionError) as failed:
            db.dict("a")["k"] = 2
        assert isinstance(failed.value, ReadOnlyError)


def test_a_closed_database_says_so(path: Path) -> None:
    db = BeaverDB(path)
    config = db.dict("a")
    config["k"] = 1
    batch = db.batch()
    batch.dict_set(config, "k", 2)
    db.close()
    db.close()
    assert db.closed
    calls: list[Any] = [
        lambda: config["k"],
        lambda: config.set("k", 2),
        lambda: len(config),
        lambda: list(config),
        lambda: db.dicts,
        lambda: db.queue("q").get(timeout=1),
        lambda: db.on("a", "b", print),
        lambda: db.lock("l").acquire(),
        batch.commit,
        db.info,
    ]
    for call in calls:
        with pytest.raises(ConnectionError):
            call()


def test_pause_lets_go_and_resume_takes_up_again(db: BeaverDB) -> None:
    config = db.dict("a")
    config["k"] = 1
    db.pause()
    with pytest.raises(PausedError):
        config["k"]
    db.resume()
    assert config["k"] == 1


def test_interrupt_ends_who_waits(db: BeaverDB) -> None:
    ended: list[BaseException] = []
    waits = threading.Event()

    def wait() -> None:
        waits.set()
        try:
            db.queue("empty").get()
        except BaseException as e:
            ended.append(e)

    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait()
    while thread.is_alive():
        db.interrupt()
        thread.join(0.01)
    assert isinstance(ended[0], CallInterruptedError)
    assert isinstance(ended[0], InterruptedError)


def test_a_backup_is_restored(db: BeaverDB, tmp_path: Path) -> None:
    db.dict("a").set_many({str(n): n for n in range(1000)})
    steps: list[tuple[int, int]] = []
    db.backup(tmp_path / "backup.db", progress=lambda done, total: steps.append((done, total)))
    assert steps
    assert steps[-1][0] == steps[-1][1]
    BeaverDB.restore(tmp_path / "backup.db", tmp_path / "restored.db")
    with BeaverDB(tmp_path / "restored.db") as restored:
        assert len(restored.dict("a")) == 1000
        assert restored.verify() == (True, [])
    with pytest.raises(BusyError):
        BeaverDB.restore(tmp_path / "backup.db", db.info().path or "")


def test_upkeep_runs(db: BeaverDB) -> None:
    db.list("l").extend(range(100))
    db.list("l").clear()
    db.checkpoint()
    db.vacuum()
    assert db.stats().file_bytes > 0
    assert db.repair() == ([], [])
    assert db.verify().ok


def test_progress_can_stop_a_call_and_its_exception_comes_out(db: BeaverDB, tmp_path: Path) -> None:
    db.dict("a")["k"] = "x" * 100_000
    with pytest.raises(CallInterruptedError):
        db.backup(tmp_path / "a.db", progress=lambda _done, _total: False)

    def fail(_done: int, _total: int) -> None:
        raise KeyboardInterrupt("mine")

    with pytest.raises(KeyboardInterrupt, match="mine"):
        db.backup(tmp_path / "a.db", progress=fail)
    assert not (tmp_path / "a.db").exists()


def test_diagnostics_go_to_a_logger(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with BeaverDB(path) as db:
        db.set_log(logging.getLogger("mine"))
        with caplog.at_level(logging.DEBUG, logger="mine"):
            db.pause()
            db.resume()
        assert {record.name for record in caplog.records} == {"mine"}
        assert caplog.records
        db.set_log(None)
        with pytest.raises(TypeError):
            db.set_log(print)  # type: ignore[arg-type]


def test_dumps_go_from_one_structure_to_another(db: BeaverDB, tmp_path: Path) -> None:
    config = db.dict("config")
    config.update({"theme": "dark", "ä€": ["😀"] * 3})
    dumped = config.dump()
    assert dumped["metadata"]["type"] == "Dict"
    assert dumped["metadata"]["count"] == 2
    assert {"key": "theme", "value": "dark"} in dumped["items"]
    copies = 0
    for format in ("json", "jsonl"):
        with (tmp_path / "text").open("w", encoding="utf-8") as text:
            assert config.dump(text, format=format) is None
        with (tmp_path / "bytes").open("wb") as binary:
            config.dump(binary, format=format)
        assert (tmp_path / "bytes").stat().st_size > 0
        sources: list[Any] = [
            config.dump(format=format),
            (tmp_path / "text").read_text(encoding="utf-8"),
            (tmp_path / "bytes").read_bytes(),
            (tmp_path / "text").open(encoding="utf-8"),
            (tmp_path / "bytes").open("rb"),
        ]
        for source in sources:
            copy = db.dict(f"copy{copies}")
            assert copy.load(source) == 2
            assert dict(copy.items()) == dict(config.items())
            copies += 1
            if hasattr(source, "close"):
                source.close()
    other = db.dict("other")
    other["kept"] = 1
    assert other.load(dumped, mode="append") == 2
    assert len(other) == 3


def test_every_structure_can_be_dumped_and_loaded(db: BeaverDB) -> None:
    from beaver import Document

    db.list("a").extend([1, {"b": 2}])
    db.queue("a").put("x", 1)
    db.blob("a").put("k", b"\x00\xff", {"m": 1})
    db.log("a").log("entry")
    db.channel("a").publish("message")
    db.collection("a").index_many([Document("x", body="text"), Document("y", [1.0, 2.0])])
    db.collection("a").connect("x", "y", "KNOWS")
    for kind in ("list", "queue", "blob", "log", "channel", "collection"):
        factory = getattr(db, kind)
        assert factory("b").load(factory("a").dump()) >= 1
        assert len(factory("b")) == len(factory("a"))
    assert db.blob("b")["k"] == ("k", b"\x00\xff", {"m": 1})
    assert db.collection("b")["y"].embedding == [1.0, 2.0]


def test_a_stream_that_fails_leaves_everything_as_it_was(db: BeaverDB) -> None:
    config = db.dict("config")
    config.set_many({str(n): "x" * 1000 for n in range(1000)})
    text = "\n".join(__import__("json").dumps(line) for line in config.dump(format="jsonl"))

    class Failing:
        rest = text

        def read(self, most: int) -> str:
            if len(self.rest) < len(text) / 2:
                raise EOFError("the cable was pulled")
            piece, self.rest = self.rest[:most], self.rest[most:]
            return piece

        def write(self, piece: str) -> None:
            raise EOFError("the disk went away")

    copy = db.dict("copy")
    copy["old"] = 1
    with pytest.raises(EOFError, match="cable"):
        copy.load(Failing())
    assert list(copy) == ["old"]
    with pytest.raises(EOFError, match="disk"):
        config.dump(Failing())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        copy.load(5)
    with pytest.raises(TypeError):
        db.list("l").load(config.dump())
    with pytest.raises(ValueError, match="."):
        copy.load("no dump")


def test_use_after_close_of_a_database_in_memory() -> None:
    db = BeaverDB()
    values = db.dict("a")
    db.close()
    with pytest.raises(ClosedError):
        values["k"] = 1


def test_a_client_wants_a_server() -> None:
    from beaver.client import BeaverClient

    with pytest.raises(ValueError, match="URL"):
        BeaverClient("app.db")
    with pytest.raises(ConnectionError, match="nothing was done"):
        BeaverClient("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="key"):
        BeaverClient("http://somebody:secret@localhost")


def test_sketches_and_secrets_are_not_there_yet(db: BeaverDB) -> None:
    from beaver.security import Secret

    with pytest.raises(NotImplementedError, match="sketches"):
        db.sketch("users", capacity=1000)
    with pytest.raises(NotImplementedError, match="secrets"):
        Secret("a")
