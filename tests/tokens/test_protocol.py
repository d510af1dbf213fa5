"""Protocol versions: signals, activation, what changes with it, replay over it (04; ADR 0019)."""

import dataclasses
import datetime

import msgspec
import pytest

from tests.tokens.support import DATE, MONEY, OPERATORS, Ledger, addr, header_digest
from tests.tokens.test_governance import QUORUM, add, running
from tokens import execution
from tokens.block import Block
from tokens.codec import encode
from tokens.context import Context
from tokens.events import ActivationLapsed, ActivationScheduled, ProtocolActivated
from tokens.ledger import Ledger as Core
from tokens.ops import SPEC_OF
from tokens.ops.grants import GrantPower, RevokeGrant
from tokens.ops.proposals import Propose
from tokens.ops.protocol import AHEAD_MAX, Activate, SignalSupport
from tokens.ops.transfer import Transfer
from tokens.protocol import PROTOCOL_VERSION, activation_id, version_in_force
from tokens.records.proposals import PROPOSAL, ProposalStatus
from tokens.records.protocol import ACTIVATION, SUPPORT, Activation
from tokens.registry import OperationSpec
from tokens.results import Code
from tokens.store import MemoryStore
from tokens.transaction import decode_transaction

NEXT = PROTOCOL_VERSION + 1
PAYMENT = Transfer(
    asset=MONEY,
    source=addr("bank-a-cash"),
    target=addr("bank-b-cash"),
    amount=5,
    end_to_end_ref="",
)


def signal(operator: str, version: int = NEXT) -> SignalSupport:
    return SignalSupport(validator=f"{operator}-node", protocol_version=version)


def signalled(ledger: Ledger, *operators: str, version: int = NEXT) -> None:
    for operator in operators:
        ledger.ok(operator, signal(operator, version))


def activate(ledger: Ledger, ahead: int = 6, version: int = NEXT) -> int:
    """Agreed by a quorum; the height of the activation, `ahead` above the block of the proposal."""
    height = ledger.height + ahead
    closed = ledger.agree(QUORUM, Activate(protocol_version=version, height=height))
    assert Code(closed.code) is Code.OK
    return height


def idle_to(ledger: Ledger, height: int) -> None:
    while ledger.height < height:
        ledger.block()


def since_next(monkeypatch: pytest.MonkeyPatch, operation: type[msgspec.Struct]) -> None:
    """As if this software knew the next version, and only that one had the operation."""
    spec = SPEC_OF[operation]
    monkeypatch.setitem(SPEC_OF, operation, dataclasses.replace(spec, since=NEXT))
    assert execution.RUNNER.version == PROTOCOL_VERSION


@pytest.mark.parametrize(
    ("sender", "operation", "code"),
    [
        ("treasury", signal("treasury"), Code.OK),
        ("treasury", signal("treasury", PROTOCOL_VERSION), Code.OK),
        ("treasury", SignalSupport(validator="fiu-node", protocol_version=NEXT), Code.NOT_FOUND),
        ("bank-a", signal("treasury"), Code.NOT_AUTHORISED),
    ],
)
def test_a_signal_is_the_word_of_the_operator(
    sender: str, operation: SignalSupport, code: Code
) -> None:
    assert running().code(sender, operation) is code


def test_a_signal_is_kept_once_and_may_be_taken_back() -> None:
    ledger = running()
    signalled(ledger, "treasury")
    assert ledger.code("treasury", signal("treasury")) is Code.ALREADY_EXISTS
    signalled(ledger, "treasury", version=PROTOCOL_VERSION)
    record = ledger.state.get(SUPPORT, "treasury-node")
    assert record is not None
    assert (record.protocol_version, record.signalled_at) == (PROTOCOL_VERSION, ledger.height)


@pytest.mark.parametrize("supporters", [0, 1, 2])
def test_fewer_than_a_quorum_activates_nothing(supporters: int) -> None:
    ledger = running()
    signalled(ledger, *OPERATORS[:supporters])
    operation = Activate(protocol_version=NEXT, height=ledger.height + 6)
    assert Code(ledger.agree(QUORUM, operation).code) is Code.NOT_ENOUGH_SUPPORT


