"""Random lives of two instruments that do everything: every invariant after every block.

One repays by pool factor, may be called and put each quarter; the other is a discounted paper.
"""

import datetime as dt

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.tokens.ops.build import bond, fund, go_to, issue, terms, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.context import Actors
from tokens.finance.yield_basis import Compounding
from tokens.issue_price import note_issue
from tokens.ops.calls import CallInstrument
from tokens.ops.control import ForceTransfer
from tokens.ops.coupons import CouponFund, PrincipalFund, RedemptionFund
from tokens.ops.defaults import SetCrossDefault
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.ops.puts import ElectPut, WithdrawPut
from tokens.posting import available, supply_of
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import LIEN, POSITION, LegalBasis, Lien
from tokens.records.instruments import (
    CALL_BASE,
    PUT_BASE,
    REPAYMENT_BASE,
    Amortisation,
    OptionDate,
    TaxBase,
)
from tokens.types import NO_ADDRESS, AssetKind, LienKind

ISIN, PAPER = terms().isin, "PK0000000023"
STEP = 4
"""Increment: a quarter of it is whole."""
ENDS = tuple(
    dt.date(year, month, 17)
    for year, month in ((2025, 10), (2026, 1), (2026, 4), (2026, 7), (2026, 10), (2027, 1))
)
OPTIONS = tuple(OptionDate(date=day, price_e4=1_003_333, notice_bd=2) for day in ENDS[1:4])
PUTS = tuple(OptionDate(date=day, price_e4=993_337, notice_bd=1) for day in ENDS[1:4])
PARTS = (
    Amortisation(date=ENDS[1], fraction_e6=250_000),
    Amortisation(date=ENDS[3], fraction_e6=250_000),
)
ACCOUNTS = ("a/main", "a/second", "b/main")
BANK = {"a/main": "bank_a", "a/second": "bank_a", "b/main": "bank_b"}
BASIS = LegalBasis(authority="Court", order_no="1/2025", sha256=bytes(32))
NUMBERS = (
    *range(1, 7),
    *(REPAYMENT_BASE + number for number in (2, 4)),
    *(CALL_BASE + number for number in (1, 2, 3)),
    *(PUT_BASE + number for number in (1, 2, 3)),
)

accounts = st.sampled_from(ACCOUNTS)
assets = st.sampled_from((ISIN, PAPER))
sizes = st.integers(1, 40)


