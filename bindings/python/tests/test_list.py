from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from beaver import BeaverDB
from beaver.lists import List


@pytest.fixture
def tasks(db: BeaverDB) -> List[object]:
    return db.list("tasks")


def test_it_is_used_like_a_list(tasks: List[object]) -> None:
    tasks.push("b")
    tasks.append("c")
    tasks.prepend("a")
    assert tasks[0] == "a"
    assert tasks[-1] == "c"
    assert tasks[0:2] == ["a", "b"]
    tasks[1] = "B"
    del tasks[0]
    assert list(tasks) == ["B", "c"]
    assert len(tasks) == 2
    assert "c" in tasks
    assert tasks.pop() == "c"
    assert tasks.deque() == "B"
    assert tasks.pop() is None
    assert tasks.deque() is None


def test_it_has_the_methods_of_a_list(tasks: List[object]) -> None:
    tasks.extend([3, 1, 2])
    tasks += [1]
    tasks.insert(1, 9)
    assert tasks[:] == [3, 9, 1, 2, 1]
    tasks.insert(-100, "first")
    tasks.insert(100, "last")
    assert (tasks.deque(), tasks.pop()) == ("first", "last")
    assert tasks.index(1) == 2
    assert tasks.index(1, 3) == 4
    assert tasks.index(1, -1) == 4
    assert tasks.count(1) == 2
    tasks.remove(1)
    assert tasks[:] == [3, 9, 2, 1]
    tasks.sort()
    assert tasks[:] == [1, 2, 3, 9]
    tasks.sort(key=lambda number: -int(str(number)))
    assert tasks[:] == [9, 3, 2, 1]
    tasks.sort(reverse=True)
    tasks.reverse()
    assert tasks.copy() == [1, 2, 3, 9]
    assert list(reversed(tasks)) == [9, 3, 2, 1]
    assert tasks.pop(1) == 2
    assert tasks.pop(-1) == 9
    assert tasks.clear() == 2


def test_what_is_not_there_raises_as_a_list_does(tasks: List[object]) -> None:
    tasks.extend([1, 2])
    for index in (2, -3, 2**63, -(2**70)):
        with pytest.raises(IndexError):
            tasks[index]
        with pytest.raises(IndexError):
            tasks[index] = 1
        with pytest.raises(IndexError):
            del tasks[index]
        with pytest.raises(IndexError):
            tasks.pop(index)
    with pytest.raises(ValueError, match="no such value"):
        tasks.index(7)
    with pytest.raises(ValueError, match="no such value"):
        tasks.remove(7)
    with pytest.raises(TypeError):
        tasks["a"]  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="step"):
        tasks[::0]
    with pytest.raises(ValueError, match="slice of 1"):
        tasks[::2] = [1, 2]
    assert tasks[:] == [1, 2]


def test_every_slice_is_that_of_a_list(tasks: List[object]) -> None:
    model: list[object] = list(range(7))
    tasks.extend(model)
    bounds = [None, 0, 1, 3, 6, 7, 9, -1, -2, -7, -8, -20, 2**80, -(2**80)]
    for start in bounds:
        for stop in bounds:
            for step in (None, 1, 2, 3, 9, -1, -2, -3, -9):
                assert tasks[start:stop:step] == model[start:stop:step], (start, stop, step)


def test_random_changes_are_those_of_a_list(db: BeaverDB) -> None:
    chance = random.Random(5)
    stored, model = db.list("stored"), list(range(12))
    stored.extend(model)

    def bound() -> int | None:
        return chance.choice([None, *range(-15, 15)])

    def delete(numbers: List[int] | list[int], where: slice, _: list[int]) -> None:
        del numbers[where]

    def replace(numbers: List[int] | list[int], where: slice, new: list[int]) -> None:
        numbers[where] = new

    changes: list[Callable[[List[int] | list[int], slice, list[int]], None]] = [delete, replace]
    for _ in range(150):
        where = slice(bound(), bound(), chance.choice([None, 1, 2, 3, -1, -2]))
        new = [chance.randrange(100) for _ in range(chance.randrange(6))]
        if where.step not in (None, 1):
            new = [chance.randrange(100) for _ in model[where]]
        change = chance.choice(changes)
        if change is delete and len(model) < 6:
            change = replace
        change(model, where, new)
        change(stored, where, new)
        assert stored[:] == model, where
    assert list(stored) == model
    assert list(reversed(stored)) == model[::-1]


def test_an_iterator_goes_on_over_many_pages(tasks: List[object]) -> None:
    tasks.extend(range(1000))
    assert list(tasks) == list(range(1000))
    assert list(reversed(tasks)) == list(range(999, -1, -1))
    first = iter(tasks)
    assert next(first) == 0
    tasks.clear()


def test_values_are_equal_as_json_says(tasks: List[object]) -> None:
    tasks.extend([{"a": 1, "b": 2}, 1.0])
    assert {"b": 2, "a": 1} in tasks
    assert 1 in tasks
    assert True not in tasks


def test_a_failed_sort_leaves_the_list_as_it_was(tasks: List[object]) -> None:
    tasks.extend([2, "a", 1])
    with pytest.raises(TypeError):
        tasks.sort()
    assert tasks[:] == [2, "a", 1]
    assert not tasks.locked
    tasks.push(3)
