"""Every operation and every event has a sentence, derived from its own documentation."""

import re
import typing

import msgspec
import pytest

from node.explorer.describe import _SHORT, first_sentence, operation_in, rows_of, sentence_of
from node.explorer.fields import Form, shapes_of
from node.explorer.page import Cell, Value
from tests.explorer.directories import asset_of, show_of
from tests.tokens.samples import sample
from tokens.codec import encode
from tokens.events import LedgerEvent
from tokens.jsonform import type_name
from tokens.ops import OPERATIONS
from tokens.ops.cash import CashMint
from tokens.ops.transfer import Transfer
from tokens.types import AssetKind

MONEY = asset_of("PKR", AssetKind.MONEY)
BOND = asset_of("PK0000000001", AssetKind.FIXED)
SHOW = show_of(MONEY, BOND)
EVENTS = typing.get_args(LedgerEvent)
EVERYTHING = [*[spec.operation for spec in OPERATIONS], *EVENTS]
_PLACE = re.compile(r"\{([a-z_]+)\}")


def said(cells: tuple[Cell, ...]) -> str:
    """Words of a sentence."""
    return " ".join([f"{cell.text} {cell.unit}".strip() for cell in cells])


def flat(value: Value) -> tuple[Cell, ...]:
    """As cells."""
    return value if isinstance(value, tuple) else (value,)


def test_there_are_as_many_as_the_registry_has() -> None:
    assert len(OPERATIONS) > 140
    assert len(EVENTS) > 100


@pytest.mark.parametrize("struct", EVERYTHING, ids=lambda struct: struct.__name__)
def test_everything_has_a_sentence_and_all_of_its_fields(struct: type[msgspec.Struct]) -> None:
    value = sample(struct)
    sentence = said(sentence_of(SHOW, value))
    assert len(first_sentence(struct).split()) >= 3, struct
    assert "\n" not in sentence
    assert sentence.strip(), struct
    if type_name(struct) not in _SHORT:
        assert sentence.startswith(first_sentence(struct)), sentence
    shapes = shapes_of(struct)
    assert [shape.name for shape in shapes] == list(struct.__struct_fields__)
    rows = rows_of(SHOW, value)
    assert len(rows) >= len(shapes)
    assert all(any(cell.text for cell in flat(cells)) for _, cells in rows)


@pytest.mark.parametrize("struct", EVERYTHING, ids=lambda struct: struct.__name__)
def test_an_amount_names_its_asset_or_says_minor_units(struct: type[msgspec.Struct]) -> None:
    value = sample(struct)
    for shape in shapes_of(struct):
        if shape.form is Form.AMOUNT:
            cells = flat(dict(rows_of(SHOW, value))[shape.label])
            assert cells[0].minor == getattr(value, shape.name)
            assert cells[0].unit


def test_short_forms_name_fields_that_there_are() -> None:
    by_name = {type_name(struct): struct for struct in EVERYTHING}
    for name, template in _SHORT.items():
        fields = by_name[name].__struct_fields__
        assert set(_PLACE.findall(template)) <= set(fields), name


def test_a_transfer_in_words() -> None:
    made = Transfer(
        asset="PKR", source=b"s" * 16, target=b"t" * 16, amount=123_456, end_to_end_ref=""
    )
    assert said(sentence_of(SHOW, made)).startswith("1,234.56 PKR go from tmhr1")


def test_units_of_a_bond_are_no_money() -> None:
    """`5.00 PKR go from a to b` of a bond would be a lie."""
    made = Transfer(
        asset=BOND.id, source=b"s" * 16, target=b"t" * 16, amount=500, end_to_end_ref=""
    )
    assert said(sentence_of(SHOW, made)).startswith("5.00 PK0000000001 go from ")


def test_an_asset_that_is_not_known_is_shown_in_minor_units() -> None:
    mint = msgspec.structs.replace(sample(CashMint), asset="NEW", amount=500)
    assert said(sentence_of(SHOW, mint)).startswith("500 minor units of NEW are minted")


def test_operations_of_a_proposal_are_decoded() -> None:
    mint = sample(CashMint)
    assert operation_in(encode(mint)) == mint
    assert operation_in(b"\x00") is None
