"""Any order of operations by anybody: invariants after every block, entitlements against a model.

Sizes come from the environment: STATEFUL_EXAMPLES (default 40) runs of STATEFUL_STEPS (default 60)
steps each.
"""

import datetime as dt
import os

import hypothesis
import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.tokens.ops.build import FACE, bond, dvp, fund, terms, transfer
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, mint, redeem
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens.events import CentralBankMoneyWithdrawn, CouponPaid, RecordTaken
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.central_bank_money import CbWithdraw
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import Freeze, LiftFreeze, StopCredits
from tokens.posting import balance_of
from tokens.records.control import CREDIT_STOP
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import LegalBasis
from tokens.records.proposals import GRANT
from tokens.results import Code

EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "40"))
STEPS = int(os.environ.get("STATEFUL_STEPS", "60"))

ISIN = terms().isin
BASIS = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))
HOLDERS = {"a/main": "bank_a", "a/second": "bank_a", "b/main": "bank_b", "client": "bank_b"}
ORDERS = [bytes([number]) * 32 for number in range(1, 4)]
BATCHES = ["T1", "T2", "T3", "T4"]

accounts = st.sampled_from(sorted(HOLDERS))
assets = st.sampled_from([CBM, PKRS, ISIN])
lots = st.integers(1, 40)


