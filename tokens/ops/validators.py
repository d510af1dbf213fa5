"""Changes of the validator set, effective two heights later, and evidence (03, R11 and R13).

Rules of this file:
1. A new key comes with its owner's word: a signature over the digest of one of the last 100 blocks.
   The shell checks the signature with the transaction's own (tokens/embedded.py); the ledger checks
   that the digest is the chain's.
2. After a change at least q(n) members must have signed a certificate in the last 10 n blocks or
   enter with such a proof. This is data of the chain, not anybody's opinion of who is online.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens.authority import VALIDATOR_POLICY
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.entry import EntryProof
from tokens.events import MisbehaviourReported, ValidatorsChanged
from tokens.records.governance import (
    EVIDENCE_BYTES_MAX,
    MISBEHAVIOUR,
    VALIDATOR_SETS,
    VALIDATORS_MAX,
    Misbehaviour,
    Validator,
    ValidatorSets,
)
from tokens.records.parties import PARTICIPANT
from tokens.records.system import CHAIN
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import BlockHeight, OperationClass, PublicKey, ValidatorName
from tokens.validators import (
    LIVE_BLOCKS_EACH,
    changed,
    is_recent_digest,
    latest,
    observers,
    per_operator_max,
    quorum,
    signed_recently,
    validators_hash,
)

VALIDATORS_MIN = 4
"""Fewest validators outside dev networks."""

_EVIDENCE = b"mohur/evidence/v1"


class AddValidator(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=142,
):
    """Add a member, or replace the one of the same id."""

    validator: Validator
    """The member; its operator is a participant."""
    proof: EntryProof
    """Its new key's word on a recent block."""
    replaces: ValidatorName | None
    """Member that leaves in the same step, or None."""


class RemoveValidator(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=143,
):
    """Remove a member."""

    id: ValidatorName
    """The member."""


class RotateValidatorKeys(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=144,
):
    """Give a member new keys; its operator must agree."""

    id: ValidatorName
    """The member."""
    public_key: PublicKey
    """New consensus key."""
    network_key: PublicKey
    """New key of its TLS certificate."""
    proof: EntryProof
    """The new consensus key's word on a recent block."""


class ReportMisbehaviour(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=146,
):
    """Record evidence that a validator signed two things; each reporter's first for its height."""

    validator: ValidatorName
    """The accused."""
    accused_height: BlockHeight
    """Height of the messages."""
    evidence: Annotated[
        bytes,
        msgspec.Meta(min_length=1, max_length=EVIDENCE_BYTES_MAX, extra={"form": "hex"}),
    ]
    """The two signed messages in wire form: opaque here, checked by whoever reads it."""


def _set_refusals(
    context: Context, members: tuple[Validator, ...], proven: str | None
) -> Iterator[Refusal]:
    """What any new set must meet: size, keys apart, operators, liveness (R13)."""
    chain = context.state.get(CHAIN)
    is_dev = chain is not None and chain.is_dev
    count = len(members)
    if count > VALIDATORS_MAX or count < (1 if is_dev else VALIDATORS_MIN):
        yield Refusal(Code.VALIDATOR_LIMIT)
        return
    keys = [key for member in members for key in (member.public_key, member.network_key)]
    own = {member.id: member.network_key for member in members}
    listed = observers(context.state)
    keys += [entry.network_key for entry in listed if own.get(entry.id) != entry.network_key]
    if len(set(keys)) != len(keys):
        yield Refusal(Code.KEY_IN_USE)
    operators = [member.operator for member in members]
    if max(operators.count(operator) for operator in operators) > per_operator_max(count):
        yield Refusal(Code.TOO_MANY_PER_OPERATOR)
    signed = signed_recently(context.state, context.height, LIVE_BLOCKS_EACH * count)
    live = sum(1 for member in members if member.id in signed or member.id == proven)
    if live < quorum(count):
        yield Refusal(Code.NOT_LIVE_ENOUGH)


def _proof_refusals(context: Context, proof: EntryProof) -> Iterator[Refusal]:
    if not is_recent_digest(context.state, context.height, proof.height, proof.digest):
        yield Refusal(Code.NOT_LIVE_ENOUGH)


def _without(members: tuple[Validator, ...], *ids: str | None) -> tuple[Validator, ...]:
    return tuple(member for member in members if member.id not in ids)


def _change(context: Context, members: tuple[Validator, ...]) -> None:
    sets = context.state.get(VALIDATOR_SETS)
    if sets is None:
        raise ValueError("no validator set in the state")
    after: ValidatorSets = changed(sets, context.height, members)
    context.state.put(VALIDATOR_SETS, after)
    context.emit(
        ValidatorsChanged(
            effective_height=after.next_from, validators_hash=validators_hash(after.next)
        )
    )


def check_add(context: Context, operation: AddValidator) -> Iterator[Refusal]:
    """New id (an observer's only with its operator), known operator, a recent digest, the set."""
    members = latest(context.state, context.height)
    new = operation.validator
    rest = _without(members, operation.replaces)
    if operation.replaces is not None and len(rest) == len(members):
        yield Refusal(Code.NOT_FOUND)
    listed = [entry.operator for entry in observers(context.state) if entry.id == new.id]
    if any(member.id == new.id for member in rest) or listed not in ([], [new.operator]):
        yield Refusal(Code.ALREADY_EXISTS)
        return
    if context.state.get(PARTICIPANT, new.operator) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    yield from _proof_refusals(context, operation.proof)
    yield from _set_refusals(context, (*rest, new), new.id)


