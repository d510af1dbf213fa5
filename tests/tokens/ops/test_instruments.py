"""Bonds: creation, approval, documents, amendments, redemption."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.events import PrincipalPaid
from tokens.lookup import require_asset
from tokens.ops import documents, instruments
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.documents import AddDocument, AmendInstrument
from tokens.ops.freezes import Freeze
from tokens.ops.instruments import (
    ApproveInstrument,
    CancelInstrument,
    CreateInstrument,
    terms_digest,
)
from tokens.records.documents import DOCUMENT
from tokens.records.holdings import LIEN, POSITION, LegalBasis, Lien
from tokens.records.instruments import ASSET, INSTRUMENT, PaymentStatus
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountStatus, AssetStatus, LienKind

APPROVE = ApproveInstrument(asset=ISIN, terms_digest=terms_digest(terms()))
BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))
DATE = dt.date


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (Code.BAD_CHECK_DIGIT, {"isin": "PK0000000016"}),
        (Code.BAD_CHECK_DIGIT, {"issuer_lei": "529900TESTMOHUR00000"}),
        (Code.BAD_FIELD, {"cfi": "ZZZZZZ"}),
        (Code.BAD_FIELD, {"mutable_fields": ("coupon_rate_e6",)}),
        (Code.BAD_FIELD, {"mutable_fields": ("name", "name")}),
        (Code.BAD_FIELD, {"currency": "USD"}),
        (Code.DENOM_NOT_MULTIPLE, {"denomination": FACE + 1}),
        (Code.DENOM_NOT_MULTIPLE, {"max_supply": FACE + 1}),
        (Code.AMOUNT_OVERFLOW, {"max_supply": 10**11 * FACE}),
        (Code.UNKNOWN_ASSET, {"settlement_asset": "NONE"}),
        (Code.UNKNOWN_ACCOUNT, {"treasury_account": address("nobody")}),
        (Code.NOT_AUTHORISED, {"treasury_account": address("a/main")}),
        (Code.NOT_FOUND, {"tax_profile": "none-such"}),
        (Code.UNKNOWN_CALENDAR, {"calendar_id": "XX"}),
        (Code.BAD_SCHEDULE, {"freq": 3}),
        (Code.BAD_SCHEDULE, {"roll_day": 16}),
        (Code.BAD_SCHEDULE, {"dated_date": DATE(2025, 8, 1), "issue_date": DATE(2025, 8, 1)}),
        (Code.BAD_SCHEDULE, {"issue_date": DATE(2025, 7, 16)}),
        (Code.BAD_SCHEDULE, {"issue_date": DATE(2028, 7, 17)}),
        (Code.BAD_SCHEDULE, {"dated_date": DATE(2025, 7, 16), "first_coupon": DATE(2025, 7, 17)}),
    ],
)
def test_create_is_refused(code: Code, change: dict[str, object]) -> None:
    World().refuse(code, "treasury", CreateInstrument(terms=terms(**change)))


def test_create_is_refused_in_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.refuse(Code.ROLE_REQUIRED, "central", CreateInstrument(terms=terms()))
    closed = world.state.get(ACCOUNT, address("treasury/main"))
    assert closed is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(closed, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "treasury", CreateInstrument(terms=terms()))
    world.state.put(ACCOUNT, closed)
    old = terms(
        dated_date=DATE(2020, 7, 17), issue_date=DATE(2020, 7, 17), maturity_date=DATE(2025, 1, 17)
    )
    world.refuse(Code.BAD_DATE, "treasury", CreateInstrument(terms=old))
    monkeypatch.setattr(instruments, "LIVE_INSTRUMENTS_MAX", 0)
    world.refuse(Code.TOO_MANY_INSTRUMENTS, "treasury", CreateInstrument(terms=terms()))
    monkeypatch.undo()
    world.act("treasury", CreateInstrument(terms=terms()))
    world.refuse(Code.ALREADY_EXISTS, "treasury", CreateInstrument(terms=terms()))


def test_approval_needs_both_and_the_same_terms() -> None:
    world = World()
    world.refuse(Code.UNKNOWN_ASSET, "treasury+central", APPROVE)
    world.act("treasury", CreateInstrument(terms=terms()))
    world.refuse(Code.NEEDS_APPROVAL, "treasury", APPROVE)
    other = msgspec.structs.replace(APPROVE, terms_digest=bytes(32))
    world.refuse(Code.DIGEST_MISMATCH, "treasury+central", other)
    world.act("treasury+central", APPROVE)
    world.refuse(Code.WRONG_STATUS, "treasury+central", APPROVE)


def test_cancel() -> None:
    world = World()
    world.refuse(Code.UNKNOWN_ASSET, "treasury", CancelInstrument(asset=ISIN))
    world.act("treasury", CreateInstrument(terms=terms()))
    world.refuse(Code.NOT_AUTHORISED, "central", CancelInstrument(asset=ISIN))
    world.act("treasury", CancelInstrument(asset=ISIN))
    assert require_asset(world.state, ISIN).status is AssetStatus.CANCELLED
    world.refuse(Code.WRONG_STATUS, "treasury", CancelInstrument(asset=ISIN))


def test_an_issued_bond_is_not_cancelled() -> None:
    world = World()
    fund(world, "a/main", FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    world.refuse(Code.SUPPLY_NOT_ZERO, "treasury", CancelInstrument(asset=ISIN))


def test_documents_are_numbered_and_versioned(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    bond(world)
    paper = AddDocument(asset=ISIN, name="prospectus", uri="https://x", sha256=bytes(32))
    world.refuse(Code.NOT_AUTHORISED, "central", paper)
    missing = msgspec.structs.replace(paper, asset="NONE")
    world.refuse(Code.UNKNOWN_ASSET, "treasury", missing)
    world.act("treasury", paper)
    world.act("treasury", msgspec.structs.replace(paper, name="notice"))
    world.act("treasury", paper)
    stored = [world.state.get(DOCUMENT, ISIN, number) for number in (1, 2, 3)]
    assert [entry.version for entry in stored if entry is not None] == [1, 1, 2]
    monkeypatch.setattr(documents, "DOCUMENTS_MAX", 3)
    world.refuse(Code.TOO_MANY_DOCUMENTS, "treasury", paper)


def amend(**changes: object) -> AmendInstrument:
    values: dict[str, object] = {
        "asset": ISIN,
        "name": None,
        "treasury_account": None,
        "record_offset_bd": None,
        "kyc_tier_min": None,
    }
    return AmendInstrument(**(values | changes))  # type: ignore[arg-type]


def test_amendments() -> None:
    world = World()
    who = "treasury+central"
    world.refuse(Code.UNKNOWN_ASSET, who, amend(name="x"))
    bond(world)
    world.refuse(Code.NEEDS_APPROVAL, "treasury", amend(name="x"))
    world.refuse(Code.BAD_FIELD, who, amend())
    world.refuse(Code.IMMUTABLE_FIELD, who, amend(kyc_tier_min=3))
    world.refuse(Code.UNKNOWN_ACCOUNT, who, amend(treasury_account=address("nobody")))
    world.refuse(Code.NOT_AUTHORISED, who, amend(treasury_account=address("a/main")))
    world.act(who, amend(name="Renamed"))
    assert require_asset(world.state, ISIN).name == "Renamed"
    world.act("treasury", CancelInstrument(asset=ISIN))
    world.refuse(Code.WRONG_STATUS, who, amend(name="x"))


def test_a_record_date_does_not_move_into_the_past() -> None:
    world = World()
    bond(world, mutable_fields=("record_offset_bd",))
    who = "treasury+central"
    go_to(world, DATE(2026, 1, 14))
    world.refuse(Code.SCHEDULE_CHANGED_AFTER_RECORD, who, amend(record_offset_bd=10))
    world.act(who, amend(record_offset_bd=1))
    go_to(world, DATE(2026, 1, 16))
    stored = world.state.get(INSTRUMENT, ISIN)
    assert stored is not None
    assert stored.next_coupon == 1
    go_to(world, DATE(2026, 1, 19))
    assert world.payment(ISIN, 1).record_date == DATE(2026, 1, 16)


def test_coupons_before_the_approval_belong_to_nobody() -> None:
    world = World()
    seasoned = {"dated_date": DATE(2024, 1, 17), "issue_date": DATE(2024, 1, 17)}
    fund(world, "a/main", FACE)
    bond(world, **seasoned)
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    go_to(world, DATE(2025, 7, 8))
    stored = world.state.get(INSTRUMENT, ISIN)
    assert stored is not None
    assert stored.next_coupon == 3


@pytest.fixture
def matured() -> World:
    world = World()
    for account in ("a/main", "treasury/main"):
        fund(world, account, 200 * FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", 100 * FACE, FACE)
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 30 * FACE))
    for number in range(6):
        world.account(f"h{number}", None, "bank_a")
        world.act("bank_a", transfer(ISIN, "a/main", f"h{number}", FACE))
    return world


def test_a_bond_never_issued_is_cancelled_at_maturity() -> None:
    world = World()
    bond(world)
    go_to(world, terms().maturity_date)
    assert require_asset(world.state, ISIN).status is AssetStatus.CANCELLED


def test_redemption_in_small_pages(matured: World) -> None:
    world = matured
    go_to(world, terms().maturity_date)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", RedemptionFund(asset=ISIN))
    world.quota = 4
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.refuse(Code.ALREADY_FUNDED, "treasury", RedemptionFund(asset=ISIN))
    assert world.finish_agenda() >= 6
    assert world.supply(ISIN) == 0
    paid = [event for event in world.events if isinstance(event, PrincipalPaid)]
    assert sum(event.amount for event in paid) == 100 * FACE
    assert len(paid) == 8
    assert require_asset(world.state, ISIN).status is AssetStatus.MATURED  # six coupons are owed
    world.refuse(Code.ALREADY_PAID, "treasury", RedemptionFund(asset=ISIN))
    for number in range(1, 7):
        world.act("treasury", CouponFund(asset=ISIN, coupon=number))
    world.quota = 500
    world.finish_agenda()
    assert require_asset(world.state, ISIN).status is AssetStatus.REDEEMED
    assert world.payment(ISIN, 6).paid == world.payment(ISIN, 6).required


def test_unfunded_redemption_stays_due_and_is_cured(matured: World) -> None:
    world = matured
    held = world.balance(CBM, "treasury/main")
    world.act("treasury", transfer(CBM, "treasury/main", "b/main", held))
    go_to(world, terms().maturity_date)
    world.refuse(Code.NOT_FUNDED, "treasury", RedemptionFund(asset=ISIN))
    go_to(world, terms().maturity_date + dt.timedelta(days=1))
    assert world.payment(ISIN, 7).status is PaymentStatus.MISSED
    world.act("bank_b", transfer(CBM, "b/main", "treasury/main", held))
    world.act("treasury", RedemptionFund(asset=ISIN))
    assert world.payment(ISIN, 7).status is PaymentStatus.CURED


def test_units_seized_between_pages_are_redeemed_in_the_next_pass(matured: World) -> None:
    from tokens.ops.control import ForceTransfer

    world = matured
    go_to(world, terms().maturity_date)
    world.quota = 4
    world.act("treasury", RedemptionFund(asset=ISIN))
    holders = world.state.scan(POSITION, liens.HOLDERS, (ISIN,), limit=100)
    first, last = holders[0], holders[-1]
    assert first.balance == 0
    order = Freeze(
        order_id=bytes(32),
        account=last.account,
        asset=ISIN,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.attempt("fiu", order)
    seize = ForceTransfer(
        order_id=bytes(32),
        asset=ISIN,
        amount=last.balance,
        target=first.account,
        reaches_pledged=False,
    )
    assert world.attempt("central+fiu", seize) is Code.OK
    world.finish_agenda()
    assert world.supply(ISIN) == 0
    assert world.payment(ISIN, 7).paid == 100 * FACE


def test_cash_takes_the_place_of_pledged_units(matured: World) -> None:
    world = matured
    pledge = Lien(
        id=bytes(32),
        account=address("b/main"),
        asset=ISIN,
        amount=10 * FACE,
        kind=LienKind.PLEDGE,
        owner=address("bank_a"),
        expires_on=None,
        basis=None,
        memo="",
    )
    from tokens.context import Actors

    liens.place(world.context(Actors(address("bank_b"), ())), pledge)
    go_to(world, terms().maturity_date)
    world.act("treasury", RedemptionFund(asset=ISIN))
    moved = world.state.get(LIEN, bytes(32))
    assert moved is not None
    assert moved.asset == CBM
    position = world.state.get(POSITION, CBM, address("b/main"))
    assert position is not None
    assert position.pledged == 10 * FACE


def test_only_live_bonds_are_walked(matured: World) -> None:
    world = matured
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    live = world.state.scan(ASSET, ASSET.indexes[1], limit=10)
    assert [entry.id for entry in live] == [ISIN]
