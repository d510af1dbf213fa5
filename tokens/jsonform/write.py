"""From values to JSON: one closure for each type."""

import datetime
from collections.abc import Callable
from enum import Enum, IntFlag
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from msgspec import inspect

from tokens import bech32m
from tokens.jsonform.names import Json, camel, type_name

if TYPE_CHECKING:
    from tokens.jsonform import JsonForm

Writer = Callable[[object], Json]


def build_writer(form: "JsonForm", of: inspect.Type) -> Writer:
    """The closure of one type. TypeError if the type has no JSON form."""
    match of:
        case inspect.Metadata(type=inner, extra=extra):
            return _form_writer(form, (extra or {}).get("form"), inner)
        case inspect.BytesType():
            return cast("Writer", _write_hex)
        case inspect.BoolType() | inspect.IntType() | inspect.StrType() | inspect.NoneType():
            return _same
        case inspect.CustomType(cls=cls) if cls is object:
            return _same
        case inspect.DateType():
            return _write_date
        case inspect.EnumType(cls=enum):
            return _write_flags if issubclass(enum, IntFlag) else _write_enum
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return _array_writer(build_writer(form, item))
        case inspect.TupleType(item_types=items):
            return _tuple_writer([build_writer(form, item) for item in items])
        case inspect.StructType():
            return _struct_writer(form, of)
        case inspect.UnionType(types=types):
            return _union_writer(form, types)
        case _:
            raise TypeError(f"{type(of).__name__} has no JSON form")


def _form_writer(form: "JsonForm", name: object, inner: inspect.Type) -> Writer:
    match name:
        case "amount":
            return str
        case "address":
            return partial(bech32m.encode, form.prefix)
        case "operation":
            return form.write_operation
        case _:
            return build_writer(form, inner)


def _same(value: object) -> Json:
    return value  # type: ignore[return-value]


def _write_hex(value: bytes) -> Json:
    return "0x" + value.hex()


def _write_date(value: object) -> Json:
    return cast("datetime.date", value).isoformat()


def _write_enum(value: object) -> Json:
    return cast("Enum", value).name


def _write_flags(value: object) -> Json:
    flags = cast("IntFlag", value)
    return [flag.name for flag in type(flags) if flag in flags]


def _array_writer(item: Writer) -> Writer:
    def write(value: object) -> Json:
        return [item(one) for one in value]  # type: ignore[attr-defined]

    return write


def _tuple_writer(items: list[Writer]) -> Writer:
    def write(value: object) -> Json:
        parts = cast("tuple[object, ...]", value)
        return [item(one) for item, one in zip(items, parts, strict=True)]

    return write


def _struct_writer(form: "JsonForm", of: inspect.StructType) -> Writer:
    if not of.fields:
        fixed: dict[str, Json] = {} if of.tag is None else {"type": type_name(of.cls)}
        return lambda value: dict(fixed)
    names = [camel(field.name) for field in of.fields]
    writers = [build_writer(form, field.type) for field in of.fields]
    changed = [pair for pair in zip(names, writers, strict=True) if pair[1] is not _same]
    head: dict[str, Json] = {} if of.tag is None else {"type": type_name(of.cls)}
    take = attrgetter(*[field.name for field in of.fields])
    if len(names) == 1:
        name, single = names[0], writers[0]
        return lambda value: {**head, name: single(take(value))}

    def write(value: object) -> Json:
        out = head.copy()
        out.update(zip(names, take(value), strict=True))
        for name, writer in changed:
            out[name] = writer(out[name])
        return out

    return write


def _union_writer(form: "JsonForm", types: tuple[inspect.Type, ...]) -> Writer:
    others = [member for member in types if not isinstance(member, inspect.NoneType)]
    if len(others) == 1:
        only = build_writer(form, others[0])
        return lambda value: None if value is None else only(value)
    table: dict[type[object], Writer] = {}
    for member in types:
        for python in _python_types(member):
            table[python] = build_writer(form, member)

    def write(value: object) -> Json:
        return table[type(value)](value)

    return write


def _python_types(of: inspect.Type) -> tuple[type[object], ...]:
    match of:
        case inspect.Metadata(type=inner):
            return _python_types(inner)
        case inspect.NoneType():
            return (type(None),)
        case inspect.StructType(cls=cls) | inspect.EnumType(cls=cls):
            return (cls,)
        case inspect.BytesType():
            return (bytes,)
        case inspect.StrType():
            return (str,)
        case inspect.IntType():
            return (int,)
        case inspect.BoolType():
            return (bool,)
        case inspect.DateType():
            return (datetime.date,)
        case inspect.VarTupleType() | inspect.TupleType() | inspect.ListType():
            return (tuple, list)
        case _:
            raise TypeError(f"{type(of).__name__} has no JSON form in a union")
