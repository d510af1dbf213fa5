"""Who is primary: sticky, rotating, failed ones skipped (page 03, Who proposes).

Rules of this file:
1. Computed from headers of decided blocks only, so all nodes agree; safety does not depend on it.
2. Every loop is bounded by the size of a set, whatever view a peer names.
"""

from collections import deque
from collections.abc import Iterable

from consensus.quorum import max_faulty
from consensus.types import VALIDATORS_MAX, Header, ValidatorId, ValidatorSet


def window_heights(rotation: int, n: int) -> int:
    """Heights whose `failed` lists count for suspension: max(10, rotation) x n."""
    return max(10, rotation) * n


class FailureWindow:
    """The `failed` lists of the last headers, oldest first; headers without one take no room.

    Bound: window_heights(rotation, 31) + 1 heights with at most 31 names each.
    """

    __slots__ = ("_entries", "_rotation")

    def __init__(self, rotation: int, headers: Iterable[Header]) -> None:
        self._rotation = rotation
        self._entries: deque[tuple[int, tuple[str, ...]]] = deque()
        for header in headers:
            self.add(header)

    def add(self, header: Header) -> None:
        """The header of the next decided height."""
        if header.failed:
            self._entries.append((header.height, header.failed))
        oldest = header.height - window_heights(self._rotation, VALIDATORS_MAX)
        while self._entries and self._entries[0][0] < oldest:
            self._entries.popleft()

    def suspended(self, height: int, validators: ValidatorSet) -> tuple[ValidatorId, ...]:
        """The last f distinct members of the set named in `failed` before that height."""
        most = max_faulty(len(validators))
        oldest = height - window_heights(self._rotation, len(validators))
        found: list[ValidatorId] = []
        for at, names in reversed(self._entries):
            if at < oldest or len(found) >= most:
                break
            if at >= height:
                continue
            for name in reversed(names):
                if len(found) < most and name in validators and name not in found:
                    found.append(ValidatorId(name))
        return tuple(found)


class Schedule:
    """The primaries of one height."""

    __slots__ = ("_offset", "active")

    def __init__(
        self, height: int, validators: ValidatorSet, window: FailureWindow, rotation: int
    ) -> None:
        suspended = window.suspended(height, validators)
        self.active = tuple(name for name in validators.ids() if name not in suspended)
        self._offset = height // rotation

    def primary(self, view: int) -> ValidatorId:
        """The primary: active[(h // rotation + v) mod len(active)]."""
        return self.active[(self._offset + view) % len(self.active)]

    def first(self, views: int) -> tuple[ValidatorId, ...]:
        """The distinct primaries of the views 0 .. views - 1, in order."""
        return tuple(self.primary(view) for view in range(min(views, len(self.active))))


def failed_primaries(
    parent: Schedule, parent_view: int, own: Schedule, origin_view: int
) -> tuple[ValidatorId, ...]:
    """Header field `failed`: who did not bring h - 1 to its decision, then who did not propose h.

    Args:
        parent: primaries of h - 1.
        parent_view: view of the parent certificate in the body (0 at height 1).
        own: primaries of h.
        origin_view: view of the first proposal of the block.
    """
    names = (*parent.first(parent_view), *own.first(origin_view))
    return tuple(dict.fromkeys(names))[:VALIDATORS_MAX]
