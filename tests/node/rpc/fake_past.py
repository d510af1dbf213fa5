"""Past states of the fake node: a whole copy of each, the naive way."""

from consensus.types import Tip
from tokens.state import Overlay
from tokens.store import MemoryStore, RawStore, StoreState


class FakePast:
    """Implements node.api.PastState; nothing to let go of."""

    def __init__(self, tip: Tip, rows: MemoryStore) -> None:
        self.tip = tip
        self.rows: RawStore = rows
        self.state = Overlay(StoreState(rows))

    def close(self) -> None:
        return None


class Copies:
    """The state after each block."""

    def __init__(self) -> None:
        self._copies: list[MemoryStore] = []
        self._is_newest = False

    def changed(self) -> None:
        """The next one differs from the last."""
        self._is_newest = False

    def keep(self, store: MemoryStore) -> None:
        """After a block."""
        if not self._is_newest:
            copy = MemoryStore()
            copy.write(store.iterate(b"", b"\xff"))
            self._is_newest = True
        else:
            copy = self._copies[-1]
        self._copies.append(copy)

    def at(self, height: int) -> MemoryStore:
        """After the block of a height, from 1."""
        return self._copies[height - 1]