class Books(RuleBasedStateMachine):
    """The world, and who held what when a record was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.quota = 12
        self.recorded: dict[int, dict[bytes, int]] = {}
        self.seen = 0
        self.issued = 0
        self.world.account("client", None, "bank_b", tax_class="non-filer")
        for account in ("a/main", "b/main", "treasury/main"):
            fund(self.world, account, 200 * FACE)
        bond(self.world, maturity_date=dt.date(2027, 7, 17))
        self.world.act("issuer+central", DEFINE)
        caps = {"cap_call": 10**15, "cap_day": 10**15, "cap_total": 10**15, "targets": ()}
        expiry = {"expires_on": dt.date(2030, 1, 1)}
        self.world.state.put(GRANT, msgspec.structs.replace(GRANT_OF_A, **caps, **expiry))
        self.seen = len(self.world.events)

    def run(self, who: str, *operations: msgspec.Struct) -> Code:
        """Try it as a block; look at what was said."""
        held = {
            address(name): balance_of(self.world.state, ISIN, address(name))
            for name in (*HOLDERS, "treasury/main")
        }
        code = self.world.attempt(who, *operations)
        self.world.end_block()
        for event in self.world.events[self.seen :]:
            if isinstance(event, RecordTaken):
                self.recorded[event.payment] = held
            elif isinstance(event, CouponPaid):
                entitled = self.recorded[event.payment].pop(event.account)
                assert event.quantity == entitled
            elif isinstance(event, CentralBankMoneyWithdrawn):
                self.issued -= event.amount
        self.seen = len(self.world.events)
        return code

    @rule(asset=assets, source=accounts, receiver=accounts, lot=lots)
    def move(self, asset: str, source: str, receiver: str, lot: int) -> None:
        self.run(HOLDERS[source], transfer(asset, source, receiver, lot * FACE))

    @rule(lot=lots)
    def mint(self, lot: int) -> None:
        self.run("bank_a", mint(lot * FACE))

    @rule(source=accounts, receiver=accounts, lot=lots)
    def redeem(self, source: str, receiver: str, lot: int) -> None:
        operation = redeem(lot * FACE, source=address(source), target=address(receiver))
        self.run(HOLDERS[source], operation)

    @rule(source=accounts, lot=lots, number=st.integers(1, 5))
    def withdraw(self, source: str, lot: int, number: int) -> None:
        order = CbWithdraw(
            asset=CBM, source=address(source), amount=lot * FACE, rtgs_ref=f"W{number}"
        )
        self.run(HOLDERS[source], order)

    @rule(
        batch=st.sampled_from(BATCHES),
        issue=st.booleans(),
        buyer=accounts,
        lot=lots,
        price=lots,
        automatic=st.booleans(),
    )
    def instruct(
        self, batch: str, issue: bool, buyer: str, lot: int, price: int, automatic: bool
    ) -> None:
        party = "treasury" if issue else "bank_a"
        seller = (party, None, "treasury/main") if issue else (party, "a/main", "a/main")
        name = batch if issue else f"S{batch}"
        deal = dvp(
            self.world, name, seller, (HOLDERS[buyer], buyer), ISIN, lot * FACE, price * FACE
        )
        operation = msgspec.structs.replace(deal[0], automatic=automatic)
        if self.run(party, operation) is Code.OK:
            stored = [event.digest for event in self.world.events if hasattr(event, "digest")][-1]
            self.run(HOLDERS[buyer], msgspec.structs.replace(deal[1], digest=stored))

    @rule(
        batch=st.sampled_from(BATCHES),
        issue=st.booleans(),
        who=st.sampled_from(["bank_a", "bank_b", "treasury"]),
        step=st.sampled_from([AllocateBatch, AllocateBatch, SettleBatch, CancelBatch]),
    )
    def step(
        self,
        batch: str,
        issue: bool,
        who: str,
        step: type[AllocateBatch] | type[SettleBatch] | type[CancelBatch],
    ) -> None:
        initiator = address("treasury" if issue else "bank_a")
        self.run(who, step(initiator=initiator, batch_id=batch if issue else f"S{batch}"))

    @rule(
        order=st.sampled_from(ORDERS),
        account=accounts,
        asset=st.one_of(st.none(), assets),
        lot=st.one_of(st.none(), lots),
        days=st.one_of(st.none(), st.integers(1, 40)),
    )
    def freeze(
        self, order: bytes, account: str, asset: str | None, lot: int | None, days: int | None
    ) -> None:
        expiry = None if days is None else self.date() + dt.timedelta(days=days)
        operation = Freeze(
            order_id=order,
            account=address(account),
            asset=asset,
            amount=None if lot is None or asset is None else lot * FACE,
            expires_on=expiry,
            basis=BASIS,
        )
        self.run("fiu", operation)

    @rule(order=st.sampled_from(ORDERS))
    def lift(self, order: bytes) -> None:
        self.run("fiu", LiftFreeze(order_id=order))

    @rule(order=st.sampled_from(ORDERS), asset=assets, receiver=accounts, lot=lots)
    def seize(self, order: bytes, asset: str, receiver: str, lot: int) -> None:
        operation = ForceTransfer(
            order_id=order, asset=asset, amount=lot * FACE, target=address(receiver)
        )
        self.run("central+fiu", operation)

    @rule(account=accounts)
    def stop_credits(self, account: str) -> None:
        stopped = self.world.state.get(CREDIT_STOP, address(account)) is None
        self.run("fiu", StopCredits(account=address(account), stopped=stopped, basis=BASIS))

    @rule(asset=assets, classes=st.sampled_from([0, 0, 0, 1, 2, 16, 31]))
    def pause(self, asset: str, classes: int) -> None:
        self.run("central+regulator", PauseAsset(asset=asset, classes=classes))

    @rule(days=st.sampled_from([1, 1, 1, 5, 30, 90, 170]))
    def next_day(self, days: int) -> None:
        today = self.date()
        target = today + dt.timedelta(days=days)
        target += dt.timedelta(days=max(0, 7 - target.weekday()) if target.weekday() > 4 else 0)
        assert self.run("central", CloseDay(date=today)) is Code.OK
        assert self.run("central", OpenDay(date=target)) is Code.OK

    @precondition(lambda self: self.recorded)
    @rule(number=st.integers(1, 4))
    def fund_coupon(self, number: int) -> None:
        self.run("treasury", CouponFund(asset=ISIN, coupon=number))

    @rule()
    def fund_redemption(self) -> None:
        self.run("central", RedemptionFund(asset=ISIN))

    def date(self) -> dt.date:
        day = self.world.state.get(BUSINESS_DAY)
        assert day is not None
        return day.date

    def teardown(self) -> None:
        """Nobody who had something on a record is forgotten once its payment is over."""
        assert self.world.supply(CBM) == 600 * FACE + self.issued
        self.world.finish_agenda()
        ended = {
            event.payment
            for event in self.world.events
            if isinstance(event, CouponPaid)
            and self.world.payment(ISIN, event.payment).status.name in ("PAID", "CURED")
        }
        for event in self.world.events[self.seen :]:
            if isinstance(event, CouponPaid):
                self.recorded[event.payment].pop(event.account)
        for number in ended:
            assert not any(self.recorded[number].values())


TestBooks = Books.TestCase
TestBooks.settings = hypothesis.settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None
)
