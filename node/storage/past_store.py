"""The rows of the state as they were after an old block: what is now, corrected by the history.

Rules of this file:
1. Nothing is ever written. Everything comes from one view of the store, so it agrees.
2. A row as of height h holds what the first block above h that changed it found there; if no block
   did, what it holds now. One seek, and one read of what is now if that finds nothing.
3. A range merges both in the order of keys. What it passes over is bounded.
"""

from collections.abc import Iterator

from node.api import LimitReached
from node.storage.kv import StoreView
from node.storage.state_history import PAST_PREFIX, height_bytes

HEIGHT_BYTES = 8
WALKED_MAX = 4
"""Rows of one key that are passed one after the other; then a seek is cheaper."""
PASSED_MAX = 50_000
"""Rows of the history that the ranges of one reader come across: a fraction of a second."""


class PastStore:
    """A RawStore (tokens/store.py) over rows `s` and `o` as of one height."""

    __slots__ = ("_end", "_left", "_view", "height")

    def __init__(self, view: StoreView, height: int, passed_max: int = PASSED_MAX) -> None:
        """`height`: from the history's first to that of the newest block in the view."""
        self._view = view
        self._end = height_bytes(height + 1)
        self._left = passed_max
        self.height = height

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""
        place = PAST_PREFIX + key
        for _, before in self._view.iterate(place + self._end, _after(place), limit=1):
            return before or None
        return self._view.get(key)

    def iterate(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(key, value) pairs with start <= key < stop, ascending. LimitReached on the way."""
        present = self._view.iterate(start, stop)
        past = self._past(start, stop)
        changed = next(past, None)
        for key, value in present:
            while changed is not None and changed[0] < key:
                if changed[1]:
                    yield changed
                changed = next(past, None)
            if changed is None or changed[0] != key:
                yield key, value
                continue
            if changed[1]:
                yield changed
            changed = next(past, None)
        while changed is not None:
            if changed[1]:
                yield changed
            changed = next(past, None)

    def _past(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """(key, value before) of each key of a range that a later block changed, ascending."""
        end = self._end
        last = _after(PAST_PREFIX + stop)
        rows = self._view.iterate(PAST_PREFIX + start, last)
        done = b""
        walked = 0
        while (row := next(rows, None)) is not None:
            self._pass()
            key = row[0][1:-HEIGHT_BYTES]
            if key >= stop:
                return
            # `start` may be a key and a zero byte: the rows of that key are behind it, too.
            is_before = row[0][-HEIGHT_BYTES:] < end and key >= start
            if key >= start and key != done and not is_before:
                yield key, row[1]
                done, walked = key, 0
                continue
            walked += 1
            if walked == WALKED_MAX:
                place = PAST_PREFIX + key
                rows = self._view.iterate(place + end if is_before else _after(place), last)
                walked = 0

    def _pass(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise LimitReached("too many changes since that height: ask for less of the list")


def _after(place: bytes) -> bytes:
    """Above all rows of a key: heights stay below 2^62."""
    return place + b"\xff" * HEIGHT_BYTES
