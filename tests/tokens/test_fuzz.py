"""The campaign over all families, small; and that it says so when it found or reached nothing."""

from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.tokens import fuzz
from tests.tokens.adversary_all import Everybody
from tests.tokens.adversary_debt import FLEX
from tests.tokens.adversary_openings import OPENINGS
from tests.tokens.support import Ledger
from tests.tokens.tally import Tally
from tokens.ops import OPERATIONS
from tokens.ops.business_day import CloseDay
from tokens.records.repos import RepoMode, RepoStatus
from tokens.results import Code

SEEN: Counter[str] = Counter()
"""What the openings passed, over all of them."""


class Closer(RuleBasedStateMachine):
    """Closes a date that is not open: always refused."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()

    @rule(who=st.sampled_from(["treasury", "bank-a"]))
    def close(self, who: str) -> None:
        self.ledger.submit(who, CloseDay(date=self.ledger.business_date.replace(year=2020)))


class Breaker(Closer):
    """Ends with a fault."""

    @rule()
    def break_it(self) -> None:
        raise AssertionError("a broken promise")


def tiny(name: str, rules: type[RuleBasedStateMachine], *must: str) -> fuzz.Machine:
    return fuzz.Machine(name, rules, 100, 5, 2_000.0, must)


def test_a_campaign_that_was_refused_everything_is_vacuous(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "MACHINES", (tiny("closer", Closer, "CloseDay"),))
    assert fuzz.main(["--steps", "20000", "--seed", "1"]) == 1
    told = capsys.readouterr().out
    assert "closer: never passed: CloseDay" in told
    assert told.splitlines()[-1].startswith("VACUOUS: seed 1")


def test_what_breaks_ends_with_the_line_that_does_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "MACHINES", (tiny("breaker", Breaker),))
    with pytest.raises(AssertionError, match="a broken promise"):
        fuzz.main(["--steps", "20000", "--seed", "7"])
    line = "breaker broke; again: make fuzz-ledger STEPS=20000 SEED=7 ARGS='--only breaker'"
    assert line in capsys.readouterr().out


def test_everybody_in_one_world_a_little() -> None:
    machine = next(entry for entry in fuzz.MACHINES if entry.name == "everybody")
    tally = fuzz.run(machine._replace(run=40), 120, seed=5)
    assert tally.transactions > 100
    assert tally.passed["SetReservePolicy"] >= 2


def test_the_walks_lead_where_they_say() -> None:
    """Each family in turn, in one world: what one leaves does not stop the others."""
    run = Everybody()
    run.walk_a_ramp("client-b1", False, 1)  # first: references of two steps are alike
    run.walk_a_ramp("client-a1", True, 0)
    run.walk_a_ramp("client-a1", True, 1)
    run.walk_a_delivery("client-a1", 1)
    run.walk_a_delivery("client-a1", 2)
    run.walk_a_deal(2, 0)
    run.walk_a_deal_to_its_cancelling("PKRS", 1)
    run.walk_a_pledge("PKR")
    run.walk_a_suspension(3)
    run.walk_an_auction_to_nothing("bank-a-cash", 2, 1)
    run.walk_an_auction_to_nothing("bank-b-cash", 1, 2)
    run.walk_an_auction_to_nothing("bank-b-cash", 0, 3)
    run.walk_a_repo(0, RepoMode.PLEDGE, "close")
    run.walk_a_repo(1, RepoMode.PLEDGE, "close_out")
    run.walk_an_order(bytes([1]) * 32, "client-b1", "PKR", 1)
    run.walk_an_option(2, "client-a1", True, FLEX)
    run.walk_an_option(2, "client-b1", False, None)
    run.walk_a_fixing(3, 95_000)
    run.walk_a_repo_of_paper(FLEX, RepoMode.PLEDGE, 2, True)
    run.walk_a_quarter()
    run.world.finish()
    passed = run.world.ledger.tally.passed
    wanted = fuzz.words(
        "CreditRamp RefundRamp ReturnRamp ConfirmDelivery CancelDelivery SettleBatch CancelBatch "
        "ReleasePledge ResumeRedemption WithdrawBid RejectAuction CancelAuction AddCollateral "
        "TakeExcess SubstituteCollateral CloseOutRepo ChangeFreeze ForceTransfer CouponFund "
        "RedemptionFund CallInstrument ElectPut WithdrawPut PrincipalFund SetReferenceRates "
        "LiftFreeze"
    )
    assert [name for name in wanted if not passed[name]] == []
    assert RepoStatus.CLOSED_OUT in {repo.status for repo in run.lenders.repos()}


@pytest.mark.parametrize(("walk", "given"), OPENINGS, ids=lambda value: str(value)[:40])
def test_an_opening_leads_where_it_says(walk: str, given: tuple[object, ...]) -> None:
    """In a young world none of its steps is refused one and all; what they pass is counted."""
    run = Everybody()
    before = Counter(run.world.ledger.tally.passed)
    getattr(run, walk)(*given)
    run.world.finish()
    SEEN.update(run.world.ledger.tally.passed - before)
    assert run.world.ledger.tally.passed - before


def test_openings_reach_every_office() -> None:
    """After those above: no operation of an office, of a pledge or of a ramp depends on luck."""
    wanted = (*fuzz.OFFICES, *fuzz.PLEDGES, "CreditRamp", "CompleteRamp", "RefundRamp")
    assert [name for name in wanted if not SEEN[name]] == []


def test_every_operation_has_to_pass_in_some_machine() -> None:
    """A new one needs a move, or a campaign would not notice that it never passes."""
    wanted = {name for machine in fuzz.MACHINES for name in machine.must}
    assert {spec.operation.__name__ for spec in OPERATIONS} == wanted


def test_a_campaign_that_never_met_a_guard_is_vacuous(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked of all machines together: not of one that was chosen."""
    monkeypatch.setattr(fuzz, "MACHINES", (tiny("closer", Closer),))
    monkeypatch.setattr(fuzz, "GUARDS", (Code.DAY_CLOSED, Code.IN_BREACH))
    assert fuzz.main(["--steps", "20000", "--seed", "1"]) == 1
    assert "never met: " in capsys.readouterr().out
    assert fuzz.main(["--steps", "20000", "--seed", "1", "--only", "closer", "--table"]) == 0
    assert "| CloseDay |" in capsys.readouterr().out


def test_a_tally_counts_what_a_proposal_did() -> None:
    """Not only its acceptance."""
    ledger = Ledger()
    wrong = CloseDay(date=ledger.business_date.replace(year=2020))
    ledger.agree(["central-bank"], wrong)
    ledger.agree(["central-bank"], CloseDay(date=ledger.business_date))
    assert (ledger.tally.tried["CloseDay"], ledger.tally.passed["CloseDay"]) == (2, 1)
    assert ledger.tally.refused == {("CloseDay", "BAD_DATE"): 1}
    whole = Tally()
    whole.add(ledger.tally)
    assert whole.passed == ledger.tally.passed
    assert whole.blocks == ledger.height
