"""The consensus keys of one node, each with its guard; the set of a height names one (R12).

Rules of this file:
1. At each height at most one key signs: the one that the set of that height names for this node.
   With none the node observes.
2. A key's guard begins at the first height of its turn, above the number that the store has seen of
   the key before it; so an older copy of any guard is recognised at the next start.
"""

from collections.abc import Iterable

from consensus.types import ValidatorSet
from node.signing_desk import SigningDesk

KEYS_MAX = 8
"""Consensus keys of one node: the one in use, its successor, and some that were retired."""


class TooManyKeys(Exception):
    """More than KEYS_MAX consensus keys: remove those that were retired."""


class KeyRing:
    """All desks of a node and the one in use."""

    __slots__ = ("_desks", "desk", "node_id")

    def __init__(self, node_id: str, desks: Iterable[SigningDesk] = ()) -> None:
        """The first desk is in use until `turn_to` says otherwise; none: an observer for ever."""
        self.node_id = node_id
        self._desks: dict[bytes, SigningDesk] = {}
        for desk in desks:
            self.add(desk)
        self.desk: SigningDesk | None = next(iter(self._desks.values()), None)
        """What signs at the open height; None: the set names no key of this node."""

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Public keys, in the order in which they came."""
        return tuple(self._desks)

    def add(self, desk: SigningDesk) -> None:
        """One more key; it signs from the height at which a set names it. TooManyKeys."""
        if len(self._desks) >= KEYS_MAX and desk.public_key not in self._desks:
            raise TooManyKeys(f"more than {KEYS_MAX} consensus keys in the data folder")
        self._desks.setdefault(desk.public_key, desk)

    def named_by(self, validators: ValidatorSet) -> SigningDesk | None:
        """The desk whose key a set names for this node."""
        member = validators.get(self.node_id)
        return None if member is None else self._desks.get(member.public_key)

    def turn_to(self, validators: ValidatorSet) -> bool:
        """Use the key that a set names; whether it is another one than before."""
        before, self.desk = self.desk, self.named_by(validators)
        return before is not self.desk

    def close(self) -> None:
        """Release the files of all guards."""
        for desk in self._desks.values():
            desk.guard.close()
