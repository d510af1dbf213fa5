"""Pledges: both sign, coupons stay the pledgor's, a pledge before a freeze keeps its rank."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.ops.build import (
    FACE,
    ISIN,
    bond,
    fund,
    go_to,
    issue,
    transfer,
    walk_to,
)
from tests.tokens.ops.world import CBM, World, address
from tests.tokens.support import MONEY, Ledger, addr
from tokens import liens
from tokens.events import CouponPaid
from tokens.events.collateral import PledgeReleased, PledgeSubstituted
from tokens.ops.control import PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.pledges import CreatePledge, ReleasePledge, SubstitutePledge
from tokens.records.holdings import LIEN, PLEDGES, POSITION, LegalBasis, Lien, Position
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus, LienKind

BOTH = "bank_a+bank_b"
BASIS = LegalBasis(authority="Court", order_no="7/2025", sha256=bytes(32))
ISSUED = dt.date(2025, 7, 17)


def pledge(amount: int, asset: str = ISIN, **changes: object) -> CreatePledge:
    values: dict[str, object] = {
        "account": address("a/main"),
        "asset": asset,
        "amount": amount,
        "pledgee": address("bank_b"),
        "expires_on": None,
        "reference": "LOAN-1",
    }
    return CreatePledge(**(values | changes))  # type: ignore[arg-type]


def holder(face: int = 10 * FACE) -> World:
    """Bank A holds a bond and money."""
    world = World()
    go_to(world, ISSUED)
    bond(world)
    fund(world, "a/main", 100 * FACE)
    issue(world, ISIN, "bank_a", "a/main", face, face)
    return world


def pledges(world: World, pledgee: str = "bank_b") -> list[Lien]:
    return world.state.scan(LIEN, PLEDGES, (address(pledgee),), limit=10)


def position(world: World, asset: str = ISIN) -> Position:
    found = world.state.get(POSITION, asset, address("a/main"))
    assert found is not None
    return found


def freeze(amount: int | None, asset: str | None = ISIN) -> Freeze:
    return Freeze(
        order_id=bytes([9]) * 32,
        account=address("a/main"),
        asset=asset,
        amount=amount,
        expires_on=None,
        basis=BASIS,
    )


def test_a_pledge_takes_both_parties() -> None:
    world = holder()
    for one in ("bank_a", "bank_b", "central"):
        world.refuse(Code.NEEDS_APPROVAL, one, pledge(4 * FACE))
    world.act(BOTH, pledge(4 * FACE))
    assert position(world).pledged == 4 * FACE
    world.refuse(
        Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(ISIN, "a/main", "b/main", 7 * FACE)
    )
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 6 * FACE))


def test_a_pledge_is_made_through_a_proposal() -> None:
    ledger = Ledger()
    made = CreatePledge(
        account=addr("bank-a-cash"),
        asset=MONEY,
        amount=500,
        pledgee=addr("bank-b"),
        expires_on=None,
        reference="LOAN-1",
    )
    assert ledger.code("bank-a", made) is Code.NEEDS_APPROVAL
    closed = ledger.agree(("bank-a", "bank-b"), made)
    assert closed.code == 0
    found = ledger.state.get(POSITION, MONEY, addr("bank-a-cash"))
    assert found is not None
    assert found.pledged == 500


def test_what_a_pledge_names_must_be_there() -> None:
    world = holder()
    world.refuse(Code.UNKNOWN_ACCOUNT, BOTH, pledge(FACE, account=address("none")))
    world.refuse(Code.UNKNOWN_ASSET, BOTH, pledge(FACE, asset="NONE"))
    world.refuse(Code.UNKNOWN_PARTICIPANT, BOTH, pledge(FACE, pledgee=address("none")))
    world.refuse(Code.BAD_FIELD, BOTH, pledge(FACE, pledgee=address("bank_a")))
    world.refuse(Code.BAD_DATE, BOTH, pledge(FACE, expires_on=ISSUED))
    world.refuse(Code.DENOM_NOT_MULTIPLE, BOTH, pledge(FACE + 1))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, pledge(11 * FACE))


def test_the_state_of_asset_and_account() -> None:
    world = holder()
    asset = world.state.get(ASSET, ISIN)
    account = world.state.get(ACCOUNT, address("a/main"))
    assert asset is not None
    assert account is not None
    for status, code in (
        (AssetStatus.MATURED, Code.ASSET_MATURED),
        (AssetStatus.REDEEMED, Code.ASSET_NOT_ACTIVE),
    ):
        world.state.put(ASSET, msgspec.structs.replace(asset, status=status))
        world.refuse(code, BOTH, pledge(FACE))
    world.state.put(ASSET, asset)
    for changed, code in (
        (msgspec.structs.replace(account, status=AccountStatus.CLOSED), Code.ACCOUNT_CLOSED),
        (
            msgspec.structs.replace(account, purpose=AccountPurpose.RESERVE),
            Code.ACCOUNT_RESERVED,
        ),
    ):
        world.state.put(ACCOUNT, changed)
        world.refuse(code, BOTH, pledge(FACE))
    world.state.put(ACCOUNT, account)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=8))
    world.refuse(Code.ASSET_PAUSED, BOTH, pledge(FACE))
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=0))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, BOTH, pledge(FACE))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=False, basis=BASIS))
    world.act("fiu", freeze(None))
    world.refuse(Code.ACCOUNT_FROZEN, BOTH, pledge(FACE))


def test_an_account_takes_no_more_liens_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    world = holder()
    monkeypatch.setattr(liens, "LIENS_MAX", 1)
    world.act(BOTH, pledge(FACE))
    world.refuse(Code.LIENS_FULL, BOTH, pledge(FACE))


def test_a_pledge_before_a_freeze_keeps_its_rank() -> None:
    world = holder()
    world.act(BOTH, pledge(6 * FACE))
    world.act("fiu", freeze(6 * FACE))
    found = position(world)
    assert (found.pledged, found.frozen) == (6 * FACE, 6 * FACE)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, pledge(FACE))
    world.act("bank_b", ReleasePledge(pledge=pledges(world)[0].id, amount=4 * FACE))
    # 10 = 2 pledged + 6 frozen + 2 free: what was released is caught by the order first
    world.refuse(
        Code.INSUFFICIENT_AVAILABLE, "bank_a", transfer(ISIN, "a/main", "b/main", 3 * FACE)
    )
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", 2 * FACE))


def test_only_the_pledgee_releases() -> None:
    world = holder()
    world.act(BOTH, pledge(4 * FACE))
    lien = pledges(world)[0]
    world.refuse(Code.NOT_FOUND, "bank_b", ReleasePledge(pledge=bytes(32), amount=None))
    world.refuse(Code.NOT_THE_PLEDGEE, "bank_a", ReleasePledge(pledge=lien.id, amount=None))
    too_much = ReleasePledge(pledge=lien.id, amount=5 * FACE)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b", too_much)
    world.refuse(Code.DENOM_NOT_MULTIPLE, "bank_b", ReleasePledge(pledge=lien.id, amount=1))
    world.act("bank_b", ReleasePledge(pledge=lien.id, amount=FACE))
    assert pledges(world)[0].amount == 3 * FACE
    world.act("bank_b", ReleasePledge(pledge=lien.id, amount=None))
    event = world.last(PledgeReleased)
    assert isinstance(event, PledgeReleased)
    assert (event.amount, pledges(world), position(world).pledged) == (3 * FACE, [], 0)


def test_a_freeze_order_is_no_pledge() -> None:
    world = holder()
    world.act("fiu", freeze(FACE))
    world.refuse(Code.NOT_FOUND, "fiu", ReleasePledge(pledge=bytes([9]) * 32, amount=None))


def test_substitution_takes_both_and_counts_what_it_frees() -> None:
    world = holder()
    world.act(BOTH, pledge(6 * FACE, expires_on=ISSUED + dt.timedelta(days=5)))
    old = pledges(world)[0]
    world.refuse(Code.NOT_FOUND, BOTH, SubstitutePledge(pledge=bytes(32), asset=ISIN, amount=FACE))
    more = SubstitutePledge(pledge=old.id, asset=ISIN, amount=10 * FACE)
    world.refuse(Code.UNKNOWN_ASSET, BOTH, msgspec.structs.replace(more, asset="NONE"))
    world.refuse(Code.NEEDS_APPROVAL, "bank_a", more)
    world.refuse(Code.NEEDS_APPROVAL, "bank_b", more)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, msgspec.structs.replace(more, amount=11 * FACE))
    world.act(BOTH, more)
    new = pledges(world)[0]
    assert (new.amount, new.expires_on, new.memo) == (10 * FACE, old.expires_on, old.memo)
    event = world.last(PledgeSubstituted)
    assert isinstance(event, PledgeSubstituted)
    assert (event.pledge, event.by) == (old.id, new.id)
    world.act(BOTH, SubstitutePledge(pledge=new.id, asset=CBM, amount=FACE))
    assert (position(world).pledged, position(world, CBM).pledged) == (0, FACE)


def test_a_frozen_account_substitutes_nothing() -> None:
    world = holder()
    world.act(BOTH, pledge(4 * FACE))
    lien = pledges(world)[0]
    world.act("fiu", freeze(None, None))
    swap = SubstitutePledge(pledge=lien.id, asset=CBM, amount=FACE)
    world.refuse(Code.ACCOUNT_FROZEN, BOTH, swap)


def test_a_pledge_expires_with_its_date() -> None:
    world = holder()
    world.act(BOTH, pledge(4 * FACE, expires_on=ISSUED + dt.timedelta(days=1)))
    assert position(world).pledged == 4 * FACE
    go_to(world, ISSUED + dt.timedelta(days=1))
    assert (position(world).pledged, pledges(world)) == (0, [])


def test_the_pledgor_has_the_coupon_and_redemption_leaves_its_money_pledged() -> None:
    world = World()
    go_to(world, ISSUED)
    bond(world, maturity_date=dt.date(2026, 1, 17))
    fund(world, "a/main", 100 * FACE)
    fund(world, "treasury/main", 100 * FACE)
    issue(world, ISIN, "bank_a", "a/main", 10 * FACE, 10 * FACE)
    world.act(BOTH, pledge(4 * FACE))
    walk_to(world, dt.date(2026, 1, 16))
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    walk_to(world, dt.date(2026, 1, 19))
    paid = world.last(CouponPaid)
    assert isinstance(paid, CouponPaid)
    assert (paid.account, paid.quantity) == (address("a/main"), 10 * FACE)
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.finish_agenda()
    assert position(world, CBM).pledged == 4 * FACE
    world.act("bank_b", ReleasePledge(pledge=pledges(world)[0].id, amount=None))
    assert position(world, CBM).pledged == 0


@given(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=8))
def test_pledged_is_the_sum_of_pledges_whatever_the_order(steps: list[tuple[bool, int]]) -> None:
    world = holder()
    sums = 0
    for places, lots in steps:
        if places and sums + lots <= 10:
            world.act(BOTH, pledge(lots * FACE))
            sums += lots
        elif places:
            world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, pledge(lots * FACE))
        elif pledges(world):
            lien = pledges(world)[0]
            world.act("bank_b", ReleasePledge(pledge=lien.id, amount=None))
            sums -= (lien.amount or 0) // FACE
        assert position(world).pledged == sums * FACE
    assert all(lien.kind is LienKind.PLEDGE for lien in pledges(world))
