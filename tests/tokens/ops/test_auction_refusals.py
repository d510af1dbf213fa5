"""Auctions: every code of announcing, opening, closing and bidding."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.auction_world import (
    AUCTION_DAY,
    BOTH,
    ID,
    NCB_TERMS,
    SECURITY,
    announced,
    auction,
    auction_terms,
    close,
    investor_sheet,
    ncb,
    opened,
    sheet,
)
from tests.tokens.ops.build import FACE, ISIN, issue
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.context import Actors
from tokens.lookup import require_asset
from tokens.ops.auction_bids import PlaceBid, WithdrawBid
from tokens.ops.auctions import (
    AnnounceAuction,
    CancelAuction,
    CloseAuction,
    OpenAuction,
)
from tokens.ops.freezes import Freeze, StopCredits
from tokens.records.auctions import (
    AUCTION,
    LIVE_AUCTIONS_MAX,
    SHEETS_MAX,
    AuctionStatus,
    AuctionType,
    BidUnit,
)
from tokens.records.holdings import POSITION, SUPPLY, LegalBasis, Supply
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus, OperationClass

BASIS = LegalBasis(authority="FIU", order_no="7/2025", sha256=bytes(32))


def fresh() -> World:
    """An approved bond, the auction day, no auction."""
    world = announced()
    world.state.delete(AUCTION, ID)
    return world


def announce(**changes: object) -> AnnounceAuction:
    return AnnounceAuction(terms=auction_terms(**changes))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (Code.UNKNOWN_ASSET, {"asset": "NONE"}),
        (Code.UNKNOWN_ASSET, {"asset": CBM}),
        (Code.WRONG_STATUS, {"auction_type": AuctionType.REOPEN}),
        (Code.WRONG_STATUS, {"auction_type": AuctionType.BUYBACK, "ncb": None}),
        (Code.BAD_FIELD, {"isin_in": ISIN, "in_price_e4": 1}),
        (Code.BAD_FIELD, {"in_price_e4": 1}),
        (Code.BAD_FIELD, {"min_bid": 1}),
        (Code.BAD_FIELD, {"multiple": FACE // 2}),
        (Code.BAD_FIELD, {"prorata_step": FACE // 2}),
        (Code.BAD_FIELD, {"target_face": 20_000 * FACE}),
        (Code.BAD_FIELD, {"benchmark": "mtb-182d"}),
        (Code.BAD_FIELD, {"ncb": msgspec.structs.replace(NCB_TERMS, cap_min=11 * FACE)}),
        (
            Code.BAD_FIELD,
            {"ncb": msgspec.structs.replace(NCB_TERMS, excluded_classes=("b", "a"))},
        ),
        (Code.BAD_DATE, {"settlement_date": AUCTION_DAY}),
        (Code.BAD_DATE, {"settlement_date": dt.date(2025, 7, 19)}),
        (Code.BAD_DATE, {"settlement_date": dt.date(2028, 7, 17)}),
    ],
)
def test_announce_is_refused(code: Code, change: dict[str, object]) -> None:
    fresh().refuse(code, BOTH, announce(**change))


def test_a_new_issue_is_approved_and_nothing_of_it_is_out() -> None:
    """Both: units that somebody has, or a status that comes after the first sale, refuse it."""
    world = fresh()
    world.state.put(SUPPLY, Supply(asset=ISIN, amount=1))
    world.refuse(Code.WRONG_STATUS, BOTH, announce())
    world = fresh()
    asset = require_asset(world.state, ISIN)
    world.state.put(ASSET, msgspec.structs.replace(asset, status=AssetStatus.OUTSTANDING))
    world.refuse(Code.WRONG_STATUS, BOTH, announce())


def test_announce_needs_both_and_the_issuer() -> None:
    world = fresh()
    world.refuse(Code.NEEDS_APPROVAL, "treasury", announce())
    world.act(BOTH, announce())
    world.refuse(Code.ALREADY_EXISTS, BOTH, announce())
    world.refuse(Code.ALREADY_EXISTS, BOTH, announce(auction_id="another"))
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, issuer=address("bank_a")))
    world.refuse(Code.NOT_AUTHORISED, BOTH, announce(auction_id="another"))


def test_too_many_auctions_are_live() -> None:
    world = announced()
    first = auction(world)
    world.state.delete(AUCTION, ID)
    for number in range(LIVE_AUCTIONS_MAX):
        other = msgspec.structs.replace(first.terms, auction_id=f"L-{number}", asset=f"X{number}")
        world.state.put(AUCTION, msgspec.structs.replace(first, terms=other))
    world.refuse(Code.AUCTION_FULL, BOTH, announce())


def test_open_close_and_cancel_are_refused() -> None:
    world = announced()
    for operation in (
        OpenAuction(auction_id="none"),
        CloseAuction(auction_id="none"),
    ):
        world.refuse(Code.NOT_FOUND, "central", operation)
    world.refuse(Code.NOT_FOUND, BOTH, CancelAuction(auction_id="none"))
    world.refuse(Code.NOT_AUTHORISED, "treasury", OpenAuction(auction_id=ID))
    world.refuse(Code.WRONG_STATUS, "central", CloseAuction(auction_id=ID))
    world.act("central", OpenAuction(auction_id=ID))
    world.refuse(Code.WRONG_STATUS, "central", OpenAuction(auction_id=ID))
    world.refuse(Code.NOT_AUTHORISED, "treasury", CloseAuction(auction_id=ID))
    world.refuse(Code.NEEDS_APPROVAL, "central", CancelAuction(auction_id=ID))
    close(world)
    world.refuse(Code.WRONG_STATUS, "central", CloseAuction(auction_id=ID))
    world.refuse(Code.WRONG_STATUS, BOTH, CancelAuction(auction_id=ID))
    found = msgspec.structs.replace(auction(world), issuer=address("bank_a"))
    world.state.put(AUCTION, found)
    world.refuse(Code.NOT_AUTHORISED, BOTH, CancelAuction(auction_id=ID))


def test_a_cancelled_auction_releases_everything() -> None:
    world = opened()
    world.act("dealer_a", sheet("dealer_a", (990_000, 5)))
    world._run(of("saver"), (ncb("saver", 2),))
    world.act(BOTH, CancelAuction(auction_id=ID))
    world.finish_agenda()
    assert auction(world).status is AuctionStatus.CANCELLED
    assert not held_anywhere(world)


def held_anywhere(world: World) -> bool:
    names = ("dealer_a/main", "dealer_b/main", "saver", "client")
    found = [world.state.get(POSITION, CBM, address(name)) for name in names]
    return any(position.held for position in found if position is not None)


def of(name: str) -> Actors:
    """The account's own key."""
    return Actors(address(name), (), (address(name),))


