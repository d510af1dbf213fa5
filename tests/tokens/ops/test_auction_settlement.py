"""Allotments at their settlement date: paid, unfunded, frozen, paused; buybacks and switches."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.auction_world import (
    BOTH,
    ID,
    SECURITY,
    SETTLES,
    Sheets,
    allotments,
    allotted,
    announced,
    auction,
    auction_terms,
    close,
    cut_at,
    investor_sheet,
    opened,
    publish,
    result,
    reveal,
    revealed,
    sheet,
)
from tests.tokens.ops.build import FACE, ISIN, bond, fund, go_to, issue, transfer
from tests.tokens.ops.test_auction_refusals import change_account, freeze, stop
from tests.tokens.ops.world import CBM, World, address
from tokens.auctions import address_of
from tokens.ops.auction_cut_off import SettleAllotment
from tokens.ops.auctions import AnnounceAuction, OpenAuction
from tokens.ops.business_day import CloseDay
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import LiftFreeze
from tokens.records.auctions import AUCTION, AuctionStatus, AuctionType, BidUnit
from tokens.records.bids import AllotmentStatus
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.results import Code
from tokens.types import AccountStatus, OperationClass

A, B = "dealer_a/main", "dealer_b/main"
SHEETS = {"dealer_a": ((995_000, 10), (990_000, 20)), "dealer_b": ((990_000, 30),)}
COST_A = 10 * FACE * 995_000 // 10**6 + 20 * FACE * 990_000 // 10**6
OTHER = "PK0000000023"


def settling(world: World) -> World:
    """The settlement date, opened."""
    go_to(world, SETTLES)
    world.finish_agenda()
    return world


def end_of_date(world: World) -> None:
    world.act("central", CloseDay(date=SETTLES))
    world.finish_agenda()


def spend(world: World, account: str, left: int) -> None:
    """Everything but `left` goes elsewhere; what is held stays."""
    amount = world.balance(CBM, account) - left
    world.act(account.split("/")[0], transfer(CBM, account, "b/main", amount))


def statuses(world: World) -> list[AllotmentStatus]:
    return [entry.status for entry in allotments(world)]


def held(world: World, account: str, asset: str = CBM) -> int:
    position = world.state.get(POSITION, asset, address(account))
    return 0 if position is None else position.held


def settle(number: int) -> SettleAllotment:
    return SettleAllotment(auction_id=ID, number=number)


def test_unfunded_winner() -> None:
    """Whole allotments fail at the end of the date; the security is lost, the face not resold."""
    world = allotted(SHEETS, 990_000)
    spend(world, A, 11 * FACE)
    settling(world)
    settled, pending = AllotmentStatus.SETTLED, AllotmentStatus.PENDING
    assert statuses(world) == [pending, pending, settled], "the security pays for the last one only"
    before = world.balance(CBM, "treasury/main")
    end_of_date(world)
    failed = AllotmentStatus.FAILED
    assert statuses(world) == [failed, failed, settled]
    assert auction(world).status is AuctionStatus.SETTLED
    assert (auction(world).settled_face, auction(world).failed_face) == (30 * FACE, 30 * FACE)
    assert world.balance(CBM, "treasury/main") == before + SECURITY
    assert world.balance(CBM, A) == 11 * FACE - SECURITY
    assert world.supply(ISIN) == 30 * FACE
    assert result(world).competitive_face == 60 * FACE, "later failures do not change the result"


def test_a_winner_that_is_funded_in_time_settles_during_the_date() -> None:
    world = allotted(SHEETS, 990_000)
    spend(world, A, SECURITY)
    settling(world)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "dealer_a", settle(1))
    fund(world, A, COST_A - SECURITY)
    world.act("dealer_a", settle(1))
    assert held(world, A) == SECURITY, "one more is pending"
    world.act("treasury", settle(2))
    assert held(world, A) == world.balance(CBM, A) == 0
    assert world.balance(ISIN, A) == 30 * FACE


def test_a_winner_that_is_funded_late_on_the_date_settles_at_its_end() -> None:
    world = allotted(SHEETS, 990_000)
    spend(world, A, SECURITY)
    settling(world)
    fund(world, A, COST_A - SECURITY)
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.SETTLED] * 3


def test_a_date_that_was_passed_over_has_ended() -> None:
    world = allotted(SHEETS, 990_000)
    spend(world, A, SECURITY)
    go_to(world, SETTLES + dt.timedelta(days=4))
    world.finish_agenda()
    assert statuses(world).count(AllotmentStatus.FAILED) == 2
    assert auction(world).status is AuctionStatus.SETTLED


def test_bidder_frozen_between_bid_and_settlement() -> None:
    """The allotment fails, nobody takes the security: it stays, under the freeze."""
    world = allotted(SHEETS, 990_000)
    freeze(world, A)
    settling(world)
    world.refuse(Code.ACCOUNT_FROZEN, "dealer_a", settle(1))
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.FAILED] * 2 + [AllotmentStatus.SETTLED]
    assert {entry.reason for entry in allotments(world)} == {Code.UNDER_REVIEW, 0}
    assert world.balance(CBM, A) == 1_000 * FACE
    assert held(world, A) == 0


def test_a_freeze_that_ends_in_time_does_no_harm() -> None:
    world = allotted(SHEETS, 990_000)
    freeze(world, A)
    settling(world)
    world.act("fiu", LiftFreeze(order_id=bytes([len(A)]) * 32))
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.SETTLED] * 3


def test_auction_across_a_paused_asset() -> None:
    """A pause is nobody's fault: bids are refused, allotments wait, nothing is lost."""
    world = opened()
    classes = int(OperationClass.BID | OperationClass.ISSUE)
    world.act("central+regulator", PauseAsset(asset=CBM, classes=classes))
    world.refuse(Code.ASSET_PAUSED, "dealer_a", sheet("dealer_a", *SHEETS["dealer_a"]))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=0))
    for name, pairs in SHEETS.items():
        world.act(name, sheet(name, *pairs))
    close(world)
    publish(world)
    for name, pairs in SHEETS.items():
        world.act("central", reveal(name, *pairs))
    world.act("treasury", cut_at(990_000))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=classes))
    settling(world)
    world.refuse(Code.ASSET_PAUSED, "dealer_a", settle(1))
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.PENDING] * 3
    assert auction(world).status is AuctionStatus.SETTLING
    world.act("central+regulator", PauseAsset(asset=CBM, classes=0))
    go_to(world, SETTLES + dt.timedelta(days=1))
    world.finish_agenda()
    assert statuses(world) == [AllotmentStatus.SETTLED] * 3
    assert auction(world).status is AuctionStatus.SETTLED


