"""Participants and key policies: who is known, and with which keys."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens.authority import FREEZING_ROLES, key_policy_refusal, policy_of, replace_keys
from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.events import KeyPolicySet, ParticipantSet
from tokens.finance.lei import check_lei
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account, KeyPolicy, Participant
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    AccountStatus,
    Address,
    OperationClass,
    PublicKey,
    Role,
    Symbol,
    Text,
)

MOVING = (Role.CENTRAL_BANK,)
"""Roles that may move what is another's: they may not freeze."""

Jurisdiction = Annotated[str, msgspec.Meta(min_length=2, max_length=2, pattern="^[A-Z]{2}\\Z")]
Roles = Annotated[tuple[Role, ...], msgspec.Meta(max_length=13)]


class RegisterParticipant(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=1,
):
    """Enter a legal entity with its roles and keys."""

    id: Address
    """Chosen at random; never used before by a participant or an account."""
    name: Text
    """Legal name."""
    lei: Annotated[str, msgspec.Meta(max_length=20)]
    """ISO 17442, or empty."""
    jurisdiction: Jurisdiction
    """ISO 3166-1 alpha-2."""
    control_group: Symbol
    """Who controls it: one group counts once as an approver."""
    roles: Roles
    """Strictly ascending."""
    policy: KeyPolicy
    """How it signs; none of the keys belongs to another policy."""
    encryption_key: PublicKey
    """X25519 key that others seal data to."""


class UpdateParticipant(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=2,
):
    """Change what is known of a participant; its keys are its own business (set_key_policy)."""

    id: Address
    """The participant."""
    name: Text
    """Legal name."""
    lei: Annotated[str, msgspec.Meta(max_length=20)]
    """ISO 17442, or empty."""
    jurisdiction: Jurisdiction
    """ISO 3166-1 alpha-2."""
    control_group: Symbol
    """Who controls it."""
    roles: Roles
    """Strictly ascending; approvals given for a role that is gone no longer count."""
    encryption_key: PublicKey
    """X25519 key that others seal data to."""


class SetKeyPolicy(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=3,
):
    """Sign with other keys from the next operation on. Assets do not move."""

    owner: Address
    """Participant or account; its present keys sign (an account without: who acts for it)."""
    policy: KeyPolicy | None
    """The new keys; None = the account's holder or servicer signs (accounts only)."""


def _entry_refusals(entry: RegisterParticipant | UpdateParticipant) -> Iterator[Refusal]:
    if entry.lei and check_lei(entry.lei) is not None:
        yield Refusal(Code.BAD_CHECK_DIGIT)
    if any(first >= second for first, second in pairwise(entry.roles)):
        yield Refusal(Code.BAD_FIELD)
    freezes = any(role in FREEZING_ROLES for role in entry.roles)
    if freezes and any(role in MOVING for role in entry.roles):
        yield Refusal(Code.FREEZE_AND_MOVE)


def check_register(context: Context, operation: RegisterParticipant) -> Iterator[Refusal]:
    """Address, entry, keys."""
    state = context.state
    taken = state.get(PARTICIPANT, operation.id) or state.get(ACCOUNT, operation.id)
    if taken is not None or operation.id == NO_ADDRESS:
        yield Refusal(Code.ALREADY_EXISTS)
    yield from _entry_refusals(operation)
    code = key_policy_refusal(state, operation.id, operation.policy)
    if code is not None:
        yield Refusal(code)


def apply_register(context: Context, operation: RegisterParticipant) -> None:
    """The participant and the owners of its keys."""
    context.state.put(
        PARTICIPANT,
        Participant(
            id=operation.id,
            name=operation.name,
            lei=operation.lei,
            jurisdiction=operation.jurisdiction,
            control_group=operation.control_group,
            roles=operation.roles,
            policy=operation.policy,
            encryption_key=operation.encryption_key,
        ),
    )
    replace_keys(context.state, operation.id, None, operation.policy)
    context.emit(ParticipantSet(participant=operation.id))


def check_update(context: Context, operation: UpdateParticipant) -> Iterator[Refusal]:
    """Known, then the entry."""
    if context.state.get(PARTICIPANT, operation.id) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    yield from _entry_refusals(operation)


