"""Who may act: keys, roles, accounts, approvals.

Rules of this file:
1. Authority is read from the state of the block that runs the operation, never from the time of an
   approval.
2. An account with a key policy of its own is moved by these keys only; without one by its holder,
   and a client's by its servicer (page 04).
3. An account's keys never carry a role.
4. While its recovery is open, an account's keys sign nothing but an objection and complaints.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from tokens.context import Context
from tokens.records.governance import VALIDATOR_SETS, ValidatorSets
from tokens.records.parties import (
    ACCOUNT,
    KEY_OWNER,
    PARTICIPANT,
    Account,
    KeyOwner,
    KeyPolicy,
    Participant,
)
from tokens.records.proposals import APPROVAL_POLICY, ApprovalPolicy
from tokens.results import Code
from tokens.state import Overlay
from tokens.types import NO_ADDRESS, AccountStatus, Role

EMERGENCY_POLICY = "emergency"
"""Stands in for the policy of an operation that says so (page 04: a policy that can no longer be
met)."""

FREEZING_ROLES = (Role.SECURITIES_REGULATOR, Role.VA_REGULATOR, Role.FIU, Role.TAX_AUTHORITY)
"""Who may freeze. A role that may freeze may not move, and the reverse: the central bank moves."""

SERVICING_ROLES = (Role.CENTRAL_BANK, Role.BANK_CUSTODIAN, Role.VASP)
"""Who may service accounts."""

VALIDATOR_POLICY = "validators"
"""Changes of the validator set, of approval policies and of parameters."""


def may_act_for(context: Context, account: Account) -> bool:
    """Whether those behind the operation may dispose of an account."""
    actors = context.actors
    if account.policy is not None:
        return account.id in actors.accounts
    return (
        account.servicer if account.holder == NO_ADDRESS else account.holder
    ) in actors.participants


def with_role(context: Context, *roles: Role) -> Participant | None:
    """The first agreeing participant that holds one of the roles, or None."""
    for address in context.actors.participants:
        participant = context.state.get(PARTICIPANT, address)
        if participant is not None and any(role in participant.roles for role in roles):
            return participant
    return None


def has_role(context: Context, *roles: Role) -> bool:
    """Whether an agreeing participant holds one of the roles."""
    return with_role(context, *roles) is not None


def policy_of(state: Overlay, address: bytes) -> KeyPolicy | None:
    """Key policy of a participant or account, or None if it has none or is unknown."""
    participant = state.get(PARTICIPANT, address)
    if participant is not None:
        return participant.policy
    account = state.get(ACCOUNT, address)
    return None if account is None else account.policy


def key_policy_refusal(state: Overlay, owner: bytes, policy: KeyPolicy) -> Code | None:
    """Why a policy cannot be an owner's, or None.

    BAD_KEY_POLICY: not m of n ascending keys. KEY_IN_USE: a key belongs to another policy.
    """
    keys = policy.keys
    if policy.threshold > len(keys):
        return Code.BAD_KEY_POLICY
    if any(first >= second for first, second in pairwise(keys)):
        return Code.BAD_KEY_POLICY
    for key in keys:
        known = state.get(KEY_OWNER, key)
        if known is not None and known.owner != owner:
            return Code.KEY_IN_USE
    return None


def replace_keys(
    state: Overlay, owner: bytes, old: KeyPolicy | None, new: KeyPolicy | None
) -> None:
    """Record whose the keys are. Keys of an old policy are free again."""
    kept = () if new is None else new.keys
    for key in () if old is None else old.keys:
        if key not in kept:
            state.delete(KEY_OWNER, key)
    for key in kept:
        state.put(KEY_OWNER, KeyOwner(key=key, owner=owner))


def approval_refusal(context: Context, name: str, *, emergency: bool = False) -> Code | None:
    """NEEDS_APPROVAL unless those behind the operation meet the named policy.

    With `emergency` the emergency policy stands in.
    """
    if policy_is_met(context, context.actors.participants, name, emergency=emergency):
        return None
    return Code.NEEDS_APPROVAL


def recovery_refusal(context: Context) -> Code | None:
    """RECOVERY_OPEN where keys that may be lost stand behind an operation.

    Whoever has them must not undo what the owner meant either: take back an election or a bid.
    """
    for address in context.actors.accounts:
        account = context.state.get(ACCOUNT, address)
        if account is not None and account.status is AccountStatus.RECOVERING:
            return Code.RECOVERY_OPEN
    return None


def policy_is_met(
    context: Context, participants: Sequence[bytes], name: str, *, emergency: bool = False
) -> bool:
    """Whether these participants, as they stand in this block, meet the named policy."""
    state = context.state
    agreeing = [
        participant
        for address in participants
        if (participant := state.get(PARTICIPANT, address)) is not None
    ]
    sets = state.get(VALIDATOR_SETS)
    for policy_name in (name, EMERGENCY_POLICY) if emergency else (name,):
        policy = state.get(APPROVAL_POLICY, policy_name)
        if policy is not None and meets(policy, agreeing, sets, context.height):
            return True
    return False


def meets(
    policy: ApprovalPolicy,
    agreeing: Sequence[Participant],
    validators: ValidatorSets | None,
    height: int,
) -> bool:
    """Whether participants that agree meet a policy (records/proposals.py says when)."""
    groups = {participant.control_group for participant in agreeing}
    if len(groups) < policy.approvals_min:
        return False
    if policy.validator_quorum and not _validator_quorum(agreeing, validators, height):
        return False
    strong = [entry for entry in agreeing if entry.policy.threshold >= policy.threshold_min]
    candidates = [
        sorted({entry.control_group for entry in strong if any(r in entry.roles for r in slot)})
        for slot in policy.required
    ]
    return _matching(candidates)


def _matching(candidates: Sequence[Sequence[str]]) -> bool:
    """Whether each slot can have its own control group (augmenting paths; at most 8 slots)."""
    slot_of: dict[str, int] = {}

    def place(slot: int, tried: list[str]) -> bool:
        for group in candidates[slot]:
            if group in tried:
                continue
            tried.append(group)
            if group not in slot_of or place(slot_of[group], tried):
                slot_of[group] = slot
                return True
        return False

    return all(place(slot, []) for slot in range(len(candidates)))


def _validator_quorum(
    agreeing: Iterable[Participant], sets: ValidatorSets | None, height: int
) -> bool:
    if sets is None:
        return False
    operators = {participant.id for participant in agreeing}
    members = sets.next if height + 1 >= sets.next_from else sets.current
    run = sum(1 for member in members if member.operator in operators)
    return 3 * run >= 2 * len(members)
