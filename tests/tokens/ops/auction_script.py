"""Every operation of auctions once, at the end of script.py: source of the vectors."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.auction_world import (
    BOTH,
    CENTRAL_SECRET,
    CHAIN_ID,
    SECURITY,
    TREASURY_SECRET,
    auction_terms,
    bid_lines,
    populate,
    reveal,
    salt,
    sheet,
)
from tests.tokens.ops.build import FACE, fund, terms
from tests.tokens.ops.world import World, address
from tokens import auctions
from tokens.ops.auction_bids import PlaceBid, WithdrawBid
from tokens.ops.auction_cut_off import CutAuction, RejectAuction, SettleAllotment
from tokens.ops.auction_ncbs import PlaceNcb
from tokens.ops.auction_reveal import EndReveal, PublishAuctionKey, RevealBid
from tokens.ops.auctions import AnnounceAuction, CancelAuction, CloseAuction, OpenAuction
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.records.day import BUSINESS_DAY
from tokens.records.parties import PARTICIPANT
from tokens.records.system import PARAMETER, Parameter

BOND = "PK0000000106"
FIRST, SECOND, THIRD = "A-1", "A-2", "A-3"

Step = tuple[str, msgspec.Struct]


def auction_steps(world: World) -> Iterator[Step]:
    """(who, operation), from the business date that the script before has come to."""
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    settles = day.date + dt.timedelta(days=1)
    _people(world)
    made = terms(
        isin=BOND,
        issue_date=settles,
        dated_date=settles,
        maturity_date=settles.replace(year=settles.year + 3),
        roll_day=settles.day,
    )
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=BOND, terms_digest=terms_digest(made))
    yield from _given_up(settles)
    yield from _rejected(settles)
    yield from _held(world, settles)
    yield "central", CloseDay(date=day.date)
    yield "central", OpenDay(date=settles)
    fund(world, "dealer_a/main", 30 * FACE)
    yield "dealer_a", SettleAllotment(auction_id=THIRD, number=1)


def _people(world: World) -> None:
    populate(world)
    bank = world.state.get(PARTICIPANT, address("dealer_a"))
    assert bank is not None
    firm = msgspec.structs.replace(
        bank, id=address("firm"), name="firm", roles=(), control_group="firm"
    )
    world.state.put(PARTICIPANT, firm)
    world.account("firm/main", "firm", "bank_a")
    world.state.put(PARAMETER, Parameter(name="auction_reveal_blocks", value=1))
    for name in ("dealer_a", "dealer_b", "firm"):
        fund(world, name + "/main", SECURITY)


def _announce(auction_id: str, settles: dt.date) -> AnnounceAuction:
    found = auction_terms(auction_id=auction_id, asset=BOND, settlement_date=settles)
    return AnnounceAuction(terms=found)


def _sheet(auction_id: str, name: str, *pairs: tuple[int, int]) -> PlaceBid:
    lines = bid_lines(*pairs)
    commit = auctions.commitment(CHAIN_ID, auction_id, address(name), lines, salt(name))
    return sheet(name, *pairs, auction_id=auction_id, commit=commit)


def _reveal(auction_id: str, name: str, *pairs: tuple[int, int]) -> RevealBid:
    return msgspec.structs.replace(reveal(name, *pairs), auction_id=auction_id)


def _given_up(settles: dt.date) -> Iterator[Step]:
    yield BOTH, _announce(FIRST, settles)
    yield "central", OpenAuction(auction_id=FIRST)
    yield "dealer_a", _sheet(FIRST, "dealer_a", (990_000, 5))
    yield "dealer_a", WithdrawBid(auction_id=FIRST, bidder=address("dealer_a"))
    yield BOTH, CancelAuction(auction_id=FIRST)


def _rejected(settles: dt.date) -> Iterator[Step]:
    yield BOTH, _announce(SECOND, settles)
    yield "central", OpenAuction(auction_id=SECOND)
    yield "central", CloseAuction(auction_id=SECOND)
    yield "treasury", RejectAuction(auction_id=SECOND)


def _held(world: World, settles: dt.date) -> Iterator[Step]:
    yield BOTH, _announce(THIRD, settles)
    yield "central", OpenAuction(auction_id=THIRD)
    yield "dealer_a", _sheet(THIRD, "dealer_a", (990_000, 20))
    yield "dealer_b", _sheet(THIRD, "dealer_b", (985_000, 20))
    yield "firm", PlaceNcb(auction_id=THIRD, account=address("firm/main"), amount=2 * FACE)
    yield "central", CloseAuction(auction_id=THIRD)
    yield "dealer_a", _reveal(THIRD, "dealer_a", (990_000, 20))
    yield "central", PublishAuctionKey(auction_id=THIRD, private_key=CENTRAL_SECRET)
    yield "treasury", PublishAuctionKey(auction_id=THIRD, private_key=TREASURY_SECRET)
    yield "central", EndReveal(auction_id=THIRD)
    yield "treasury", CutAuction(auction_id=THIRD, cut_off=990_000, quantity=None)
