"""From JSON to values: one closure for each type, which checks everything that the type says."""

import datetime
import re
from collections.abc import Callable
from enum import Enum, IntFlag
from typing import TYPE_CHECKING

from msgspec import inspect

from tokens import bech32m
from tokens.jsonform.names import FormError, camel, type_name
from tokens.types import AMOUNT_LIMIT

if TYPE_CHECKING:
    from tokens.jsonform import JsonForm

Reader = Callable[[object], object]

INTEGER_LIMIT = 2**63 - 1
"""Largest JSON integer that is read, either sign: what every typed language has."""
LENGTH_LIMIT = 2**20
"""Longest array or text where the type says nothing; a body is smaller."""

_AMOUNT = re.compile(r"0|[1-9][0-9]*")
_AMOUNT_DIGITS = 20
"""More are beyond any limit, and not worth converting."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def build_reader(form: "JsonForm", of: inspect.Type) -> Reader:
    """The closure of one type. TypeError if the type has no JSON form to read."""
    match of:
        case inspect.Metadata(type=inner, extra=extra):
            return _form_reader(form, (extra or {}).get("form"), inner)
        case inspect.BytesType():
            return _hex_reader(of)
        case inspect.BoolType():
            return _read_bool
        case inspect.NoneType():
            return _read_none
        case inspect.IntType():
            return _int_reader(of)
        case inspect.StrType():
            return _str_reader(of)
        case inspect.DateType():
            return _read_date
        case inspect.EnumType(cls=enum):
            return _flags_reader(enum) if issubclass(enum, IntFlag) else _enum_reader(enum)
        case inspect.VarTupleType(item_type=item):
            return _array_reader(build_reader(form, item), of.min_length or 0, of.max_length)
        case inspect.TupleType(item_types=items):
            return _tuple_reader([build_reader(form, item) for item in items])
        case inspect.StructType():
            return _struct_reader(form, of)
        case inspect.UnionType(types=types):
            return _union_reader(form, types)
        case _:
            raise TypeError(f"{type(of).__name__} has no JSON form to read")


def _form_reader(form: "JsonForm", name: object, inner: inspect.Type) -> Reader:
    match name:
        case "amount":
            return _amount_reader(inner)
        case "address":
            return _address_reader(form.prefix)
        case "operation":
            return form.operation_reader(build_reader(form, inner))
        case _:
            return build_reader(form, inner)


def _amount_reader(of: inspect.Type) -> Reader:
    least = (of.ge or 0) if isinstance(of, inspect.IntType) else 0
    expected = "an amount is a decimal string of minor units, no sign, no leading zero"
    limits = f"an amount is {least}..{AMOUNT_LIMIT}"

    def read(value: object) -> object:
        if type(value) is not str or _AMOUNT.fullmatch(value) is None:
            raise FormError(expected)
        amount = int(value[: _AMOUNT_DIGITS + 1])
        if not least <= amount <= AMOUNT_LIMIT:
            raise FormError(limits)
        return amount

    return read


def _address_reader(prefix: str) -> Reader:
    expected = f"an address of this network is bech32m text of 16 bytes with the prefix {prefix}1"

    def read(value: object) -> object:
        data = bech32m.decode(prefix, value) if type(value) is str and len(value) <= 90 else None
        if data is None or len(data) != 16:
            raise FormError(expected)
        return data

    return read


def _hex_reader(of: inspect.BytesType) -> Reader:
    least, most = of.min_length or 0, of.max_length
    fixed = f"exactly {least} bytes of " if least and least == most else ""
    expected = f"{fixed}0x and lower-case hex"
    limits = f"{least}..{most} bytes"

    def read(value: object) -> object:
        if type(value) is not str or value[:2] != "0x":
            raise FormError(expected)
        digits = value[2:]
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            raise FormError(expected) from None
        if data.hex() != digits:
            raise FormError(expected)
        if len(data) < least or (most is not None and len(data) > most):
            raise FormError(expected if fixed else limits)
        return data

    return read


def _read_bool(value: object) -> object:
    if type(value) is not bool:
        raise FormError("true or false")
    return value


def _read_none(value: object) -> object:
    if value is not None:
        raise FormError("null")
    return None


def _int_reader(of: inspect.IntType) -> Reader:
    least = -INTEGER_LIMIT
    most = INTEGER_LIMIT
    if of.ge is not None or of.gt is not None:
        least = of.ge if of.ge is not None else (of.gt or 0) + 1
    if of.le is not None or of.lt is not None:
        most = of.le if of.le is not None else (of.lt or 0) - 1
    expected = f"an integer {least}..{most}, not a string and without fraction or exponent"

    def read(value: object) -> object:
        if type(value) is not int or not least <= value <= most:
            raise FormError(expected)
        return value

    return read


def _str_reader(of: inspect.StrType) -> Reader:
    least, most = of.min_length or 0, of.max_length
    matches = None if of.pattern is None else re.compile(of.pattern).search
    expected = "text"
    if least or most is not None:
        expected += (
            f" of {least}..{most} characters" if most is not None else f" of {least} or more"
        )
    if of.pattern is not None:
        expected += f" that matches {of.pattern}"
    most = LENGTH_LIMIT if most is None else most

    def read(value: object) -> object:
        if type(value) is not str or not least <= len(value) <= most:
            raise FormError(expected)
        if matches is not None and matches(value) is None:
            raise FormError(expected)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise FormError("text without lone surrogates") from None
        return value

    return read


def _read_date(value: object) -> object:
    if type(value) is str and _DATE.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise FormError("a date YYYY-MM-DD")


def _enum_reader(enum: type[Enum]) -> Reader:
    table = {member.name: member for member in enum}
    expected = "one of " + ", ".join(table)

    def read(value: object) -> object:
        member = table.get(value) if type(value) is str else None
        if member is None:
            raise FormError(expected)
        return member

    return read


def _flags_reader(enum: type[IntFlag]) -> Reader:
    names = [flag.name or "" for flag in enum]
    expected = "a list, in this order and each once, of " + ", ".join(names)

    def read(value: object) -> object:
        out = enum(0)
        if type(value) is not list or [name for name in names if name in value] != value:
            raise FormError(expected)
        for name in value:
            out |= enum[name]
        return out

    return read


def _array_reader(item: Reader, least: int, most: int | None) -> Reader:
    limits = f"an array of {least} or more" if most is None else f"an array of {least}..{most}"

    def read(value: object) -> object:
        if (
            type(value) is not list
            or len(value) < least
            or (most is not None and len(value) > most)
        ):
            raise FormError(limits)
        try:
            return tuple([item(one) for one in value])
        except FormError:
            return _read_each([item] * len(value), value)

    return read


def _tuple_reader(items: list[Reader]) -> Reader:
    def read(value: object) -> object:
        if type(value) is not list or len(value) != len(items):
            raise FormError(f"an array of {len(items)}")
        return _read_each(items, value)

    return read


def _read_each(items: list[Reader], value: list[object]) -> tuple[object, ...]:
    """One by one, to know the index of what fails."""
    out = []
    for index, (item, one) in enumerate(zip(items, value, strict=True)):
        try:
            out.append(item(one))
        except FormError as error:
            raise error.under(f"[{index}]") from None
    return tuple(out)


def _struct_reader(form: "JsonForm", of: inspect.StructType) -> Reader:
    cls = of.cls
    fields = [
        (camel(field.name), field.name, build_reader(form, field.type), field.required)
        for field in of.fields
    ]
    tag = None if of.tag is None else type_name(cls)

    def read(value: object) -> object:
        if type(value) is not dict:
            raise FormError("an object")
        known = 0
        if tag is not None:
            if value.get("type") != tag:
                raise FormError(f"the text {tag}").under("type")
            known = 1
        arguments: dict[str, object] = {}
        for name, argument, reader, required in fields:
            if name in value:
                try:
                    arguments[argument] = reader(value[name])
                except FormError as error:
                    raise error.under(name) from None
            elif required:
                raise FormError("a field is missing").under(name)
        if len(value) != known + len(arguments):
            raise FormError("an object without unknown fields")
        return cls(**arguments)

    return read


def _union_reader(form: "JsonForm", types: tuple[inspect.Type, ...]) -> Reader:
    """Members differ in their JSON type, or are tagged structs that differ in "type"."""
    structs: dict[str, Reader] = {}
    table: dict[type[object], Reader] = {}
    for member in types:
        reader = build_reader(form, member)
        if isinstance(member, inspect.StructType) and member.tag is not None:
            structs[type_name(member.cls)] = reader
        elif _json_type(member) in table:
            raise TypeError("two members of a union look alike in JSON")
        else:
            table[_json_type(member)] = reader
    if structs and dict in table:
        raise TypeError("an untagged struct among tagged ones")
    if structs:
        table[dict] = _tagged_reader(structs)
    words = {type(None): "null", str: "a string", int: "an integer", dict: "an object"}
    expected = " or ".join([words.get(one, one.__name__) for one in table])

    def read(value: object) -> object:
        reader = table.get(type(value))
        if reader is None:
            if len(table) == 2 and type(None) in table:
                reader = next(one for kind, one in table.items() if kind is not type(None))
                return reader(value)
            raise FormError(expected)
        return reader(value)

    return read


def _tagged_reader(structs: dict[str, Reader]) -> Reader:
    def read(value: object) -> object:
        name = value.get("type") if type(value) is dict else None
        reader = structs.get(name) if type(name) is str else None
        if reader is None:
            raise FormError("the name of a known type").under("type")
        return reader(value)

    return read


def _json_type(of: inspect.Type) -> type[object]:
    match of:
        case inspect.Metadata(type=inner, extra=extra):
            return str if (extra or {}).get("form") == "amount" else _json_type(inner)
        case inspect.NoneType():
            return type(None)
        case inspect.IntType():
            return int
        case inspect.BoolType():
            return bool
        case inspect.StructType():
            return dict
        case inspect.VarTupleType() | inspect.TupleType():
            return list
        case _:
            return str
