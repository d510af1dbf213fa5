"""A chunk that is too large for one message, put together from its pieces.

Whether it is the right one is known when it is whole: its hash is that of all its records. Until
then it is bounded by CHUNK_BYTES_MAX.
"""

from node.sync.snapshot_check import SnapshotRefused
from node.wire.snapshot_messages import Chunk, SnapshotPiece

CHUNK_BYTES_MAX = 64 * 1024 * 1024
"""Of the records of one chunk: what a joiner keeps in memory of it before it can be checked."""


class ChunkPieces:
    """One chunk, from its first record on."""

    def __init__(self) -> None:
        self._records: list[tuple[bytes, bytes]] = []
        self._size_bytes = 0

    @property
    def after(self) -> bytes:
        """Key hash of the last record that is here; empty at the beginning."""
        return self._records[-1][0] if self._records else b""

    def add(self, piece: SnapshotPiece) -> Chunk | None:
        """The next piece; the chunk if it was the last one. Raises SnapshotRefused."""
        if piece.after != self.after:
            raise SnapshotRefused(f"a piece of chunk {piece.first} is out of order")
        self._size_bytes += sum(len(key_hash) + len(value) for key_hash, value in piece.records)
        if self._size_bytes > CHUNK_BYTES_MAX:
            raise SnapshotRefused(f"chunk {piece.first} has more than {CHUNK_BYTES_MAX} bytes")
        self._records.extend(piece.records)
        return tuple(self._records) if piece.is_last else None
