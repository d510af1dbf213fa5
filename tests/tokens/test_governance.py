"""Parameters, approval policies, validator sets, evidence."""

import datetime

import msgspec
import pytest

from tests.tokens.support import (
    DATE,
    OPERATORS,
    PARTICIPANTS,
    Ledger,
    addr,
    approval,
    digest,
    genesis,
    header_digest,
    participant,
    validator,
)
from tests.tokens.test_parties import BOTH
from tests.tokens.test_transition import decoded
from tokens.codec import encode
from tokens.embedded import EmbeddedSignature, embedded_signatures
from tokens.entry import EntryProof, entry_message
from tokens.events import ProposalClosed
from tokens.genesis import Genesis
from tokens.ops.governance import SetApprovalPolicy, SetParameter
from tokens.ops.proposals import Approve, Propose, proposal_id
from tokens.ops.validators import (
    AddValidator,
    RemoveValidator,
    ReportMisbehaviour,
    RotateValidatorKeys,
)
from tokens.queries import validators_at
from tokens.records.governance import MISBEHAVIOUR
from tokens.records.proposals import PROPOSAL, ApprovalPolicy, ProposalStatus
from tokens.results import Code
from tokens.types import Role

QUORUM = list(OPERATORS[:3])
"""Operators of three of the four validators: ceil(2n/3)."""


def proof(height: int = 3) -> EntryProof:
    return EntryProof(height=height, digest=header_digest(height), signature=bytes(64))


def add(name: str, operator: str, replaces: str | None = None, height: int = 3) -> AddValidator:
    return AddValidator(validator=validator(name, operator), proof=proof(height), replaces=replaces)


def rotate(name: str, **changes: object) -> RotateValidatorKeys:
    fields: dict[str, object] = {
        "id": name,
        "public_key": digest("new consensus"),
        "network_key": digest("new network"),
        "proof": proof(),
    }
    return RotateValidatorKeys(**(fields | changes))  # type: ignore[arg-type]


def running(document: Genesis | None = None) -> Ledger:
    """A ledger whose validators have all signed."""
    ledger = Ledger(document)
    ledger.idle(6)
    return ledger


def real(**changes: object) -> Genesis:
    return msgspec.structs.replace(genesis(), is_dev=False, dev_balances=(), **changes)


def ids(ledger: Ledger, ahead: int) -> list[str]:
    view = validators_at(ledger.state, ledger.height, ledger.height + ahead)
    assert view is not None
    return [member.id for member in view.members]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (SetParameter(name="agenda_quota", value=7, effective_on=None), Code.OK),
        (SetParameter(name="agenda_quota", value=0, effective_on=None), Code.BAD_PARAMETER),
        (SetParameter(name="nothing", value=1, effective_on=None), Code.BAD_PARAMETER),
        (SetParameter(name="window_blocks", value=99, effective_on=None), Code.BAD_PARAMETER),
        (SetParameter(name="bucket_depth_bits", value=9, effective_on=None), Code.BAD_PARAMETER),
        (SetParameter(name="agenda_quota", value=7, effective_on=DATE), Code.BAD_DATE),
    ],
)
def test_parameters(operation: SetParameter, code: Code) -> None:
    ledger = Ledger()
    assert ledger.code("treasury", operation) is Code.NEEDS_APPROVAL
    assert Code(ledger.agree(BOTH, operation).code) is code


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (approval("no_such_policy", Role.TREASURY), Code.NOT_FOUND),
        (approval("parameters", (Role.CENTRAL_BANK, Role.TREASURY)), Code.BAD_FIELD),
        (approval("parameters", ()), Code.BAD_FIELD),
        (approval("parameters", (Role.TREASURY, Role.CENTRAL_BANK)), Code.OK),
    ],
)
def test_approval_policies(policy: ApprovalPolicy, code: Code) -> None:
    assert Code(Ledger().agree(QUORUM, SetApprovalPolicy(policy=policy)).code) is code


def test_two_of_four_operators_change_nothing() -> None:
    ledger = Ledger()
    change = SetApprovalPolicy(policy=approval("parameters", Role.FIU))
    proposal = ledger.propose(QUORUM[0], change)
    ledger.approve(QUORUM[1], proposal)
    ledger.approve("bank-a", proposal)
    record = ledger.state.get(PROPOSAL, proposal)
    assert record is not None
    assert record.status is ProposalStatus.OPEN
    receipt = ledger.approve(QUORUM[2], proposal)
    assert [type(event).__name__ for event in receipt.events][-1] == "ProposalClosed"


def test_a_change_holds_two_heights_later() -> None:
    ledger = running()
    before = ids(ledger, 1)
    assert ledger.agree(QUORUM, add("fifth", "fiu")).code == 0
    changed_at = ledger.height
    assert ids(ledger, 1) == before
    assert "fifth" in ids(ledger, 2)
    ledger.idle()
    assert "fifth" in ids(ledger, 1)
    assert ids(ledger, 2) == ids(ledger, 1)
    assert validators_at(ledger.state, ledger.height, changed_at) is None
    now = validators_at(ledger.state, ledger.height, changed_at + 2)
    assert now is not None
    assert len(now.hash) == 32


