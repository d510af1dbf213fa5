"""The validator set as the ledger decides it (03, R13 and Validator set)."""

from collections.abc import Iterable, Sequence

from tokens.codec import encode, tagged_hash
from tokens.records.governance import (
    OBSERVERS,
    VALIDATOR_SETS,
    Observer,
    Validator,
    ValidatorSets,
)
from tokens.records.system import BLOCK_NOTE
from tokens.state import Overlay

_DOMAIN = b"mohur/validators/v1"

LIVE_BLOCKS_EACH = 10
"""A member is live if it signed a certificate in the last 10 n blocks (R13)."""

ENTRY_BLOCKS = 100
"""A new member signs the digest of one of the last 100 blocks (R13)."""


def per_operator_max(count: int) -> int:
    """Most validators of one operator among `count`: floor((n-1)/3), at least one."""
    return max(1, (count - 1) // 3)


def quorum(count: int) -> int:
    """Validators that decide: ceil(2n/3). consensus/quorum.py owns the derivation."""
    return (2 * count + 2) // 3


def set_of(sets: ValidatorSets, height: int) -> tuple[Validator, ...]:
    """The set in force at a height: the next one or the one after it."""
    return sets.next if height >= sets.next_from else sets.current


def validators_hash(members: Sequence[Validator]) -> bytes:
    """What headers call a set: validators_hash and next_validators_hash."""
    return tagged_hash(_DOMAIN, encode(tuple(members)))


def changed(sets: ValidatorSets, height: int, members: Iterable[Validator]) -> ValidatorSets:
    """The sets after a change in the block of `height`: `members` hold from height + 2."""
    ordered = tuple(sorted(members, key=lambda member: member.id))
    return ValidatorSets(current=set_of(sets, height + 1), next=ordered, next_from=height + 2)


def latest(state: Overlay, height: int) -> tuple[Validator, ...]:
    """The set that a change in the block of `height` starts from: that of height + 2."""
    sets = state.get(VALIDATOR_SETS)
    return () if sets is None else set_of(sets, height + 2)


def observers(state: Overlay) -> tuple[Observer, ...]:
    """The listed observers, ascending by id."""
    found = state.get(OBSERVERS)
    return () if found is None else found.members


def is_validator_key(state: Overlay, height: int, operator: bytes, key: bytes) -> bool:
    """Whether `key` signs votes at `height` for a validator that `operator` runs."""
    sets = state.get(VALIDATOR_SETS)
    members = () if sets is None else set_of(sets, height)
    return any(each.operator == operator and each.public_key == key for each in members)


def signed_recently(state: Overlay, height: int, blocks: int) -> frozenset[str]:
    """Ids that signed a certificate carried by one of the last `blocks` blocks before `height`."""
    notes = [state.get(BLOCK_NOTE, at) for at in range(max(1, height - blocks), height)]
    return frozenset(name for note in notes if note is not None for name in note.signers)


def is_recent_digest(state: Overlay, height: int, block_height: int, digest: bytes) -> bool:
    """Whether `digest` is of the header of `block_height`, one of the last 100 before `height`."""
    if not max(0, height - 1 - ENTRY_BLOCKS) <= block_height < height - 1:
        return False
    note = state.get(BLOCK_NOTE, block_height + 1)
    return note is not None and note.parent == digest