class Payments(RuleBasedStateMachine):
    """Refusals are answers; what breaks is an invariant, or an exception."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.orders = 0

    @initialize(quota=st.sampled_from((7, 30, 500)))
    def begin(self, quota: int) -> None:
        """Two instruments in three accounts."""
        world = self.world
        for account in (*ACCOUNTS, "treasury/main"):
            fund(world, account, 100_000)
        common = {"denomination": STEP, "increment": STEP, "max_supply": 100_000 * STEP}
        bond(
            world,
            kind=AssetKind.AMORT,
            cfi="DBFTLR",
            freq=4,
            calls=OPTIONS,
            puts=PUTS,
            amortisations=PARTS,
            maturity_date=ENDS[5],
            **common,
        )
        bond(
            world,
            isin=PAPER,
            kind=AssetKind.SUKUK_DISC,
            cfi="DBZTFR",
            freq=0,
            coupon_rate_e6=0,
            yield_compounding=Compounding.ANNUAL,
            tax_base=TaxBase.DISCOUNT,
            maturity_date=ENDS[2],
            **common,
        )
        for asset in (ISIN, PAPER):
            for account in ACCOUNTS:
                issue(world, asset, BANK[account], account, 100 * STEP, 97 * STEP)
        note_issue(world.context(Actors(NO_ADDRESS, ())), PAPER, 300 * STEP, 970_123)
        world.act("treasury+central", SetCrossDefault(assets=(ISIN, PAPER)))
        world.quota = quota

    @rule(source=accounts, taker=accounts, asset=assets, size=sizes)
    def move(self, source: str, taker: str, asset: str, size: int) -> None:
        """A sale."""
        self.world.attempt(BANK[source], transfer(asset, source, taker, size * STEP))

    @rule(account=accounts, asset=assets, amount=st.one_of(st.none(), st.integers(1, 500)))
    def freeze(self, account: str, asset: str, amount: int | None) -> None:
        """An order of its own id."""
        self.orders += 1
        made = Freeze(
            order_id=self.orders.to_bytes(32, "big"),
            account=address(account),
            asset=asset,
            amount=amount,
            expires_on=None,
            basis=BASIS,
        )
        self.world.attempt("fiu", made)

    @rule(order=st.integers(1, 20))
    def lift(self, order: int) -> None:
        """One of the orders, wherever it rests by now."""
        self.world.attempt("fiu", LiftFreeze(order_id=order.to_bytes(32, "big")))

    @rule(order=st.integers(1, 20), asset=assets, amount=st.integers(1, 500), taker=accounts)
    def seize(self, order: int, asset: str, amount: int, taker: str) -> None:
        """Not in whole increments: an order may say any amount."""
        made = ForceTransfer(
            order_id=order.to_bytes(32, "big"),
            asset=asset,
            amount=amount,
            target=address(taker),
        )
        self.world.attempt("central+fiu", made)

    @rule(account=accounts, asset=assets, size=sizes)
    def pledge(self, account: str, asset: str, size: int) -> None:
        """As a repo does, of what is free."""
        free = available(self.world.state.get(POSITION, asset, address(account)))
        if size * STEP > free:
            return
        self.orders += 1
        lien = Lien(
            id=(1_000 + self.orders).to_bytes(32, "big"),
            account=address(account),
            asset=asset,
            amount=size * STEP,
            kind=LienKind.PLEDGE,
            owner=address("bank_b"),
            expires_on=None,
            basis=None,
            memo="",
        )
        liens.place(self.world.context(Actors(NO_ADDRESS, ())), lien)

    @rule(number=st.integers(1, 20))
    def release(self, number: int) -> None:
        """Of a pledge, on units or on the cash that replaced them."""
        lien = self.world.state.get(LIEN, (1_000 + number).to_bytes(32, "big"))
        if lien is not None:
            liens.lift(self.world.context(Actors(NO_ADDRESS, ())), lien)

    @rule(place=st.integers(0, 2), size=st.integers(1, 150))
    def call_part(self, place: int, size: int) -> None:
        """Of one of three dates."""
        made = CallInstrument(asset=ISIN, date=OPTIONS[place].date, face=size * STEP)
        self.world.attempt("treasury+central", made)

    @rule(sure=st.integers(0, 9))
    def call_whole(self, sure: int) -> None:
        """Once in ten: else no life would reach its maturity."""
        if not sure:
            made = CallInstrument(asset=ISIN, date=OPTIONS[2].date, face=None)
            self.world.attempt("treasury+central", made)

    @rule(account=accounts, place=st.integers(0, 2), size=sizes)
    def elect(self, account: str, place: int, size: int) -> None:
        """A put."""
        made = ElectPut(
            asset=ISIN, date=PUTS[place].date, account=address(account), face=size * STEP
        )
        self.world.attempt(BANK[account], made)

    @rule(account=accounts, place=st.integers(0, 2))
    def withdraw(self, account: str, place: int) -> None:
        """An election."""
        made = WithdrawPut(asset=ISIN, date=PUTS[place].date, account=address(account))
        self.world.attempt(BANK[account], made)

    @rule(account=accounts, size=sizes)
    def change_of_mind(self, account: str, size: int) -> None:
        """Elected and withdrawn, wherever a window is open."""
        for place in range(len(PUTS)):
            self.elect(account, place, size)
            self.withdraw(account, place)

    @rule(number=st.sampled_from(NUMBERS))
    def fund(self, number: int) -> None:
        """Whatever may be owed."""
        if number < REPAYMENT_BASE:
            self.world.attempt("treasury", CouponFund(asset=ISIN, coupon=number))
        else:
            self.world.attempt("treasury", PrincipalFund(asset=ISIN, payment=number))

    @rule(asset=assets)
    def redeem(self, asset: str) -> None:
        """After maturity."""
        self.world.attempt("treasury", RedemptionFund(asset=asset))

    @rule(days=st.integers(1, 45))
    def advance(self, days: int) -> None:
        """To a business date, over others; the agenda may be behind."""
        day = self.world.state.get(BUSINESS_DAY)
        assert day is not None
        date = day.date + dt.timedelta(days=days)
        while date.weekday() > 4:
            date += dt.timedelta(days=1)
        if date < dt.date(2027, 5, 1):
            go_to(self.world, date)

    @rule()
    def block(self) -> None:
        """The agenda works, every invariant is asked."""
        self.world.end_block()

    def teardown(self) -> None:
        """Whatever happened: all debts can be paid, and then nothing is left."""
        if supply_of(self.world.state, ISIN) == supply_of(self.world.state, PAPER) == 0:
            return
        world = self.world
        world.quota = 500
        fund(world, "treasury/main", 1_000_000)
        for day in (1, 2):  # maturity waits for what was being paid on the first of them
            go_to(world, dt.date(2027, 6, day))
            for number in NUMBERS:
                self.fund(number)
                world.finish_agenda()
        for asset in (ISIN, PAPER):
            self.redeem(asset)
        world.end_block()
        world.finish_agenda()
        assert supply_of(world.state, ISIN) == 0
        assert supply_of(world.state, PAPER) == 0
        assert world.balance(CBM, "treasury/main") > 0


TestPayments = Payments.TestCase
TestPayments.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
