"""A new store that is built from a snapshot, piece by piece, and can be gone on with after a crash.

Rules of this file:
1. Nothing is written that was not checked (snapshot_check.py). Rows lie as they will lie in the
   finished store; a chunk's records, their indexes and its mark are in one synced batch.
2. A store with a tip is whole; before the last batch it has none.
3. When the servers have a newer snapshot, chunks with the same hash stay.
"""

from collections.abc import Sequence

from consensus.types import VALIDATORS_MAX, Header
from consensus.validator_set import window_heights
from node.storage.blocks import BlockRow, BlockStore, FloorRow, height_key
from node.storage.kv import Batch, KeyValueStore
from node.sync.snapshot_check import (
    SetChain,
    SnapshotRefused,
    check_chunk,
    check_headers,
    check_references,
    chunk_count,
    node_of,
)
from node.validator_sets import validator_set
from node.wire.peer_messages import BadMessage, decode_message, encode_message
from node.wire.snapshot_messages import Chunk, SnapshotManifest
from tokens.chunks import chunk_range
from tokens.genesis import Genesis, encode_genesis
from tokens.ledger import WINDOW_PREFIX, window_row_key
from tokens.parameters import parameter
from tokens.records import KIND_OF
from tokens.records.system import BLOCK_NOTE
from tokens.state import RECORD_PREFIX, Overlay
from tokens.store import StoreState, decode_record, index_rows

MANIFEST_KEY = b"msync/manifest"
MARK_PREFIX = b"msync/chunk"
MARKS_END = b"msync/chunl"
CLEANED_PER_BATCH = 10_000
"""Rows removed at once."""


