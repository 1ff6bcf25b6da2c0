"""What all tests share. From a checkout, the package stands in `src`; installed, it is the installed one."""

from __future__ import annotations

import gc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
if os.environ.get("BEAVER_INSTALLED") is None:
    sys.path[:0] = [str(PROJECT / "src"), str(PROJECT)]
    # Programs that tests start find it too.
    os.environ["PYTHONPATH"] = str(PROJECT / "src")
    import develop

    develop.main()

import beaver  # noqa: E402
from beaver import BeaverDB  # noqa: E402

# What a shell runs in the background ignores Ctrl-C, and so would the programs that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

HAS_NUMPY = importlib.util.find_spec("numpy") is not None
HAS_PYDANTIC = importlib.util.find_spec("pydantic") is not None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database can be."""
    return tmp_path / "test.db"


@pytest.fixture
def db(path: Path) -> Iterator[BeaverDB]:
    """A database in a file."""
    with BeaverDB(path) as db:
        yield db


def pytest_collection_finish() -> None:
    # What is there by now stays: the collector need not look at it after each test.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed  # type: ignore[attr-defined]
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def nothing_stays_alive(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test, every object of the library is gone."""
    yield
    if not request.node.stash.get(_FAILED, False):  # the report of a failure holds them
        request.node.funcargs.clear()
        wait_until(lambda: beaver.live_objects() == 0, collect=True)


def wait_until(happened: Callable[[], object], *, seconds: float = 10.0, collect: bool = False) -> None:
    """Waits for what another thread or process does."""
    limit = time.monotonic() + seconds
    while True:
        if collect:
            gc.collect()
        if happened():
            return
        assert time.monotonic() < limit, "it has not happened in time"
        time.sleep(0.005)
