"""The adversary with marks, pledges and repos in its hands; adversary_world.py judges as before.

Small by default; ADVERSARY_STEPS and ADVERSARY_SEED run it large, as test_adversary_machine.py.
"""

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import rule

from tests.tokens.adversary_collateral import BANKS, Lenders
from tests.tokens.adversary_values import FACE, ISINS, accounts, anyone, assets, lots
from tests.tokens.test_adversary_machine import RUN_STEPS, SEED, STEPS, Adversary
from tokens.records.repos import RepoKind, RepoMode, RepoStatus

PERCENT = st.sampled_from([100, 99, 95, 90, 85, 110])
STEP = st.sampled_from(["add", "money", "take", "swap", "close", "recall", "close_out"])


class CollateralAdversary(Adversary):
    """Everybody's moves, and those of lenders."""

    def __init__(self) -> None:
        super().__init__()
        self.lenders = Lenders(self.world)
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
