"""Typed values, by Pydantic and without it."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any, Optional, Union

import pytest
from conftest import HAS_PYDANTIC

from beaver import BeaverDB, Document, Model
from beaver.errors import InvalidArgumentError, TypeMismatchError


class Address(Model):
    city: str
    zip: Optional[str] = None  # noqa: UP045


class User(Model):
    name: str
    email: str
    permissions: list[str] = []  # noqa: RUF012
    address: Address | None = None
    score: float = 0.0
    extra: dict[str, Union[int, list[int]]] = {}  # noqa: RUF012, UP007


def alice() -> User:
    return User(name="Alice", email="a@example.com", permissions=["read"], address=Address(city="Quito"), score=1)


def test_a_model_is_checked_when_it_is_made() -> None:
    user = alice()
    assert (user.name, user.score, user.address) == ("Alice", 1.0, Address(city="Quito", zip=None))
    assert user.extra == {}
    assert user.permissions is not User.permissions
    assert user == alice()
    assert user != Address(city="Quito")
    assert "name='Alice'" in repr(user)
    wrong: list[dict[str, Any]] = [
        {"name": "x"},
        {"name": 5, "email": "x"},
        {"name": "x", "email": "x", "permissions": "read"},
        {"name": "x", "email": "x", "permissions": [1]},
        {"name": "x", "email": "x", "score": True},
        {"name": "x", "email": "x", "address": {"street": "y"}},
        {"name": "x", "email": "x", "extra": {1: 1}},
        {"name": "x", "email": "x", "extra": {"a": "b"}},
        {"name": "x", "email": "x", "nickname": "y"},
    ]
    for fields in wrong:
        with pytest.raises(TypeMismatchError):
            User(**fields)
    with pytest.raises(TypeMismatchError):
        User.model_validate("Alice")


def models() -> list[Any]:
    if not HAS_PYDANTIC:
        return [User]
    import pydantic

    class PydanticUser(pydantic.BaseModel):
        name: str
        email: str
        permissions: list[str] = []

    return [User, PydanticUser]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__mro__[1].__name__)
def test_every_handle_takes_a_model(db: BeaverDB, model: Any) -> None:
    user = model(name="Alice", email="a@example.com", permissions=["ä€"])
    users = db.dict("users", model=model)
    users["alice"] = user
    users["as_dict"] = {"name": "Bob", "email": "b@example.com"}
    users.set_many({"many": user})
    assert users["alice"] == user
    assert type(users["as_dict"]) is model
    assert users.get("alice") == users.pop("many") == user
    assert list(users.values()) == [user, users["as_dict"]]
    assert dict(users.items())["alice"] == users.get_many(["alice"])["alice"] == user
    assert users.compare_and_set("alice", user, user)

    things = db.list("users", model)
    things.push(user)
    things += [user]
    assert (things[0], things[:], list(things), things.pop(0)) == (user, [user, user], [user, user], user)
    assert user in things

    queue = db.queue("users", model=model)
    queue.put(user, 1)
    queue.put_many([(user, 2)])
    assert [item.data for item in queue] == [user, user]
    assert queue.get().data == queue.lease(30).data == user

    log = db.log("users", model=model)
    log.log(user)
    log.append_many([user])
    assert log.range() == [user, user]
    with log.live(60, 1, lambda window: window) as view:
        assert next(view) == [user, user]

    channel = db.channel("users", model=model)
    with channel.subscribe() as listener:
        channel.publish(user)
        assert next(listener.listen(timeout=5)) == user

    blobs = db.blob("users", model=model)
    blobs.put("k", b"", user)
    assert blobs["k"].metadata == user

    people = db.collection("users", model=model)
    people.index(Document("a", body=user))
    people.index_many([Document("b", body=user)])
    assert people["a"].body == user
    assert [document.body for document in people] == [user, user]
    assert [hit.document.body for hit in people.match("Alice")] == [user, user]

    with db.batch() as batch:
        batch.dict_set(users, "batch", user)
        batch.collection_index(people, Document("c", body=user))
    assert users["batch"] == people["c"].body == user


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__mro__[1].__name__)
def test_what_does_not_fit_is_a_type_error_and_is_not_stored(db: BeaverDB, model: Any) -> None:
    users = db.dict("users", model=model)
    for wrong in ({"name": 5}, "Alice", None, 5, Address(city="Quito")):
        with pytest.raises(TypeError) as failed:
            users["x"] = wrong
        assert isinstance(failed.value, TypeMismatchError)
        with pytest.raises(TypeError):
            db.list("l", model).extend([wrong])
    assert len(users) == 0
    db.dict("users")["other"] = {"no": "user"}
    with pytest.raises(TypeError):
        users["other"]
    with pytest.raises(TypeError):
        list(users.items())


def test_a_model_that_was_changed_is_checked_again(db: BeaverDB) -> None:
    user = alice()
    user.score = "high"  # type: ignore[assignment]
    with pytest.raises(TypeError):
        db.dict("users", model=User)["alice"] = user


def test_fields_of_a_later_version_are_no_fault(db: BeaverDB) -> None:
    db.dict("places")["a"] = {"city": "Quito", "since": 2020}
    assert db.dict("places", model=Address)["a"] == Address(city="Quito")


def test_models_stand_anywhere_in_a_value_without_one(db: BeaverDB) -> None:
    db.dict("any")["team"] = {"lead": alice(), "places": [Address(city="Quito")]}
    assert db.dict("any")["team"]["lead"]["address"] == {"city": "Quito", "zip": None}


def test_handles_with_and_without_a_model_are_of_one_dict(db: BeaverDB) -> None:
    assert db.dict("users", model=User) is db.dict("users", User)
    assert db.dict("users", model=User) is not db.dict("users")
    db.dict("users", model=User)["alice"] = alice()
    assert db.dict("users")["alice"]["name"] == "Alice"


@pytest.mark.parametrize("model", [dict, int, "User", alice])
def test_what_is_no_model_is_refused(db: BeaverDB, model: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="model"):
        db.dict("users", model=model)


@pytest.mark.skipif(not HAS_PYDANTIC, reason="Pydantic is not installed")
def test_pydantic_types_and_strict_models(db: BeaverDB) -> None:
    import pydantic

    class Event(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(strict=True)

        when: datetime
        day: date
        note: bytes = b""

    event = Event(when=datetime(2024, 1, 1, tzinfo=timezone.utc), day=date(2024, 1, 1))
    events = db.list("events", model=Event)
    events.extend([event])
    assert events[0] == events[:][0] == next(iter(events)) == event
    with pytest.raises(TypeError) as failed:
        events.push({"when": "yesterday"})  # type: ignore[arg-type]
    assert isinstance(failed.value.__cause__, pydantic.ValidationError)
