"""Any record, operation or event in words: its sentence, and its fields with names resolved.

Rules of this file:
1. The sentence of an operation is the first one of its own documentation, and its fields; for the
   most usual ones there is a shorter form in _SHORT.
2. Nothing that the ledger has is left out silently: what is too long to stand in a row says how
   much more there is.
"""

import datetime as dt
import re
from enum import Enum, Flag

import msgspec

from node.explorer.fields import FieldShape, Form, shapes_of
from node.explorer.page import Cell, Value
from node.explorer.show import NOTHING, Show, hashed, number, path, text
from node.explorer.text import scaled, words
from tokens.codec import Canonical, Malformed
from tokens.jsonform import type_name
from tokens.ops import AnyOperation
from tokens.records.proposals import ProposalStatus
from tokens.results import Code
from tokens.types import NO_ADDRESS, AssetFlag, LicenceCategory, OperationClass

ITEMS_MAX = 12
"""Items of a list that are shown in one place."""
DEPTH_MAX = 3
_SHORT = {
    "transfer": "{amount} go from {source} to {target}",
    "cash_mint": "{amount} are minted for {target} against as much money of {source}",
    "cash_redeem": "{amount} of {source} are redeemed at par into {target}",
    "cb_issue": "{amount} of central-bank money are issued to {target}",
    "cb_withdraw": "{amount} of central-bank money of {source} go back to the RTGS",
    "open_day": "Business date {date} opens",
    "close_day": "Business date {date} closes",
    "approve": "The sender agrees to proposal {proposal_id}",
    "moved": "{amount} went from {source} to {target}",
    "issued": "{amount} came into being in {target}",
    "burned": "{amount} of {source} ceased to be",
    "day_opened": "Business date {date} began",
    "day_closed": "Business date {date} ended",
}
"""By the name of the operation or event; a name in braces is a field. Without a full stop."""
_MEMBERS: dict[str, type[Flag] | type[Enum]] = {
    "status": ProposalStatus,
    "paused": OperationClass,
    "classes": OperationClass,
    "flags": AssetFlag,
    "categories": LicenceCategory,
}
"""Fields that are bare numbers where they stand, and members of these."""
_MONEY = frozenset({"money", "accrued"})
"""Signed minor units of money, which have no form of their own."""
_PLACE = re.compile(r"\{([a-z_]+)\}")
_operation = Canonical[msgspec.Struct](AnyOperation)


def sentence_of(show: Show, value: msgspec.Struct) -> tuple[Cell, ...]:
    """What an operation does, or an event says."""
    short = _SHORT.get(type_name(type(value)))
    if short is not None:
        return _filled(show, value, short)
    said = first_sentence(type(value))
    parts = _inline(show, value, 1)
    return (text(f"{said}:"), *parts) if parts else (text(said),)


def first_sentence(struct: type[msgspec.Struct]) -> str:
    """Of a type's documentation, without its full stop."""
    line = " ".join((struct.__doc__ or "").split("\n\n")[0].split())
    return line.split(". ")[0].rstrip(".")


def rows_of(show: Show, value: msgspec.Struct, before: str = "") -> list[tuple[str, Value]]:
    """Name and value of each field; the fields of a part stand with its name before theirs."""
    rows: list[tuple[str, Value]] = []
    for shape in shapes_of(type(value)):
        found = getattr(value, shape.name)
        label = f"{before}: {shape.label.lower()}" if before else shape.label
        if isinstance(found, msgspec.Struct):
            rows += rows_of(show, found, label)
        else:
            rows.append((label, cells_of(show, value, shape)))
    return rows


def cells_of(show: Show, whole: msgspec.Struct, shape: FieldShape, depth: int = 1) -> Value:
    """One field of a struct."""
    found = getattr(whole, shape.name)
    if found is None:
        return NOTHING
    if isinstance(found, tuple):
        return _many(show, whole, shape, found, depth)
    if isinstance(found, msgspec.Struct):
        return (text("("), *_inline(show, found, depth + 1), text(")"))
    return _one(show, whole, shape, shape.form, found)


def operation_in(data: bytes) -> msgspec.Struct | None:
    """An operation inside of a proposal; None for what is none that is known here."""
    try:
        return _operation.decode(data)
    except Malformed:
        return None


def choice(value: Enum) -> str:
    """A member of an enumeration in words."""
    return value.name.replace("_", " ")


def code_text(code: int) -> str:
    """Symbol of a code of receipts."""
    try:
        return Code(code).name
    except ValueError:
        return f"code {code}"


