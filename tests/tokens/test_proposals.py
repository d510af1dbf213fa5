"""How several parties agree."""

import datetime

import msgspec
import pytest

from tests.tokens.adversary_values import BASIS
from tests.tokens.support import (
    DATE,
    Ledger,
    addr,
    approval,
    digest,
    genesis,
    participant,
    policy,
)
from tests.tokens.test_parties import BOTH, register, update
from tests.tokens.test_transition import transfer
from tokens.authority import meets
from tokens.codec import encode
from tokens.events import ProposalClosed
from tokens.ops.control import ForceTransfer
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.governance import SetApprovalPolicy, SetParameter
from tokens.ops.proposals import Approve, Propose, WithdrawProposal, operations_digest
from tokens.posting import balance_of
from tokens.records.governance import ValidatorSets
from tokens.records.proposals import PROPOSAL, Proposal, ProposalStatus
from tokens.results import Code
from tokens.types import Role

LATER = DATE + datetime.timedelta(days=30)


def propose(*operations: msgspec.Struct, **changes: object) -> Propose:
    fields: dict[str, object] = {
        "operations": tuple(encode(operation) for operation in operations),
        "approvers": (),
        "expires_on": LATER,
    }
    return Propose(**(fields | changes))  # type: ignore[arg-type]


def found(ledger: Ledger, proposal: bytes) -> Proposal:
    record = ledger.state.get(PROPOSAL, proposal)
    assert record is not None
    return record


def parameter(value: int) -> SetParameter:
    return SetParameter(name="agenda_quota", value=value, effective_on=None)


def test_it_runs_with_the_last_approval_and_is_consumed() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", parameter(9))
    assert found(ledger, proposal).status is ProposalStatus.OPEN
    receipt = ledger.approve("central-bank", proposal)
    assert ledger.core.limits.agenda_quota == 9
    record = found(ledger, proposal)
    assert (record.status, record.operations, record.closed_at) == (ProposalStatus.EXECUTED, (), 2)
    closed = receipt.events[-1]
    assert isinstance(closed, ProposalClosed)
    assert ledger.code("bank-a", approve_of(record)) is Code.PROPOSAL_NOT_OPEN


def approve_of(proposal: Proposal, **changes: object) -> Approve:
    fields: dict[str, object] = {
        "proposal_id": proposal.id,
        "operations_digest": proposal.operations_digest,
    }
    return Approve(**(fields | changes))  # type: ignore[arg-type]


def test_a_failing_run_changes_nothing_but_is_consumed() -> None:
    ledger = Ledger()
    bad = SetParameter(name="agenda_quota", value=0, effective_on=None)
    closed = ledger.agree(BOTH, parameter(9), bad)
    assert (closed.status, closed.code, closed.operation) == (3, Code.BAD_PARAMETER, 1)
    assert ledger.core.limits.agenda_quota == 500
    assert [type(event).__name__ for event in ledger.receipts()[0].events] == [
        "Approved",
        "ProposalClosed",
    ]


def test_named_parties_pay_each_other_in_one_step() -> None:
    ledger = Ledger()
    there, back = transfer(7), transfer(3, "bank-b-cash", "bank-a-cash")
    closed = ledger.agree(["bank-a", "bank-b"], there, back, approvers=["bank-b"])
    assert closed.code == 0
    assert balance_of(ledger.state, "PKR", addr("bank-a-cash")) == 999_996


def test_without_the_named_party_it_waits_and_with_others_it_fails() -> None:
    ledger = Ledger()
    proposal = ledger.propose("bank-a", transfer(7), approvers=["bank-b"])
    assert ledger.approve("issuer", proposal).code == 0
    assert found(ledger, proposal).status is ProposalStatus.OPEN
    stranger = ledger.agree(["bank-a", "bank-b"], transfer(1, "client-b1"), approvers=["bank-b"])
    assert Code(stranger.code) is Code.INSUFFICIENT_AVAILABLE


def test_parties_of_a_failed_proposal_do_not_read_what_is_wrong_with_one_of_them() -> None:
    """All of them read the code of the run: it said ACCOUNT_FROZEN of bank-a to bank-b."""
    ledger = Ledger()
    for name, asset in (("bank-a-cash", "PKR"), ("client-b1", None)):
        ledger.ok("fiu", freeze(name, asset))
    there = transfer(7)
    closed = ledger.agree(["bank-b", "bank-a"], there, approvers=["bank-a"])
    assert (closed.code, found(ledger, closed.proposal).code) == (Code.UNDER_REVIEW,) * 2
    # who agrees alone reads what its receipt would say
    assert ledger.agree(["bank-a"], there).code == Code.ACCOUNT_FROZEN
    # and authorities tell each other
    ledger.ok("fiu", StopCredits(account=addr("bank-b-cash"), stopped=True, basis=BASIS))
    seize = ForceTransfer(
        order_id=digest("client-b1"), asset="PKR", amount=1, target=addr("bank-b-cash")
    )
    closed = ledger.agree(["central-bank", "fiu"], seize, approvers=["fiu"])
    assert closed.code == Code.CREDIT_STOPPED


def freeze(name: str, asset: str | None) -> Freeze:
    """All of it, for ever."""
    return Freeze(
        order_id=digest(name),
        account=addr(name),
        asset=asset,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )


