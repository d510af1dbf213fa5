"""The exactly-once window: which (sender, client_ref) entered in the last W blocks (R8).

Rules of this file:
1. A block's list is a row of the store, written by the node with the block; its digest is under the
   state root (BlockNote), and the list is checked against it when the window is loaded.
2. A transaction enters with valid_until <= height + W, so W blocks are enough to refuse it for
   ever.
"""

from collections import deque
from collections.abc import Iterable

from tokens.codec import Canonical, encode, tagged_hash

ClientKey = tuple[bytes, bytes]
"""(sender, client_ref)."""

_DOMAIN = b"mohur/client-refs/v1"
_rows = Canonical[tuple[ClientKey, ...]](tuple[ClientKey, ...])


class WindowMismatch(Exception):
    """A stored list of client references is not the one under the state root."""


def encode_row(keys: tuple[ClientKey, ...]) -> bytes:
    """The row that the node stores for a block."""
    return encode(keys)


def decode_row(data: bytes) -> tuple[ClientKey, ...]:
    """The list of a row. Raises codec.Malformed or NonCanonical."""
    return _rows.decode(data)


def digest(keys: tuple[ClientKey, ...]) -> bytes:
    """What BlockNote.client_refs holds."""
    return tagged_hash(_DOMAIN, encode(keys))


class Window:
    """The keys of the last W decided blocks. Memory: about 130 B each, at most W blocks of them.

    A key is held as one string, sender before client_ref (16 bytes each): as a pair it took 240.
    """

    __slots__ = ("_blocks", "_heights", "blocks_max", "height")

    def __init__(self, blocks_max: int, height: int = 0) -> None:
        """`blocks_max` = W; `height` = last height that is in the window (0 = genesis)."""
        self.blocks_max = blocks_max
        self.height = height
        self._blocks: deque[tuple[bytes, ...]] = deque()
        self._heights: dict[bytes, int] = {}

    def __contains__(self, key: ClientKey) -> bool:
        return b"".join(key) in self._heights

    def __len__(self) -> int:
        return len(self._heights)

    def height_of(self, key: ClientKey) -> int | None:
        """Height at which a key entered, or None."""
        return self._heights.get(b"".join(key))

    def extend(self, height: int, keys: tuple[ClientKey, ...]) -> None:
        """Add the block that was just written; the block of height - W leaves."""
        if height != self.height + 1:
            raise ValueError(f"window is at height {self.height}, not before {height}")
        self.height = height
        held = tuple(map(b"".join, keys))
        self._blocks.append(held)
        for key in held:
            self._heights[key] = height
        if len(self._blocks) > self.blocks_max:
            for key in self._blocks.popleft():
                del self._heights[key]

    @classmethod
    def load(
        cls, blocks_max: int, height: int, rows: Iterable[tuple[tuple[ClientKey, ...], bytes]]
    ) -> "Window":
        """From (keys, digest under the root) of the last min(W, height) blocks, oldest first.

        Raises WindowMismatch.
        """
        listed = list(rows)
        if len(listed) != min(blocks_max, height):
            raise WindowMismatch(f"{len(listed)} rows, not {min(blocks_max, height)}")
        window = cls(blocks_max, height - len(listed))
        for keys, expected in listed:
            if digest(keys) != expected:
                raise WindowMismatch(f"the client references of height {window.height + 1}")
            window.extend(window.height + 1, keys)
        return window
