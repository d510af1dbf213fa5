"""Two whole lives in real blocks: a bill and a bond from their announcement to redemption.

Figures of the State Bank of Pakistan (tests/vectors/sbp_auctions.json): the 3-month bill of
2020-09-09 (20 bids), the 3-year bond of 2021-03-03 (14 bids). Between auction and maturity they
are traded on the order book and lent in a repo. debt_life.py asks after each block whether money
and units are conserved, with every invariant of the ledger.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from tests.tokens.debt_life import (
    DEALERS,
    INCREMENT,
    MILLION,
    TAX_E6,
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
from tokens.events import CouponPaid, OrderFilled, PrincipalPaid
from tokens.finance.daycount import DayCount
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.orders import PlaceOrder
from tokens.ops.repos import AcceptRepo, ProposeRepo, repo_id
from tokens.posting import supply_of
from tokens.records.auctions import AUCTION, AUCTION_RESULT, AuctionStatus
from tokens.records.bids import ALLOTMENT, ALLOTMENTS, Allotment
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET, PAYMENT, InstrumentTerms, PaymentStatus
from tokens.records.market import Side
from tokens.records.rates import REFERENCE_RATE
from tokens.records.repos import (
    REPO,
    CollateralLine,
    MarginTerms,
    RepoKind,
    RepoMode,
    RepoStatus,
    RepoTerms,
)
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
    lent(ledger, terms.isin, DATE(2020, 9, 14))

    ledger.go_to(DATE(2020, 12, 3))
    assert status_of(ledger, terms.isin) is AssetStatus.MATURED
    ledger.ok("treasury", RedemptionFund(asset=terms.isin))
    ledger.work()
    assert status_of(ledger, terms.isin) is AssetStatus.REDEEMED
    assert supply_of(ledger.state, terms.isin) == 0
    paid = told(ledger, PrincipalPaid)
    assert sum(event.amount for event in paid) == sum(face for _, face in published("bill"))


ACCRUED = 125_690_608
"""LOT x 3.5 % x 13 / 181 = 125,690,607.73, half up: 13 of the 181 days since 20 February."""
CASH = 400 * MILLION
RATE_E6 = 100_000
PRICE = CASH + 76_712_329
"""CASH x 10 % x 7 / 365 = 76,712,328.77, half up."""


def lent(ledger: Conserved, asset: str, start: dt.date) -> None:
    """bank-b lends its bond for a week, pledged, and pays 10 percent for the money."""
    entry = MarkEntry(asset=asset, price_e4=950_000, dirty=True)
    ledger.ok("marker", SetMarks(for_date=ledger.business_date, marks=(entry,)))
    ledger.go_to(start)
    terms = RepoTerms(
        reference="REPO-1",
        seller=addr("bank-b"),
        buyer=addr("bank-a"),
        custodian=None,
        kind=RepoKind.TERM,
        mode=RepoMode.PLEDGE,
        cash_asset=MONEY,
        cash=CASH,
        rate_e6=RATE_E6,
        daycount=DayCount.ACT_365F,
        start=start,
        end=start + dt.timedelta(days=7),
        collateral=(CollateralLine(asset=asset, amount=LOT, haircut_bps=500),),
        margin=MarginTerms(frequency_bd=0, threshold_bps=0, deadline_bd=0),
        substitutions=(),
    )
    before = ledger.money("bank-b")
    mine, theirs = addr("bank-b-cash"), addr("bank-a-cash")
    ledger.ok("bank-b", ProposeRepo(terms=terms, securities=mine, cash=mine))
    repo = repo_id(addr("bank-b"), terms)
    ledger.ok("bank-a", AcceptRepo(repo=repo, securities=theirs, cash=theirs))
    assert ledger.money("bank-b") == before + CASH
    position = ledger.state.get(POSITION, asset, mine)
    assert position is not None
    assert position.pledged == LOT
    ledger.go_to(start + dt.timedelta(days=7))
    found = ledger.state.get(REPO, repo)
    assert found is not None
    assert (found.status, found.price) == (RepoStatus.CLOSED, PRICE)
    assert ledger.money("bank-b") == before + CASH - PRICE
    position = ledger.state.get(POSITION, asset, mine)
    assert position is not None
    assert position.pledged == 0


def coupon(ledger: Conserved, asset: str, number: int, date: dt.date) -> None:
    """Record, funded a day before, paid to every holder net of tax."""
    ledger.go_to(date - dt.timedelta(days=1 if date.weekday() else 3))
    payment = ledger.state.get(PAYMENT, asset, number)
    assert payment is not None
    assert (payment.status, payment.payment_date) == (PaymentStatus.RECORD_TAKEN, date)
    assert payment.required == supply_of(ledger.state, asset) * 70_000 // 10**6 // 2
    names = (*DEALERS, "bank-b")
    before = {name: ledger.money(name) for name in names}
    tax = ledger.money("tax")
    ledger.ok("treasury", CouponFund(asset=asset, coupon=number))
    ledger.go_to(date)
    withheld = 0
    for name in names:
        gross = ledger.units(asset, name) * 70_000 // 10**6 // 2
        taken = (2 * gross * TAX_E6 + 10**6) // (2 * 10**6)
        withheld += taken
        assert ledger.money(name) == before[name] + gross - taken
    assert ledger.money("tax") == tax + withheld


def test_whole_life_of_a_bond() -> None:
    """Auctioned 2021-03-03, traded, lent, five coupons net of tax, redeemed in August 2023."""
    ledger = Conserved(document(DATE(2021, 3, 2)))
    tax_table(ledger)
    terms = terms_of(
        AssetKind.FIXED,
        denomination=INCREMENT,
        increment=INCREMENT,
        coupon_rate_e6=70_000,
        issue_date=DATE(2020, 8, 20),
        dated_date=DATE(2020, 8, 20),
        maturity_date=DATE(2023, 8, 20),
        roll_day=20,
        max_supply=100_000 * MILLION,
        settlement_asset=MONEY,
        treasury_account=addr("treasury-cash"),
    )
    asset = terms.isin
    instrument(ledger, terms)
    allotted = sold(ledger, "bond", terms, DATE(2021, 3, 4))
    rows = FACTS["bond"]["rows"]  # type: ignore[index]
    for entry, row in zip(allotted, rows, strict=True):
        clean = entry.money - entry.accrued
        printed = (in_millions(clean), in_millions(entry.accrued), in_millions(entry.money))
        assert printed == (row[4], row[5], row[6])

    ledger.go_to(DATE(2021, 3, 5))
    on_the_book(ledger, asset, 950_000, ACCRUED)
    lent(ledger, asset, DATE(2021, 3, 8))

    dates = (
        DATE(2021, 8, 20),
        DATE(2022, 2, 21),
        DATE(2022, 8, 22),
        DATE(2023, 2, 20),
        DATE(2023, 8, 21),
    )
    for number, date in enumerate(dates, start=2):
        coupon(ledger, asset, number, date)
    assert status_of(ledger, asset) is AssetStatus.MATURED
    held = {name: ledger.units(asset, name) for name in (*DEALERS, "bank-b")}
    before = {name: ledger.money(name) for name in held}
    ledger.ok("treasury", RedemptionFund(asset=asset))
    ledger.work()
    assert status_of(ledger, asset) is AssetStatus.REDEEMED
    assert supply_of(ledger.state, asset) == 0
    assert {name: ledger.money(name) - before[name] for name in held} == held
    assert len(told(ledger, CouponPaid)) == len(dates) * len(held)
