"""How programs begin and end: with threads that wait, signals, children, and objects that go in any order."""

from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import wait_until

import beaver
from beaver import BeaverDB, Document
from beaver.errors import ClosedError


def run(program: str, *arguments: object, interrupt_at: str | None = None) -> tuple[int, str, str]:
    """Runs a program; sends it a Ctrl-C when it has printed a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if interrupt_at is not None:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == interrupt_at
            time.sleep(0.1)  # until it waits; before that, the signal is answered all the same
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    return process.returncode, out, err


WAITS = {
    "queue": "db.queue('q').get()",
    "queue_many": "db.queue('q').get_many(5)",
    "lease": "db.queue('q').lease(30)",
    "channel": "next(db.channel('c').subscribe().listen())",
    "lock": "(db.lock('l').acquire(), db.lock('l').acquire())",
    "acquire": "(threading.Thread(target=db.dict('d').acquire).start(), time.sleep(0.1), db.dict('d').acquire())",
    "live": "(lambda view: (next(view), next(view)))(db.log('l').live(60, 60))",
}


def test_ctrl_c_ends_every_wait_of_the_main_thread(path: Path) -> None:
    waits = "".join(f"lambda: {wait}, " for wait in WAITS.values())
    program = f"""
import sys, threading, time
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
for wait in [{waits}]:
    print("waits", flush=True)
    try:
        wait()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in WAITS:
        assert process.stdout.readline() == "waits\n"
        time.sleep(0.15)  # until it waits
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
    assert process.wait(timeout=20) == 0
    process.stdout.close()


def test_ctrl_c_loses_no_item(path: Path) -> None:
    """An item comes at the very moment of the Ctrl-C: it is got, or it is still there."""
    program = """
import signal, sys, threading
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
queue, main, turn = db.queue("q"), threading.main_thread().ident, threading.Semaphore(0)
def interrupt_and_put():
    for n in range(100):
        turn.acquire()
        while not db.stats().waiters:
            pass
        signal.pthread_kill(main, signal.SIGINT)
        queue.put(n, 1)
threading.Thread(target=interrupt_and_put).start()
interrupted = 0
for n in range(100):
    try:
        turn.release()
        queue.get()
    except KeyboardInterrupt:
        interrupted += 1
        assert queue.get(timeout=5).data == n
print(interrupted)
"""
    code, out, err = run(program, path)
    assert (code, out, err) == (0, "100\n", "")


def test_a_program_ends_while_daemons_wait(path: Path) -> None:
    waits = "".join(f"lambda: {wait}, " for wait in WAITS.values()).replace("Thread(", "Thread(daemon=True, ")
    program = f"""
import sys, threading, time
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
for wait in [{waits}] * 2:
    threading.Thread(target=wait, daemon=True).start()
db.dict("d").on("set", print)
time.sleep(0.3)
print("ends")
"""
    assert run(program, path) == (0, "ends\n", "")


def test_a_program_ends_while_tasks_wait(path: Path) -> None:
    program = """
import asyncio, sys
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
async def main():
    task = asyncio.create_task(db.queue("q").as_async().get())
    await asyncio.sleep(0.05)
    print("ends")
asyncio.run(main())
"""
    assert run(program, path) == (0, "ends\n", "")


def test_ctrl_c_ends_asyncio(path: Path) -> None:
    program = """
import asyncio, sys
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
async def main():
    print("waits", flush=True)
    await db.queue("q").as_async().get()
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""
    assert run(program, path, interrupt_at="waits") == (0, "interrupted\n", "")


def test_a_thread_that_is_no_daemon_does_its_work(path: Path) -> None:
    program = """
import sys, threading, time
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
def work():
    print(db.queue("q").get().data)
threading.Thread(target=work).start()
threading.Timer(0.1, db.queue("q").put, ("late", 1)).start()
"""
    assert run(program, path) == (0, "late\n", "")


def test_an_exit_in_the_middle_of_everything(path: Path) -> None:
    program = """
