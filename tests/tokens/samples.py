"""One value of every operation, made from its type: for golden vectors and round trips.

Deterministic: the same declaration gives the same sample, a changed one another, and then the
golden vector of that operation fails, as it must: a tag's encoding never changes.
"""

import datetime
import enum
import types
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import msgspec

from tests.tokens.support import addr, digest

DATE = datetime.date(2026, 7, 1)

TEXTS = {
    "^[A-Z]{2}": "PK",
    "^[A-Z]{3}": "PKR",
    "^[A-Z]+": "RESIDENT",
    "^[A-Z0-9][A-Z0-9-]*": "PKR",
}
"""Texts for the patterns of the types, without their end; others get lower-case letters."""


def sample(operation: type[msgspec.Struct]) -> msgspec.Struct:
    """An operation with every field filled."""
    return _struct(operation, operation.__name__)


def _struct(of: type[msgspec.Struct], path: str) -> msgspec.Struct:
    hints = get_type_hints(of, include_extras=True)
    fields = {name: _value(hints[name], f"{path}.{name}") for name in of.__struct_fields__}
    return of(**fields)


def _value(hint: object, path: str, *metas: msgspec.Meta) -> object:
    origin = get_origin(hint)
    if origin is Annotated:
        base, *more = get_args(hint)
        return _value(base, path, *(m for m in more if isinstance(m, msgspec.Meta)), *metas)
    if origin in (Union, types.UnionType):
        chosen = [arg for arg in get_args(hint) if arg is not type(None)]
        return _value(chosen[0], path, *metas)
    if origin is tuple:
        return _tuple(get_args(hint), path, metas)
    return _scalar(hint, path, metas)


def _tuple(args: tuple[object, ...], path: str, metas: tuple[msgspec.Meta, ...]) -> object:
    if len(args) == 2 and args[1] is Ellipsis:
        shortest = max((meta.min_length or 0 for meta in metas), default=0)
        return tuple(_value(args[0], f"{path}.{at}") for at in range(max(1, shortest)))
    return tuple(_value(arg, f"{path}.{at}") for at, arg in enumerate(args))


def _scalar(hint: object, path: str, metas: tuple[msgspec.Meta, ...]) -> object:
    if not isinstance(hint, type):
        raise TypeError(f"{path}: no sample of {hint!r}")
    if issubclass(hint, msgspec.Struct):
        return _struct(hint, path)
    if issubclass(hint, enum.Enum):
        return next(iter(hint))
    if hint is bool:
        return True
    if hint is int:
        return _number(metas)
    if hint is bytes:
        length = max((meta.min_length or 0 for meta in metas), default=0)
        return addr(path) if length == 16 else (digest(path) * (1 + length // 32))[: max(length, 8)]
    if hint is str:
        return _text(metas)
    if hint is datetime.date:
        return DATE
    raise TypeError(f"{path}: no sample of {hint!r}")


def _number(metas: tuple[msgspec.Meta, ...]) -> int:
    low = max((int(meta.ge) for meta in metas if meta.ge is not None), default=0)
    highest = [int(meta.le) for meta in metas if meta.le is not None]
    highest += [int(meta.lt) - 1 for meta in metas if meta.lt is not None]
    high = min(highest, default=2**64 - 1)
    return min(max(low, 300), high)


def _text(metas: tuple[msgspec.Meta, ...]) -> str:
    patterns = [
        meta.pattern.removesuffix("$").removesuffix("\\Z")
        for meta in metas
        if meta.pattern is not None
    ]
    text = TEXTS.get(patterns[0], "abc") if patterns else "abc"
    longest = min((meta.max_length for meta in metas if meta.max_length is not None), default=99)
    return text[:longest]
