"""Named tuples that are generic, which Python has from 3.11 on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or sys.version_info >= (3, 11):
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _Root:
        """Stands among the bases until the class is made."""

    class _Maker(type):
        def __new__(mcs, name, bases, namespace):
            if name == "_Fields":
                return super().__new__(mcs, name, bases, namespace)
            fields = namespace.get("__annotations__", {})
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            plain = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            namespace["__slots__"] = ()
            others = tuple(base for base in bases if base is not _Fields)
            return type(name, (plain, *others), namespace)

    class _Fields(_Root, metaclass=_Maker):
        """What the class statement sees in the place of NamedTuple."""

    class _NamedTuple:
        def __mro_entries__(self, bases):
            return (_Fields,)

    NamedTuple = _NamedTuple()

__all__ = ["NamedTuple"]
