"""Every program of the guide runs as it stands there, and prints what is written beside it.

Time runs faster for the one that waits for a cache to expire, unless BEAVER_REAL_TIME is set.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import HAS_PYDANTIC, PROJECT

from beaver import BeaverDB

GUIDE = PROJECT.parent.parent / "examples" / "python" / "guide"
ALONE = sorted(
    program.stem
    for program in GUIDE.glob("*.py")
    if program.stem not in ("publisher", "subscriber", "live_aggregating_log")
)
TWENTY_TIMES_FASTER = """
import runpy, sys, time
from beaver.dicts import Dict
sleep, keep = time.sleep, Dict.set
time.sleep = lambda seconds: sleep(seconds / 20)
Dict.set = lambda self, key, value, ttl_seconds=None: keep(self, key, value, ttl_seconds and ttl_seconds / 20)
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def start(program: str, folder: Path, *before: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", *before, str(GUIDE / f"{program}.py")],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def printed(process: subprocess.Popen[str]) -> str:
    try:
        out = process.communicate(timeout=60)[0]
    finally:
        process.kill()
    assert process.returncode == 0, out
    return plain(out)


def plain(out: str) -> str:
    """The same without what differs from run to run."""
    out = re.sub(r"PID \d+", "PID 1", out)
    return re.sub(r"'dump_date': '[^']*'", "'dump_date': '...'", out)


def expected(program: str) -> str:
    return (GUIDE / f"{program}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("program", ALONE)
def test_a_program_prints_what_the_guide_says(program: str, tmp_path: Path) -> None:
    if program == "typed_models" and not HAS_PYDANTIC:
        pytest.skip("Pydantic is not installed")
    faster = program == "cache_with_ttl" and "BEAVER_REAL_TIME" not in os.environ
    before = ("-c", TWENTY_TIMES_FASTER) if faster else ()
    assert printed(start(program, tmp_path, *before)) == expected(program)


def test_a_subscriber_hears_the_publisher(tmp_path: Path) -> None:
    subscriber = start("subscriber", tmp_path)
    # It may not listen yet when the first is published.
    while subscriber.poll() is None:
        assert printed(start("publisher", tmp_path)) == expected("publisher")
    assert printed(subscriber) == expected("subscriber")


def test_a_live_view_is_shown_until_ctrl_c(tmp_path: Path) -> None:
    process = start("live_aggregating_log", tmp_path)
    assert process.stdout is not None
    shown = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGINT)
    shown += [process.communicate(timeout=20)[0]]
    assert process.returncode == 0
    # However many results there were until then.
    lines = list(dict.fromkeys("".join(shown).splitlines(keepends=True)))
    assert "".join(lines) == expected("live_aggregating_log")


def test_the_second_scraper_finds_the_sitemap(tmp_path: Path) -> None:
    printed(start("inter_process_lock", tmp_path))
    again = printed(start("inter_process_lock", tmp_path))
    assert again == expected("inter_process_lock").splitlines(keepends=True)[-1]


def test_scrapers_at_once_refresh_once(tmp_path: Path) -> None:
    with BeaverDB(tmp_path / "scraper_state.db"):
        outs = [printed(scraper) for scraper in [start("inter_process_lock", tmp_path) for _ in range(3)]]
    assert all("proceeding with sitemap" in out for out in outs)


def test_a_batch_of_ten_is_taken(tmp_path: Path) -> None:
    with BeaverDB(tmp_path / "tasks.db") as db:
        db.queue("agent_tasks").put_many((n, 1) for n in range(12))
        assert printed(start("atomic_batch", tmp_path)) == "Processing batch of 10 items.\n"
        assert len(db.queue("agent_tasks")) == 2
