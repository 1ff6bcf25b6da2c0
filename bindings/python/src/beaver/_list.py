"""Lists: values in order."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, overload

from ._errors import ConflictError, InvalidArgumentError, MissingIndexError, NotFoundError
from ._fast import list_getter, list_pusher
from ._handle import Handle
from ._pages import PAGE, Pages

if TYPE_CHECKING:
    from typing_extensions import Self

    from ._aio import AsyncList

T = TypeVar("T")

_FURTHEST = 2**62


class List(Handle[T]):
    """Values in order, as a `list` of Python holds them, in the file."""

    kind = "list"

    def _bound(self) -> None:
        self._get, self._push = list_getter(self._native), list_pusher(self._native)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._bound()

    # One item

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._slice(index)
        text = self._get(_index(index))
        if text is None:
            raise self._out_of_range()
        return self._codec.loads(text)

    @overload
    def __setitem__(self, index: SupportsIndex, value: T) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[T]) -> None: ...
    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            self._set_slice(index, value)
        elif not self._writer().set(_index(index), self._codec.dumps(value)):
            raise self._out_of_range()

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        if isinstance(index, slice):
            self._delete_slice(index)
        elif not self._writer().delete(_index(index)):
            raise self._out_of_range()

    def push(self, value: T) -> None:
        """Puts a value at the end."""
        text = self._codec.dumps(value)
        if self._held:
            self._writer().push(text)
        else:
            self._push(text)

    append = push

    def prepend(self, value: T) -> None:
        """Puts a value before the first."""
        self._writer().prepend(self._codec.dumps(value))

    def insert(self, index: SupportsIndex, value: T) -> None:
        """Puts a value before the one at the index. An index outside of the list means its nearer end."""
        self._writer().insert(_clamped(operator.index(index)), self._codec.dumps(value))

    def pop(self, index: SupportsIndex | None = None) -> T | None:
        """Takes the last value, None if there is none; or the one at an index, which must be there. What cannot be read
        stays."""
        if index is not None:
            return self._take(_index(index))
        self._check(-1)
        text = self._writer().pop()
        return None if text is None else self._codec.loads(text)

    def deque(self) -> T | None:
        """Takes the first value; None if there is none. What cannot be read stays."""
        self._check(0)
        text = self._writer().deque()
        return None if text is None else self._codec.loads(text)

    def _check(self, index: int) -> None:
        text = self._get(index)
        if text is not None:
            self._codec.loads(text)

    def _take(self, index: int) -> T:
        # What is read is removed only if it is still there: nobody else gets it too.
        while True:
            text = self._get(index)
            if text is None:
                raise self._out_of_range()
            value = self._codec.loads(text)
            batch = self._db._native.batch()
            batch.list_delete(self._writer(), index, f'{{"if":{{"equals":{text}}}}}')
            try:
                batch.commit("{}")
            except (ConflictError, NotFoundError):
                continue
            return value

    # Many items

    def extend(self, values: Iterable[T]) -> None:
        """Puts many values at the end, in one commit."""
        self._writer().extend(self._codec.dump_all(values))

    def __iadd__(self, values: Iterable[T]) -> Self:
        self.extend(values)
        return self

    def _slice(self, index: slice) -> list[T]:
        start, stop, step = _range(index)
        values = self._codec.load_all(self._native.slice(start, stop))
        return values if step == 1 else values[::step]

    def _set_slice(self, index: slice, values: Iterable[T]) -> None:
        start, stop, step = _range(index)
        new = values if isinstance(values, list) else list(values)
        if step == 1:
            self._writer().replace_range(start, stop, self._codec.dump_all(new))
            return

        def change(old: list[T]) -> None:
            if len(old[::step]) != len(new):
                raise InvalidArgumentError(
                    f"{len(new)} values are given for a slice of {len(old[::step])}, which has a step"
                )
            old[::step] = new

        self._rewrite(start, stop, change)

    def _delete_slice(self, index: slice) -> None:
        start, stop, step = _range(index)
        if step == 1:
            self._writer().delete_range(start, stop)
            return

        def change(old: list[T]) -> None:
            del old[::step]

        self._rewrite(start, stop, change)

    def _rewrite(self, start: int | None, stop: int | None, change: Callable[[list[T]], None]) -> None:
        """Changes a range by what it holds, with nobody in between."""
        with self.acquire() as mine:
            values = mine._codec.load_all(mine._native.slice(start, stop))
            change(values)
            mine._native.replace_range(start, stop, mine._codec.dump_all(values))

    def sort(self, *, key: Callable[[T], Any] | None = None, reverse: bool = False) -> None:
        """Sorts the list in its place. It belongs to this thread meanwhile."""
        self._rewrite(None, None, lambda values: values.sort(key=key, reverse=reverse))

    def reverse(self) -> None:
        """Turns the order round."""
        self._writer().reverse()

    def copy(self) -> list[T]:
        """The values as a list of Python."""
        return self._slice(slice(None))

    # Looking for values

    def __contains__(self, value: object) -> bool:
        return bool(self._native.contains(self._codec.dumps(value)))  # type: ignore[arg-type]

    def index(self, value: T, start: SupportsIndex = 0, stop: SupportsIndex | None = None) -> int:
        """The index of the first of a value, in a part of the list; ValueError if there is none."""
        last = None if stop is None else _clamped(operator.index(stop))
        found = self._native.index_of(self._codec.dumps(value), _clamped(operator.index(start)), last)
        if found is None:
            raise self._no_such_value()
        return int(found)

    def count(self, value: T) -> int:
        """How often a value is in the list."""
        return int(self._native.count_of(self._codec.dumps(value)))

    def remove(self, value: T) -> None:
        """Removes the first of a value; ValueError if there is none."""
        if not self._writer().remove(self._codec.dumps(value)):
            raise self._no_such_value()

    # Going through it

    def __iter__(self) -> Pages[T]:
        return Pages(self._native.items(), self._codec.build)

    def __reversed__(self) -> Iterator[T]:
        end = len(self)
        while end > 0:
            start = max(end - PAGE, 0)
            yield from reversed(self._slice(slice(start, end)))
            end = start

    def as_async(self) -> AsyncList[T]:
        """The same list for asyncio."""
        from ._aio import AsyncList

        return AsyncList(self)

    def _out_of_range(self) -> MissingIndexError:
        return MissingIndexError(f"the list {self._name!r} has nothing at this index")

    def _no_such_value(self) -> InvalidArgumentError:
        return InvalidArgumentError(f"the list {self._name!r} has no such value")


def _index(index: SupportsIndex) -> int:
    """An index as the library takes it. What it cannot take is out of range for certain."""
    number = operator.index(index)
    if not -_FURTHEST <= number <= _FURTHEST:
        raise MissingIndexError("no list has an index so far away")
    return number


def _clamped(index: int) -> int:
    return max(-_FURTHEST, min(index, _FURTHEST))


def _range(index: slice) -> tuple[int | None, int | None, int]:
    """The range that holds what a slice names, and the step with which it is taken out of that."""
    step = 1 if index.step is None else operator.index(index.step)
    if step == 0:
        raise InvalidArgumentError("a slice has no step of zero")
    start = None if index.start is None else _clamped(operator.index(index.start))
    stop = None if index.stop is None else _clamped(operator.index(index.stop))
    if step > 0:
        return start, stop, step
    # From start down to what follows stop: what is at -1 has nothing behind it.
    if stop == -1:
        return 0, 0, step
    low = None if stop is None else stop + 1
    high = None if start is None or start == -1 else start + 1
    return low, high, step
