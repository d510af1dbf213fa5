"""Rules, lists, licences and recoveries while everybody moves: nothing leaves whom it must not.

Each move is a block of its own. Before it the machine writes down who is on a list and who is in
recovery; after it no unit may have left them but by seizure or redemption.
"""

import datetime as dt
import os

import hypothesis
import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.tokens.adversary_cash import CashMoves
from tests.tokens.adversary_limits import Limits
from tests.tokens.adversary_market import Market
from tests.tokens.adversary_rulings import OWNERS, RulingRules, accounts, assets
from tests.tokens.adversary_values import FACE, HOLDERS, PKRS
from tests.tokens.adversary_world import AdversaryWorld, positions_in
from tests.tokens.support import MONEY, addr
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.transfer import Transfer
from tokens.records.parties import ACCOUNT
from tokens.records.persons import SANCTIONED
from tokens.records.ramps import RampPurpose
from tokens.types import AccountStatus

STEPS = int(os.environ.get("ADVERSARY_STEPS", "1200"))
SEED = int(os.environ.get("ADVERSARY_SEED", "2"))
RUN_STEPS = 75

foreign = st.sampled_from(["scra-a1", "scra-b1", "client-c1"])


class Rulers(RulingRules, RuleBasedStateMachine):
    """Those who rule, those who are ruled, and thieves."""

    def __init__(self) -> None:
        super().__init__()
        self.world = AdversaryWorld()
        self.market = Market(self.world)
        self.market.open()
        self.world.end_block()
        self.moves = CashMoves(self.world)
        self.limits = Limits()
        for _ in range(5):
            self.step_licence("bank-b")

    @initialize(lots=st.sampled_from([41, 2_100]))
    def first(self, lots: int) -> None:
        """What a run may never come to: each rule at work, a credential, a recovery."""
        self.walk_against_the_rules(PKRS, lots)
        self.walk_a_credential("client-a1")
        self.walk_a_recovery(lots > 41)

    def bound(self) -> set[bytes]:
        """Accounts that nothing may leave."""
        state = self.world.ledger.state
        found = set()
        for address, owner in OWNERS.items():
            account = state.get(ACCOUNT, address)
            stopped = account is not None and account.status is AccountStatus.RECOVERING
            if stopped or state.get(SANCTIONED, owner) is not None:
                found.add(address)
        return found

    def judged(self, sender: str, *operations: msgspec.Struct) -> None:
        """A move, and what it must not have done."""
        self.world.submit(sender, *operations)
        self.end_block()

    def end_block(self) -> None:
        """One block of moves, judged by the rules before it."""
        seen, bound = self.world.snapshot, self.bound()
        self.world.end_block()
        found = self.world.snapshot
        before, after = positions_in(seen), positions_in(found)
        for place, (balance, _) in before.items():
            if place[1] in bound:
                assert after[place][0] >= balance, "units left an account that is bound"
        receipts = self.world.ledger.results[-1].receipts
        events = [event for receipt in receipts for event in receipt.events]
        wrong = self.limits.judge(seen, found, events)
        assert not wrong, wrong

    def agreed(self, names: list[str], *operations: msgspec.Struct) -> None:
        self.world.propose(names, *operations)
        self.end_block()
        self.pay_on()

    def pay_on(self) -> None:
        """Somebody pays somebody after each decision, whatever rules the run has chosen."""
        holders, at = sorted(HOLDERS), self.world.ledger.height
        source, target = holders[at % len(holders)], holders[(at * 3 + 1) % len(holders)]
        made = Transfer(
            asset=MONEY,
            source=addr(source),
            target=addr(target),
            amount=FACE,
            end_to_end_ref="",
        )
        self.judged(HOLDERS[source], made)

    @rule(asset=assets, source=accounts, lots=st.integers(1, 50))
    def pay(self, asset: str, source: str, lots: int) -> None:
        """One to each of the others."""
        for receiver in sorted(HOLDERS):
            made = Transfer(
                asset=asset,
                source=addr(source),
                target=addr(receiver),
                amount=lots * FACE,
                end_to_end_ref="",
            )
            self.judged(HOLDERS[source], made)

    @rule(client=foreign, other=accounts, out=st.booleans(), price=st.sampled_from([0, FACE]))
    def deal_across(self, client: str, other: str, out: bool, price: int) -> None:
        """Tokens for money, or for nothing, in a batch: the circuit is asked over the whole."""
        source, target = (client, other) if out else (other, client)
        if source == target:
            return
        giver, taker = HOLDERS[source], HOLDERS[target]
        self.market.deal(giver, taker, PKRS, source, target, FACE, False, price)
        batch = {"initiator": addr(giver), "batch_id": f"T{self.market.batches}"}
        self.end_block()
        for who in dict.fromkeys((giver, taker)):
            self.judged(who, AllocateBatch(**batch))  # type: ignore[arg-type]
        self.judged(giver, SettleBatch(**batch))  # type: ignore[arg-type]

    @rule(client=foreign, inward=st.booleans(), purpose=st.sampled_from(list(RampPurpose)))
    def ramp_across(self, client: str, inward: bool, purpose: RampPurpose) -> None:
        """Money from abroad, or home; or what only says so."""
        self.moves.ramp(client, "bank-b", FACE, 0, inward, purpose)
        self.end_block()
        mine = [ramp for ramp in self.moves.ramps() if ramp.account == addr(client)]
        for number in ((0, 1, 3, 4) if inward else (6, 7)) if mine else ():
            self.moves.step(mine[-1], number, FACE, 0, "fiu")
            self.end_block()

    @rule(days=st.integers(1, 3))
    def another_date(self, days: int) -> None:
        day = self.world.ledger.business_date
        self.world.alone("central-bank", CloseDay(date=day))
        target = day + dt.timedelta(days=days)
        while target.weekday() >= 5:
            target += dt.timedelta(days=1)
        self.world.alone("central-bank", OpenDay(date=target))

    @rule(numbers=st.lists(st.integers(0, 2**40), min_size=1, max_size=6))
    def cheat(self, numbers: list[int]) -> None:
        """Before each of the next moves comes one that differs in one thing."""
        self.world.cheats = list(numbers)

    @rule()
    def block(self) -> None:
        self.end_block()

    def teardown(self) -> None:
        self.world.finish()
        for name, count in self.world.codes.items():
            SEEN[name] = SEEN.get(name, 0) + count


SEEN: dict[str, int] = {}
"""How often each code and event came, over all runs."""


def test_nothing_leaves_whom_it_must_not_and_the_machine_reached_what_it_is_for() -> None:
    """A run that meets nothing proves nothing."""
    SEEN.clear()
    settings = hypothesis.settings(
        max_examples=max(1, STEPS // RUN_STEPS),
        stateful_step_count=RUN_STEPS,
        deadline=None,
        derandomize=False,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(SEED)(Rulers), settings=settings)
    wanted = (
        "RuleChanged",
        "SanctionsUpdated",
        "AccountScreened",
        "LicenceChanged",
        "RecoveryOpened",
        "ServicerChanged",
        "UNDER_REVIEW",
        "EXIT_ONLY",
    )
    assert [name for name in wanted if not SEEN.get(name)] == []
