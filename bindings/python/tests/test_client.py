"""A database at a server has the same handles as one in a file."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from beaver import BeaverDB, Document
from beaver.client import BeaverClient
from beaver.errors import DeniedError, InvalidArgumentError, UnavailableError


def program() -> Path:
    """The command line: that of the wheel, or of the checkout."""
    if os.environ.get("BEAVER_INSTALLED") is not None:
        return Path(sys.executable).parent / "beaver"
    built = Path(__file__).resolve().parents[3] / "target" / "debug" / "beaver"
    return Path(os.environ.get("BEAVER_PROGRAM", built))


class Server:
    """`beaver serve`, for a file."""

    def __init__(self, path: Path) -> None:
        assert program().exists(), f"there is no {program()}: `cargo build -p beaver-cli` makes it"
        self.process = subprocess.Popen(
            [program(), "--database", path, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        for line in self.process.stderr:
            found = re.search(r"listening on (\S+)", line)
            if found:
                self.url = found[1]
                # What it says later has to be read by somebody.
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return
        raise AssertionError("the server has not started")

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(30) == 0


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    server = Server(path)
    yield server
    if server.process.poll() is None:
        server.stop()


def test_what_one_program_writes_others_read(server: Server, path: Path) -> None:
    with BeaverClient(server.url) as client, BeaverDB(path) as file:
        config = client.dict("app_config")
        config["theme"] = {"name": "dark"}
        assert file.dict("app_config")["theme"] == {"name": "dark"}
        assert list(client.dict("app_config")) == ["theme"]
        with pytest.raises(KeyError):
            config["nothing"]
        client.collection("notes").index(Document(id="n1", body="Beavers build dams", embedding=[0.9, 0.1]))
        assert [found.id for found, _ in file.collection("notes").match("dams")] == ["n1"]
        with client.batch() as batch:
            batch.list_push(client.list("l"), 1)
            batch.list_push(client.list("l"), 2)
        assert list(file.list("l")) == [1, 2]


def test_any_url_opens_a_server(server: Server) -> None:
    with BeaverDB(server.url) as db:
        db.queue("jobs").put("mail", priority=1)
        assert db.queue("jobs").get().data == "mail"


def test_a_get_waits_for_what_another_program_puts(server: Server, path: Path) -> None:
    async def take() -> object:
        jobs = client.queue("jobs").as_async()
        waiting = asyncio.ensure_future(jobs.get(timeout=30))
        await asyncio.sleep(0.1)
        file.queue("jobs").put({"n": 1}, priority=1)
        return (await waiting).data

    with BeaverClient(server.url) as client, BeaverDB(path) as file:
        assert asyncio.run(take()) == {"n": 1}


def test_messages_come_as_they_are_published(server: Server, path: Path) -> None:
    with BeaverClient(server.url) as client, BeaverDB(path) as file:
        with client.channel("news").subscribe() as messages:
            file.channel("news").publish("hello")
            assert next(iter(messages.listen(timeout=30))) == "hello"


def test_a_key_is_asked_for(path: Path) -> None:
    made = subprocess.run(
        [program(), "--database", path, "key", "create", "--rights", "read"], capture_output=True, text=True, check=True
    )
    key = made.stdout.strip()
    server = Server(path)
    with pytest.raises(DeniedError, match="key"):
        BeaverClient(server.url)
    with BeaverClient(server.url, key=key) as client:
        assert client.dict("d").get("k") is None
        with pytest.raises(DeniedError, match="read"):
            client.dict("d")["k"] = 1
    server.stop()


def test_a_server_that_is_gone_is_told(server: Server) -> None:
    client = BeaverClient(server.url)
    server.stop()
    with pytest.raises(UnavailableError, match="nothing was done"):
        client.dict("d")["k"] = 1
    client.close()
    with pytest.raises(UnavailableError):
        BeaverClient(server.url)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "", "http://", "http://me:secret@localhost"])
def test_what_is_no_url_of_a_server(url: str) -> None:
    with pytest.raises(InvalidArgumentError):
        BeaverClient(url)


def test_errors_are_those_of_the_file(server: Server) -> None:
    with BeaverClient(server.url) as client:
        with pytest.raises(InvalidArgumentError):
            client.dict("__keys")
        with pytest.raises(InvalidArgumentError):
            client.queue("q").put(1, priority=float("nan"))