@pytest.mark.parametrize(
    ("version", "height", "code"),
    [
        (PROTOCOL_VERSION, 60, Code.VERSION_NOT_LATER),
        (NEXT + 1, 60, Code.NOT_ENOUGH_SUPPORT),
        (NEXT, 1, Code.BAD_HEIGHT),
        (NEXT, AHEAD_MAX * 2, Code.BAD_HEIGHT),
        (NEXT, 60, Code.OK),
    ],
)
def test_what_may_be_activated(version: int, height: int, code: Code) -> None:
    ledger = running()
    signalled(ledger, *QUORUM)
    operation = Activate(protocol_version=version, height=height)
    assert ledger.code("treasury", operation) is Code.NEEDS_APPROVAL
    assert Code(ledger.agree(QUORUM, operation).code) is code


@pytest.mark.parametrize(("ahead", "code"), [(1, Code.BAD_HEIGHT), (2, Code.OK)])
def test_an_activation_lies_at_least_two_heights_ahead(ahead: int, code: Code) -> None:
    """The operation runs in the block of the last approval."""
    ledger = running()
    signalled(ledger, *QUORUM)
    runs_at = ledger.height + len(QUORUM)
    operation = Activate(protocol_version=NEXT, height=runs_at + ahead)
    assert Code(ledger.agree(QUORUM, operation).code) is code


def test_a_signal_below_the_version_in_force_says_nothing() -> None:
    ledger = running()
    signalled(ledger, *QUORUM)
    idle_to(ledger, activate(ledger))
    assert ledger.code("treasury", signal("treasury", 1)) is Code.VERSION_NOT_LATER


def test_the_version_changes_between_two_blocks_with_a_receipt() -> None:
    ledger = running()
    signalled(ledger, *QUORUM)
    height = activate(ledger)
    assert isinstance(ledger.receipts()[0].events[-2], ActivationScheduled)
    idle_to(ledger, height - 2)
    assert version_in_force(ledger.state) == PROTOCOL_VERSION
    ledger.block()
    receipt = ledger.receipts()[-1]
    decided = Activation(protocol_version=NEXT, height=height, decided_at=0)
    assert receipt.tx_id == activation_id(decided)
    assert receipt.events == (ProtocolActivated(protocol_version=NEXT, height=height),)
    assert ledger.core.limits.protocol_version == NEXT
    assert ledger.state.get(ACTIVATION) is None
    ledger.block()
    assert ledger.receipts() == ()


def test_an_activation_lapses_when_its_supporters_take_their_word_back() -> None:
    ledger = running()
    signalled(ledger, *QUORUM)
    height = activate(ledger, ahead=8)
    signalled(ledger, "treasury", version=PROTOCOL_VERSION)
    idle_to(ledger, height - 1)
    expected = (ActivationLapsed(protocol_version=NEXT, height=height),)
    assert ledger.receipts()[-1].events == expected
    assert version_in_force(ledger.state) == PROTOCOL_VERSION
    assert ledger.state.get(ACTIVATION) is None


def test_members_that_joined_meanwhile_count() -> None:
    """Three of four knew the version; of six members four would have to."""
    ledger = running()
    signalled(ledger, *QUORUM)
    height = activate(ledger, ahead=12)
    assert ledger.agree(QUORUM, add("fifth", "fiu"), add("sixth", "tax")).code == 0
    idle_to(ledger, height - 1)
    assert isinstance(ledger.receipts()[-1].events[0], ActivationLapsed)


def test_the_word_of_a_former_operator_is_void() -> None:
    ledger = running()
    signalled(ledger, *QUORUM)
    height = activate(ledger, ahead=12)
    successor = msgspec.structs.replace(add("x", "fiu", replaces="treasury-node"))
    member = msgspec.structs.replace(successor.validator, id="treasury-node")
    operation = msgspec.structs.replace(successor, validator=member)
    assert ledger.agree(QUORUM, operation).code == 0
    idle_to(ledger, height - 1)
    assert isinstance(ledger.receipts()[-1].events[0], ActivationLapsed)


