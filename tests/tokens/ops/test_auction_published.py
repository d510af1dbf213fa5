"""Published bid sheets as auctions of the ledger, end to end (tests/vectors/sbp_auctions.json).

Figures of the State Bank of Pakistan: the 3-month bill of 2020-09-09 (20 bids), the 3-year bond of
2021-03-03 (14 bids). Faces are in millions of rupees.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from tests.tokens.finance.test_bond_yield import SHEET_BASIS
from tests.tokens.finance.vectors import load, weighted_mean
from tests.tokens.ops.auction_world import (
    BOTH,
    CHAIN_ID,
    ID,
    allotments,
    auction_terms,
    close,
    populate,
    publish,
    result,
    sheet,
)
from tests.tokens.ops.build import fund, go_to
from tests.tokens.ops.kinds import terms_of
from tests.tokens.ops.world import World, address
from tokens import auctions
from tokens.auction_days import reject
from tokens.context import Actors
from tokens.finance.bond_yield import percent_text, yield_to_maturity
from tokens.ops.auction_cut_off import CutAuction
from tokens.ops.auction_reveal import RevealBid
from tokens.ops.auctions import AnnounceAuction, OpenAuction
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.records.auctions import AUCTION
from tokens.records.bids import BidLine
from tokens.records.day import BUSINESS_DAY, BusinessDay
from tokens.records.rates import REFERENCE_RATE
from tokens.results import Code
from tokens.types import NO_ADDRESS, AssetKind

VECTORS = load("sbp_auctions.json")
BILL = cast("dict[str, str]", VECTORS["bill"])
BOND = cast("dict[str, str]", VECTORS["bond"])
BILL_ROWS = cast("list[list[str]]", BILL["rows"])
BOND_ROWS = cast("list[list[str]]", BOND["rows"])
MILLION = 100_000_000
"""Minor units (paisa) in a million rupees."""
INCREMENT = 500_000
"""PKR 5,000."""


def face_of(millions: str) -> int:
    return int(Decimal(millions) * MILLION)


def price_of(text: str) -> int:
    return int(Decimal(text) * 10_000)


def sold(rows: list[list[str]], day: dt.date, settles: dt.date, **changes: object) -> World:
    """One dealer bids all rows, and the cut-off is the lowest price."""
    world = World()
    start = day - dt.timedelta(days=1)
    world.state.put(BUSINESS_DAY, BusinessDay(date=start, open=True, calendar="PK"))
    populate(world)
    made = terms_of(**changes)  # type: ignore[arg-type]
    world.act("treasury", CreateInstrument(terms=made))
    world.act(BOTH, ApproveInstrument(asset=made.isin, terms_digest=terms_digest(made)))
    world.act("central", CloseDay(date=start))
    world.act("central", OpenDay(date=day))
    fund(world, "dealer_a/main", 60_000 * MILLION)
    lines = tuple(BidLine(bid=price_of(row[1]), face=face_of(row[0])) for row in rows)
    announced = auction_terms(
        asset=made.isin,
        settlement_date=settles,
        target_face=60_000 * MILLION,
        ncb=None,
        bid_security=MILLION,
        min_bid=INCREMENT,
        multiple=INCREMENT,
        fill_first=50 * MILLION,
        prorata_step=50 * MILLION,
        benchmark="mtb-84d" if made.kind is AssetKind.BILL else None,
    )
    world.act(BOTH, AnnounceAuction(terms=announced))
    world.act("central", OpenAuction(auction_id=ID))
    commit = auctions.commitment(CHAIN_ID, ID, address("dealer_a"), lines, bytes(32))
    placed = sheet("dealer_a", commit=commit, hold=MILLION)
    world.act("dealer_a", placed)
    close(world)
    publish(world)
    opening = RevealBid(auction_id=ID, bidder=address("dealer_a"), lines=lines, salt=bytes(32))
    world.act("dealer_a", opening)
    lowest = min(line.bid for line in lines)
    world.act("treasury", CutAuction(auction_id=ID, cut_off=lowest, quantity=None))
    world.finish_agenda()
    go_to(world, settles)
    world.finish_agenda()
    return world


def bill(count: int) -> World:
    """The first rows of the published sheet."""
    facts = BILL
    return sold(
        BILL_ROWS[:count],
        dt.date.fromisoformat(facts["auction"]),
        dt.date.fromisoformat(facts["settlement"]),
        kind=AssetKind.BILL,
        issue_date=dt.date.fromisoformat(facts["settlement"]),
        dated_date=dt.date.fromisoformat(facts["settlement"]),
        maturity_date=dt.date.fromisoformat(facts["maturity"]),
        roll_day=dt.date.fromisoformat(facts["maturity"]).day,
        max_supply=100_000 * MILLION,
    )


def bond(count: int) -> World:
    """The first rows of the published sheet: sold with accrued interest."""
    facts = BOND
    return sold(
        BOND_ROWS[:count],
        dt.date(2021, 3, 3),
        dt.date.fromisoformat(facts["settlement"]),
        kind=AssetKind.FIXED,
        denomination=INCREMENT,
        increment=INCREMENT,
        coupon_rate_e6=70_000,
        issue_date=dt.date.fromisoformat(facts["issue"]),
        dated_date=dt.date.fromisoformat(facts["issue"]),
        maturity_date=dt.date.fromisoformat(facts["maturity"]),
        roll_day=20,
        max_supply=100_000 * MILLION,
    )


def in_millions(amount: int) -> str:
    """Three decimal places, half up, as printed."""
    return str((Decimal(amount) / MILLION).quantize(Decimal("0.001"), ROUND_HALF_UP))


def test_the_bill_sheet_comes_out_of_the_ledger() -> None:
    """Running weighted-average yields: 20 of 20; realised amounts: 19 of 19 that are legible."""
    rows = BILL_ROWS
    for count, row in enumerate(rows, start=1):
        world = bill(count)
        way = result(world).way_e6
        assert way is not None
        assert f"{Decimal(way) / 10_000:.4f}" == row[3], count
    world = bill(len(rows))
    realised = [in_millions(entry.money) for entry in allotments(world)]
    assert [found for found, row in zip(realised, rows, strict=True) if row[4]] == [
        row[4] for row in rows if row[4]
    ]
    assert world.supply(terms_of(AssetKind.BILL).isin) == sum(face_of(row[0]) for row in rows)


def test_a_bills_auction_sets_its_reference_rate() -> None:
    rate = bill(20).state.get(REFERENCE_RATE, "mtb-84d", dt.date(2020, 9, 9).toordinal())
    assert rate is not None
    assert rate.rate_e6 == 71_708


def test_a_bills_auction_that_was_rejected_says_so() -> None:
    """A floater then takes its fallback, not the auction before."""
    world = bill(1)
    found = world.state.get(AUCTION, ID)
    assert found is not None
    context = world.context(Actors(NO_ADDRESS, ()))
    reject(context, found, Code.OK)
    rate = world.state.get(REFERENCE_RATE, "mtb-84d", dt.date(2020, 9, 10).toordinal())
    assert rate is not None
    assert rate.rate_e6 is None


def test_the_bond_sheet_comes_out_of_the_ledger() -> None:
    """Running weighted-average yields: 14 of 14; clean, accrued and total: 42 of 42."""
    rows = BOND_ROWS
    yields = []
    for count, row in enumerate(rows, start=1):
        world = bond(count)
        made = allotments(world)[-1]
        yields.append((made.face, yield_to_maturity(SHEET_BASIS, Decimal(made.price_e4) / 10_000)))
        assert percent_text(weighted_mean(yields)) == row[3], count
    world = bond(len(rows))
    for entry, row in zip(allotments(world), rows, strict=True):
        clean = entry.money - entry.accrued
        printed = (in_millions(clean), in_millions(entry.accrued), in_millions(entry.money))
        assert printed == (row[4], row[5], row[6])