def test_an_account_with_own_keys_can_be_a_party() -> None:
    ledger = Ledger(genesis(balances={"client-a2": 10, "bank-b-cash": 10}))
    leg, other = transfer(5, "client-a2"), transfer(5, "bank-b-cash", "client-a2")
    closed = ledger.agree(["bank-b", "client-a2"], leg, other, approvers=["client-a2"])
    assert closed.code == 0
    assert ledger.code("client-a2", approve_of(found(ledger, closed.proposal))) is (
        Code.PROPOSAL_NOT_OPEN
    )


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (propose(parameter(1), operations=(b"\x01",)), Code.BAD_FIELD),
        (propose(parameter(1), operations=(encode(parameter(1)) + b"\xc0",)), Code.BAD_FIELD),
        (propose(parameter(1), approvers=(addr("bank-a"),) * 2), Code.BAD_FIELD),
        (propose(propose(parameter(1))), Code.NOT_ALLOWED_IN_PROPOSAL),
        (propose(parameter(1), approvers=(addr("nobody"),)), Code.UNKNOWN_PARTICIPANT),
        (propose(parameter(1), approvers=(addr("client-a1"),)), Code.UNKNOWN_PARTICIPANT),
        (propose(parameter(1), expires_on=DATE), Code.BAD_DATE),
        (propose(parameter(1), expires_on=DATE + datetime.timedelta(days=367)), Code.BAD_DATE),
    ],
)
def test_refused_proposals(operation: Propose, code: Code) -> None:
    assert Ledger().code("treasury", operation) is code


def test_refused_approvals() -> None:
    ledger = Ledger()
    record = found(ledger, ledger.propose("treasury", parameter(1)))
    unknown = approve_of(record, proposal_id=bytes(32))
    assert ledger.code("bank-a", unknown) is Code.NOT_FOUND
    other = approve_of(record, operations_digest=operations_digest([b"x"]))
    assert ledger.code("bank-a", other) is Code.DIGEST_MISMATCH
    assert ledger.code("treasury", approve_of(record)) is Code.ALREADY_APPROVED
    assert ledger.code("client-a2", approve_of(record)) is Code.NOT_FOUND


def test_withdrawal() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", parameter(1))
    withdraw = WithdrawProposal(proposal_id=proposal)
    assert ledger.code("bank-a", withdraw) is Code.NOT_FOUND
    assert ledger.code("fiu", withdraw) is Code.NOT_AUTHORISED, "who may know of it is told why"
    assert ledger.code("bank-a", WithdrawProposal(proposal_id=bytes(32))) is Code.NOT_FOUND
    assert ledger.code("treasury", withdraw) is Code.OK
    assert found(ledger, proposal).status is ProposalStatus.WITHDRAWN
    assert ledger.code("treasury", withdraw) is Code.PROPOSAL_NOT_OPEN


def test_who_lost_the_role_no_longer_counts() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", parameter(9))
    successor = register("treasury-two", roles=(Role.TREASURY,))
    assert ledger.agree(BOTH, successor, update("treasury", roles=())).code == 0
    assert ledger.approve("central-bank", proposal).code == 0
    assert found(ledger, proposal).status is ProposalStatus.OPEN
    ledger.sign_with("treasury-two", *policy("treasury-two").keys)
    assert ledger.approve("treasury-two", proposal).code == 0
    assert found(ledger, proposal).status is ProposalStatus.EXECUTED


def test_a_changed_policy_applies_to_open_proposals() -> None:
    ledger = Ledger()
    proposal = ledger.propose("treasury", parameter(9))
    stricter = approval("parameters", Role.TREASURY, Role.CENTRAL_BANK, Role.VA_REGULATOR)
    operators = ["treasury", "central-bank", "regulator"]
    assert ledger.agree(operators, SetApprovalPolicy(policy=stricter)).code == 0
    ledger.approve("central-bank", proposal)
    assert found(ledger, proposal).status is ProposalStatus.OPEN
    ledger.approve("va-regulator", proposal)
    assert found(ledger, proposal).status is ProposalStatus.EXECUTED


def test_open_proposals_are_listed() -> None:
    ledger = Ledger()
    first = ledger.propose("treasury", parameter(1))
    second = ledger.propose("treasury", parameter(2))
    ledger.ok("treasury", WithdrawProposal(proposal_id=first))
    listed, still_open = PROPOSAL.indexes
    state = ledger.state
    assert [p.id for p in state.scan(PROPOSAL, still_open, limit=9)] == [second]
    assert [p.id for p in state.scan(PROPOSAL, listed, limit=9)] == [first, second]
    page = state.scan(PROPOSAL, listed, after=(1, first), limit=1)
    assert [p.id for p in page] == [second]


NO_VALIDATORS: ValidatorSets | None = None


def test_one_control_group_counts_once() -> None:
    two = approval("x", minimum=2)
    a = participant("a", group="house")
    b = participant("b", group="house")
    assert not meets(two, [a, b], NO_VALIDATORS, 1)
    assert meets(two, [a, participant("c")], NO_VALIDATORS, 1)
    roles = approval("x", Role.TREASURY, Role.CENTRAL_BANK)
    both = participant("d", Role.TREASURY, Role.CENTRAL_BANK)
    assert not meets(roles, [both], NO_VALIDATORS, 1)
    # "d" must stand for the slot that "e" cannot take
    assert meets(roles, [both, participant("e", Role.TREASURY)], NO_VALIDATORS, 1)
    assert meets(roles, [participant("e", Role.TREASURY), both], NO_VALIDATORS, 1)


def test_a_slot_asks_for_maker_and_checker() -> None:
    strict = msgspec.structs.replace(approval("x", Role.TREASURY), threshold_min=2)
    assert not meets(strict, [participant("a", Role.TREASURY)], NO_VALIDATORS, 1)
    strong = participant("a", Role.TREASURY, threshold=2, keys=2)
    assert meets(strict, [strong], NO_VALIDATORS, 1)
