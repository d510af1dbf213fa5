"""Anybody tries anything, in blocks: adversary_world.py judges after each.

Small here; ADVERSARY_STEPS and ADVERSARY_SEED say how large and which. `make fuzz-ledger` runs
these moves together with those of the other families (fuzz.py).
"""

import datetime as dt
import os

import hypothesis
import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.tokens import adversary_values as values
from tests.tokens.adversary_market import NAME_OF, Market
from tests.tokens.adversary_orders import OrderMoves
from tests.tokens.adversary_values import (
    BASIS,
    FACE,
    HOLDERS,
    ISINS,
    ORDERS,
    PKRS,
    accounts,
    amounts,
    anyone,
    assets,
    lots,
    names,
    opening,
)
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import ACCOUNTS, addr, policy
from tokens.ops.accounts import CloseAccount
from tokens.ops.batch_steps import AllocateBatch, CancelBatch, SettleBatch
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.freezes import ChangeFreeze, Freeze, LiftFreeze, StopCredits
from tokens.ops.participants import SetKeyPolicy
from tokens.records.holdings import LIEN, Lien
from tokens.records.instruments import INSTRUMENT, OPEN_PAYMENTS, PAYMENT, PaymentKind
from tokens.records.settlement import BATCH, OPEN_BATCHES, Batch, BatchStatus

STEPS = int(os.environ.get("ADVERSARY_STEPS", "2500"))
SEED = int(os.environ.get("ADVERSARY_SEED", "0"))
RUN_STEPS = 300
"""Rules in one run; a rule submits one transaction or a few."""


