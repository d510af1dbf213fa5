"""What the fields of a record, an operation or an event are, read off their types once a type.

Rules of this file:
1. Nothing is listed by hand but which asset an amount is counted in; a new operation or event needs
   no line here (tests/explorer/test_sentences.py walks the registry).
2. An amount of which that is not known is shown in minor units, never guessed.
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

import msgspec
from msgspec import inspect

from node.explorer.text import words
from tokens.jsonform import type_info

ASSET_PATTERN = "^[A-Z0-9][A-Z0-9-]*\\Z"
"""Of tokens.types.AssetId; a name of that form is an asset if the ledger has one of it."""
_OWN = frozenset(
    {
        *("amount", "balance", "quantity", "face", "supply", "max_supply", "before", "volume"),
        *("demand", "fine", "gross", "delivered", "remainder", "attested", "recorded", "held"),
        *("cap_call", "cap_day", "cap_total", "used_day", "used_total", "available", "frozen"),
        *("pledged", "record_quantity", "denomination", "increment", "rest", "fee", "fee_max"),
    }
)
"""Fields counted in the asset that stands beside them. Others are money: of its currency."""
_BESIDE = {"out_amount": "out", "into_amount": "into", "amount_in": "asset"}
_SUFFIXES = ("_e4", "_e6", "_bps", "_bd")


class Form(Enum):
    """How a value is shown."""

    TEXT = auto()
    ASSET = auto()
    NUMBER = auto()
    AMOUNT = auto()
    ADDRESS = auto()
    HASH = auto()
    DATE = auto()
    CHOICE = auto()
    """A member of an enumeration."""
    TRUTH = auto()
    OPERATION = auto()
    """Encoded bytes of one."""
    PART = auto()
    """A struct."""
    MANY = auto()
    """A tuple of any of these."""


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field."""

    name: str
    label: str
    form: Form
    item: Form | None
    """Of MANY: form of its items."""
    unit_of: str
    """Of an amount: the field that names its asset, empty if there is none."""
    is_own: bool
    """Whether it is counted in that asset, or in the money of its currency."""


@lru_cache(maxsize=1024)
def shapes_of(struct: type[msgspec.Struct]) -> tuple[FieldShape, ...]:
    """Of all fields, in order."""
    info = type_info(struct)
    fields = info.fields if isinstance(info, inspect.StructType) else ()
    names = {field.name for field in fields}
    return tuple([_shape(field.name, field.type, names) for field in fields])


def _shape(name: str, of: inspect.Type, names: set[str]) -> FieldShape:
    form, item = _form(of)
    beside = _BESIDE.get(name)
    unit_of = next((each for each in (beside, "asset", "security", "isin") if each in names), "")
    is_own = beside is not None or (name in _OWN and unit_of != "security")
    return FieldShape(name, _label(name), form, item, unit_of, is_own)


def _label(name: str) -> str:
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return words(name)


def _form(of: inspect.Type) -> tuple[Form, Form | None]:
    match of:
        case inspect.Metadata(type=inner, extra=extra):
            named = {"amount": Form.AMOUNT, "address": Form.ADDRESS, "operation": Form.OPERATION}
            known = named.get(str((extra or {}).get("form")))
            return (known, None) if known is not None else _form(inner)
        case inspect.UnionType(types=types):
            rest = [each for each in types if not isinstance(each, inspect.NoneType)]
            return _form(rest[0])
        case inspect.VarTupleType(item_type=inner) | inspect.ListType(item_type=inner):
            return Form.MANY, _form(inner)[0]
        case inspect.TupleType(item_types=types):
            return Form.MANY, _form(types[0])[0]
        case inspect.StrType(pattern=pattern):
            return (Form.ASSET if pattern == ASSET_PATTERN else Form.TEXT), None
        case _:
            return _PLAIN_FORMS.get(type(of), Form.TEXT), None


_PLAIN_FORMS: dict[type[inspect.Type], Form] = {
    inspect.BoolType: Form.TRUTH,
    inspect.IntType: Form.NUMBER,
    inspect.BytesType: Form.HASH,
    inspect.DateType: Form.DATE,
    inspect.EnumType: Form.CHOICE,
    inspect.StructType: Form.PART,
}
