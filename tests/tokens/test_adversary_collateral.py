"""The adversary with marks, pledges and repos in its hands; adversary_world.py judges as before.

Small by default; ADVERSARY_STEPS and ADVERSARY_SEED run it large, as test_adversary_machine.py.
"""

import datetime as dt

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis.stateful import rule

from tests.tokens.adversary_collateral import BANKS, Lenders
from tests.tokens.adversary_notices import Notices
from tests.tokens.adversary_pledges import Pledgees
from tests.tokens.adversary_values import FACE, ISINS, accounts, anyone, assets, lots
from tests.tokens.test_adversary_machine import RUN_STEPS, SEED, STEPS, Adversary
from tokens.events.collateral import PledgeEnforced
from tokens.records.repos import RepoKind, RepoMode, RepoStatus

PERCENT = st.sampled_from([100, 99, 95, 90, 85, 110])
STEP = st.sampled_from(["add", "money", "take", "swap", "close", "recall", "close_out"])


class CollateralAdversary(Adversary):
    """Everybody's moves, and those of lenders."""

    def __init__(self) -> None:
        super().__init__()
        self.lenders = Lenders(self.world)
        self.pledgees = Pledgees(self.world)
        self.lenders.mark(100, dirty=True)
        self.world.end_block()

    @rule(percent=PERCENT, dirty=st.booleans())
    def mark(self, percent: int, dirty: bool) -> None:
        self.lenders.mark(percent, dirty)

    @rule(source=accounts, pledgee=st.sampled_from(BANKS), asset=assets, lot=lots, days=lots)
    def pledge(self, source: str, pledgee: str, asset: str, lot: int, days: int) -> None:
        self.lenders.pledge(source, pledgee, asset, lot * FACE, days - 1)

    @rule(pledgee=st.sampled_from(BANKS), lot=lots, whole=st.booleans(), cheat=anyone)
    def release(self, pledgee: str, lot: int, whole: bool, cheat: str) -> None:
        self.lenders.release(pledgee, None if whole else lot * FACE, cheat)

    @rule(pledgee=st.sampled_from(BANKS), place=lots, lot=lots, cheat=anyone, ends=st.booleans())
    def notice(self, pledgee: str, place: int, lot: int, cheat: str, ends: bool) -> None:
        lien = self.pledgees.some(pledgee, place)
        if lien is None:
            return
        for who in (cheat, pledgee):
            if ends:
                self.pledgees.withdraw(lien, who)
            else:
                self.pledgees.notify(lien, who, lot * FACE - 1)

    @rule(pledgee=st.sampled_from(BANKS), place=lots, lot=lots, buyer=accounts, cheat=anyone)
    def enforce(self, pledgee: str, place: int, lot: int, buyer: str, cheat: str) -> None:
        """Whether its notice has run or not, by the pledgee and by somebody else."""
        lien = self.pledgees.some(pledgee, place)
        if lien is None:
            return
        for who in (cheat, pledgee):
            self.pledgees.sell(lien, who, buyer, lot * FACE, lot * FACE // 2)
            self.pledgees.take(lien, who)

    @rule(lot=lots, buys=st.booleans(), claim=st.sampled_from([1, 3 * FACE // 2, 20 * FACE]))
    def walk_a_default(self, lot: int, buys: bool, claim: int) -> None:
        """Pledged, not paid, and taken or sold at once and after its notice."""
        self.lenders.pledge("bank-a-cash", "bank-b", ISINS[0], lot * FACE, 0)
        self.world.end_block()
        lien = self.pledgees.some("bank-b", 0)
        if lien is None:
            return
        self.pledgees.notify(lien, "bank-b", claim)
        for days in (1, 3):
            self.lenders.mark(100, dirty=True)
            self.next_day(days)
            if buys:
                part = lien.amount or 0
                self.pledgees.sell(lien, "bank-b", "treasury-cash", part, part)
            else:
                self.pledgees.take(lien, "bank-b")
            self.world.end_block()

    @rule(
        seller=st.integers(0, 1),
        kind=st.sampled_from(list(RepoKind)),
        mode=st.sampled_from(list(RepoMode)),
        lot=lots,
        part=st.sampled_from([1, 2, 3]),
    )
    def lend(self, seller: int, kind: RepoKind, mode: RepoMode, lot: int, part: int) -> None:
        self.lenders.mark(100, dirty=part > 1)  # else most marks are stale, and nobody lends
        self.next_day(1)
        self.lenders.lend(seller, kind, mode, lot, lot * FACE * part // 2)

    @rule(place=st.integers(0, 11), name=STEP, lot=lots, cheat=anyone)
    def step(self, place: int, name: str, lot: int, cheat: str) -> None:
        self.lenders.step(place, name, lot, cheat)


TestCollateralAdversary = hypothesis.seed(SEED)(CollateralAdversary).TestCase
TestCollateralAdversary.settings = hypothesis.settings(
    max_examples=max(1, STEPS // (2 * RUN_STEPS)),
    stateful_step_count=RUN_STEPS,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


def test_the_moves_lead_somewhere() -> None:
    """The rules above are not refused one and all: a repo is called, in default, closed out."""
    run = CollateralAdversary()
    world, lenders = run.world, run.lenders
    run.next_day(1)
    lenders.lend(0, RepoKind.OPEN, RepoMode.PLEDGE, 5, 9 * FACE)
    lenders.lend(1, RepoKind.TERM, RepoMode.TITLE, 5, 7 * FACE)
    lenders.pledge("bank-a-cash", "bank-b", ISINS[0], FACE, 0)
    world.end_block()
    lenders.mark(85, dirty=True)
    for _ in range(3):
        run.next_day(1)
    lenders.step(0, "close_out", 1, "fiu")
    lenders.step(1, "close_out", 1, "fiu")
    world.finish()
    for name in ("RepoMarginCalled", "RepoClosedOut", "LienPlaced"):
        assert world.codes.get(name, 0), name
    ended = {repo.status for repo in lenders.repos()}
    assert RepoStatus.CLOSED_OUT in ended


@pytest.mark.parametrize("buys", [False, True])
def test_a_default_leads_somewhere(buys: bool) -> None:
    """Tried twice, and done once: not before its date, and what is too much went back."""
    run = CollateralAdversary()
    run.next_day(1)
    run.walk_a_default(2, buys, 3 * FACE // 2)
    run.world.finish()
    assert run.world.codes.get("EnforcementNotified") == 1
    assert run.world.codes.get("PledgeEnforced") == 1
    assert run.world.notices.given == {}


def enforced(**changes: int) -> PledgeEnforced:
    values = {"claim": 5, "value": 7, "surplus": 2, "owed": 0} | changes
    return PledgeEnforced(pledge=bytes(32), account=bytes(16), pledgee=bytes(16), **values)


@pytest.mark.parametrize(
    ("changes", "late"),
    [({"surplus": 0}, 0), ({"claim": 6}, 0), ({}, 0), ({"value": 3, "surplus": 0}, 0), ({}, 1)],
)
def test_the_judge_sees_who_takes_too_much_or_too_early(changes: dict[str, int], late: int) -> None:
    judge, day = Notices(), dt.date(2026, 7, 1)
    due = day + dt.timedelta(days=late)
    judge.given[bytes(32)] = (5, due)
    with pytest.raises(AssertionError):
        judge.judge(day, [enforced(**changes)])


def test_the_judge_sees_who_takes_without_a_notice() -> None:
    with pytest.raises(KeyError):
        Notices().judge(dt.date(2026, 7, 1), [enforced()])
