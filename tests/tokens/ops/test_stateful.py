"""Any order of operations by anybody: invariants after every block, entitlements against a model.

Sizes come from the environment: STATEFUL_EXAMPLES (default 60) runs of STATEFUL_STEPS (default 60)
steps each.
"""

import datetime as dt
import os

import hypothesis
import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.tokens.ops.build import FACE, bond, dvp, fund, issue, terms, transfer
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, mint, redeem
from tests.tokens.ops.world import CBM, PEOPLE, PKRS, World, address
from tokens.events import CentralBankMoneyWithdrawn, CouponPaid, RecordTaken
from tokens.lookup import require_asset
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.central_bank_money import CbWithdraw
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import Freeze, LiftFreeze, StopCredits
from tokens.ops.settlement import instruction_digest
from tokens.posting import balance_of
from tokens.records.control import CREDIT_STOP
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import LIEN, LegalBasis
from tokens.records.instruments import OPEN_PAYMENTS, PAYMENT, Payment, PaymentKind
from tokens.records.proposals import GRANT
from tokens.records.settlement import BATCH, OPEN_BATCHES, Batch, BatchStatus
from tokens.results import Code

EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "60"))
STEPS = int(os.environ.get("STATEFUL_STEPS", "60"))

ISIN = terms().isin
BASIS = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))
HOLDERS = {"a/main": "bank_a", "a/second": "bank_a", "b/main": "bank_b", "client": "bank_b"}
ORDERS = [bytes([number]) * 32 for number in range(1, 4)]
NAMES = {address(name): name for name in PEOPLE}

accounts = st.sampled_from(sorted(HOLDERS))
assets = st.sampled_from([CBM, PKRS, ISIN])
lots = st.integers(1, 12)
days = st.sampled_from([1, 1, 1, 2, 5])


