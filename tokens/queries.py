"""Reads for RPC and tools: pure functions of an overlay, each with a bounded answer.

Rules of this file:
1. A page has a limit of at most PAGE_MAX and a cursor that is the last row's order key.
2. Who may see what is decided by the shell; here is only what is there.
"""

from typing import NamedTuple

from tokens.records.governance import VALIDATOR_SETS, Validator
from tokens.records.kind import Key
from tokens.records.parties import ACCOUNT, Account
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


def accounts_of(
    state: Overlay, servicer: bytes, *, after: bytes | None = None, limit: int = PAGE_MAX
) -> list[Account]:
    """Accounts that a participant services, in order of address."""
    index = ACCOUNT.indexes[0]
    cursor: Key | None = None if after is None else (servicer, after)
    return state.scan(ACCOUNT, index, (servicer,), after=cursor, limit=min(limit, PAGE_MAX))
