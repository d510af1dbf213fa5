"""Failing senders have a small part of the pool and of a block."""

from node.failing_senders import SCORE_FAILING
from node.mempool import FAILING_SHARE, FAILING_TRANSACTIONS_MAX, Mempool, PoolLimits
from node.pool_entry import sender_of
from tests.node.transactions import transaction
from tokens.results import Code
from tokens.transaction import DecodedTransaction

BLOCK = 100


def anything(_: DecodedTransaction) -> Code | None:
    return None


def failing_pool() -> Mempool:
    """One whose only sender so far fails all the time."""
    waiting = Mempool(PoolLimits(), height=10)
    waiting.failing.note([(sender_of(transaction()), False)] * SCORE_FAILING)
    return waiting


def test_a_failing_sender_may_have_few_waiting() -> None:
    waiting = failing_pool()
    for index in range(FAILING_TRANSACTIONS_MAX):
        assert waiting.admit(transaction(index)) is Code.OK
    late = transaction(FAILING_TRANSACTIONS_MAX)
    assert waiting.refuses(late, own=True) is Code.SENDER_LIMIT
    assert waiting.admit(late) is Code.SENDER_LIMIT


def test_failing_senders_have_a_small_part_of_a_block() -> None:
    """Transfers of more than the sender has filled every block with receipts that say so."""
    waiting = failing_pool()
    for index in range(BLOCK):
        waiting.admit(transaction(index))
    assert len(waiting.select(anything, BLOCK, 10**6)) == BLOCK // FAILING_SHARE
    assert len(waiting.select(anything, FAILING_SHARE - 1, 10**6)) == 1
    waiting.failing.note([(sender_of(transaction()), True)])
    assert len(waiting.select(anything, BLOCK, 10**6)) == BLOCK


def test_what_a_failing_sender_has_too_much_leaves() -> None:
    """20,000 failing transfers waited, and each node sent them again to all others."""
    waiting = Mempool(PoolLimits(), height=10)
    for index in range(FAILING_TRANSACTIONS_MAX + 7):
        waiting.admit(transaction(index))
    waiting.note_outcomes([(sender_of(transaction()), False)] * SCORE_FAILING)
    assert len(waiting) == FAILING_TRANSACTIONS_MAX
    assert waiting.counters["failing_dropped"] == 7
    assert waiting.is_failing(transaction(3))


def test_the_ledger_is_not_asked_about_what_has_no_place() -> None:
    waiting = failing_pool()
    for index in range(BLOCK + 1):
        waiting.admit(transaction(index))
    asked: list[bytes] = []

    def ask(made: DecodedTransaction) -> Code | None:
        asked.append(made.tx_id)
        return None

    waiting.select(ask, BLOCK, 10**6)
    assert len(asked) == BLOCK // FAILING_SHARE
