"""What a validator takes up again after a start: its guard, and what the guard holds (R12).

Rules of this file:
1. A guard is made only together with a data folder, before the store: a power cut between the two
   leaves a guard without a store, and that is no observer at the next start.
2. A stale guard makes an observer. Nothing of it is trusted; it is replaced when the core may sign
   again.
"""

from collections.abc import Callable
from pathlib import Path

from consensus.restore import OwnKey, Restored
from consensus.types import ValidatorId, ValidatorSet
from node.chain import Chain
from node.key_ring import KeyRing
from node.signing_desk import (
    restored_certificates,
    restored_messages,
    restored_proposals,
)
from node.storage.durable import OS_DISK, Disk
from node.storage.guard_types import GuardDamaged, GuardState
from node.storage.sign_guard import GUARD_SUFFIX, SignGuard, judge
from tokens.results import Code
from tokens.transaction import DecodedTransaction, decode_transaction


def begin_guard(data: Path, public_key: bytes, disk: Disk = OS_DISK) -> None:
    """Make the guard of a key in a data folder that never held a store; else do nothing.

    A store that was moved aside counts: the key may have signed beside it.
    """
    if any(name.startswith("store") for name in disk.names(data)) or disk.names(data / "guard"):
        return
    SignGuard.create(data / "guard", public_key, disk=disk).close()


def open_guard(folder: Path, public_key: bytes, disk: Disk = OS_DISK) -> SignGuard:
    """The guard of a key, as it is found: maybe missing, damaged or of another key.

    Raises GuardFailed if the disk refuses.
    """
    try:
        return SignGuard.open(folder, public_key, disk)
    except GuardDamaged:
        path = folder / (public_key.hex() + GUARD_SUFFIX)
        return SignGuard(path, public_key, GuardState.DAMAGED, disk)


def stored_sequence(chain: Chain, ring: KeyRing) -> int:
    """Guard sequence for the next block batch.

    Never lowered: else one block synced beside an old guard would make it look current (R12).
    """
    return max(chain.guard_sequence, 0 if ring.desk is None else ring.desk.guard.sequence)


def restored(
    chain: Chain, ring: KeyRing, keep_body: Callable[[DecodedTransaction], object]
) -> Restored:
    """What the replica starts from; bodies of guarded blocks go to `keep_body`.

    `keep_body` checks their signatures: the guard holds what this node executed, but a cache of
    checks does not survive a restart.
    """
    tip = chain.tip
    ring.turn_to(tip.validators)
    if ring.desk is not None and ring.desk is not ring.named_by(tip.previous_validators):
        # The number in the store is still that of the key before.
        ring.desk.begin_turn(tip.height + 1, chain.guard_sequence)
    own = _own_key(chain, ring, keep_body)
    return Restored(
        tip=tip,
        recent_headers=chain.recent_headers(),
        signed=own.signed,
        proposals=own.proposals,
        certificates=own.certificates,
        guard_stale=own.guard_stale,
        guard_height=own.guard_height,
    )


def turned(
    chain: Chain, ring: KeyRing, keep_body: Callable[[DecodedTransaction], object]
) -> OwnKey | None:
    """After a block: whether another own key signs from the next height on, and what it left.

    None: the same one, whose guard has been told of the height. Raises GuardFailed.
    """
    height = chain.tip.height + 1
    if not ring.turn_to(chain.tip.validators):
        if ring.desk is not None:
            ring.desk.begin_height(height)
        return None
    if ring.desk is not None:
        ring.desk.begin_turn(height, chain.guard_sequence)
    return _own_key(chain, ring, keep_body)


def jumped(ring: KeyRing, members: ValidatorSet, height: int, sequence: int) -> None:
    """A snapshot is whole, after which the node opens at `height` with this set (R12).

    A key that took its turn at a height that the node never saw begins its guard there, as `turned`
    does: else the number of the key before it, which the new store takes over, would make that
    guard look like an old copy.

    Args:
        ring: as of the old store.
        members: the set of `height`.
        height: first one of the new store.
        sequence: guard sequence that the new store takes over.

    Raises GuardFailed if the disk refuses.
    """
    desk = ring.named_by(members)
    if desk is not None and desk is not ring.desk:
        desk.begin_turn(height, sequence)


def _own_key(
    chain: Chain, ring: KeyRing, keep_body: Callable[[DecodedTransaction], object]
) -> OwnKey:
    desk = ring.desk
    if desk is None:
        return OwnKey(validator=None)
    guard = desk.guard
    height = guard.height
    verdict = judge(guard.state, guard.sequence, height, chain.guard_sequence, chain.tip.height)
    if verdict.stale is not None:
        desk.distrust(chain.guard_sequence)
    blocks = restored_proposals(guard, height)
    for block in blocks:
        for body in block.bodies:
            decoded = decode_transaction(body)
            if not isinstance(decoded, Code):
                keep_body(decoded)
    found = OwnKey(
        validator=ValidatorId(ring.node_id),
        signed=restored_messages(guard, height),
        proposals=tuple((block.digest, block.proposal) for block in blocks),
        certificates=restored_certificates(guard, height),
        guard_stale=verdict.stale,
        guard_height=height,
    )
    # What is attached from now on belongs to the open height, also if another one signed last.
    desk.begin_height(chain.tip.height + 1)
    return found
