"""The JSON form: what comes back, what is refused, and that an error never repeats input."""

import datetime
import json
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens import bech32m
from tokens.codec import encode
from tokens.events import LedgerEvent, LienPlaced, Moved
from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST, FormError, JsonForm, camel, type_name
from tokens.ops import OPERATIONS
from tokens.ops.transfer import Transfer
from tokens.records import KINDS
from tokens.records.proposals import Proposal, ProposalStatus
from tokens.types import (
    Address,
    Amount,
    EncodedOperation,
    Hash,
    LienKind,
    OperationClass,
    PositiveAmount,
)

FORM = JsonForm(PREFIX_TEST)
TRANSFER = Transfer(
    asset="DPKR", source=bytes(16), target=bytes(range(16)), amount=2**64 - 1, end_to_end_ref=""
)
TRANSFER_JSON = {
    "type": "transfer",
    "asset": "DPKR",
    "source": "tmhr1qqqqqqqqqqqqqqqqqqqqqqqqqqv6e3d0",
    "target": bech32m.encode("tmhr", bytes(range(16))),
    "amount": "18446744073709551615",
    "endToEndRef": "",
}


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One field of each form."""

    amount: PositiveAmount = 1
    address: Address = bytes(16)
    digest: Hash = bytes(32)
    data: bytes = b""
    count: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    flag: bool = False
    day: datetime.date = datetime.date(2025, 7, 3)
    kind: LienKind = LienKind.HOLD
    classes: OperationClass = OperationClass(0)
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5, pattern="^[a-z]+$")] = "a"
    some: Amount | None = None
    many: Annotated[tuple[Amount, ...], msgspec.Meta(max_length=2)] = ()
    either: int | str = 0


BAD: list[tuple[object, str]] = [
    ({"amount": 1}, "amount"),
    ({"amount": "01"}, "amount"),
    ({"amount": "-1"}, "amount"),
    ({"amount": "+1"}, "amount"),
    ({"amount": "1.0"}, "amount"),
    ({"amount": "1e3"}, "amount"),
    ({"amount": "1\n"}, "amount"),
    ({"amount": " 1"}, "amount"),
    ({"amount": ""}, "amount"),
    ({"amount": "١"}, "amount"),
    ({"amount": "0"}, "amount"),
    ({"amount": "18446744073709551616"}, "amount"),
    ({"amount": 1.5}, "amount"),
    ({"amount": True}, "amount"),
    ({"amount": None}, "amount"),
    ({"address": "0x" + "00" * 16}, "address"),
    ({"address": bech32m.encode("mhr", bytes(16))}, "address"),
    ({"address": bech32m.encode("tmhr", bytes(15))}, "address"),
    ({"address": bech32m.encode("tmhr", bytes(16)).upper()}, "address"),
    ({"digest": "0x" + "AB" * 32}, "digest"),
    ({"digest": "0x" + "ab" * 31}, "digest"),
    ({"digest": "ab" * 32}, "digest"),
    ({"data": "0xabc"}, "data"),
    ({"data": "0x ab"}, "data"),
    ({"data": "0x" + "ａｂ"}, "data"),
    ({"count": "1"}, "count"),
    ({"count": 10}, "count"),
    ({"count": -1}, "count"),
    ({"count": True}, "count"),
    ({"count": 1.0}, "count"),
    ({"flag": 1}, "flag"),
    ({"day": "2025-02-30"}, "day"),
    ({"day": "20250703"}, "day"),
    ({"day": "2025-07-03T00:00:00"}, "day"),
    ({"kind": 1}, "kind"),
    ({"kind": "hold"}, "kind"),
    ({"classes": ["TRADE", "MOVE"]}, "classes"),
    ({"classes": ["MOVE", "MOVE"]}, "classes"),
    ({"classes": ["NONE"]}, "classes"),
    ({"text": ""}, "text"),
    ({"text": "abcdef"}, "text"),
    ({"text": "A"}, "text"),
    ({"text": 1}, "text"),
    ({"some": 1}, "some"),
    ({"many": ["1", "2", "3"]}, "many"),
    ({"many": ["1", 2]}, "many[1]"),
    ({"many": {}}, "many"),
    ({"either": 1.5}, "either"),
    ({"unknown_field_secret": 1}, ""),
    ([], ""),
    (None, ""),
]


@pytest.mark.parametrize(("value", "path"), BAD)
def test_what_is_not_the_one_form_is_refused_with_its_path(value: object, path: str) -> None:
    with pytest.raises(FormError) as caught:
        FORM.from_json(Sample, value)
    assert caught.value.path == path
    assert "secret" not in str(caught.value)


def test_an_amount_beyond_the_limit_is_told_the_limit() -> None:
    """From 21 digits on it was told that it had a sign or a leading zero."""
    for text in (str(2**64), "9" * 21, "9" * 5_000):
        with pytest.raises(FormError, match=f"an amount is 1..{2**64 - 1}"):
            FORM.from_json(Sample, {"amount": text})


def test_an_integer_outside_of_its_bounds_is_told_both() -> None:
    class Bounds(msgspec.Struct):
        least: Annotated[int, msgspec.Meta(ge=0)]
        most: Annotated[int, msgspec.Meta(lt=10)]

    for spoilt in ({"least": -1, "most": 9}, {"least": 0, "most": 10}):
        with pytest.raises(FormError):
            FORM.from_json(Bounds, spoilt)
    assert FORM.from_json(Bounds, {"least": 0, "most": 9}) == Bounds(0, 9)


def test_lone_surrogates_are_refused() -> None:
    class Note(msgspec.Struct):
        text: str

    with pytest.raises(FormError):
        FORM.from_json(Note, {"text": "\ud800"})


samples = st.builds(
    Sample,
    amount=st.integers(1, 2**64 - 1),
    address=st.binary(min_size=16, max_size=16),
    digest=st.binary(min_size=32, max_size=32),
    data=st.binary(max_size=100),
    count=st.integers(0, 9),
    flag=st.booleans(),
    day=st.dates(),
    kind=st.sampled_from(LienKind),
    classes=st.integers(0, 255).map(OperationClass),
    text=st.text("abc", min_size=1, max_size=5),
    some=st.none() | st.integers(0, 2**64 - 1),
    many=st.lists(st.integers(0, 2**64 - 1), max_size=2).map(tuple),
    either=st.integers(-(2**63) + 1, 2**63 - 1) | st.text("xyz", max_size=3),
)


@given(samples)
def test_a_value_comes_back_through_text(sample: Sample) -> None:
    text = json.dumps(FORM.to_json(sample))
    assert FORM.from_json(Sample, json.loads(text)) == sample


def test_an_operation_says_its_name_and_its_fields_in_camel_case() -> None:
    assert FORM.to_json(TRANSFER) == TRANSFER_JSON
    assert FORM.from_json(Transfer, TRANSFER_JSON) == TRANSFER


def test_an_encoded_operation_is_shown_nested_and_read_back() -> None:
    proposal = Proposal(
        id=bytes(32),
        proposer=bytes(16),
        operations=(encode(TRANSFER),),
        operations_digest=bytes(32),
        approvers=(),
        approvals=(),
        expires_on=datetime.date(2025, 7, 3),
        status=ProposalStatus.OPEN,
        proposed_at=1,
        closed_at=0,
        code=0,
    )
    shown = FORM.to_json(proposal)
    assert isinstance(shown, dict)
    assert shown["operations"] == [TRANSFER_JSON]
    assert FORM.from_json(Proposal, shown) == proposal


def test_a_nested_operation_must_be_valid() -> None:
    bad = {**TRANSFER_JSON, "amount": "0"}
    with pytest.raises(FormError, match=r"amount"):
        FORM.from_json(tuple[EncodedOperation, ...], [bad])


@pytest.mark.parametrize("name", ["nothing", 60, None, "", "Transfer"])
def test_an_unknown_operation_is_refused_by_name(name: object) -> None:
    with pytest.raises(FormError) as caught:
        FORM.from_json(tuple[EncodedOperation, ...], [{**TRANSFER_JSON, "type": name}])
    assert caught.value.path == "[0].type"


def test_events_of_a_union_are_told_apart_by_type() -> None:
    moved = Moved(asset="A", source=bytes(16), target=bytes(16), amount=1)
    placed = LienPlaced(
        lien=bytes(32), account=bytes(16), asset=None, amount=None, kind=LienKind.FREEZE
    )
    of = tuple[LedgerEvent, ...]
    shown = FORM.to_json((moved, placed), of)
    assert isinstance(shown, list)
    assert [event["type"] for event in shown if isinstance(event, dict)] == ["moved", "lien_placed"]
    assert FORM.from_json(of, shown) == (moved, placed)


def test_networks_do_not_read_each_others_addresses() -> None:
    main = JsonForm(PREFIX_MAIN)
    with pytest.raises(FormError, match=r"mhr1"):
        main.from_json(Transfer, TRANSFER_JSON)


@pytest.mark.parametrize("spec", OPERATIONS, ids=lambda spec: spec.name)
def test_every_operation_has_a_json_form_under_its_registered_name(spec: object) -> None:
    operation = spec.operation  # type: ignore[attr-defined]
    FORM.writer(operation)
    FORM.reader(operation)
    assert type_name(operation) == spec.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_record_has_a_json_form(kind: object) -> None:
    FORM.writer(kind.struct)  # type: ignore[attr-defined]
    FORM.reader(kind.struct)  # type: ignore[attr-defined]


def test_a_float_has_no_form() -> None:
    with pytest.raises(TypeError):
        FORM.writer(float)


def test_names_in_camel_case() -> None:
    assert camel("state_root") == "stateRoot"
    assert camel("price_e4") == "priceE4"
    assert camel("id") == "id"
