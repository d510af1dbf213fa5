"""Coupons of sold collateral, redemption inside a repo, close-out after a default; exact sums."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, bond, go_to, issue, walk_to
from tests.tokens.ops.repo_build import (
    BASIS,
    CASH,
    DAY,
    END,
    ORDER,
    OTHER,
    PRICE,
    START,
    change_account,
    drain,
    freeze,
    line,
    mark,
    market,
    open_repo,
    pledged,
    repo_of,
)
from tests.tokens.ops.test_repo_margin import swap
from tests.tokens.ops.world import CBM, World, address
from tokens.events.collateral import RepoClosedOut
from tokens.finance.isin import isin_check_digit
from tokens.ops.business_day import CloseDay
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import StopCredits
from tokens.ops.pledges import ReleasePledge
from tokens.ops.repo_margin import SubstituteCollateral, TakeExcess
from tokens.ops.repo_steps import CloseOutRepo, CloseRepo
from tokens.records.instruments import ASSET
from tokens.records.repos import MarginTerms, RepoClaim, RepoMode, RepoStatus
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus

COUPON = 100 * FACE * 575 // 10_000
"""Half of 11.5 percent on the basket."""
NO_MARGIN = MarginTerms(frequency_bd=0, threshold_bps=0, deadline_bd=0)
MODES = pytest.mark.parametrize("mode", list(RepoMode))


def defaulted(**changes: object) -> tuple[World, bytes]:
    """The seller does not pay at the end."""
    world = market()
    repo = open_repo(world, margin=NO_MARGIN, **changes)
    drain(world, "a/main", CBM, "a/second")
    go_to(world, END)
    world.act("central", CloseDay(date=END))
    assert repo_of(world, repo).status is RepoStatus.DEFAULTED
    return world, repo


def near_a_coupon(mode: RepoMode) -> tuple[World, bytes]:
    """A repo over the record of 15 January 2026; the coupon is paid on the 19th."""
    world = market()
    walk_to(world, dt.date(2026, 1, 9))
    mark(world, 1_000_000)
    go_to(world, dt.date(2026, 1, 12))
    start = dt.date(2026, 1, 12)
    end = start + 14 * DAY
    return world, open_repo(world, mode=mode, start=start, end=end, margin=NO_MARGIN)


@MODES
def test_a_coupon_of_sold_collateral_is_deducted_gross(mode: RepoMode) -> None:
    world, repo = near_a_coupon(mode)
    walk_to(world, dt.date(2026, 1, 16))
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    walk_to(world, dt.date(2026, 1, 26))
    closed = repo_of(world, repo)
    interest = (2 * CASH * 14 + 3_650) // 7_300  # CASH x 10 % x 14 / 365, half up
    deducted = COUPON if mode is RepoMode.TITLE else 0
    assert (closed.status, closed.price) == (RepoStatus.CLOSED, CASH + interest - deducted)
    assert closed.claim is None


def test_a_coupon_on_its_way_stops_substitution_and_ends_as_a_claim() -> None:
    world, repo = near_a_coupon(RepoMode.TITLE)
    walk_to(world, dt.date(2026, 1, 14))
    mark(world, 1_000_000)
    go_to(world, dt.date(2026, 1, 15))
    mark(world, 1_000_000)
    go_to(world, dt.date(2026, 1, 16))  # the record of the 15th is taken, nothing is funded
    one = TakeExcess(repo=repo, line=0, amount=FACE)
    other = SubstituteCollateral(repo=repo, line=0, amount=FACE, asset=OTHER, amount_in=2 * FACE)
    world.refuse(Code.COUPON_PENDING, "bank_a", one)
    world.refuse(Code.COUPON_PENDING, "bank_a", other)
    world.act("bank_a+bank_b", CloseRepo(repo=repo))
    claim = RepoClaim(creditor=address("bank_a"), debtor=address("bank_b"), amount=COUPON)
    assert repo_of(world, repo).claim == claim


def test_a_coupon_of_what_was_taken_out_is_still_deducted() -> None:
    world, repo = near_a_coupon(RepoMode.TITLE)
    walk_to(world, dt.date(2026, 1, 16))
    world.act("treasury", CouponFund(asset=ISIN, coupon=1))
    mark(world, 1_000_000)
    go_to(world, dt.date(2026, 1, 19))
    world.act("bank_a", swap(repo, 60 * FACE, 70 * FACE))
    assert repo_of(world, repo).coupons == COUPON * 60 // 100
    walk_to(world, dt.date(2026, 1, 26))
    interest = (2 * CASH * 14 + 3_650) // 7_300
    assert repo_of(world, repo).price == CASH + interest - COUPON


@MODES
def test_collateral_that_matures_becomes_its_money(mode: RepoMode) -> None:
    short = "PK000000006" + isin_check_digit("PK000000006")
    world = market()
    bond(world, isin=short, maturity_date=dt.date(2026, 1, 17))
    issue(world, short, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    walk_to(world, dt.date(2026, 1, 9))
    mark(world, 1_000_000, short)
    go_to(world, dt.date(2026, 1, 12))
    start = dt.date(2026, 1, 12)
    repo = open_repo(
        world,
        mode=mode,
        start=start,
        end=start + 14 * DAY,
        margin=NO_MARGIN,
        collateral=(line(asset=short),),
    )
    walk_to(world, dt.date(2026, 1, 16))
    world.act("treasury", CouponFund(asset=short, coupon=1))
    walk_to(world, dt.date(2026, 1, 19))
    world.act("treasury", RedemptionFund(asset=short))
    world.finish_agenda()
    assert pledged(world, CBM) == (100 * FACE if mode is RepoMode.PLEDGE else 0)
    before = world.balance(CBM, "b/main")
    walk_to(world, dt.date(2026, 1, 26))
    closed = repo_of(world, repo)
    assert closed.status is RepoStatus.CLOSED
    returned = 100 * FACE if mode is RepoMode.TITLE else 0
    assert world.balance(CBM, "b/main") == before + closed.price - returned
    assert pledged(world, CBM) == 0


@MODES
def test_close_out_keeps_what_covers_the_price(mode: RepoMode) -> None:
    world, repo = defaulted(mode=mode)
    out = CloseOutRepo(repo=repo)
    world.refuse(Code.NOT_FOUND, "bank_b", CloseOutRepo(repo=bytes(32)))
    world.refuse(Code.NOT_A_PARTY, "bank_a", out)
    money = world.balance(CBM, "a/main")
    world.act("bank_b", out)
    # 901,726,027 at par: 91 bonds of 10,000,000; what the last one is worth more is paid back
    assert world.balance(ISIN, "b/main") == 91 * FACE
    assert world.balance(ISIN, "a/main") == 200 * FACE - 91 * FACE
    assert world.balance(CBM, "a/main") == money + 91 * FACE - PRICE
    event = world.last(RepoClosedOut)
    assert isinstance(event, RepoClosedOut)
    assert (event.price, event.kept_value, event.claim) == (PRICE, 91 * FACE, None)
    assert (repo_of(world, repo).status, pledged(world)) == (RepoStatus.CLOSED_OUT, 0)
    world.refuse(Code.NOT_DEFAULTED, "bank_b", out)


def test_what_the_buyer_cannot_pay_back_is_a_claim() -> None:
    world, repo = defaulted()
    drain(world, "b/main", CBM, "a/second")
    world.act("bank_b", CloseOutRepo(repo=repo))
    excess = 91 * FACE - PRICE
    claim = RepoClaim(creditor=address("bank_a"), debtor=address("bank_b"), amount=excess)
    assert repo_of(world, repo).claim == claim


def test_a_deficit_is_a_claim_against_the_seller() -> None:
    world, repo = defaulted()
    mark(world, 850_000)
    go_to(world, END + DAY)
    world.act("bank_b", CloseOutRepo(repo=repo))
    deficit = PRICE - 85 * FACE
    claim = RepoClaim(creditor=address("bank_b"), debtor=address("bank_a"), amount=deficit)
    assert repo_of(world, repo).claim == claim
    assert world.balance(ISIN, "b/main") == 100 * FACE


def test_a_pledge_of_a_repo_ranks_before_a_later_freeze() -> None:
    world, repo = defaulted()
    world.act("fiu", freeze("a/main"))
    lien = repo_of(world, repo).lines[0].lien
    assert lien is not None
    world.refuse(Code.NOT_FOUND, "bank_b", ReleasePledge(pledge=lien, amount=None))
    world.act("bank_b", CloseOutRepo(repo=repo))
    assert world.balance(ISIN, "b/main") == 91 * FACE


@pytest.mark.parametrize("lots", [40, 100])
def test_a_seizure_before_pledges_takes_from_the_basket(lots: int) -> None:
    world = market()
    repo = open_repo(world)
    drain(world, "a/main", ISIN, "a/second")
    world.act("fiu", freeze("a/main", ISIN))
    order = ForceTransfer(
        order_id=ORDER,
        asset=ISIN,
        amount=lots * FACE,
        target=address("treasury/main"),
        reaches_pledged=True,
    )
    world.act("central+fiu", order)
    left = [line.amount for line in repo_of(world, repo).lines]
    assert left == ([60 * FACE] if lots == 40 else [])
    mark(world, 1_000_000)
    go_to(world, START + DAY)
    assert repo_of(world, repo).status is RepoStatus.MARGIN_CALL
    world.act("bank_a+bank_b", CloseRepo(repo=repo))
    assert pledged(world) == 0


def test_the_buyers_default_is_set_against_the_price() -> None:
    world = market()
    repo = open_repo(world, mode=RepoMode.TITLE, margin=NO_MARGIN)
    drain(world, "b/main", ISIN, "a/second")
    drain(world, "b/main", CBM, "a/second")
    go_to(world, END)
    world.act("central", CloseDay(date=END))
    assert repo_of(world, repo).defaulter == address("bank_b")
    world.act("bank_a", CloseOutRepo(repo=repo))
    owed = 100 * FACE - PRICE
    claim = RepoClaim(creditor=address("bank_a"), debtor=address("bank_b"), amount=owed)
    assert repo_of(world, repo).claim == claim


def test_close_out_asks_whether_the_buyer_may_hold_it() -> None:
    world, repo = defaulted()
    out = CloseOutRepo(repo=repo)
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    for changes, code in (
        ({"status": AssetStatus.DRAFT}, Code.ASSET_NOT_ACTIVE),
        ({"status": AssetStatus.MATURED}, Code.ASSET_MATURED),
        ({"kyc_tier_min": 9}, Code.KYC_TIER_TOO_LOW),
        ({"denomination": 200 * FACE}, Code.DENOM_NOT_MULTIPLE),
    ):
        world.state.put(ASSET, msgspec.structs.replace(asset, **changes))
        world.refuse(code, "bank_b", out)
    world.state.put(ASSET, asset)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=2))
    world.refuse(Code.ASSET_PAUSED, "bank_b", out)
    world.act("central+regulator", PauseAsset(asset=ISIN, classes=0))
    world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_b", out)
    world.act("fiu", StopCredits(account=address("b/main"), stopped=False, basis=BASIS))
    for changed, code in (
        ({"purpose": AccountPurpose.RESERVE}, Code.ACCOUNT_RESERVED),
        ({"status": AccountStatus.CLOSED}, Code.ACCOUNT_CLOSED),
    ):
        change_account(world, "b/main", **changed)
        world.refuse(code, "bank_b", out)
        change_account(world, "b/main", purpose=AccountPurpose.GENERAL, status=AccountStatus.OPEN)