def _filled(show: Show, value: msgspec.Struct, template: str) -> tuple[Cell, ...]:
    shapes = {shape.name: shape for shape in shapes_of(type(value))}
    cells: list[Cell] = []
    for index, part in enumerate(_PLACE.split(template)):
        if index % 2:
            found = cells_of(show, value, shapes[part])
            cells += [found] if isinstance(found, Cell) else found
        elif part.strip():
            cells.append(text(part.strip()))
    return tuple(cells)


def _inline(show: Show, value: msgspec.Struct, depth: int) -> list[Cell]:
    """`asset PKR, amount 5.00 PKR`: the fields that say something."""
    if depth > DEPTH_MAX:
        return [text("…")]
    cells: list[Cell] = []
    for shape in shapes_of(type(value)):
        found = getattr(value, shape.name)
        if found is None or found in ("", ()) or found == NO_ADDRESS:
            continue
        shown = cells_of(show, value, shape, depth)
        label = shape.label if shape.label[1:2].isupper() else shape.label.lower()
        cells.append(Cell(f"{'; ' if cells else ''}{label}", tone="quiet"))
        cells += [shown] if isinstance(shown, Cell) else shown
    return cells


def _many(
    show: Show, whole: msgspec.Struct, shape: FieldShape, found: tuple[object, ...], depth: int
) -> Value:
    cells: list[Cell] = []
    for item in found[:ITEMS_MAX]:
        if isinstance(item, msgspec.Struct):
            cells += [text("("), *_inline(show, item, depth + 1), text(")")]
        elif isinstance(item, tuple):
            cells.append(text(", ".join([_plain(each) for each in item])))
        else:
            cells.append(_one(show, whole, shape, shape.item or Form.TEXT, item))
    if len(found) > ITEMS_MAX:
        cells.append(text(f"and {len(found) - ITEMS_MAX} more", "quiet"))
    return tuple(cells) if cells else NOTHING


def _plain(value: object) -> str:
    return choice(value) if isinstance(value, Enum) else str(value)


def _one(show: Show, whole: msgspec.Struct, shape: FieldShape, form: Form, found: object) -> Cell:
    match form, found:
        case Form.AMOUNT, int():
            return _amount(show, whole, shape, found)
        case Form.ADDRESS, bytes():
            return show.party(found)
        case Form.OPERATION, bytes():
            operation = operation_in(found)
            return text("another version's" if operation is None else type_name(type(operation)))
        case _, bytes():
            return _hash(shape.name, found)
        case Form.ASSET, str():
            return show.asset(found) if show.knows_asset(found) else text(found)
        case _, Enum():
            return text(choice(found))
        case _, bool():
            return text("yes" if found else "no")
        case _, int() if shape.name in _MONEY:
            return _amount(show, whole, shape, found)
        case _, int():
            return _number(shape.name, found)
        case _, dt.date():
            return text(found.isoformat())
        case _:
            return text(str(found))


def _amount(show: Show, whole: msgspec.Struct, shape: FieldShape, minor: int) -> Cell:
    asset = getattr(whole, shape.unit_of) if shape.unit_of else None
    if not isinstance(asset, str):
        return Cell(f"{minor:,}", minor=minor, unit="minor units")
    return show.amount(minor, asset) if shape.is_own else show.money_of(minor, asset)


def _hash(name: str, value: bytes) -> Cell:
    if len(value) != 32:
        return hashed(value)
    full = "0x" + value.hex()
    if name in ("proposal", "proposal_id"):
        return hashed(value, path("governance", "proposals", full))
    return hashed(value, path("tx", full) if name in ("tx_id", "issue_tx") else "")


def _number(name: str, value: int) -> Cell:
    if name.endswith("_e6"):
        return Cell(f"{scaled(value, 4)} %", full=f"{value} / 10^6")
    if name.endswith("_e4"):
        return Cell(scaled(value, 4), full=f"{value} / 10^4")
    if name.endswith("_bps"):
        return Cell(f"{scaled(value, 2)} %", full=f"{value} / 10,000")
    if name.endswith("_bd"):
        return text(f"{value} business days")
    if name in ("code", "reason"):
        return text(code_text(value))
    members = _MEMBERS.get(name)
    return number(value) if members is None else text(_members(members, value))


def _members(kind: type[Flag] | type[Enum], value: int) -> str:
    """Names of a member, or of the flags that are set."""
    try:
        found = kind(value)
    except ValueError:
        return str(value)
    if isinstance(found, Flag):
        return ", ".join([choice(each) for each in found]) or "none"
    return choice(found)


def title_of(struct: type[msgspec.Struct]) -> str:
    """Name of an operation or event in words."""
    return words(type_name(struct))
