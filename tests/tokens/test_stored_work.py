"""What approvals of one block may call up (docs/adr/0013-stored-work.md)."""

from tests.tokens.support import Ledger, addr
from tests.tokens.test_proposals import found, parameter, propose
from tests.tokens.test_transition import transfer
from tokens.events import Proposed
from tokens.ops.proposals import Approve
from tokens.posting import balance_of
from tokens.records.proposals import ProposalStatus
from tokens.results import Code, Receipt
from tokens.simulate import simulate
from tokens.transaction import DecodedTransaction, decode_transaction
from tokens.work import STORED_OPERATIONS_MAX, StoredWork

LARGE = 100
FITTING = STORED_OPERATIONS_MAX // LARGE


def opened(ledger: Ledger, count: int, operations: int = LARGE) -> list[Approve]:
    """So many payments of bank-a that bank-b has to agree to, each of as many operations."""
    payment = propose(*([transfer(1)] * operations), approvers=(addr("bank-b"),))
    result = ledger.block(*(ledger.transaction("bank-a", payment) for _ in range(count)))
    events = [event for receipt in result.receipts for event in receipt.events]
    made = [event for event in events if isinstance(event, Proposed)]
    assert len(made) == count
    return [
        Approve(proposal_id=event.proposal, operations_digest=event.operations_digest)
        for event in made
    ]


def codes(receipts: tuple[Receipt, ...]) -> list[Code]:
    return [Code(receipt.code) for receipt in receipts]


def paid(ledger: Ledger) -> int:
    return 1_000_000 - balance_of(ledger.state, "PKR", addr("bank-a-cash"))


def test_as_many_approvals_as_fit_run_and_the_next_one_is_refused_and_may_come_again() -> None:
    ledger = Ledger()
    approvals = opened(ledger, FITTING + 1)
    result = ledger.block(*(ledger.transaction("bank-b", each) for each in approvals))
    assert codes(result.receipts) == [Code.OK] * FITTING + [Code.BLOCK_WORK_EXCEEDED]
    assert result.receipts[-1].events == ()
    assert paid(ledger) == STORED_OPERATIONS_MAX
    assert found(ledger, approvals[-1].proposal_id).status is ProposalStatus.OPEN
    assert ledger.code("bank-b", approvals[-1]) is Code.OK
    assert paid(ledger) == STORED_OPERATIONS_MAX + LARGE


def test_a_smaller_one_after_it_still_fits() -> None:
    ledger = Ledger()
    small = opened(ledger, 1, 1)
    approvals = opened(ledger, 1, LARGE - 1) + opened(ledger, FITTING) + small
    result = ledger.block(*(ledger.transaction("bank-b", each) for each in approvals))
    refused = [at for at, code in enumerate(codes(result.receipts)) if code is not Code.OK]
    assert refused == [FITTING]
    assert codes(result.receipts)[FITTING] is Code.BLOCK_WORK_EXCEEDED


def test_one_transaction_of_a_hundred_large_approvals_changes_nothing() -> None:
    ledger = Ledger()
    approvals = opened(ledger, LARGE)
    result = ledger.block(ledger.transaction("bank-b", *approvals))
    assert (codes(result.receipts), result.receipts[0].operation) == (
        [Code.BLOCK_WORK_EXCEEDED],
        FITTING,
    )
    assert paid(ledger) == 0
    assert found(ledger, approvals[0].proposal_id).approvals == (addr("bank-a"),)


def test_what_a_failing_transaction_has_used_is_not_given_back() -> None:
    ledger = Ledger()
    approvals = opened(ledger, FITTING)
    failing = ledger.transaction("bank-b", *approvals[:-1], parameter(0))
    after = [ledger.transaction("bank-b", approvals[0]), ledger.transaction("bank-b", approvals[1])]
    result = ledger.block(failing, *after)
    assert codes(result.receipts)[1:] == [Code.OK, Code.BLOCK_WORK_EXCEEDED]
    assert codes(result.receipts)[0] not in (Code.OK, Code.BLOCK_WORK_EXCEEDED)


def test_refused_approvals_use_nothing_of_it() -> None:
    """Else anybody could keep others from approving, with 50 cheap transactions a block."""
    ledger = Ledger()
    (approval,) = opened(ledger, 1)
    again = [ledger.transaction("bank-a", approval) for _ in range(2 * FITTING)]
    result = ledger.block(*again, ledger.transaction("bank-b", approval))
    assert codes(result.receipts) == [Code.ALREADY_APPROVED] * (2 * FITTING) + [Code.OK]


def test_a_simulation_says_it_too() -> None:
    ledger = Ledger()
    approvals = opened(ledger, FITTING + 1)
    decoded = decode_transaction(ledger.transaction("bank-b", *approvals))
    assert isinstance(decoded, DecodedTransaction)
    simulated = simulate(ledger.state, decoded, ledger.height + 1)
    assert [(at, refusal.code) for at, refusal in simulated.refusals] == [
        (FITTING, Code.BLOCK_WORK_EXCEEDED)
    ]


def test_the_budget_is_used_to_its_last_operation() -> None:
    work = StoredWork()
    assert work.take(STORED_OPERATIONS_MAX - 1)
    assert not work.take(2)
    assert work.take(1)
    assert not work.take(1)
    assert work.take(0)
