"""Partitions by round: who hears whom in each half of each view of the first heights.

A message is cut off by the partition of the round that it belongs to, whenever it is sent, and one
without a view by that of its sender's. Connections stay up: retransmission is tried, and cut off
too. (ByzzFuzz and Twins both divide time so: Winter and others 2023, Bano and others 2020.)
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from consensus.replica import Replica
from node.wire.peer_messages import PeerMessage

GROUPS_MAX = 3
Groups = tuple[int, ...]
"""Number of the group of each process, in a stated order of processes."""
Place = tuple[int, int]
"""(height, view)."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Who hears whom in one view."""

    prepare: Groups
    """In ViewChanges to the view, in its PrePrepares and Prepares."""
    commit: Groups
    """In Commits and all else: a block may be prepared in one group and decided in another, or
    nowhere, and then carried on by a J."""


@lru_cache(maxsize=8)
def partitions(processes: int) -> tuple[Groups, ...]:
    """All ways to divide so many processes into at most GROUPS_MAX groups, each once.

    A group's number is that of its first process among the groups (restricted growth strings):
    5 processes give 41, 9 give 3,281.
    """
    found: list[Groups] = [()]
    for _ in range(processes):
        found = [
            (*groups, group)
            for groups in found
            for group in range(min(GROUPS_MAX, max(groups, default=-1) + 2))
        ]
    return tuple(found)


class Rounds:
    """The partitions of one execution, as a filter of the network."""

    def __init__(
        self,
        splits: Mapping[Place, Split],
        processes: tuple[str, ...],
        replica_of: Callable[[str], Replica],
    ) -> None:
        self._splits = splits
        self._at = {process: at for at, process in enumerate(processes)}
        self._replica_of = replica_of

    def cut(self, source: str, target: str, message: PeerMessage) -> bool:
        """Whether a message is lost."""
        match message:
            case PrePrepare() | Prepare():
                place, early = (message.height, message.view), True
            case Commit():
                place, early = (message.height, message.view), False
            case ViewChange(head=head):
                place, early = (head.height, head.view), True
            case _:
                replica = self._replica_of(source)
                place, early = (replica.height, replica.view), False
        split = self._splits.get(place)
        if split is None:
            return False
        groups = split.prepare if early else split.commit
        return groups[self._at[source]] != groups[self._at[target]]
