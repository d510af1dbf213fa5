"""An operation with one thing in it changed: what somebody sends who has seen an honest one.

Rules of this file:
1. A number says what is changed and into what; the same number always says the same.
2. What comes out may make sense: then it is a move like any other.
"""

import datetime as dt
import enum
import types
from collections.abc import Sequence
from typing import Annotated, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from tests.tokens.adversary_values import ASSETS, FRESH, HOLDERS, NAMES, START
from tests.tokens.support import ACCOUNTS, addr, digest, key
from tokens.ops.business_day import OpenDay

T = TypeVar("T")

ADDRESSES = (
    *(addr(name) for name in (*HOLDERS, *NAMES, *FRESH)),
    *(entry.id for entry in ACCOUNTS),
)
TEXTS = (*ASSETS, "PK0000000999", "nothing", "T1", "N-1", "")
DAYS = (-400, -31, -1, 0, 1, 3, 4, 400, 4_000)


def spoiled(operation: msgspec.Struct, number: int) -> msgspec.Struct:
    """A copy of it, one field another; itself if it has none."""
    hints = get_type_hints(type(operation), include_extras=True)
    names = operation.__struct_fields__
    if not names:
        return operation
    if isinstance(operation, OpenDay):  # never a later date: most of the world would be over
        return OpenDay(date=operation.date - dt.timedelta(days=number % 9))
    number, at = divmod(number, len(names))
    name = names[at]
    value = _other(getattr(operation, name), hints[name], number)
    return msgspec.structs.replace(operation, **{name: value})


def _other(value: object, hint: object, number: int) -> object:
    choices = _optional(hint)
    if choices is not None and number % 4 == 0:
        return None
    if value is None:
        return value if choices is None else _of_type(choices, number)
    if isinstance(value, msgspec.Struct):
        return spoiled(value, number)
    if isinstance(value, tuple):
        return _tuple(value, number)
    if isinstance(value, bool):
        return not value
    if isinstance(value, enum.Enum):
        return _one(list(type(value)), number)
    if isinstance(value, int):
        return _one((0, 1, value - 1, value + 1, value // 2, 3 * value + 7, 2**64 - 1), number)
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=_one(DAYS, number))
    if isinstance(value, bytes):
        return _bytes(len(value), number)
    return _one(TEXTS, number)


def _tuple(value: tuple[object, ...], number: int) -> tuple[object, ...]:
    if not value:
        return value
    number, way = divmod(number, 4)
    if way == 0:
        return value[:-1]
    if way == 1:
        return (*value, value[-1])
    if way == 2:
        return tuple(reversed(value))
    number, at = divmod(number, len(value))
    return (*value[:at], _other(value[at], object, number), *value[at + 1 :])


def _bytes(length: int, number: int) -> bytes:
    if length == 16:
        return _one(ADDRESSES, number)
    if length == 32:
        return _one((digest("nothing"), bytes(32), key("bank-a"), bytes([1]) * 32), number)
    return bytes(length)


def _one(choices: Sequence[T], number: int) -> T:
    return choices[number % len(choices)]


def _optional(hint: object) -> object:
    """What a field may be beside None; None if it may not be None."""
    if get_origin(hint) is Annotated:
        return _optional(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        args = get_args(hint)
        if type(None) in args:
            return next(arg for arg in args if arg is not type(None))
    return None


def _of_type(hint: object, number: int) -> object:
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if hint is int:
        return _one((1, 2**64 - 1), number)
    if hint is bytes:
        return _bytes((16, 32)[number % 2], number // 2)
    if hint is str:
        return _one(TEXTS, number)
    if hint is dt.date:
        return START + dt.timedelta(days=_one(DAYS, number))
    return None