def test_each_allotment_is_one_batch() -> None:
    world = settling(allotted(SHEETS, 990_000))
    batches = [world.state.get(BATCH, address_of(ID), str(number)) for number in (1, 2, 3)]
    assert [batch.status for batch in batches if batch] == [BatchStatus.SETTLED] * 3
    assert [len(batch.legs) for batch in batches if batch] == [2] * 3


def test_settle_allotment_is_refused() -> None:
    world = allotted(SHEETS, 990_000)
    world.refuse(Code.NOT_FOUND, "dealer_a", settle(9))
    world.refuse(Code.NOT_FOUND, "dealer_b", settle(1))
    world.refuse(Code.NOT_AUTHORISED, "fiu", settle(1))
    world.refuse(Code.TOO_EARLY, "dealer_a", settle(1))
    spend(world, A, SECURITY)
    spend(world, B, SECURITY)
    settling(world)
    change_account(world, B, kyc_tier=0)
    world.refuse(Code.KYC_TIER_TOO_LOW, "dealer_b", settle(3))
    change_account(world, B, kyc_tier=3, status=AccountStatus.CLOSED)
    world.refuse(Code.ACCOUNT_CLOSED, "dealer_b", settle(3))
    change_account(world, B, status=AccountStatus.OPEN)
    stop(world, B)
    world.refuse(Code.CREDIT_STOPPED, "dealer_b", settle(3))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, max_supply=FACE))
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "dealer_a", settle(1))
    world.state.put(ASSET, asset)
    end_of_date(world)
    world.refuse(Code.WRONG_STATUS, "dealer_a", settle(1))


def test_an_investors_hold_pays_and_shrinks() -> None:
    world = opened()
    world.act("bank_a", investor_sheet("client", (990_000, 5), (980_000, 4)))
    close(world)
    publish(world)
    world.act("central", reveal("client", (990_000, 5), (980_000, 4)))
    world.act("treasury", cut_at(980_000))
    world.finish_agenda()
    assert held(world, "client") == 9 * FACE
    settling(world)
    assert held(world, "client") == 0
    assert world.balance(ISIN, "client") == 9 * FACE


@pytest.mark.parametrize("quota", [1, 7, 500])
def test_small_agenda_quotas_come_to_the_same_end(quota: int) -> None:
    world = revealed(SHEETS)
    world.quota = quota
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    settling(world)
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.SETTLED] * 3
    assert auction(world).status is AuctionStatus.SETTLED


def outstanding(**changes: object) -> World:
    """The bond is outstanding, dealers hold it, another kind of auction is OPEN."""
    world = announced()
    world.state.delete(AUCTION, ID)
    for name in ("dealer_a", "dealer_b"):
        issue(world, ISIN, name, name + "/main", 100 * FACE, 100 * FACE)
    if changes.get("isin_in") == ISIN:
        bond(world, isin=OTHER)
    world.act(BOTH, AnnounceAuction(terms=auction_terms(ncb=None, **changes)))
    world.act("central", OpenAuction(auction_id=ID))
    return world


