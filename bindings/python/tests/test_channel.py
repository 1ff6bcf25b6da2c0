from __future__ import annotations

import select
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from beaver import BeaverDB
from beaver.errors import ClosedError


def test_a_subscriber_gets_what_is_published(db: BeaverDB) -> None:
    channel = db.channel("system_events")
    channel.publish("before")
    with channel.subscribe() as listener:
        channel.publish({"event": "login"})
        for message in listener.listen():
            assert message == {"event": "login"}
            break
        stamp = channel.publish(2)
        received = listener.next(timeout=5)
        assert (received.payload, received.timestamp) == (2, stamp)
        with pytest.raises(TimeoutError):
            listener.next(timeout=0.02)
        with pytest.raises(TimeoutError):
            next(listener.listen(timeout=0.02))
    assert list(listener) == []
    with pytest.raises(ClosedError):
        listener.next()


def test_each_subscriber_gets_each_message_once(db: BeaverDB) -> None:
    channel = db.channel("numbers")
    listeners = [channel.subscribe() for _ in range(3)]
    stamps = channel.publish_many(range(600))
    assert stamps == sorted(set(stamps))
    for listener in listeners:
        got: list[int] = []
        while len(got) < 600:
            got += [message.payload for message in listener.next_many(100, timeout=5)]
        assert got == list(range(600))
        listener.close()


def test_a_subscription_can_begin_in_the_past(db: BeaverDB) -> None:
    channel = db.channel("history")
    stamps = channel.publish_many(["a", "b", "c"])
    with channel.subscribe("oldest") as oldest, channel.subscribe(after=stamps[0]) as after:
        assert [message.payload for message in oldest.next_many(10)] == ["a", "b", "c"]
        assert [message.payload for message in after.next_many(10)] == ["b", "c"]
    assert [message.payload for message in channel] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="start"):
        channel.subscribe("now", after=1.0)


def test_a_channel_keeps_what_it_is_told_to(db: BeaverDB) -> None:
    channel = db.channel("short")
    assert channel.retention() == (86_400, 100_000)
    channel.set_retention(max_age=60, max_messages=None)
    assert channel.retention() == (60, None)
    channel.set_retention()
    assert channel.retention() == (86_400, 100_000)
    with pytest.raises(ValueError, match="max_age"):
        channel.set_retention(max_age=0)


def test_close_ends_who_waits(db: BeaverDB) -> None:
    listener, got = db.channel("quiet").subscribe(), []
    thread = threading.Thread(target=lambda: got.extend(listener))
    thread.start()
    listener.close()
    thread.join(10)
    assert not thread.is_alive()
    assert got == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no descriptors")
def test_a_descriptor_tells_that_there_is_something(db: BeaverDB) -> None:
    with db.channel("loop").subscribe() as listener:
        assert select.select([listener], [], [], 0)[0] == []
        db.channel("loop").publish(1)
        assert select.select([listener], [], [], 5)[0] == [listener]
        assert listener.next(timeout=0).payload == 1


def test_another_process_hears_it(db: BeaverDB, path: Path) -> None:
    program = """
import sys
from beaver import BeaverDB
with BeaverDB(sys.argv[1]) as db, db.channel("c").subscribe() as listener:
    print("ready", flush=True)
    print(next(listener.listen(timeout=20)))
"""
    other = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    db.channel("c").publish({"from": "here"})
    assert other.communicate(timeout=20)[0] == "{'from': 'here'}\n"
    assert other.returncode == 0
