from __future__ import annotations

import time
from datetime import timedelta

import pytest

from beaver import BeaverDB
from beaver.errors import ConflictError, LimitError


def test_it_is_used_like_a_dict(db: BeaverDB) -> None:
    config = db.dict("config")
    config["theme"] = "dark"
    config["retries"] = 3
    config.set("user_ids", [101, 205, 301])
    assert config["theme"] == "dark"
    assert len(config) == 3
    assert "theme" in config
    assert "missing" not in config
    assert list(config) == ["retries", "theme", "user_ids"]
    assert list(config.keys()) == list(config)
    assert list(config.values()) == [3, "dark", [101, 205, 301]]
    assert dict(config.items()) == {"theme": "dark", "retries": 3, "user_ids": [101, 205, 301]}
    del config["retries"]
    assert config.get("retries") is None
    assert config.get("retries", 7) == 7
    assert config.clear() == 2
    assert len(config) == 0


@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 2**70, 1.5, "", "ä€😀\u2028", [], {}, [1, [2, {"a": None}]], {"": {"b": "\x00"}}]
)
def test_any_json_comes_back_as_it_was(db: BeaverDB, value: object) -> None:
    db.dict("values")["key"] = value
    assert db.dict("values")["key"] == value
    assert type(db.dict("values")["key"]) is type(value)


def test_a_stored_none_is_a_value(db: BeaverDB) -> None:
    values = db.dict("values")
    values["nothing"] = None
    assert values["nothing"] is None
    assert values.get("nothing", 1) is None
    assert values.pop("nothing", 1) is None
    assert values.pop("nothing", 1) == 1


def test_a_missing_key_is_a_key_error(db: BeaverDB) -> None:
    values = db.dict("values")
    with pytest.raises(KeyError):
        values["missing"]
    with pytest.raises(KeyError):
        del values["missing"]
    assert values.pop("missing") is None
    assert values.delete("missing") is False


def test_a_key_with_a_time_to_live_expires(db: BeaverDB) -> None:
    cache = db.dict("cache")
    cache.set("short", 1, ttl_seconds=0.05)
    cache.set("as_timedelta", 1, timedelta(milliseconds=50))
    cache.set("long", 1, 60)
    assert cache["short"] == 1
    time.sleep(0.1)
    with pytest.raises(KeyError):
        cache["short"]
    assert list(cache) == ["long"]
    assert len(cache) == 1


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), float("inf"), timedelta(0)])
def test_a_time_to_live_is_above_zero(db: BeaverDB, ttl: float) -> None:
    with pytest.raises(ValueError, match="ttl_seconds"):
        db.dict("cache").set("key", 1, ttl_seconds=ttl)
    with pytest.raises(ValueError, match="ttl_seconds"):
        db.dict("cache").set_many({"key": 1}, ttl_seconds=ttl)
    assert len(db.dict("cache")) == 0


def test_conditional_writes_say_whether_they_were_done(db: BeaverDB) -> None:
    stock = db.dict("stock")
    assert stock.set_if_absent("apples", 3)
    assert not stock.set_if_absent("apples", 4)
    assert stock.compare_and_set("apples", 3, 2)
    assert not stock.compare_and_set("apples", 3, 1)
    assert stock["apples"] == 2
    assert stock.setdefault("apples", 9) == 2
    assert stock.setdefault("pears", 9) == 9


def test_many_keys_are_set_in_one_commit(db: BeaverDB) -> None:
    numbers = db.dict("numbers")
    numbers.set_many({str(i): i for i in range(1000)})
    assert len(numbers) == 1000
    assert numbers.get_many(["7", "missing", "999"]) == {"7": 7, "999": 999}
    numbers.set_many([("a", 1), ("b", 2)])
    numbers.update({"c": 3}, d=4)
    assert numbers.get_many("abcd") == {"a": 1, "b": 2, "c": 3, "d": 4}
    # More than a page: nothing is left out, nothing comes twice.
    assert len(set(numbers)) == len(list(numbers)) == 1004


def test_too_many_at_once_is_a_limit(db: BeaverDB) -> None:
    with pytest.raises(LimitError):
        db.dict("numbers").get_many(str(i) for i in range(100_001))


def test_what_iterates_may_change_the_dict(db: BeaverDB) -> None:
    numbers = db.dict("numbers")
    numbers.set_many({f"{i:04}": i for i in range(600)})
    for key in numbers:
        del numbers[key]
    assert len(numbers) == 0


def test_the_same_name_gives_the_same_object(db: BeaverDB) -> None:
    assert db.dict("a") is db.dict("a")
    assert db.dict("a") is not db.dict("b")
    assert db.dicts("a") is db.dict("a")


def test_a_key_is_text(db: BeaverDB) -> None:
    values = db.dict("values")
    for key in (1, None, b"bytes"):
        with pytest.raises(TypeError):
            values[key]  # type: ignore[index]
        with pytest.raises(TypeError):
            values[key] = 1  # type: ignore[index]
        with pytest.raises(TypeError):
            values.set_many({key: 1})  # type: ignore[dict-item]
        assert key not in values
    with pytest.raises(ValueError, match="surrogate"):
        values["\ud800"]
    with pytest.raises(ValueError, match="surrogate"):
        values["\ud800"] = 1
    with pytest.raises(ValueError, match="NUL"):
        values["a\0b"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", ["\udfff"]])
def test_what_json_has_no_form_for_is_a_value_error(db: BeaverDB, value: object) -> None:
    with pytest.raises(ValueError, match="the value"):
        db.dict("values")["key"] = value


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), {"a": [1j]}, {(1, 2): 3}])
def test_a_value_of_another_type_is_a_type_error(db: BeaverDB, value: object) -> None:
    with pytest.raises(TypeError):
        db.dict("values")["key"] = value


def test_a_value_that_holds_itself_or_is_too_deep_is_refused(db: BeaverDB) -> None:
    circle: list[object] = []
    circle.append(circle)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep):
        with pytest.raises(ValueError):  # noqa: PT011
            db.dict("values")["key"] = value


def test_a_dict_is_acquired_for_several_changes(db: BeaverDB, path: object) -> None:
    with db.dict("config") as config:
        assert config is db.dict("config")
        assert config.locked
        config["a"] = 1
        with BeaverDB(str(path), connection_timeout=0.05) as other, pytest.raises(TimeoutError):
            other.dict("config")["a"] = 2
    assert not db.dict("config").locked
    assert db.dict("config")["a"] == 1


def test_encrypted_dicts_are_not_there_yet(db: BeaverDB) -> None:
    with pytest.raises(NotImplementedError, match="encrypted"):
        db.dict("vault", secret="s3cret")


def test_a_batch_fails_where_its_condition_does(db: BeaverDB) -> None:
    stock = db.dict("stock")
    stock["apples"] = 3
    with pytest.raises(ConflictError) as failed, db.batch() as batch:
        batch.dict_set(stock, "sold", 1)
        batch.dict_set(stock, "apples", 2, if_equals=4)
    assert failed.value.operation == 1
    assert "sold" not in stock