def apply_update(context: Context, operation: UpdateParticipant) -> None:
    """All but the keys."""
    known = context.state.get(PARTICIPANT, operation.id)
    if known is None:
        raise ValueError("update of an unknown participant")
    context.state.put(
        PARTICIPANT,
        Participant(
            id=operation.id,
            name=operation.name,
            lei=operation.lei,
            jurisdiction=operation.jurisdiction,
            control_group=operation.control_group,
            roles=operation.roles,
            policy=known.policy,
            encryption_key=operation.encryption_key,
        ),
    )
    context.emit(ParticipantSet(participant=operation.id))


def check_set_policy(context: Context, operation: SetKeyPolicy) -> Iterator[Refusal]:
    """The present keys agree; the new ones are free."""
    state, owner, actors = context.state, operation.owner, context.actors
    account = state.get(ACCOUNT, owner)
    if account is None and state.get(PARTICIPANT, owner) is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if account is None:
        if owner not in actors.participants:
            yield Refusal(Code.NOT_AUTHORISED)
    else:
        yield from _account_refusals(context, account)
    if operation.policy is None:
        if account is None:
            yield Refusal(Code.BAD_KEY_POLICY)
        return
    code = key_policy_refusal(state, owner, operation.policy)
    if code is not None:
        yield Refusal(code)


def _account_refusals(context: Context, account: Account) -> Iterator[Refusal]:
    if account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)
    if account.status is AccountStatus.RECOVERING:
        yield Refusal(Code.RECOVERY_OPEN)
    actors = context.actors
    acting = account.servicer if account.holder == NO_ADDRESS else account.holder
    agrees = (
        acting in actors.participants if account.policy is None else account.id in actors.accounts
    )
    if not agrees:
        yield Refusal(Code.NOT_AUTHORISED)
    if account.purpose in RESERVED:
        yield Refusal(Code.ACCOUNT_RESERVED)


def apply_set_policy(context: Context, operation: SetKeyPolicy) -> None:
    """Keys out, keys in."""
    state, owner = context.state, operation.owner
    replace_keys(state, owner, policy_of(state, owner), operation.policy)
    participant = state.get(PARTICIPANT, owner)
    account = state.get(ACCOUNT, owner)
    if participant is not None and operation.policy is not None:
        state.put(PARTICIPANT, msgspec.structs.replace(participant, policy=operation.policy))
    elif account is not None:
        state.put(ACCOUNT, msgspec.structs.replace(account, policy=operation.policy))
    context.emit(KeyPolicySet(owner=owner))


REGISTER_PARTICIPANT = OperationSpec(
    operation=RegisterParticipant,
    name="register_participant",
    family="participants",
    operation_class=OperationClass.GOVERN,
    check=check_register,
    apply=apply_register,
    approval="participants",
    codes=(
        Code.ALREADY_EXISTS,
        Code.BAD_CHECK_DIGIT,
        Code.BAD_FIELD,
        Code.FREEZE_AND_MOVE,
        Code.BAD_KEY_POLICY,
        Code.KEY_IN_USE,
    ),
)

UPDATE_PARTICIPANT = OperationSpec(
    operation=UpdateParticipant,
    name="update_participant",
    family="participants",
    operation_class=OperationClass.GOVERN,
    check=check_update,
    apply=apply_update,
    approval="participants",
    codes=(
        Code.UNKNOWN_PARTICIPANT,
        Code.BAD_CHECK_DIGIT,
        Code.BAD_FIELD,
        Code.FREEZE_AND_MOVE,
    ),
)

SET_KEY_POLICY = OperationSpec(
    operation=SetKeyPolicy,
    name="set_key_policy",
    family="participants",
    operation_class=OperationClass.GOVERN,
    check=check_set_policy,
    apply=apply_set_policy,
    codes=(
        Code.NOT_FOUND,
        Code.ACCOUNT_CLOSED,
        Code.RECOVERY_OPEN,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.BAD_KEY_POLICY,
        Code.KEY_IN_USE,
    ),
)
