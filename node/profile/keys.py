"""Every key of a profile: type, range and meaning from the schema, and what the ledger makes of it.

Rules of this file:
1. `PLACES` names each key of the schema once, neither more nor less (tests/node/profile).
2. A place is a part of a genesis document: another value of the key changes it, and nothing else.
   FILE is for what says where a figure comes from: it changes the hash in the genesis, no rule.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import inspect

from node.profile.nested import struct_in
from node.profile.root import Profile
from node.rpc.schema import field_docs

FILE = "profile"
"""The mark of the file in the genesis document."""

_PARTS: dict[str, tuple[str, str]] = {
    "money": ("central_bank_money", "asset name currency"),
    "calendar": ("calendar", "id weekend"),
    "calendar.holidays": ("calendar", "days"),
    "instruments": (
        "rules.issues",
        "name kind denomination tenor_days tenor_years coupons_a_year accrual auction",
    ),
    "auctions": (
        "rules.auctions",
        "method settle_business_days price_digits prorata_multiple prorata_filled_up_to",
    ),
    "auctions.noncompetitive": ("rules.auctions", "share_bps min max barred"),
    "taxes": ("tax_tables", "profile year_month"),
    "taxes.entries": ("tax_tables", "tax_class from_date rate_e6"),
    "taxes.entries.above": ("tax_tables", "threshold rate_e6"),
    "reserve": (
        "rules.reserve",
        "haircut_bps_min residual_days_max concentration_bps_max buffer_bps_min",
    ),
    "licences": ("rules.licences", "roles"),
    "licences.phases": ("rules.licences", "phase categories classes"),
    "residency": ("rules.residency", "closed"),
    "residency.rows": ("rules.residency", "source_class target_class classes"),
    "credentials": ("rules.credential-*", "credential gives receives"),
    "holder_cap": ("rules.holder-cap", "amount_max"),
    "parameters": ("parameters.*", "name value"),
}
"""Table -> its part of the genesis document, and keys."""

PLACES: dict[str, str] = {
    f"{table}.{key}": place for table, (place, keys) in _PARTS.items() for key in keys.split()
} | {
    "instruments.holder_share_e6": "rules.issues",
    "id": FILE,
    "name": FILE,
    "version": FILE,
    "as_of": FILE,
    "jurisdiction": "participants",
    "money.minor_digits": "parameters.minor_digits",
    "calendar.first_year": FILE,
    "calendar.last_year": FILE,
    "calendar.holidays.name": FILE,
    "calendar.holidays.late": FILE,
    "travel_rule.threshold": "parameters.travel_threshold",
    "travel_rule.wait_days": "parameters.travel_days",
    "travel_rule.payloads": "parameters.travel_payloads",
    "cash_report.threshold": "parameters.cash_report_threshold",
    "freeze.days_max": "parameters.freeze_days_max",
    "velocity.kyc_tier": "rules.velocity, rules.balance",
    "velocity.day": "rules.velocity",
    "velocity.balance": "rules.balance",
}
"""Key -> part of the genesis document. `source` and `grade` of every table are FILE."""


class Key(NamedTuple):
    """One key of the schema."""

    path: str
    """Tables by dots: `auctions.noncompetitive.min`."""
    type: str
    """Type and range in words."""
    meaning: str
    place: str
    """Part of the genesis document."""


def keys() -> list[Key]:
    """In the order of the schema."""
    return list(_keys(Profile, ""))


def _keys(of: type[msgspec.Struct], prefix: str) -> Iterator[Key]:
    info = inspect.type_info(of)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{of.__name__} is no struct")
    docs = field_docs(of)
    for field in info.fields:
        path = prefix + field.name
        inner = struct_in(field.type)
        if inner is not None:
            yield from _keys(inner, f"{path}.")
            continue
        optional = "" if field.required else ", may be left out"
        place = FILE if field.name in ("source", "grade") else PLACES[path]
        yield Key(path, range_of(field.type) + optional, docs.get(field.name, ""), place)


def range_of(of: inspect.Type) -> str:
    """A type and its range in words."""
    match of:
        case inspect.Metadata(type=inner):
            return range_of(inner)
        case inspect.IntType(ge=low, le=high):
            return "integer" if low is None else f"integer {low}..{high}"
        case inspect.StrType(min_length=low, max_length=high, pattern=pattern):
            size = "" if high is None else f" of {low or 0}..{high} characters"
            return f"text{size}" + ("" if pattern is None else f", `{pattern}`")
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(str(value) for value in values)
        case inspect.EnumType(cls=enum):
            return "one of " + ", ".join(str(member.value) for member in enum)
        case inspect.VarTupleType(item_type=item, max_length=most):
            return f"list{'' if most is None else f' of at most {most}'}: {range_of(item)}"
        case inspect.UnionType(types=types):
            return range_of(next(one for one in types if not isinstance(one, inspect.NoneType)))
        case inspect.BoolType():
            return "true or false"
        case inspect.DateType():
            return "date"
        case _:
            raise TypeError(f"no words for {of}")


class Setting(NamedTuple):
    """One value that a profile has."""

    place: str
    """Where it stands in the file: `auctions[0].noncompetitive.min`."""
    table: str
    """Nearest table that has a source: `auctions[0]`; empty for the head of the file."""
    key: str
    """Path of the key."""
    value: object
    source: str
    """Of the nearest table that has one; empty for the head of the file."""
    grade: str


def settings(profile: Profile) -> Iterator[Setting]:
    """Every value, in the order of the schema."""
    yield from _settings(profile, "", "", ("", "", ""))


def _settings(
    table: msgspec.Struct, place: str, key: str, origin: tuple[str, str, str]
) -> Iterator[Setting]:
    """`origin`: place, source and grade of the nearest table that has a source."""
    if "source" in table.__struct_fields__:
        origin = (place.removesuffix("."), _text(table, "source"), _text(table, "grade"))
    for name in table.__struct_fields__:
        value: object = getattr(table, name)
        if name in ("source", "grade") or value is None:
            continue
        if isinstance(value, msgspec.Struct):
            yield from _settings(value, f"{place}{name}.", f"{key}{name}.", origin)
        elif f"{key}{name}" in PLACES:
            where, source, grade = origin
            yield Setting(f"{place}{name}", where, f"{key}{name}", value, source, grade)
        elif isinstance(value, tuple):
            for index, entry in enumerate(value):
                yield from _settings(entry, f"{place}{name}[{index}].", f"{key}{name}.", origin)


def _text(table: msgspec.Struct, name: str) -> str:
    return str(getattr(table, name))