def test_a_sheet_in_the_block_of_the_close_is_in_whatever_the_order() -> None:
    world = opened()
    assert world.attempt("central", CloseAuction(auction_id=ID)) is Code.OK
    world.height -= 1  # the same block
    assert world.attempt("dealer_a", sheet("dealer_a", (990_000, 5))) is Code.OK
    world.end_block()
    assert auction(world).status is AuctionStatus.CLOSED
    assert auction(world).sheets == 1
    world.refuse(Code.AUCTION_NOT_OPEN, "dealer_b", sheet("dealer_b", (990_000, 5)))


def test_after_the_block_of_the_close_no_sheet_is_in_even_if_the_agenda_is_late() -> None:
    world = opened()
    assert world.attempt("central", CloseAuction(auction_id=ID)) is Code.OK
    assert auction(world).status is AuctionStatus.OPEN
    world.refuse(Code.AUCTION_NOT_OPEN, "dealer_b", sheet("dealer_b", (990_000, 5)))
    world.refuse(Code.AUCTION_NOT_OPEN, "dealer_b", WithdrawBid(auction_id=ID, bidder=B))


B = address("dealer_b")


@pytest.mark.parametrize(
    ("code", "who", "change"),
    [
        (Code.NOT_FOUND, "dealer_a", {"auction_id": "none"}),
        (Code.UNKNOWN_ACCOUNT, "dealer_a", {"account": address("nobody")}),
        (Code.NOT_A_BIDDER, "dealer_a", {"bidder": address("dealer_a/main")}),
        (Code.NOT_A_BIDDER, "dealer_b", {"bidder": B}),
        (Code.NOT_A_BIDDER, "treasury", {"account": address("treasury/main")}),
        (Code.NOT_AUTHORISED, "dealer_b", {}),
        (Code.BID_SECURITY_WRONG, "dealer_a", {"hold": SECURITY + 1}),
        (Code.BID_SECURITY_WRONG, "dealer_a", {"hold": SECURITY - 1}),
    ],
)
def test_place_bid_is_refused(code: Code, who: str, change: dict[str, object]) -> None:
    made: PlaceBid = sheet("dealer_a", (990_000, 5), **change)
    opened().refuse(code, who, made)


