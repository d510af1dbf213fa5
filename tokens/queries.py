"""Reads for RPC and tools: pure functions of an overlay, each with a bounded answer.

Rules of this file:
1. A page has a limit of at most PAGE_MAX and a cursor that is the last row's order key.
2. Who may see what is decided by the shell; here is only what is there.
"""

from typing import NamedTuple

from tokens.authority import policy_is_met
from tokens.context import Context
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.parameters import PARAMETERS, parameter
from tokens.records.governance import VALIDATOR_SETS, Validator
from tokens.records.holdings import BANK_TOTAL, POSITION, SUPPLY, BankTotal, Position
from tokens.records.kind import Key
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account, Participant
from tokens.records.proposals import GRANT, PROPOSAL, Grant, Proposal
from tokens.records.system import CHAIN
from tokens.state import Overlay
from tokens.validators import set_of, validators_hash

PAGE_MAX = 1_000
"""Rows in one answer."""


class ValidatorView(NamedTuple):
    """The set of one height, as headers call it."""

    height: int
    members: tuple[Validator, ...]
    """Ascending by id."""
    hash: bytes


def validators_at(state: Overlay, height: int, at: int) -> ValidatorView | None:
    """The set in force at `at`, seen from the state after `height`.

    Known for height + 1 and height + 2 (validators_hash and next_validators_hash of the header of
    height + 1); None for others.
    """
    sets = state.get(VALIDATOR_SETS)
    if sets is None or not height + 1 <= at <= height + 2:
        return None
    members = set_of(sets, at)
    return ValidatorView(at, members, validators_hash(members))


def protocol_version(state: Overlay) -> int:
    """In force at the next height; 0 without genesis."""
    chain = state.get(CHAIN)
    return 0 if chain is None else chain.protocol_version


def parameters(state: Overlay) -> dict[str, int]:
    """All parameters in force, by name."""
    return {spec.name: parameter(state, spec.name) for spec in PARAMETERS}


def participants(
    state: Overlay, *, after: bytes | None = None, limit: int = PAGE_MAX
) -> list[Participant]:
    """In order of address, after an address."""
    index = PARTICIPANT.indexes[0]
    cursor: Key | None = None if after is None else (after,)
    return state.scan(PARTICIPANT, index, after=cursor, limit=min(limit, PAGE_MAX))


def accounts_of(
    state: Overlay, servicer: bytes, *, after: bytes | None = None, limit: int = PAGE_MAX
) -> list[Account]:
    """Accounts that a participant services, in order of address."""
    index = ACCOUNT.indexes[0]
    cursor: Key | None = None if after is None else (servicer, after)
    return state.scan(ACCOUNT, index, (servicer,), after=cursor, limit=min(limit, PAGE_MAX))


def balances(
    state: Overlay, account: bytes, *, after: str | None = None, limit: int = PAGE_MAX
) -> list[Position]:
    """Positions of an account, in order of asset."""
    index = POSITION.indexes[1]
    cursor: Key | None = None if after is None else (account, after)
    return state.scan(POSITION, index, (account,), after=cursor, limit=min(limit, PAGE_MAX))


def holders(
    state: Overlay, asset: str, *, after: bytes | None = None, limit: int = PAGE_MAX
) -> list[Position]:
    """Positions in an asset, in order of account."""
    index = POSITION.indexes[0]
    cursor: Key | None = None if after is None else (asset, after)
    return state.scan(POSITION, index, (asset,), after=cursor, limit=min(limit, PAGE_MAX))


def supply(state: Overlay, asset: str) -> int:
    """Units in existence, minor units."""
    record = state.get(SUPPLY, asset)
    return 0 if record is None else record.amount


def bank_totals(state: Overlay, servicer: bytes, *, limit: int = PAGE_MAX) -> list[BankTotal]:
    """Totals of a participant over the accounts that it services, in order of asset."""
    index = BANK_TOTAL.indexes[0]
    return state.scan(BANK_TOTAL, index, (servicer,), limit=min(limit, PAGE_MAX))


def proposals(
    state: Overlay,
    *,
    open_only: bool,
    after: tuple[int, bytes] | None = None,
    limit: int = PAGE_MAX,
) -> list[Proposal]:
    """In order of (height proposed, id)."""
    index = PROPOSAL.indexes[1 if open_only else 0]
    return state.scan(PROPOSAL, index, after=after, limit=min(limit, PAGE_MAX))


def missing_approvals(context: Context, proposal: Proposal) -> list[str]:
    """What an open proposal waits for: names of unmet policies, and hex of named approvers."""
    waiting = [a.hex() for a in proposal.approvers if a not in proposal.approvals]
    for data in proposal.operations:
        operation = context.runner.decode(data)
        if operation is None:
            continue
        spec = SPEC_OF[type(operation)]
        met = spec.approval is None or policy_is_met(
            context, proposal.approvals, spec.approval, emergency=spec.emergency
        )
        if not met and spec.approval is not None and spec.approval not in waiting:
            waiting.append(spec.approval)
    return waiting


def grants_of(state: Overlay, grantee: bytes, *, limit: int = PAGE_MAX) -> list[Grant]:
    """Power that a participant was lent."""
    return state.scan(GRANT, GRANT.indexes[1], (grantee,), limit=min(limit, PAGE_MAX))


def policy_names() -> list[str]:
    """Every approval policy that an operation names: genesis must have one for each."""
    names = [spec.approval for spec in OPERATIONS] + [spec.grant_policy for spec in OPERATIONS]
    return sorted({name for name in names if name is not None})