def test_a_later_decision_replaces_an_earlier_one() -> None:
    ledger = running()
    signalled(ledger, *QUORUM)
    first = activate(ledger, ahead=20)
    second = activate(ledger, ahead=10)
    assert second < first
    idle_to(ledger, second - 1)
    assert version_in_force(ledger.state) == NEXT
    idle_to(ledger, first)
    assert ledger.receipts() == ()


def test_an_operation_of_the_next_version_is_unknown_until_it_is_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To a transaction, to a proposal and to a grant alike.

    Else nodes that know it already would compute other receipts than nodes that do not.
    """
    ledger = running()
    since_next(monkeypatch, Transfer)
    since_next(monkeypatch, RevokeGrant)
    lent = GrantPower(
        grantor=addr("bank-a"),
        grantee=addr("bank-b"),
        operation="revoke_grant",
        asset=MONEY,
        sources=(),
        targets=(),
        cap_call=5,
        cap_day=5,
        cap_total=5,
        expires_on=DATE + datetime.timedelta(30),
    )
    stored = Propose(
        operations=(encode(PAYMENT),), approvers=(), expires_on=DATE + datetime.timedelta(9)
    )
    assert ledger.admission(ledger.transaction("bank-a", PAYMENT)) is Code.UNKNOWN_OPERATION
    assert ledger.code("bank-a", stored) is Code.BAD_FIELD
    assert ledger.code("bank-a", lent) is Code.BAD_FIELD
    signalled(ledger, *QUORUM)
    idle_to(ledger, activate(ledger) - 1)
    ledger.ok("bank-a", PAYMENT)
    ledger.ok("bank-a", stored)
    ledger.ok("bank-a", lent)


def test_a_stored_proposal_runs_under_the_version_of_its_last_approval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An operation whose meaning changed asks the runner which version is in force."""
    spec = SPEC_OF[Transfer]
    kind: type[msgspec.Struct] = Transfer
    seen: list[int] = []

    def apply(context: Context, operation: msgspec.Struct) -> None:
        seen.append(context.runner.version)
        spec.apply(context, operation)

    changed: OperationSpec[msgspec.Struct] = dataclasses.replace(spec, apply=apply)
    monkeypatch.setitem(SPEC_OF, kind, changed)
    ledger = running()
    before = ledger.propose("bank-a", PAYMENT, approvers=["bank-b"])
    after = ledger.propose("bank-a", PAYMENT, approvers=["bank-b"])
    ledger.approve("bank-b", before)
    signalled(ledger, *QUORUM)
    idle_to(ledger, activate(ledger) - 1)
    ledger.approve("bank-b", after)
    assert seen == [PROTOCOL_VERSION, NEXT]
    for proposal in (before, after):
        record = ledger.state.get(PROPOSAL, proposal)
        assert record is not None
        assert record.status is ProposalStatus.EXECUTED


def test_replay_over_an_activation_gives_the_same_roots() -> None:
    """Old versions stay for replay: a second ledger runs the same bytes from genesis."""
    first = Ledger()
    blocks: list[tuple[bytes, ...]] = []
    store = MemoryStore()
    second = Ledger(first.genesis)
    store.write(second.store.iterate(b"", b"\xff"))
    replay = Core(store, 0)
    apply = first.block

    def kept(*transactions: bytes, **options: object) -> object:
        blocks.append(transactions)
        return apply(*transactions, **options)  # type: ignore[arg-type]

    first.block = kept  # type: ignore[assignment,method-assign]
    first.idle(6)
    signalled(first, *QUORUM)
    height = activate(first)
    idle_to(first, height - 1)
    first.ok("bank-a", PAYMENT)
    for at, (transactions, expected) in enumerate(zip(blocks, first.results, strict=True), 1):
        decoded = [decode_transaction(data) for data in transactions]
        result = replay.preview(
            Block(
                height=at,
                transactions=tuple(decoded),  # type: ignore[arg-type]
                parent=header_digest(at - 1),
                signers=tuple(member.id for member in first.genesis.validators) if at > 1 else (),
            )
        )
        assert result.root == expected.root, at
        store.write(replay.writes(result))
        replay.absorb(result)
    assert replay.limits.protocol_version == NEXT