import logging, sys, threading, time
from beaver import BeaverDB, Document
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
db = BeaverDB(sys.argv[1])
db.set_log(logging.getLogger("diagnostics"))
db.dict("d").on("set", lambda payload: time.sleep(0.001))
def work():
    n = 0
    while True:
        n += 1
        db.dict("d")[str(n)] = n
        list(db.dict("d"))
        db.collection("c").index_many([Document(body=n)], progress=lambda done, total: None)
for _ in range(3): threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""
    for _ in range(3):
        code, _, err = run(program, path)
        assert (code, err) == (0, "")


def test_objects_go_in_any_order(tmp_path: Path) -> None:
    chance = random.Random(3)
    for round_ in range(8):
        db = BeaverDB(tmp_path / f"{round_}.db")
        db.dict("d").set_many({str(n): n for n in range(600)})
        db.collection("c").index(Document("a", [1, 2]))
        db.channel("c").publish_many(range(10))
        objects: list[Any] = [
            db,
            db.dict("d"),
            iter(db.dict("d")),
            iter(db.collection("c")),
            db.collection("c").find()[0],
            db.channel("c").subscribe("oldest"),
            db.log("l").live(1, 1),
            db.batch(),
            db.lock("l"),
            db.lock("l").acquire(),
            db.blob("b").writer("k"),
            db.dict("d").on("set", print),
            db.list("l").acquire(),
        ]
        next(objects[2])
        if round_ % 2:
            db.close()
        del db
        chance.shuffle(objects)
        while objects:
            del objects[chance.randrange(len(objects))]
            gc.collect()
    wait_until(lambda: beaver.live_objects() == 0, collect=True)


def test_a_handle_keeps_its_database_alive(path: Path) -> None:
    values = BeaverDB(path).dict("d")
    gc.collect()
    values["k"] = 1
    assert values["k"] == 1


def test_a_database_that_is_let_go_stops_its_thread(path: Path) -> None:
    db = BeaverDB(path)
    db.dict("d").on("set", print)
    del db
    wait_until(lambda: not any(thread.name == "beaver-events" for thread in threading.enumerate()), collect=True)


def test_close_while_others_work(path: Path) -> None:
    db, ended = BeaverDB(path), []

    def work() -> None:
        try:
            while True:
                db.dict("d")["k"] = 1
                db.queue("q").put(1, 1)
                db.queue("q").get()
                list(db.dict("d"))
        except ClosedError:
            ended.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    db.close()
    for thread in threads:
        thread.join(10)
    assert len(ended) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_opens_its_own(path: Path) -> None:
    program = """
import os, sys
from beaver import BeaverDB
db = BeaverDB(sys.argv[1])
db.dict("d").on("set", print)
db.dict("d")["parent"] = 1
child = os.fork()
if child == 0:
    try:
        db.dict("d")["parent"]
    except ConnectionError:
        pass
    with BeaverDB(sys.argv[1]) as mine:
        mine.dict("d")["child"] = 2
        mine.queue("q").put("from the child", 1)
    sys.exit(0)
print(db.queue("q").get(timeout=10).data, flush=True)
assert os.waitpid(child, 0)[1] == 0
db.off("dict:d", "set", print)
print(dict(db.dict("d").items()))
"""
    code, out, err = run(program, path)
    lines = [line for line in out.splitlines() if line and not line.startswith("{'key'")]
    assert (code, lines) == (0, ["from the child", "{'child': 2, 'parent': 1}"]), err


def test_worker_processes_share_a_queue(db: BeaverDB, path: Path) -> None:
    program = """
import sys
from beaver import BeaverDB
db, done = BeaverDB(sys.argv[1]), 0
while db.queue("jobs").get().data is not None:
    done += 1
print(done)
"""
    workers = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    db.queue("jobs").put_many((n, 1) for n in range(100))
    db.queue("jobs").put_many((None, 2) for _ in workers)
    assert sum(int(worker.communicate(timeout=20)[0]) for worker in workers) == 100