def change_account(world: World, name: str, **changes: object) -> None:
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, **changes))


def freeze(world: World, name: str, amount: int | None = None) -> None:
    order = bytes([len(name)]) * 32
    made = Freeze(
        order_id=order,
        account=address(name),
        asset=CBM,
        amount=amount,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", made)


def pause_bids(world: World, name: str) -> None:
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, paused=int(OperationClass.BID)))


def shut(world: World, name: str) -> None:
    change_account(world, name, status=AccountStatus.CLOSED)


def reserve(world: World, name: str) -> None:
    change_account(world, name, purpose=AccountPurpose.RESERVE)


def unknown_customer(world: World, name: str) -> None:
    change_account(world, name, kyc_tier=0)


def stop(world: World, name: str) -> None:
    world.act("fiu", StopCredits(account=address(name), stopped=True, basis=BASIS))


def poor(world: World, name: str) -> None:
    freeze(world, name, 199 * FACE if "/" not in name else 999 * FACE)


def crowd(world: World, name: str) -> None:
    context = world.context(Actors(address("bank_a"), ()))
    for number in range(liens.LIENS_MAX):
        liens.hold(context, number, CBM, address(name), 1, bytes(16), None, "")


OF_THE_ACCOUNT = [
    (Code.ASSET_PAUSED, pause_bids),
    (Code.ACCOUNT_CLOSED, shut),
    (Code.ACCOUNT_FROZEN, freeze),
    (Code.CREDIT_STOPPED, stop),
    (Code.ACCOUNT_RESERVED, reserve),
    (Code.KYC_TIER_TOO_LOW, unknown_customer),
    (Code.INSUFFICIENT_AVAILABLE, poor),
    (Code.LIENS_FULL, crowd),
]


@pytest.mark.parametrize(("code", "spoil"), OF_THE_ACCOUNT)
def test_an_account_that_cannot_bid(code: Code, spoil: object) -> None:
    world = opened()
    assert callable(spoil)
    spoil(world, "dealer_a/main")
    world.refuse(code, "dealer_a", sheet("dealer_a", (990_000, 5)))


def test_an_investor_bids_through_its_custodian_and_holds_the_full_face() -> None:
    world = opened()
    world.refuse(Code.NOT_AUTHORISED, "bank_b", investor_sheet("client", (990_000, 5)))
    short = investor_sheet("client", (990_000, 5), hold=FACE + 1)
    world.refuse(Code.BID_SECURITY_WRONG, "bank_a", short)
    world.act("bank_a", investor_sheet("client", (990_000, 5)))
    assert held_anywhere(world)


def test_the_auction_is_full() -> None:
    world = opened()
    full = msgspec.structs.replace(auction(world), sheets=SHEETS_MAX)
    world.state.put(AUCTION, full)
    world.refuse(Code.AUCTION_FULL, "dealer_a", sheet("dealer_a", (990_000, 5)))


def test_a_sheet_is_withdrawn_by_its_bidder() -> None:
    world = opened()
    back = WithdrawBid(auction_id=ID, bidder=address("dealer_a"))
    world.refuse(Code.NOT_FOUND, "dealer_a", back)
    gone = WithdrawBid(auction_id="none", bidder=B)
    world.refuse(Code.NOT_FOUND, "dealer_b", gone)
    world.act("dealer_a", sheet("dealer_a", (990_000, 5)))
    world.refuse(Code.NOT_FOUND, "dealer_b", back)
    world.act("dealer_a", back)
    assert (auction(world).sheets, auction(world).unopened) == (0, 0)
    assert not held_anywhere(world)


def test_rates_are_bid_for_new_instruments_with_a_coupon_only() -> None:
    world = fresh()
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    made = announce(auction_type=AuctionType.REOPEN, bid_unit=BidUnit.RATE_E6)
    world.refuse(Code.BAD_FIELD, BOTH, made)
    world.act(BOTH, announce(auction_type=AuctionType.REOPEN))
