"""Paper with options, repayments and a floating rate among people that nobody trusts.

FLEX may be called and put each month and repays by pool factor; FLOATER has a rate that is fixed on
what is published, late or never. Both are traded, pledged, frozen, seized and lent like any other.
"""

import datetime as dt

import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import rule

from tests.tokens.adversary_market import BOTH, Market
from tests.tokens.adversary_values import (
    FACE,
    HOLDERS,
    ISINS,
    START,
    accounts,
    instrument_terms,
    lots,
    names,
)
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import addr
from tokens.ops.calls import CallInstrument
from tokens.ops.coupons import CouponFund, PrincipalFund, RedemptionFund
from tokens.ops.defaults import SetCrossDefault
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.puts import ElectPut, WithdrawPut
from tokens.ops.rates import FixCoupon, RateEntry, SetReferenceRates
from tokens.ops.taps import Tap
from tokens.records.instruments import (
    OPEN_PAYMENTS,
    PAYMENT,
    Amortisation,
    FloatTerms,
    InstrumentTerms,
    OptionDate,
    PaymentKind,
)
from tokens.types import AssetKind

FLEX, FLOATER = ISINS[3], ISINS[4]
PAPER = (FLEX, FLOATER)
BENCHMARK, FALLBACK = "mtb-28d", "pkrv-28d"
MONTHS = 9
DATES_OF_OPTIONS = tuple(dt.date(2026, month, 1) for month in (9, 10, 11, 12))
PAYMENTS_MAX = 40


def _month(number: int) -> dt.date:
    months = START.month - 1 + number
    return dt.date(START.year + months // 12, months % 12 + 1, START.day)


def flex_terms() -> InstrumentTerms:
    """Nine months, a quarter repaid after four and six, options on four dates."""
    like = instrument_terms(3, MONTHS)
    assert isinstance(like, InstrumentTerms)
    return msgspec.structs.replace(
        like,
        kind=AssetKind.AMORT,
        cfi="DBFTLR",
        calls=tuple(OptionDate(date=d, price_e4=1_003_333, notice_bd=2) for d in DATES_OF_OPTIONS),
        puts=tuple(OptionDate(date=d, price_e4=993_337, notice_bd=1) for d in DATES_OF_OPTIONS),
        amortisations=tuple(
            Amortisation(date=_month(number), fraction_e6=250_000) for number in (4, 6)
        ),
    )


def floater_terms() -> InstrumentTerms:
    """Nine monthly coupons; the first is a term, the others are fixed two days before."""
    like = instrument_terms(4, MONTHS)
    assert isinstance(like, InstrumentTerms)
    floating = FloatTerms(
        benchmark=BENCHMARK, margin_e6=5_000, reset_offset_bd=2, fallback=FALLBACK
    )
    return msgspec.structs.replace(like, kind=AssetKind.FLOAT, cfi="DBVTFR", floating=floating)


class DebtMoves:
    """What treasury, holders and the mark source do, and somebody else in their place."""

    def __init__(self, world: AdversaryWorld, market: Market) -> None:
        self.world = world
        self.market = market

    def open(self) -> None:
        """Both papers, in the hands of banks and clients, each in default with the other."""
        for terms in (flex_terms(), floater_terms()):
            self.world.submit("treasury", CreateInstrument(terms=terms))
            digest = terms_digest(terms)
            self.world.propose(BOTH, ApproveInstrument(asset=terms.isin, terms_digest=digest))
            self.world.end_block()
            for target in ("bank-a-cash", "bank-b-cash", "client-a1", "client-b1"):
                self.market.issue(terms.isin, target, 20)
        self.world.propose(BOTH, SetCrossDefault(assets=PAPER))
        self.world.end_block()

    def call(self, place: int, face: int | None, agree: list[str]) -> None:
        """Of the whole or a part."""
        made = CallInstrument(asset=FLEX, date=DATES_OF_OPTIONS[place], face=face)
        self.world.propose(agree, made)

    def put(self, place: int, account: str, face: int, cheat: str) -> None:
        """Elected by the holder, and by somebody else."""
        made = ElectPut(asset=FLEX, date=DATES_OF_OPTIONS[place], account=addr(account), face=face)
        self.world.submit(cheat, made)
        self.world.submit(HOLDERS[account], made)

    def withdraw(self, place: int, account: str) -> None:
        """An election."""
        made = WithdrawPut(asset=FLEX, date=DATES_OF_OPTIONS[place], account=addr(account))
        self.world.submit(HOLDERS[account], made)

    def publish(self, name: str, days: int, rate: int, who: str) -> None:
        """Rates of the last days, up to today."""
        today = self.world.ledger.business_date
        entries = tuple(
            RateEntry(name=name, date=today - dt.timedelta(days=back), rate_e6=rate)
            for back in reversed(range(days))
        )
        self.world.submit(who, SetReferenceRates(rates=entries, source="PKRV"))

    def fix(self, number: int, who: str) -> None:
        """By hand."""
        self.world.submit(who, FixCoupon(asset=FLOATER, coupon=number))

    def fund(self, asset: str) -> None:
        """All that is owed on a paper."""
        for payment in self.world.ledger.state.scan(
            PAYMENT, OPEN_PAYMENTS, (asset,), limit=PAYMENTS_MAX
        ):
            made: msgspec.Struct = PrincipalFund(asset=asset, payment=payment.number)
            if payment.kind is PaymentKind.COUPON:
                made = CouponFund(asset=asset, coupon=payment.number)
            elif payment.kind is PaymentKind.REDEMPTION:
                made = RedemptionFund(asset=asset)
            self.world.submit("treasury", made)


class DebtRules:
    """Rules of a machine that has a `world` and `debt`."""

    world: AdversaryWorld
    debt: DebtMoves

    @rule(place=st.integers(0, 3), lot=lots, whole=st.integers(0, 9), cheat=names)
    def call_paper(self, place: int, lot: int, whole: int, cheat: str) -> None:
        """The whole once in ten; and somebody who may not."""
        self.debt.call(place, lot * FACE, [cheat])
        self.debt.call(place, None if not whole else lot * FACE, BOTH)

    @rule(place=st.integers(0, 3), account=accounts, lot=lots, back=st.booleans(), cheat=names)
    def put_paper(self, place: int, account: str, lot: int, back: bool, cheat: str) -> None:
        self.debt.put(place, account, lot * FACE, cheat)
        if back:
            self.debt.withdraw(place, account)

    @rule(
        name=st.sampled_from([BENCHMARK, FALLBACK]),
        days=st.integers(1, 9),
        rate=st.sampled_from([-20_000, 0, 90_000, 110_000]),
        cheat=names,
    )
    def publish_rates(self, name: str, days: int, rate: int, cheat: str) -> None:
        self.debt.publish(name, days, rate, cheat)
        self.debt.publish(name, days, rate, "marker")

    @rule(number=st.integers(1, MONTHS + 1), who=st.sampled_from(["treasury", "bank-a", "fiu"]))
    def fix_by_hand(self, number: int, who: str) -> None:
        self.debt.fix(number, who)

    @rule(asset=st.sampled_from(PAPER))
    def fund_paper(self, asset: str) -> None:
        self.debt.fund(asset)

    @rule(asset=st.sampled_from(PAPER), lot=lots)
    def tap_paper(self, asset: str, lot: int) -> None:
        self.world.propose(BOTH, Tap(asset=asset, max_supply=(10_000 + lot) * FACE))