def test_two_changes_in_one_block_add_up() -> None:
    ledger = running()
    assert ledger.agree(QUORUM, add("fifth", "fiu"), add("sixth", "tax")).code == 0
    assert {"fifth", "sixth"} <= set(ids(ledger, 2))
    assert len(ids(ledger, 1)) == 4


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (add("fifth", "nobody"), Code.UNKNOWN_PARTICIPANT),
        (add("treasury-node", "fiu"), Code.ALREADY_EXISTS),
        (add("fifth", "fiu", replaces="nobody-node"), Code.NOT_FOUND),
        (add("fifth", "treasury"), Code.TOO_MANY_PER_OPERATOR),
        (add("fifth", "fiu", height=200), Code.NOT_LIVE_ENOUGH),
        (
            AddValidator(
                validator=msgspec.structs.replace(validator("treasury-node", "fiu"), id="fifth"),
                proof=proof(),
                replaces=None,
            ),
            Code.KEY_IN_USE,
        ),
        (
            AddValidator(
                validator=validator("fifth", "fiu"),
                proof=EntryProof(height=3, digest=bytes(32), signature=bytes(64)),
                replaces=None,
            ),
            Code.NOT_LIVE_ENOUGH,
        ),
        (add("fifth", "fiu", replaces="treasury-node"), Code.OK),
        (RemoveValidator(id="nobody-node"), Code.NOT_FOUND),
        (RemoveValidator(id="treasury-node"), Code.VALIDATOR_LIMIT),
    ],
)
def test_changes_of_the_set(operation: msgspec.Struct, code: Code) -> None:
    assert Code(running(real()).agree(QUORUM, operation).code) is code


def test_a_set_has_at_most_31_members() -> None:
    members = [validator(f"v{number:02}", f"p{number % 4}") for number in range(31)]
    names = [f"p{number}" for number in range(4)]
    document = genesis(
        participants=(*PARTICIPANTS, *(participant(name) for name in names)), validators=members
    )
    ledger = running(document)
    closed = ledger.agree(["p0", "p1", "p2"], add("v99", "fiu"))
    assert Code(closed.code) is Code.VALIDATOR_LIMIT


def test_removal_counts_who_signed_and_not_who_is_said_to_be_online() -> None:
    """N = 6 with two down: removing a live one would leave 3 of 5, below q = 4 (R13)."""
    names = [*OPERATORS, "fiu", "tax"]
    document = genesis(validators=[validator(f"{name}-node", name) for name in names])
    ledger = Ledger(document)
    live = sorted(f"{name}-node" for name in OPERATORS)
    ledger.block(signers=live)
    four = list(OPERATORS)
    removal = Propose(
        operations=(encode(RemoveValidator(id="treasury-node")),),
        approvers=(),
        expires_on=DATE + datetime.timedelta(9),
    )
    receipt = ledger.block(ledger.transaction(four[0], removal), signers=live).receipts[0]
    proposal = proposal_id(receipt.tx_id, 0)
    for name in four[1:]:
        ledger.block(ledger.transaction(name, approve(ledger, proposal)), signers=live)
    closed = ledger.receipts()[0].events[-1]
    assert isinstance(closed, ProposalClosed)
    assert Code(closed.code) is Code.NOT_LIVE_ENOUGH


def approve(ledger: Ledger, proposal: bytes) -> msgspec.Struct:
    record = ledger.state.get(PROPOSAL, proposal)
    assert record is not None
    return Approve(proposal_id=proposal, operations_digest=record.operations_digest)


@pytest.mark.parametrize(
    ("sender", "operation", "code"),
    [
        ("treasury", rotate("treasury-node"), Code.OK),
        ("treasury", rotate("nobody-node"), Code.NOT_FOUND),
        ("bank-a", rotate("treasury-node"), Code.NOT_AUTHORISED),
        ("treasury", rotate("treasury-node", proof=proof(999)), Code.NOT_LIVE_ENOUGH),
        (
            "treasury",
            rotate("treasury-node", public_key=digest("network regulator-node")),
            Code.KEY_IN_USE,
        ),
    ],
)
def test_key_rotation(sender: str, operation: RotateValidatorKeys, code: Code) -> None:
    assert running().code(sender, operation) is code


def test_evidence_is_recorded_once_for_a_height() -> None:
    ledger = running()
    report = ReportMisbehaviour(validator="fiu-node", accused_height=2, evidence=b"two messages")
    assert ledger.code("treasury", report) is Code.NOT_FOUND
    report = msgspec.structs.replace(report, validator="regulator-node")
    assert ledger.code("bank-a", report) is Code.NOT_AUTHORISED
    early = msgspec.structs.replace(report, accused_height=99)
    assert ledger.code("treasury", early) is Code.BAD_FIELD
    assert ledger.code("treasury", report) is Code.OK
    assert ledger.code("treasury", report) is Code.ALREADY_EXISTS
    record = ledger.state.get(MISBEHAVIOUR, "regulator-node", 2, addr("treasury"))
    assert record is not None
    assert record.reporter == addr("treasury")


def test_the_shell_learns_which_signatures_stand_inside_operations() -> None:
    ledger = Ledger()
    entry = add("fifth", "fiu")
    new = entry.validator
    message = entry_message("mohur-test", "fifth", new.public_key, 3, header_digest(3))
    expected = [EmbeddedSignature(new.public_key, message, bytes(64))]
    proposed = Propose(
        operations=(encode(entry), b"\x01"), approvers=(), expires_on=DATE + datetime.timedelta(9)
    )
    for operation in (entry, proposed):
        tx = decoded(ledger.transaction("treasury", operation))
        assert embedded_signatures(tx.signed.transaction) == expected
    plain = decoded(ledger.transaction("treasury", RemoveValidator(id="x")))
    assert embedded_signatures(plain.signed.transaction) == []