class Staging:
    """The store under construction; one snapshot at a time."""

    def __init__(self, store: KeyValueStore, genesis: Genesis) -> None:
        self._store = store
        self._genesis = genesis
        self.manifest: SnapshotManifest | None = None
        self.sets: SetChain | None = None
        self._done = bytearray()
        """1 for each chunk that is here."""
        self._lowest: Header | None = None
        """Lowest header of the snapshot that is here."""

    # --- beginning --------------------------------------------------------------------------------

    def kept(self) -> SnapshotManifest | None:
        """The manifest of the run before, to be checked again like a stranger's."""
        data = self._store.get(MANIFEST_KEY)
        if data is None:
            return None
        try:
            found = decode_message(data)
        except BadMessage:
            return None
        return found if isinstance(found, SnapshotManifest) else None

    def begin(self, manifest: SnapshotManifest, sets: SetChain) -> None:
        """Work on this snapshot, which was checked; keep of an older one what still fits."""
        before = self.kept()
        if before != manifest:
            self._clean(b"h", b"i")
            batch = Batch()
            batch.put(MANIFEST_KEY, encode_message(manifest))
            self._store.write(batch)
        self.manifest, self.sets = manifest, sets
        self._done = bytearray(chunk_count(manifest))
        for key, mark in self._store.iterate(MARK_PREFIX, MARKS_END):
            number = int.from_bytes(key[len(MARK_PREFIX) :], "big")
            if number < len(self._done) and mark == node_of(manifest, number):
                self._done[number] = 1
        alone = next(self._store.iterate(b"h", b"i", limit=1), None)
        self._lowest = manifest.header
        if alone is not None:
            self._lowest = BlockStore(self._store).headers(
                int.from_bytes(alone[0][1:], "big"), manifest.header.height
            )[0]

    # --- state ------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Of the snapshot that was begun."""
        return self._manifest().header.height

    @property
    def chunks(self) -> tuple[int, int]:
        """(chunks here, chunks in all)."""
        return self._done.count(1), len(self._done)

    def missing_chunks(self) -> list[tuple[int, int]]:
        """(first, count) of the runs of chunks that are not here."""
        runs: list[tuple[int, int]] = []
        at = self._done.find(0)
        while at >= 0:
            end = self._done.find(1, at)
            end = len(self._done) if end < 0 else end
            runs.append((at, end - at))
            at = self._done.find(0, end)
        return runs

    def put_state(self, first: int, chunks: Sequence[Chunk]) -> None:
        """Check chunks, and keep them in one batch. SnapshotRefused; those before stay."""
        manifest = self._manifest()
        batch = Batch()
        fresh: list[int] = []
        try:
            for number, chunk in enumerate(chunks, start=first):
                check_chunk(manifest, number, chunk)
                if not self._done[number]:
                    self._put_chunk(batch, manifest, number, chunk)
                    fresh.append(number)
        finally:
            if fresh:
                self._store.write(batch)
                for number in fresh:
                    self._done[number] = 1

    def _put_chunk(
        self, batch: Batch, manifest: SnapshotManifest, number: int, chunk: Chunk
    ) -> None:
        """Its records and their indexes in the place of those of an older snapshot."""
        start, stop = chunk_range(manifest.depth_bits, number)
        for key, value in self._store.iterate(start, stop):
            batch.delete(key)
            for row, _ in _index_rows(value):
                batch.delete(row)
        for key_hash, value in chunk:
            batch.put(RECORD_PREFIX + key_hash, value)
            for row, key in _index_rows(value):
                batch.put(row, key)
        batch.put(MARK_PREFIX + number.to_bytes(4, "big"), node_of(manifest, number))

    # --- headers ----------------------------------------------------------------------------------

    @property
    def lowest_header(self) -> int:
        """Height of the lowest header that is here; 0 before `begin`."""
        return 0 if self._lowest is None else self._lowest.height

    def next_header(self) -> int | None:
        """Height of the next header downwards; None when enough are here. After the state."""
        lowest, manifest = self._lowest, self._manifest()
        if lowest is None:
            raise RuntimeError("no snapshot was begun")
        count = window_heights(parameter(self._overlay(), "rotation_heights"), VALIDATORS_MAX) + 1
        least = max(1, manifest.header.height - count + 1)
        return lowest.height - 1 if lowest.height > least else None

    def put_headers(self, headers: Sequence[Header]) -> None:
        """Check and keep headers. Raises SnapshotRefused."""
        if self._lowest is None or self.sets is None:
            raise RuntimeError("no snapshot was begun")
        check_headers(self._lowest, headers, self.sets)
        batch = Batch()
        for header in headers:
            BlockStore.add_header(batch, header)
        self._store.write(batch)
        self._lowest = headers[-1]

    def header_digest_at(self, height: int) -> bytes | None:
        """Digest of a block by the headers that are here; None if they do not reach it."""
        above = next(iter(BlockStore(self._store).headers(height + 1, height + 1)), None)
        manifest = self._manifest()
        if height == manifest.header.height:
            return manifest.certificate.digest
        if height + 1 == manifest.header.height:
            return manifest.header.parent
        return None if above is None else above.parent

    # --- client references ------------------------------------------------------------------------

    def missing_references(self) -> list[tuple[int, int]]:
        """(first, count) of the runs of heights whose lists are not here. After the state."""
        height = self._manifest().header.height
        window = parameter(self._overlay(), "window_blocks")
        here = {
            int.from_bytes(key[1:], "big"): None
            for key in self._store.iterate_keys(WINDOW_PREFIX, b"x")
        }
        runs: list[tuple[int, int]] = []
        for at in range(max(1, height - window + 1), height + 1):
            if at in here:
                continue
            if runs and sum(runs[-1]) == at:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            else:
                runs.append((at, 1))
        return runs

    def put_references(self, first: int, lists: Sequence[bytes]) -> None:
        """Check and keep lists. Raises SnapshotRefused."""
        overlay = self._overlay()

        def digest_of(height: int) -> bytes | None:
            note = overlay.get(BLOCK_NOTE, height)
            return None if note is None else note.client_refs

        check_references(first, lists, digest_of)
        batch = Batch()
        for height, data in enumerate(lists, start=first):
            batch.put(window_row_key(height), data)
        self._store.write(batch)

    # --- end --------------------------------------------------------------------------------------

    def is_complete(self) -> bool:
        """Whether only the last batch is missing."""
        return (
            not self.missing_chunks()
            and self.next_header() is None
            and not self.missing_references()
        )

    def finish(self, guard_sequence: int, evidence: Sequence[tuple[str, int, bytes]] = ()) -> None:
        """The last batch: what makes it the store of a node at the snapshot's height.

        Args:
            guard_sequence: of the sign guard, or of the old store if that is higher (R12).
            evidence: (accused, height, encoded) of the old store.
        """
        if not self.is_complete():
            raise RuntimeError("a snapshot is finished before it is whole")
        manifest = self._manifest()
        height = manifest.header.height
        window = parameter(self._overlay(), "window_blocks")
        self._clean(WINDOW_PREFIX, window_row_key(max(1, height - window + 1)))
        self._clean(window_row_key(height + 1), b"x")
        batch = Batch()
        BlockStore.begin(
            batch, encode_genesis(self._genesis), validator_set(self._genesis.validators)
        )
        for link in [] if self.sets is None else self.sets.links:
            BlockStore.add_link(batch, link)
        BlockStore.add_row(batch, _row_of(manifest))
        lowest = height if self._lowest is None else self._lowest.height
        BlockStore.set_floor(batch, FloorRow(blocks=height + 1, headers=lowest))
        for accused, at, data in evidence:
            batch.put(height_key(b"e", at) + accused.encode(), data)
        batch.delete(MANIFEST_KEY)
        for number in range(len(self._done)):
            batch.delete(MARK_PREFIX + number.to_bytes(4, "big"))
        BlockStore.set_tip(batch, height, guard_sequence)
        self._store.write(batch)

    def close(self) -> None:
        """Release the store."""
        self._store.close()

    def _manifest(self) -> SnapshotManifest:
        if self.manifest is None:
            raise RuntimeError("no snapshot was begun")
        return self.manifest

    def _overlay(self) -> Overlay:
        return Overlay(StoreState(self._store, cache_records_max=4_096))

    def _clean(self, start: bytes, stop: bytes) -> None:
        """Remove all rows of a range, some at a time."""
        while keys := list(self._store.iterate_keys(start, stop, limit=CLEANED_PER_BATCH)):
            batch = Batch()
            for key in keys:
                batch.delete(key)
            self._store.write(batch)


def _row_of(manifest: SnapshotManifest) -> BlockRow:
    """The row of the snapshot's block, which has no ids: its body is not here."""
    return BlockRow(
        header=manifest.header,
        digest=manifest.certificate.digest,
        certificate=manifest.certificate,
        parent_certificate=None,
        state_root=manifest.state_root,
        receipts_root=manifest.receipts_root,
        wire_ids=(),
        tx_ids=(),
    )


def _index_rows(value: bytes) -> list[tuple[bytes, bytes]]:
    """(raw key, encoded record key) of the lists that a stored record stands in."""
    kind = KIND_OF.get(value[0])
    if kind is None:
        raise SnapshotRefused(f"a record of kind {value[0]}, which this version does not know")
    return index_rows(kind, decode_record(kind, value))
