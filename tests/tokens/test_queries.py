"""Reads: pages, totals, simulation."""

import msgspec

from tests.tokens.support import Ledger, addr, genesis
from tests.tokens.test_transition import decoded, transfer
from tokens.ops.governance import SetParameter
from tokens.queries import (
    accounts_of,
    balances,
    bank_totals,
    holders,
    participants,
    protocol_version,
    supply,
)
from tokens.results import Code
from tokens.simulate import simulate


def test_holders_in_pages() -> None:
    names = ("client-a1", "client-a2", "client-b1", "bank-a-cash")
    ledger = Ledger(genesis(balances=dict.fromkeys(names, 10)))
    seen: list[bytes] = []
    after = None
    while page := holders(ledger.state, "PKR", after=after, limit=3):
        seen.extend(entry.account for entry in page)
        after = seen[-1]
    assert seen == sorted(addr(name) for name in names)
    assert supply(ledger.state, "PKR") == 40
    assert supply(ledger.state, "USD") == 0
    totals = bank_totals(ledger.state, addr("bank-a"))
    assert [(entry.asset, entry.amount) for entry in totals] == [("PKR", 30)]
    assert [entry.balance for entry in balances(ledger.state, addr("client-a1"))] == [10]
    assert balances(ledger.state, addr("client-a1"), after="PKR") == []


def test_participants_and_accounts_in_pages() -> None:
    ledger = Ledger()
    document = ledger.genesis
    first = participants(ledger.state, limit=4)
    rest = participants(ledger.state, after=first[-1].id)
    assert [entry.id for entry in [*first, *rest]] == [entry.id for entry in document.participants]
    expected = [entry.id for entry in document.accounts if entry.servicer == addr("bank-a")]
    listed = accounts_of(ledger.state, addr("bank-a"), limit=2)
    listed += accounts_of(ledger.state, addr("bank-a"), after=listed[-1].id)
    assert [entry.id for entry in listed] == expected
    assert protocol_version(ledger.state) == 1


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
