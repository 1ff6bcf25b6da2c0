from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from beaver import BeaverDB, Timestamp


def test_entries_come_in_the_order_of_time(db: BeaverDB) -> None:
    log = db.log("metrics")
    first = log.log({"cpu": 0.4})
    second = log.append({"cpu": 0.9})
    assert second > first
    assert list(log) == [(first, {"cpu": 0.4}), (second, {"cpu": 0.9})]
    assert log.range(first, second) == [{"cpu": 0.4}]
    assert log.range() == [{"cpu": 0.4}, {"cpu": 0.9}]
    assert log.range(reverse=True, limit=1) == [{"cpu": 0.9}]
    assert [entry.data["cpu"] for entry in log.latest(1)] == [0.9]
    assert len(log) == 2


def test_times_are_given_by_position_and_in_every_form(db: BeaverDB) -> None:
    log = db.log("times")
    when = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)
    assert log.log("aware", when) == when.timestamp()
    log.log("naive", datetime.fromtimestamp(when.timestamp() + 1))
    log.log("float", timestamp=when.timestamp() + 2)
    again = log.log("taken", when)
    assert again.us == round(when.timestamp() * 1e6) + 1
    assert again.datetime() == when + timedelta(microseconds=1)
    assert log.range(when, when + timedelta(seconds=2)) == ["aware", "taken", "naive"]


def test_times_are_exact_to_the_microsecond(db: BeaverDB) -> None:
    log = db.log("far")
    far = Timestamp(7_258_118_399_999_999)
    assert log.log("end of 2199", far).us == far.us
    assert log.log("taken", far).us == far.us + 1
    assert log.log("early", datetime(1, 1, 1, tzinfo=timezone.utc)).us == -62_135_596_800_000_000
    for time_ in (float("nan"), 1e300, "now"):
        with pytest.raises((ValueError, TypeError)):
            log.log("never", time_)  # type: ignore[arg-type]


def test_many_are_appended_in_one_commit_and_pruned(db: BeaverDB) -> None:
    log = db.log("numbers")
    log.append_many(range(1, 101), timestamps=range(1, 101))
    assert log.prune_older(51) == 50
    assert log.prune_keep(10) == 40
    assert log.range() == list(range(91, 101))
    assert len(log.append_many(["a", "b"])) == 2
    with pytest.raises(ValueError, match="1 timestamps"):
        log.append_many(["a", "b"], [1.0])


def test_a_live_view_gives_what_its_aggregator_makes(db: BeaverDB) -> None:
    log = db.log("metrics")
    log.log({"value": 4})

    def summarize(window: list[dict[str, int]]) -> dict[str, int]:
        return {"count": len(window), "sum": sum(entry["value"] for entry in window)}

    view = log.live(window=timedelta(seconds=5), period=timedelta(milliseconds=20), aggregator=summarize)
    assert next(view) == {"count": 1, "sum": 4}
    log.log({"value": 6})
    assert next(summary for summary in view if summary["count"] == 2) == {"count": 2, "sum": 10}
    view.close()
    assert list(view) == []


def test_a_live_view_has_numbers_of_its_own(db: BeaverDB) -> None:
    log = db.log("metrics")
    log.append_many([{"ms": 10}, {"ms": 30}])
    wanted = {"n": {"op": "count"}, "mean": {"op": "mean", "path": "ms"}, "max": {"op": "max", "path": "ms"}}
    with log.live(60, 1, aggregates=wanted) as view:
        assert next(view) == {"n": 2, "mean": 20.0, "max": 30}
    with log.live(60, 0.01) as entries:
        assert [entry.data for entry in entries.next(timeout=5)] == [{"ms": 10}, {"ms": 30}]
    with pytest.raises(ValueError, match="choose one"):
        log.live(1, 1, len, aggregates=wanted)  # type: ignore[call-overload]


def test_an_exception_in_an_aggregator_comes_out_and_the_view_goes_on(db: BeaverDB) -> None:
    log = db.log("metrics")
    calls = []

    def fail_once(window: list[object]) -> int:
        calls.append(len(window))
        if len(calls) == 1:
            raise ZeroDivisionError("mine")
        return len(calls)

    with log.live(1, 0.01, fail_once) as view:
        with pytest.raises(ZeroDivisionError, match="mine"):
            next(view)
        assert next(view) == 2


def test_a_view_that_waits_times_out_or_is_closed(db: BeaverDB) -> None:
    view = db.log("metrics").live(60, 60)
    next(view)
    with pytest.raises(TimeoutError):
        view.next(timeout=0.02)
    ended = threading.Thread(target=lambda: list(view))
    ended.start()
    time.sleep(0.02)
    view.close()
    ended.join(10)
    assert not ended.is_alive()
