"""Ramps, reserves and lots under attack, in blocks: adversary_world.py judges after each.

Small by default; ADVERSARY_STEPS and ADVERSARY_SEED say how large and which.
"""

import datetime as dt
import os

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.tokens.adversary_cash import GOLD, CashMoves, CashWorld
from tests.tokens.adversary_cash_rules import CashRules, small
from tests.tokens.adversary_dust import DustRules
from tests.tokens.adversary_market import Market
from tests.tokens.adversary_values import BASIS, FACE, HOLDERS, ORDERS, PKRS, accounts, anyone
from tests.tokens.support import addr
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.control import ForceTransfer
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.records.day import BUSINESS_DAY
from tokens.records.ramps import RampStatus
from tokens.reserve import is_breached
from tokens.types import NO_ADDRESS

STEPS = int(os.environ.get("ADVERSARY_STEPS", "1200"))
SEED = int(os.environ.get("ADVERSARY_SEED", "0"))
RUN_STEPS = 60
"""Few, and many runs: a run tries only some of the rules."""


class CashAdversary(CashRules, DustRules, RuleBasedStateMachine):
    """Everybody's moves about money outside, reserves and lots."""

    def __init__(self) -> None:
        super().__init__()
        self.world = CashWorld()
        Market(self.world).open()
        self.moves = CashMoves(self.world)
        self.moves.open()
        self.moves.mark(96)
        self.moves.attest(0, 200, 20, "attestor")
        self.day()

    @rule(source=accounts, amount=st.sampled_from([1, 97, FACE, 2**61, 2**62]))
    def redeem(self, source: str, amount: int) -> None:
        made = CashRedeem(asset=PKRS, source=addr(source), target=addr(source), amount=amount)
        self.world.submit(HOLDERS[source], made)

    @rule(receiver=accounts, amount=st.sampled_from([1, FACE]), cheat=anyone)
    def mint(self, receiver: str, amount: int, cheat: str) -> None:
        for name, grantor in ((cheat, NO_ADDRESS), ("bank-a", addr("issuer"))):
            made = CashMint(
                asset=PKRS,
                source=addr("bank-a-cash"),
                target=addr(receiver),
                amount=amount,
                grantor=grantor,
            )
            self.world.submit(name, made)

    @rule(
        order=st.sampled_from(ORDERS),
        account=st.sampled_from([*sorted(HOLDERS), "issuer-reserve"]),
        asset=st.sampled_from([PKRS, GOLD]),
        amount=st.one_of(st.none(), small),
        lift=st.booleans(),
    )
    def freeze(
        self, order: bytes, account: str, asset: str, amount: int | None, lift: bool
    ) -> None:
        if lift:
            self.world.submit("fiu", LiftFreeze(order_id=order))
            return
        made = Freeze(
            order_id=order,
            account=addr(account),
            asset=asset,
            amount=amount,
            expires_on=None,
            basis=BASIS,
        )
        self.world.submit("fiu", made)

    @rule(order=st.sampled_from(ORDERS), asset=st.sampled_from([PKRS, GOLD]), amount=small)
    def seize(self, order: bytes, asset: str, amount: int) -> None:
        made = ForceTransfer(
            order_id=order, asset=asset, amount=amount, target=addr("treasury-cash")
        )
        self.world.propose(["central-bank", "fiu"], made)

    @rule()
    def day(self) -> None:
        """The next business day, each act in a block of its own."""
        self.block()
        today = self.world.ledger.business_date
        day = self.world.ledger.state.get(BUSINESS_DAY)
        if day is not None and day.open:
            self.world.alone("central-bank", CloseDay(date=today))
        date = today + dt.timedelta(days=1)
        while date.weekday() > 4:
            date += dt.timedelta(days=1)
        self.world.alone("central-bank", OpenDay(date=date))

    @rule()
    def block(self) -> None:
        self.world.end_block()

    def teardown(self) -> None:
        self.world.finish()


TestCashAdversary = hypothesis.seed(SEED)(CashAdversary).TestCase
TestCashAdversary.settings = hypothesis.settings(
    max_examples=max(1, STEPS // RUN_STEPS),
    stateful_step_count=RUN_STEPS,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def test_each_move_reaches_what_it_attacks() -> None:
    """A move that never succeeds attacks nothing: once each, in an order that works."""
    machine = CashAdversary()
    moves, world = machine.moves, machine.world
    moves.ramp("client-a1", "bank-b", 100, 3, inward=False)
    moves.ramp("client-b1", "bank-a", 100, 3, inward=True)
    machine.block()
    for ramp, ways in zip(moves.ramps(), ((6, 7, 8), (0, 1, 3, 4, 5)), strict=True):
        for at in ways:
            moves.step(ramp, at, 40 if at else 100, 1, "fiu")
    moves.swap(2, 0, False, "fiu")
    machine.block()
    moves.receipts("client-a1", 100, "fiu")
    moves.deliver("client-a1", 50, 1, 0)
    machine.block()
    moves.deliver("client-a1", 50, 1, 1)
    moves.mark(90)
    machine.day()
    assert is_breached(world.ledger.state, PKRS)
    moves.change(FACE, False)
    machine.block()
    assert not is_breached(world.ledger.state, PKRS)
    moves.change(1, True)
    machine.suspend_redemption(3, False)
    machine.redeem("client-a1", 97)
    machine.block()
    machine.suspend_redemption(3, True)
    moves.attest(0, 10, 5, "attestor")
    machine.block()
    assert is_breached(world.ledger.state, GOLD)
    statuses = {ramp.status for ramp in moves.ramps()}
    assert statuses == {RampStatus.DONE, RampStatus.CREDITED}
    wanted = ("DeliveryChanged", "LotChanged", "RedemptionPaused", "ReserveChanged")
    assert [name for name in wanted if world.codes.get(name, 0) < 2] == []
    assert world.codes["REDEMPTION_SUSPENDED"] == 1
    world.finish()
