"""May this node vote after a start? Rule R12, as a pure function of what the disk holds."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from node.storage.guard_types import GuardState


class StaleReason(StrEnum):
    """Why a guard does not prove what its key has signed."""

    MISSING = "missing"
    """There is no guard, or it cannot be told from none."""
    DAMAGED = "damaged"
    """Its bytes changed after they were durable."""
    FOREIGN_KEY = "foreign_key"
    """It belongs to another key."""
    BEHIND_STORE = "behind_store"
    """The store has seen a later sequence number: an older copy was put in place."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a start. It speaks of this disk only; what peers show comes on top (R12)."""

    stale: StaleReason | None
    """None: the guard is good. Else the node is an observer until a height above M + 2."""
    from_height: int
    """First height to vote at: the store has then decided the one before. 0 for a stale guard."""

    @property
    def votes(self) -> bool:
        """Whether the guard allows votes at all."""
        return self.stale is None


_UNUSABLE = {
    GuardState.MISSING: StaleReason.MISSING,
    GuardState.DAMAGED: StaleReason.DAMAGED,
    GuardState.FOREIGN: StaleReason.FOREIGN_KEY,
}


def judge(
    guard_state: GuardState,
    guard_sequence: int,
    guard_height: int,
    store_sequence: int,
    store_height: int,
) -> Verdict:
    """Judge a guard against the newest block batch of the store (R12).

    A sequence below the stored one is a restored old guard. A height below is nothing: the node
    synced blocks without voting, or stopped between deciding and its next vote. A guard ahead of
    the store is a store that was lost or restored: the node catches up before it votes. A FRESH
    guard beside a store that never saw a signature is a new validator; a key that has signed
    elsewhere must not be given a fresh guard, see `SignGuard.create`.

    Args:
        guard_state: what `SignGuard.open` found.
        guard_sequence: `SignGuard.sequence`.
        guard_height: `SignGuard.height`, the open height of the guard.
        store_sequence: number in the newest block batch, 0 if there is none.
        store_height: last decided height in the store, 0 if there is none.
    """
    reason = _UNUSABLE.get(guard_state)
    if reason is None and guard_sequence < store_sequence:
        reason = StaleReason.BEHIND_STORE
    if reason is not None:
        return Verdict(stale=reason, from_height=0)
    return Verdict(stale=None, from_height=max(guard_height, store_height + 1))
