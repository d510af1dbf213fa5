"""Two whole lives in real blocks: a bill and a bond from their announcement to redemption.

Figures of the State Bank of Pakistan (tests/vectors/sbp_auctions.json): the 3-month bill of
2020-09-09 (20 bids), the 3-year bond of 2021-03-03 (14 bids). Between auction and maturity they
are traded on the order book and lent in a repo. debt_life.py asks after each block whether money
and units are conserved, with every invariant of the ledger.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from tests.tokens.debt_life import (
    MILLION,
    VECTORS,
    Conserved,
    auction_terms,
    document,
    hold_auction,
    instrument,
    published,
    tax_table,
)
from tests.tokens.ops.kinds import terms_of
from tests.tokens.support import MONEY, addr
from tokens.events import OrderFilled, PrincipalPaid
from tokens.ops.coupons import RedemptionFund
from tokens.ops.orders import PlaceOrder
from tokens.posting import supply_of
from tokens.records.auctions import AUCTION, AUCTION_RESULT, AuctionStatus
from tokens.records.bids import ALLOTMENT, ALLOTMENTS, Allotment
from tokens.records.instruments import ASSET, InstrumentTerms
from tokens.records.market import Side
from tokens.records.rates import REFERENCE_RATE
from tokens.types import AssetKind, AssetStatus

DATE = dt.date
FACTS = {name: VECTORS[name] for name in ("bill", "bond")}
LOT = 500 * MILLION
"""Face of the trade on the book."""


def status_of(ledger: Conserved, asset: str) -> AssetStatus:
    found = ledger.state.get(ASSET, asset)
    assert found is not None
    return found.status


def by_row(ledger: Conserved, asset: str, sheet: list[tuple[int, int]]) -> list[Allotment]:
    """Allotments in the order of the published sheet."""
    made = ledger.state.scan(ALLOTMENT, ALLOTMENTS, (f"AUCTION-{asset}",), limit=100)
    assert len(made) == len(sheet)
    return [
        next(e for e in made if (e.price_e4, e.face, e.bidder) == (bid, face, bidder))
        for (bid, face), bidder in zip(sheet, _bidders(len(sheet)), strict=True)
    ]


def _bidders(count: int) -> list[bytes]:
    from tests.tokens.debt_life import DEALERS

    return [addr(DEALERS[place % len(DEALERS)]) for place in range(count)]


def in_millions(amount: int) -> str:
    """Three decimal places, half up, as printed."""
    return str((Decimal(amount) / MILLION).quantize(Decimal("0.001"), ROUND_HALF_UP))


def on_the_book(ledger: Conserved, asset: str, price_e4: int, accrued: int) -> None:
    """bank-b buys LOT of bank-a: both orders in one block, filled and paid in it."""
    before = ledger.money("bank-b"), ledger.units(asset, "bank-a")
    orders = [
        ledger.transaction(
            name,
            PlaceOrder(
                account=addr(f"{name}-cash"),
                asset=asset,
                side=side,
                price_e4=price_e4,
                face=LOT,
                expires_on=ledger.business_date + dt.timedelta(days=3),
            ),
        )
        for name, side in (("bank-a", Side.SELL), ("bank-b", Side.BUY))
    ]
    result = ledger.block(*orders)
    events = [event for receipt in result.receipts for event in receipt.events]
    assert len([event for event in events if isinstance(event, OrderFilled)]) == 2
    assert ledger.units(asset, "bank-b") == LOT
    assert ledger.units(asset, "bank-a") == before[1] - LOT
    assert before[0] - ledger.money("bank-b") == LOT * price_e4 // 10**6 + accrued


def sold(ledger: Conserved, name: str, terms: InstrumentTerms, settles: dt.date) -> list[Allotment]:
    """Auctioned on the open date, settled against payment on the next business date."""
    sheet, asset = published(name), terms.isin
    ledger.go_to(settles - dt.timedelta(days=1))
    benchmark = "mtb-84d" if terms.kind is AssetKind.BILL else None
    hold_auction(ledger, auction_terms(asset, settles, benchmark), sheet)
    assert supply_of(ledger.state, asset) == 0, "nothing is issued before it is paid"
    before = ledger.money("treasury")
    ledger.go_to(settles)
    allotted = by_row(ledger, asset, sheet)
    auction = ledger.state.get(AUCTION, f"AUCTION-{asset}")
    assert auction is not None
    assert auction.status is AuctionStatus.SETTLED
    assert supply_of(ledger.state, asset) == sum(face for _, face in sheet)
    assert ledger.money("treasury") - before == sum(entry.money for entry in allotted)
    assert status_of(ledger, asset) is AssetStatus.OUTSTANDING
    return allotted


def told(ledger: Conserved, kind: type) -> list:  # type: ignore[type-arg]
    """Events of a kind, of all blocks."""
    receipts = [receipt for result in ledger.results for receipt in result.receipts]
    return [event for receipt in receipts for event in receipt.events if isinstance(event, kind)]


def test_whole_life_of_a_bill() -> None:
    """Auctioned 2020-09-09, settled the day after, traded, lent, redeemed on 2020-12-03."""
    ledger = Conserved(document(DATE(2020, 9, 8)))
    tax_table(ledger)
    terms = terms_of(
        AssetKind.BILL,
        issue_date=DATE(2020, 9, 10),
        dated_date=DATE(2020, 9, 10),
        maturity_date=DATE(2020, 12, 3),
        roll_day=3,
        max_supply=100_000 * MILLION,
        settlement_asset=MONEY,
        treasury_account=addr("treasury-cash"),
    )
    instrument(ledger, terms)
    allotted = sold(ledger, "bill", terms, DATE(2020, 9, 10))
    printed = [row[4] for row in FACTS["bill"]["rows"]]  # type: ignore[index]
    realised = [in_millions(entry.money) for entry in allotted]
    assert [found for found, row in zip(realised, printed, strict=True) if row] == [
        row for row in printed if row
    ]
    result = ledger.state.get(AUCTION_RESULT, f"AUCTION-{terms.isin}")
    rate = ledger.state.get(REFERENCE_RATE, "mtb-84d", DATE(2020, 9, 9).toordinal())
    assert result is not None
    assert rate is not None
    assert result.way_e6 == rate.rate_e6 == 71_708, "7.1708 percent, as published"

    ledger.go_to(DATE(2020, 9, 11))
    on_the_book(ledger, terms.isin, 984_000, 0)

    ledger.go_to(DATE(2020, 12, 3))
    assert status_of(ledger, terms.isin) is AssetStatus.MATURED
    ledger.ok("treasury", RedemptionFund(asset=terms.isin))
    ledger.work()
    assert status_of(ledger, terms.isin) is AssetStatus.REDEEMED
    assert supply_of(ledger.state, terms.isin) == 0
    paid = told(ledger, PrincipalPaid)
    assert sum(event.amount for event in paid) == sum(face for _, face in published("bill"))