def apply_add(context: Context, operation: AddValidator) -> None:
    """In force two heights later."""
    members = latest(context.state, context.height)
    _change(context, (*_without(members, operation.replaces), operation.validator))


def check_remove(context: Context, operation: RemoveValidator) -> Iterator[Refusal]:
    """A member, and enough live ones without it."""
    members = latest(context.state, context.height)
    rest = _without(members, operation.id)
    if len(rest) == len(members):
        yield Refusal(Code.NOT_FOUND)
        return
    yield from _set_refusals(context, rest, None)


def apply_remove(context: Context, operation: RemoveValidator) -> None:
    """Gone two heights later."""
    _change(context, _without(latest(context.state, context.height), operation.id))


def _rotated(
    members: tuple[Validator, ...], operation: RotateValidatorKeys
) -> tuple[Validator, ...]:
    return tuple(
        Validator(
            id=member.id,
            public_key=operation.public_key,
            network_key=operation.network_key,
            operator=member.operator,
        )
        if member.id == operation.id
        else member
        for member in members
    )


def check_rotate(context: Context, operation: RotateValidatorKeys) -> Iterator[Refusal]:
    """A member, its operator agrees, a recent digest, keys apart, enough live ones."""
    members = latest(context.state, context.height)
    found = [member for member in members if member.id == operation.id]
    if not found:
        yield Refusal(Code.NOT_FOUND)
        return
    if found[0].operator not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    yield from _proof_refusals(context, operation.proof)
    yield from _set_refusals(context, _rotated(members, operation), operation.id)


def apply_rotate(context: Context, operation: RotateValidatorKeys) -> None:
    """New keys two heights later; the old ones are useless from then on."""
    _change(context, _rotated(latest(context.state, context.height), operation))


def check_report(context: Context, operation: ReportMisbehaviour) -> Iterator[Refusal]:
    """From an operator of the set, about a member, once for each height by each."""
    members = latest(context.state, context.height)
    if not any(member.operator in context.actors.participants for member in members):
        yield Refusal(Code.NOT_AUTHORISED)
    if not any(member.id == operation.validator for member in members):
        yield Refusal(Code.NOT_FOUND)
    if not 1 <= operation.accused_height <= context.height:
        yield Refusal(Code.BAD_FIELD)
    place = (operation.validator, operation.accused_height, context.actors.sender)
    if context.state.get(MISBEHAVIOUR, *place) is not None:
        yield Refusal(Code.ALREADY_EXISTS)


def apply_report(context: Context, operation: ReportMisbehaviour) -> None:
    """The digest stays in the state, the bytes in the transaction."""
    record = Misbehaviour(
        validator=operation.validator,
        accused_height=operation.accused_height,
        reporter=context.actors.sender,
        reported_at=context.height,
        digest=tagged_hash(_EVIDENCE, operation.evidence),
    )
    context.state.put(MISBEHAVIOUR, record)
    context.emit(
        MisbehaviourReported(
            validator=record.validator,
            accused_height=record.accused_height,
            reporter=record.reporter,
        )
    )


_SET_CODES = (
    Code.VALIDATOR_LIMIT,
    Code.KEY_IN_USE,
    Code.TOO_MANY_PER_OPERATOR,
    Code.NOT_LIVE_ENOUGH,
)

ADD_VALIDATOR = OperationSpec(
    operation=AddValidator,
    name="add_validator",
    family="validators",
    operation_class=OperationClass.GOVERN,
    check=check_add,
    apply=apply_add,
    approval=VALIDATOR_POLICY,
    codes=(Code.NOT_FOUND, Code.ALREADY_EXISTS, Code.UNKNOWN_PARTICIPANT, *_SET_CODES),
)

REMOVE_VALIDATOR = OperationSpec(
    operation=RemoveValidator,
    name="remove_validator",
    family="validators",
    operation_class=OperationClass.GOVERN,
    check=check_remove,
    apply=apply_remove,
    approval=VALIDATOR_POLICY,
    codes=(Code.NOT_FOUND, Code.VALIDATOR_LIMIT, Code.TOO_MANY_PER_OPERATOR, Code.NOT_LIVE_ENOUGH),
)

ROTATE_VALIDATOR_KEYS = OperationSpec(
    operation=RotateValidatorKeys,
    name="rotate_validator_keys",
    family="validators",
    operation_class=OperationClass.GOVERN,
    check=check_rotate,
    apply=apply_rotate,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.KEY_IN_USE, Code.NOT_LIVE_ENOUGH),
)

REPORT_MISBEHAVIOUR = OperationSpec(
    operation=ReportMisbehaviour,
    name="report_misbehaviour",
    family="validators",
    operation_class=OperationClass.GOVERN,
    check=check_report,
    apply=apply_report,
    codes=(Code.NOT_AUTHORISED, Code.NOT_FOUND, Code.BAD_FIELD, Code.ALREADY_EXISTS),
)
