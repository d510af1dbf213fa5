"""Reads: pages, totals, simulation."""

import msgspec

from tests.tokens.support import Ledger, addr
from tests.tokens.test_transition import decoded, transfer
from tokens.ops.governance import SetParameter
from tokens.queries import accounts_of
from tokens.results import Code
from tokens.simulate import simulate


def test_accounts_of_a_servicer_in_pages() -> None:
    ledger = Ledger()
    document = ledger.genesis
    expected = [entry.id for entry in document.accounts if entry.servicer == addr("bank-a")]
    listed = accounts_of(ledger.state, addr("bank-a"), limit=2)
    listed += accounts_of(ledger.state, addr("bank-a"), after=listed[-1].id)
    assert [entry.id for entry in listed] == expected


def refusals(ledger: Ledger, sender: str, *operations: msgspec.Struct) -> list[tuple[int, Code]]:
    tx = decoded(ledger.transaction(sender, *operations))
    found = simulate(ledger.state, tx, 1).refusals
    return [(index, refusal.code) for index, refusal in found]


def test_simulation_tells_every_failing_rule_of_every_operation() -> None:
    ledger = Ledger()
    assert refusals(ledger, "bank-b", transfer(5), transfer(10**9)) == [
        (0, Code.NOT_AUTHORISED),
        (1, Code.NOT_AUTHORISED),
        (1, Code.INSUFFICIENT_AVAILABLE),
    ]
    alone = SetParameter(name="nothing", value=1, effective_on=None)
    assert refusals(ledger, "treasury", alone) == [
        (0, Code.NEEDS_APPROVAL),
        (0, Code.BAD_PARAMETER),
    ]


def test_simulation_of_good_operations_sees_their_effects_and_keeps_nothing() -> None:
    ledger = Ledger()
    tx = decoded(ledger.transaction("bank-a", transfer(5), transfer(6)))
    outcome = simulate(ledger.state, tx, 1)
    assert outcome.refusals == ()
    assert len(outcome.events) == 2
    assert ledger.core.state_root == Ledger().core.state_root