class Adversary(OrderMoves, RuleBasedStateMachine):
    """Everybody's moves."""

    kind: type[AdversaryWorld] = AdversaryWorld
    """Who judges."""

    def __init__(self) -> None:
        super().__init__()
        self.world = self.kind()
        self.market = Market(self.world)
        self.market.open()

    @rule(asset=assets, source=accounts, receiver=accounts, lot=lots, cheat=anyone)
    def transfer(self, asset: str, source: str, receiver: str, lot: int, cheat: str) -> None:
        self.market.move_units(HOLDERS[source], asset, source, receiver, lot * FACE)
        self.market.move_units(cheat, asset, source, receiver, lot * FACE)

    @rule(asset=assets, source=accounts, receiver=accounts, amount=amounts)
    def transfer_at_the_edge(self, asset: str, source: str, receiver: str, amount: int) -> None:
        self.market.move_units(HOLDERS[source], asset, source, receiver, amount)

    @rule(source=accounts, receiver=accounts, amount=amounts)
    def mint(self, source: str, receiver: str, amount: int) -> None:
        made = CashMint(
            asset=PKRS,
            source=addr(source),
            target=addr(receiver),
            amount=amount,
            grantor=addr("issuer"),
        )
        self.world.submit(HOLDERS[source], made)

    @rule(source=accounts, receiver=accounts, amount=amounts)
    def redeem(self, source: str, receiver: str, amount: int) -> None:
        made = CashRedeem(asset=PKRS, source=addr(source), target=addr(receiver), amount=amount)
        self.world.submit(HOLDERS[source], made)

    @rule(
        source=st.sampled_from(["*", "bank-a-cash", "client-a1", "bank-b-cash"]),
        receiver=st.sampled_from(["bank-a-cash", "bank-b-cash", "client-b1", "client-a1"]),
        asset=st.sampled_from([PKRS, *ISINS]),
        numbers=st.tuples(lots, st.sampled_from([0, 1, 7, FACE]), st.integers(0, 3)),
        automatic=st.booleans(),
    )
    def trade(
        self, source: str, receiver: str, asset: str, numbers: tuple[int, int, int], automatic: bool
    ) -> None:
        lot, price, wait = numbers
        giver = "treasury" if source == "*" else HOLDERS[source]
        taker = HOLDERS[receiver]
        self.market.deal(giver, taker, asset, source, receiver, lot * FACE, automatic, price, wait)

    def open_batches(self) -> list[Batch]:
        return self.world.ledger.state.scan(BATCH, OPEN_BATCHES, limit=50)

    @precondition(lambda self: self.open_batches())
    @rule(place=st.integers(0, 50), cancel=st.sampled_from([False] * 7 + [True]))
    def advance(self, place: int, cancel: bool) -> None:
        """All parties of some batch take their next step, in the same block."""
        found = self.open_batches()
        batch = found[place % len(found)]
        what = {"initiator": batch.initiator, "batch_id": batch.batch_id}
        for party in batch.parties:
            who = NAME_OF[party.participant]
            if cancel:
                self.world.submit(who, CancelBatch(**what))  # type: ignore[arg-type]
            elif batch.status is not BatchStatus.ALLOCATED:
                self.world.submit(who, AllocateBatch(**what))  # type: ignore[arg-type]
        self.world.submit(NAME_OF[batch.initiator], SettleBatch(**what))  # type: ignore[arg-type]

    @rule(
        order=st.sampled_from(ORDERS),
        account=st.sampled_from([*sorted(HOLDERS), "issuer-reserve"]),
        asset=st.one_of(st.none(), assets),
        amount=st.one_of(st.none(), amounts),
        days=st.integers(0, 5),
    )
    def freeze(
        self, order: bytes, account: str, asset: str | None, amount: int | None, days: int
    ) -> None:
        made = Freeze(
            order_id=order,
            account=addr(account),
            asset=asset,
            amount=None if asset is None else amount,
            expires_on=self.world.ledger.business_date + dt.timedelta(days=days) if days else None,
            basis=BASIS,
        )
        self.world.submit("fiu", made)

    @rule(order=st.sampled_from(ORDERS), amount=st.one_of(st.none(), amounts), lift=st.booleans())
    def change_order(self, order: bytes, amount: int | None, lift: bool) -> None:
        if lift:
            self.world.submit("fiu", LiftFreeze(order_id=order))
        else:
            self.world.submit("fiu", ChangeFreeze(order_id=order, amount=amount, expires_on=None))

    @precondition(lambda self: self.orders())
    @rule(order=st.integers(0, 3), asset=assets, receiver=accounts, amount=amounts)
    def seize(self, order: int, asset: str, receiver: str, amount: int) -> None:
        found = self.orders()
        lien = found[order % len(found)]
        made = ForceTransfer(
            order_id=lien.id,
            asset=lien.asset or asset,
            amount=min(amount, lien.amount or amount),
            target=addr(receiver),
            reaches_pledged=bool(amount % 2),
        )
        self.world.propose(["central-bank", "fiu"], made, approvers=(addr("fiu"),))

    def orders(self) -> list[Lien]:
        liens = [self.world.ledger.state.get(LIEN, order) for order in ORDERS]
        return [lien for lien in liens if lien is not None]

    @rule(account=accounts, stopped=st.booleans())
    def stop_credits(self, account: str, stopped: bool) -> None:
        self.world.submit("fiu", StopCredits(account=addr(account), stopped=stopped, basis=BASIS))

    @rule(asset=assets, classes=st.sampled_from([0, 0, 0, 1, 2, 8, 16, 31]))
    def pause(self, asset: str, classes: int) -> None:
        made = PauseAsset(asset=asset, classes=classes)
        self.world.propose(["central-bank", "regulator"], made)

    @rule(days=st.sampled_from([1, 1, 3, 9]))
    def later(self, days: int) -> None:
        self.next_day(days)

    @rule(days=st.sampled_from([1, 1, 1, 1, 3, 9, 31]))
    def next_day(self, days: int) -> None:
        self.world.next_day(days)

    @rule(isin=st.sampled_from(ISINS[:2]), most=st.integers(1, 3))
    def fund(self, isin: str, most: int) -> None:
        owed = self.world.ledger.state.scan(PAYMENT, OPEN_PAYMENTS, (isin,), limit=20)
        for payment in owed[-most:]:
            made: msgspec.Struct = CouponFund(asset=isin, coupon=payment.number)
            if payment.kind is PaymentKind.REDEMPTION:
                made = RedemptionFund(asset=isin)
            self.world.submit("treasury", made)

    @rule(months=st.integers(1, 5))
    def another_bond(self, months: int) -> None:
        if self.world.ledger.state.get(INSTRUMENT, ISINS[2]) is None:
            self.market.create(2, months)

    @rule(owner=st.sampled_from(["client-a1", "client-a2", "bank-b-cash"]), back=st.booleans())
    def change_keys(self, owner: str, back: bool) -> None:
        keys = None if back and owner != "client-a2" else policy(owner)
        made = SetKeyPolicy(owner=addr(owner), policy=keys)
        self.world.submit(HOLDERS[owner], made)
        if owner != "client-a2":
            self.world.submit(owner, made)

    @rule(bank=names, tax_class=st.sampled_from(["atl", "whole", "other"]), close=st.booleans())
    def open_or_close(self, bank: str, tax_class: str, close: bool) -> None:
        if close:
            for entry in ACCOUNTS:
                self.world.submit(bank, CloseAccount(id=entry.id))
            self.world.submit(bank, CloseAccount(id=addr("fresh-0")))
            return
        self.world.submit(bank, opening("fresh-0", bank=bank, tax_class=tax_class))

    @rule(operation=values.wild(), sender=anyone)
    def anything(self, operation: msgspec.Struct, sender: str) -> None:
        self.world.submit(sender, operation)

    @rule(
        operations=st.lists(values.wild(), min_size=1, max_size=3),
        agree=st.lists(names, min_size=1, max_size=4, unique=True),
    )
    def anything_agreed(self, operations: list[msgspec.Struct], agree: list[str]) -> None:
        self.world.propose(agree, *operations)

    @rule(operation=values.wild().filter(values.needs_agreement))
    def anything_by_the_state(self, operation: msgspec.Struct) -> None:
        self.world.propose(["central-bank", "treasury", "regulator", "va-regulator"], operation)

    @rule(name=anyone, place=st.integers(0, 20))
    def approve(self, name: str, place: int) -> None:
        self.world.approve(name, place)

    @rule(numbers=st.lists(st.integers(0, 2**40), min_size=1, max_size=12))
    def cheat(self, numbers: list[int]) -> None:
        """Before each of the next transactions comes one that differs in one thing."""
        self.world.cheats = list(numbers)

    @rule(place=st.integers(0, 20))
    def replay(self, place: int) -> None:
        self.world.replay(place)

    @rule()
    def block(self) -> None:
        self.world.end_block()

    def teardown(self) -> None:
        self.world.finish()


TestAdversary = hypothesis.seed(SEED)(Adversary).TestCase
TestAdversary.settings = hypothesis.settings(
    max_examples=max(1, STEPS // RUN_STEPS),
    stateful_step_count=RUN_STEPS,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
