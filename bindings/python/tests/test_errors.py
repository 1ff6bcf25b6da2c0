from __future__ import annotations

import builtins
import pickle

import pytest

from beaver import BeaverDB, errors
from beaver.errors import BeaverError

BUILT_IN = {
    "NotFoundError": "LookupError",
    "MissingKeyError": "KeyError",
    "MissingIndexError": "IndexError",
    "WaitTimeoutError": "TimeoutError",
    "InvalidArgumentError": "ValueError",
    "InvalidUtf8Error": "ValueError",
    "InvalidJsonError": "ValueError",
    "TypeMismatchError": "TypeError",
    "LimitError": "ValueError",
    "UnsupportedError": "NotImplementedError",
    "ConflictError": "RuntimeError",
    "BusyError": "TimeoutError",
    "CallInterruptedError": "InterruptedError",
    "ClosedError": "ConnectionError",
    "PausedError": "ConnectionError",
    "ReadOnlyError": "PermissionError",
    "DeniedError": "PermissionError",
    "UnavailableError": "ConnectionError",
    "FullError": "OSError",
    "StorageError": "OSError",
    "CorruptError": "Exception",
    "InternalError": "RuntimeError",
    "PanicError": "RuntimeError",
}


def test_each_is_of_the_base_and_of_a_built_in_one() -> None:
    assert sorted(errors.__all__) == sorted([*BUILT_IN, "BeaverError"])
    for name, built_in in BUILT_IN.items():
        error = getattr(errors, name)("the text")
        assert isinstance(error, BeaverError)
        assert isinstance(error, getattr(builtins, built_in))
        assert str(error) == error.message == "the text"
        assert error.kind.isupper()
        assert (error.operation, error.offset, error.sqlite_code) == (None, None, None)


def test_kinds_and_codes_are_unique_but_for_what_is_not_there() -> None:
    kinds = {getattr(errors, name).kind for name in BUILT_IN}
    codes = {getattr(errors, name).code for name in BUILT_IN}
    assert len(kinds) == len(codes) == len(BUILT_IN) - 2


def test_an_error_can_be_pickled() -> None:
    error = errors.ConflictError("text", operation=3)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.message, again.operation) == (errors.ConflictError, "text", 3)


def test_an_error_says_where(db: BeaverDB) -> None:
    with pytest.raises(errors.InvalidUtf8Error) as bad_key:
        db.dict("a")["ä\ud800"]
    assert bad_key.value.offset == 2
    with pytest.raises(errors.InvalidJsonError) as bad_value:
        db.dict("a")["k"] = "ä\ud800"
    assert bad_value.value.offset == 3
    with pytest.raises(errors.InvalidJsonError) as bad_text:
        db.dict("a").load('{"metadata": {')
    assert "JSON" in bad_text.value.message


def test_messages_are_one_line_without_values(db: BeaverDB) -> None:
    db.dict("a")["secret-key"] = "secret-value"
    with pytest.raises(BeaverError) as failed:
        db.dict("a")["other-secret"]
    assert "\n" not in failed.value.message
    assert "secret" not in failed.value.message


def test_numbers_that_cannot_be_passed_are_value_errors(db: BeaverDB) -> None:
    calls = [
        lambda: db.queue("q").get_many(2**70, block=False),
        lambda: db.queue("q").get_many(-1, block=False),
        lambda: db.log("l").latest(-1),
        lambda: db.log("l").log(1, 1e300),
        lambda: db.log("l").range(float("inf")),
        lambda: db.lock("l").acquire(timeout=float("nan")),
        lambda: db.lock("l").acquire(lock_ttl=1e300),
        lambda: db.queue("q").put(1, 10**400),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="."):
            call()


def test_arguments_of_a_wrong_type_are_type_errors(db: BeaverDB) -> None:
    calls = [
        lambda: db.queue("q").put(1, "high"),  # type: ignore[arg-type]
        lambda: db.queue("q").get(timeout="long"),  # type: ignore[arg-type]
        lambda: db.log("l").latest("some"),  # type: ignore[arg-type]
        lambda: db.collection("c").get(5),  # type: ignore[arg-type]
        lambda: db.collection("c").match(5),  # type: ignore[arg-type]
        lambda: db.dict("d").set("k", 1, "long"),  # type: ignore[arg-type]
        lambda: db.blob("b").get(None),  # type: ignore[arg-type]
        lambda: db.emit(1, "a"),  # type: ignore[arg-type]
        lambda: db.dict("d").get_many([1]),  # type: ignore[list-item]
    ]
    for call in calls:
        with pytest.raises((TypeError, errors.InvalidArgumentError)):
            call()


def test_an_encrypted_dict_of_1x_says_what_it_is(db: BeaverDB, path: object) -> None:
    import sqlite3

    db.dict("vault")["token"] = 1
    with sqlite3.connect(str(path)) as raw:
        raw.execute("UPDATE beaver_dicts SET value = 'gAAAAABm-no-json' WHERE dict_name = 'vault'")
    raw.close()
    with pytest.raises((errors.UnsupportedError, errors.CorruptError), match="."):
        db.dict("vault")["token"]