def to_settlement(world: World, sheets: dict[str, tuple[int, int]], bid: int) -> None:
    for name, pair in sheets.items():
        world.act(name, sheet(name, pair))
    close(world)
    publish(world)
    for name, pair in sheets.items():
        world.act("treasury", reveal(name, pair))
    world.act("treasury", cut_at(bid))
    world.finish_agenda()
    settling(world)


def test_a_buyback_takes_the_lowest_prices_and_burns_what_it_buys() -> None:
    world = outstanding(auction_type=AuctionType.BUYBACK)
    before = world.balance(CBM, "treasury/main")
    to_settlement(world, {"dealer_a": (980_000, 20), "dealer_b": (990_000, 30)}, 980_000)
    assert auction(world).status is AuctionStatus.SETTLED
    assert world.supply(ISIN) == 180 * FACE
    assert world.balance(ISIN, A) == 80 * FACE
    assert world.balance(ISIN, "treasury/main") == 0
    assert before - world.balance(CBM, "treasury/main") == 20 * FACE * 98 // 100
    assert held(world, B, ISIN) == 0


def test_a_seller_in_a_buyback_that_has_sold_elsewhere_loses_its_security() -> None:
    world = outstanding(auction_type=AuctionType.BUYBACK)
    world.act("dealer_a", sheet("dealer_a", (980_000, 20)))
    world.act("dealer_a", transfer(ISIN, A, B, 95 * FACE))
    close(world)
    publish(world)
    world.act("treasury", reveal("dealer_a", (980_000, 20)))
    world.act("treasury", cut_at(980_000))
    settling(world)
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.FAILED]
    assert world.balance(ISIN, "treasury/main") == SECURITY
    assert world.balance(ISIN, A) == 0


def test_a_buyback_that_the_treasury_cannot_pay_costs_no_bidder_anything() -> None:
    world = outstanding(auction_type=AuctionType.BUYBACK)
    everything = world.balance(CBM, "treasury/main")
    world.act("treasury", transfer(CBM, "treasury/main", "b/main", everything))
    to_settlement(world, {"dealer_a": (980_000, 20)}, 980_000)
    end_of_date(world)
    assert statuses(world) == [AllotmentStatus.FAILED]
    assert world.balance(ISIN, A) == 100 * FACE
    assert held(world, A, ISIN) == 0


def test_a_switch_gives_one_bond_for_the_other_and_the_difference_in_money() -> None:
    world = outstanding(
        auction_type=AuctionType.SWITCH, asset=OTHER, isin_in=ISIN, in_price_e4=985_000
    )
    before = world.balance(CBM, A)
    to_settlement(world, {"dealer_a": (990_000, 20), "dealer_b": (980_000, 30)}, 980_000)
    assert auction(world).status is AuctionStatus.SETTLED
    assert world.supply(ISIN) == 150 * FACE
    assert world.supply(OTHER) == 50 * FACE
    assert world.balance(OTHER, A) == 20 * FACE
    assert before - world.balance(CBM, A) == 20 * FACE * 5_000 // 10**6
    assert [entry.money for entry in allotments(world)] == [20 * FACE // 200, -30 * FACE // 200]


def test_an_auction_in_rates_sets_the_coupon_and_winners_pay_par() -> None:
    sheets: Sheets = {"dealer_a": ((110_000, 10),), "dealer_b": ((120_000, 30),)}
    world = settling(allotted(sheets, 110_000, bid_unit=BidUnit.RATE_E6))
    assert [entry.price_e4 for entry in allotments(world)] == [1_000_000]
    instrument = world.state.get(INSTRUMENT, ISIN)
    assert instrument is not None
    assert instrument.terms.coupon_rate_e6 == 110_000
    assert world.balance(CBM, A) == 990 * FACE
    negative = revealed({"dealer_a": ((-1, 10),)}, bid_unit=BidUnit.RATE_E6)
    negative.refuse(Code.BAD_CUT_OFF, "treasury", cut_at(-1))


def test_a_reopened_bond_is_paid_with_its_accrued_interest() -> None:
    """32 days of 184 of a half-year's 5.75 percent, rounded once."""
    world = outstanding(auction_type=AuctionType.REOPEN, settlement_date=dt.date(2025, 8, 18))
    world.act("dealer_a", sheet("dealer_a", (990_000, 20)))
    close(world)
    publish(world)
    world.act("treasury", reveal("dealer_a", (990_000, 20)))
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    (found,) = allotments(world)
    exact = 2 * 20 * FACE * 115_000 * 32, 2 * 10**6 * 184
    assert found.accrued == (exact[0] + exact[1]) // (2 * exact[1])
    assert found.money == 20 * FACE * 99 // 100 + found.accrued