class Books(RuleBasedStateMachine):
    """The world, and who held what when a record was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.quota = 12
        self.recorded: dict[int, dict[bytes, int]] = {}
        self.seen = 0
        self.batches = 0
        self.issued = 0
        self.world.account("client", None, "bank_b", tax_class="non-filer")
        for account in ("a/main", "b/main", "treasury/main"):
            fund(self.world, account, 400 * FACE)
        bond(self.world, maturity_date=dt.date(2027, 7, 17))
        self.world.act("issuer+central", DEFINE)
        caps = {"cap_call": 10**15, "cap_day": 10**15, "cap_total": 10**15, "targets": ()}
        expiry = {"expires_on": dt.date(2030, 1, 1)}
        self.world.state.put(GRANT, msgspec.structs.replace(GRANT_OF_A, **caps, **expiry))
        issue(self.world, ISIN, "bank_a", "a/main", 120 * FACE, 100 * FACE)
        for account in ("a/second", "b/main", "client"):
            self.world.act("bank_a", transfer(ISIN, "a/main", account, 30 * FACE))
        self.world.act("bank_a", mint(40 * FACE))
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
        issues=st.booleans(),
        buyer=accounts,
        lot=lots,
        price=lots,
        automatic=st.booleans(),
        days=days,
    )
    def instruct(
        self, issues: bool, buyer: str, lot: int, price: int, automatic: bool, days: int
    ) -> None:
        party = "treasury" if issues else "bank_a"
        seller = (party, None, "treasury/main") if issues else (party, "a/main", "a/main")
        self.batches += 1
        other = (HOLDERS[buyer], buyer)
        name = f"T{self.batches}"
        deal, approval = dvp(self.world, name, seller, other, ISIN, lot * FACE, price * FACE)
        isd = self.date() + dt.timedelta(days=days - 1)
        operation = msgspec.structs.replace(
            deal, automatic=automatic, isd=isd, expires_on=isd + dt.timedelta(days=9)
        )
        if self.run(party, operation) is Code.OK:
            digest = instruction_digest(address(party), operation)
            self.run(HOLDERS[buyer], msgspec.structs.replace(approval, digest=digest))

    @precondition(lambda self: self.open_batches())
    @rule(
        place=st.integers(0, 100),
        cancel=st.sampled_from([False] * 9 + [True]),
        times=st.integers(1, 4),
    )
    def advance(self, place: int, cancel: bool, times: int) -> None:
        """The next steps of some batch, by those who may take them."""
        for _ in range(times):
            self.next_step(place, cancel)

    def next_step(self, place: int, cancel: bool) -> None:
        found = self.open_batches()
        if not found:
            return
        batch = found[place % len(found)]
        names = {"initiator": batch.initiator, "batch_id": batch.batch_id}
        waiting = [party for party in batch.parties if not party.allocated] or [batch.parties[0]]
        who = NAMES[waiting[0].participant]
        if cancel:
            self.run(who, CancelBatch(**names))  # type: ignore[arg-type]
        elif batch.status is BatchStatus.ALLOCATED:
            self.run(who, SettleBatch(**names))  # type: ignore[arg-type]
        else:
            self.run(who, AllocateBatch(**names))  # type: ignore[arg-type]

    def open_batches(self) -> tuple[Batch, ...]:
        return tuple(self.world.state.scan(BATCH, OPEN_BATCHES, limit=100))

    @rule(
        order=st.sampled_from(ORDERS),
        account=accounts,
        asset=st.one_of(st.none(), assets),
        lot=st.one_of(st.none(), lots),
        days=days,
    )
    def freeze(
        self, order: bytes, account: str, asset: str | None, lot: int | None, days: int
    ) -> None:
        expiry = None if days == 5 else self.date() + dt.timedelta(days=days)
        operation = Freeze(
            order_id=order,
            account=address(account),
            asset=asset,
            amount=None if lot is None or asset is None else lot * FACE,
            expires_on=expiry,
            basis=BASIS,
        )
        self.run("fiu", operation)

    @precondition(lambda self: self.orders())
    @rule(place=st.integers(0, 2))
    def lift(self, place: int) -> None:
        orders = self.orders()
        self.run("fiu", LiftFreeze(order_id=orders[place % len(orders)]))

    def orders(self) -> list[bytes]:
        return [order for order in ORDERS if self.world.state.get(LIEN, order) is not None]

    @precondition(lambda self: self.orders())
    @rule(place=st.integers(0, 2), asset=assets, receiver=accounts, lot=lots)
    def seize(self, place: int, asset: str, receiver: str, lot: int) -> None:
        orders = self.orders()
        order = orders[place % len(orders)]
        operation = ForceTransfer(
            order_id=order,
            asset=asset,
            amount=lot * FACE,
            target=address(receiver),
            reaches_pledged=bool(lot % 2),
        )
        self.run("central+fiu", operation)

    @rule(account=accounts)
    def stop_credits(self, account: str) -> None:
        for name in HOLDERS:  # at most one account is stopped
            if self.world.state.get(CREDIT_STOP, address(name)) is not None:
                account, stopped = name, False
                break
        else:
            stopped = True
        self.run("fiu", StopCredits(account=address(account), stopped=stopped, basis=BASIS))

    @rule(asset=assets, classes=st.sampled_from([0, 0, 0, 1, 2, 16, 31]))
    def pause(self, asset: str, classes: int) -> None:
        for name in (CBM, PKRS, ISIN):  # at most one asset is paused
            if require_asset(self.world.state, name).paused:
                asset, classes = name, 0
        self.run("central+regulator", PauseAsset(asset=asset, classes=classes))

    @rule(days=st.sampled_from([1, 1, 1, 1, 5, 30, 90]))
    def next_day(self, days: int) -> None:
        today = self.date()
        target = today + dt.timedelta(days=days)
        target += dt.timedelta(days=max(0, 7 - target.weekday()) if target.weekday() > 4 else 0)
        assert self.run("central", CloseDay(date=today)) is Code.OK
        assert self.run("central", OpenDay(date=target)) is Code.OK

    @precondition(lambda self: self.owed())
    @rule(place=st.integers(0, 10))
    def fund(self, place: int) -> None:
        owed = self.owed()
        payment = owed[place % len(owed)]
        operation: msgspec.Struct = CouponFund(asset=ISIN, coupon=payment.number)
        if payment.kind is PaymentKind.REDEMPTION:
            operation = RedemptionFund(asset=ISIN)
        self.run("central", operation)

    def owed(self) -> list[Payment]:
        return self.world.state.scan(PAYMENT, OPEN_PAYMENTS, (ISIN,), limit=10)

    def date(self) -> dt.date:
        day = self.world.state.get(BUSINESS_DAY)
        assert day is not None
        return day.date

    def teardown(self) -> None:
        """Nobody who had something on a record is forgotten once its payment is over."""
        assert self.world.supply(CBM) == 1_200 * FACE + self.issued
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
