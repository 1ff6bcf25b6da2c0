"""The type checker agrees with the package and with these tests, and sees what a user's editor should see."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT

pytestmark = pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="mypy is not installed")

USER = """
from beaver import BeaverDB, Document, Model
from beaver.collections import rerank

class User(Model):
    name: str

db = BeaverDB("app.db")
reveal_type(db.dict("users", model=User)["alice"])
reveal_type(db.dict("users", User).get("alice"))
reveal_type(db.list("users", model=User)[0:2])
reveal_type(db.queue("jobs", model=User).get())
reveal_type(db.collection("users", model=User).search([1.0])[0][0].body)
reveal_type(db.blobs("uploads"))
with db.queue("jobs", model=User).acquire() as mine:
    reveal_type(mine.get().data)
for message in db.channel("c", model=User).subscribe().listen():
    reveal_type(message)
async def main() -> None:
    reveal_type(await db.dict("users", model=User).as_async().get("alice"))
db.list("users", model=User).push("no user")
User(nme="a field that is not there")
"""

SEEN = [
    "User",
    "User | None",
    "list[User]",
    "tuple[float, beaver._time.Timestamp, User, fallback=QueueItem[User]]",
    "User",
    "Blobs[Any]",
    "User",
    "User",
    "User | None",
]


def mypy(*arguments: str) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False).stdout


def test_the_package_is_typed_throughout() -> None:
    assert mypy().splitlines()[-1].startswith("Success")


def test_a_user_sees_the_types(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    lines = mypy(str(tmp_path / "user.py")).splitlines()
    revealed = [line.split('"')[1] for line in lines if "Revealed type" in line]
    shown = [text.replace("beaver._queue.", "").replace("beaver._blob.", "").replace("user.", "") for text in revealed]
    shown = [text.replace("builtins.", "").replace("Union[User, None]", "User | None") for text in shown]
    assert shown == SEEN
    assert any('"push" of "List" has incompatible type "str"' in line for line in lines)
    assert any('Unexpected keyword argument "nme" for "User"' in line for line in lines)
    assert sum(": error:" in line for line in lines) == 2
