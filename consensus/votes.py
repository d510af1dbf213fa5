"""Bounded books of votes: per sender the two highest views (R10).

Memory is flat whatever views a liar names: it can only push out its own votes.
"""

from typing import Generic, TypeVar

VIEWS_KEPT = 2
"""Highest views kept per sender and kind (R10)."""

V = TypeVar("V")


class VoteBook(Generic[V]):
    """The votes of one kind at one height, by validator index."""

    __slots__ = ("_rows", "senders")

    def __init__(self, n: int) -> None:
        self._rows: list[list[tuple[int, V]]] = [[] for _ in range(n)]
        self.senders = 0
        """Number of distinct senders of whom something is held."""

    def get(self, index: int, view: int) -> V | None:
        """The vote of that sender in that view."""
        for at, vote in self._rows[index]:
            if at == view:
                return vote
        return None

    def of(self, index: int) -> list[V]:
        """All votes of one sender, lowest view first; at most two."""
        return [vote for _, vote in self._rows[index]]

    def add(self, index: int, view: int, vote: V) -> bool:
        """Keep a vote; False if it is below the two highest views of that sender.

        The caller made sure with `get` that the view is free.
        """
        row = self._rows[index]
        if len(row) == VIEWS_KEPT and view < row[0][0]:
            return False
        if not row:
            self.senders += 1
        row.append((view, vote))
        if len(row) > 1:
            row.sort(key=_view_of)
            if len(row) > VIEWS_KEPT:
                del row[0]
        return True

    def at(self, view: int) -> list[V]:
        """The votes of one view, ascending by sender."""
        return [vote for row in self._rows for at, vote in row if at == view]

    def all(self) -> list[V]:
        """Every vote held, ascending by sender and view."""
        return [vote for row in self._rows for _, vote in row]

    def highest_views(self) -> list[int]:
        """The highest view of each sender of whom something is held."""
        return [row[-1][0] for row in self._rows if row]

    def views(self) -> list[int]:
        """Distinct views held, ascending."""
        return sorted(dict.fromkeys(at for row in self._rows for at, _ in row))


def _view_of(entry: tuple[int, V]) -> int:
    return entry[0]
