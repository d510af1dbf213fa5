"""Statements, bank totals and traces over what an adversary did: they add up after any history."""

import asyncio

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from node.rpc.dated_statement import bank_statement, dated_statement
from node.rpc.trace import books_of
from node.sdk.schema.statement import BankStatementParams, DatedStatementParams
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.tokens.test_adversary_machine import Adversary
from tokens.records.day_mark import DAY_MARK, DAY_MARKS
from tokens.records.holdings import POSITION
from tokens.records.parties import PARTICIPANT

STEPS = 200
SEEN: dict[str, int] = {"positions": 0, "lots": 0, "lines": 0}


class Viewed(Adversary):
    """The same moves; at the end everything is looked at."""

    def teardown(self) -> None:
        """Each holding from its first day to now, and back to its issues."""
        super().teardown()
        node = LedgerNode(self.world.ledger)
        call = call_of(node)
        marks = call.state.scan(DAY_MARK, DAY_MARKS, limit=399)
        first, last = marks[0].date, marks[-1].date
        positions = call.state.scan(POSITION, POSITION.indexes[0], limit=1_000)
        books = {
            asset: asyncio.run(books_of(call, asset)) for asset in {p.asset for p in positions}
        }
        for position in positions:
            assert books[position.asset].held(position.account) == position.balance
            found = dated_statement(
                call,
                DatedStatementParams(
                    account=position.account, asset=position.asset, from_date=first, to_date=last
                ),
            )
            assert found.closing == position.balance
            assert found.closing == found.opening + found.credits - found.debits
            SEEN["positions"] += 1
            SEEN["lines"] += len(found.lines)
        SEEN["lots"] += sum(found.count for found in books.values())
        for participant in call.state.scan(PARTICIPANT, PARTICIPANT.indexes[0], limit=100):
            for asset in books:
                params = BankStatementParams(
                    servicer=participant.id, asset=asset, from_date=first, to_date=last
                )
                total = asyncio.run(bank_statement(call, params))
                assert total.bank_total == total.closing


def test_everything_adds_up_after_any_history() -> None:
    settings = hypothesis.settings(
        max_examples=6,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(Viewed, settings=settings)
    assert SEEN["positions"] > 20
    assert SEEN["lots"] > 20
    assert SEEN["lines"] > 50
