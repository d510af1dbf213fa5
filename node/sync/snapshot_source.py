"""The state after one block as the parts of a snapshot: for peers that ask, and for a file."""

from collections.abc import Iterator
from itertools import islice

from node.chain import Chain
from node.storage.blocks import BlockRow, BlockStore, read_headers
from node.storage.kv import StoreView
from node.wire.snapshot_messages import (
    CHUNKS_MAX,
    HEADERS_MAX,
    LINKS_MAX,
    LISTS_MAX,
    RECORDS_MAX,
    SNAPSHOT_VERSION,
    Chunk,
    Part,
    SnapshotGone,
    SnapshotHeaders,
    SnapshotLinks,
    SnapshotManifest,
    SnapshotName,
    SnapshotPart,
    SnapshotPiece,
    SnapshotReferences,
    SnapshotRequest,
    SnapshotState,
)
from tokens.chunks import chunk_range, level_bits
from tokens.ledger import window_row_key
from tokens.state import RECORD_PREFIX

ANSWER_BYTES_MAX = 512 * 1024
"""Of records or client references in one answer; what is larger alone is sent alone."""
WHOLE_BYTES_MAX = 3 * 1024 * 1024
"""Of a chunk in one message, which a frame must hold; a larger one goes in pieces."""
PIECE_OVERHEAD_BYTES = 45
"""Of a record beside its value: key hash and lengths."""


class SnapshotSource:
    """Holds a view of the store until it is closed."""

    def __init__(self, chain: Chain, row: BlockRow) -> None:
        """Of the tip of a chain that has a block; `row` is that block's."""
        ledger = chain.ledger
        self.name = SnapshotName(height=row.header.height, digest=row.digest)
        self._view: StoreView = chain.view()
        self._blocks: BlockStore = chain.blocks
        self._oldest_header = max(1, row.header.height - chain.headers_needed + 1)
        self._oldest_list = max(1, row.header.height - ledger.limits.window_blocks + 1)
        depth_bits = ledger.commitment.depth_bits
        self.manifest = SnapshotManifest(
            version=SNAPSHOT_VERSION,
            genesis_digest=chain.genesis_digest,
            header=row.header,
            certificate=row.certificate,
            state_root=row.state_root,
            receipts_root=row.receipts_root,
            depth_bits=depth_bits,
            nodes=ledger.commitment.level(level_bits(depth_bits)),
        )

    def close(self) -> None:
        """Let go of the view."""
        self._view.close()

    def part(self, request: SnapshotRequest) -> SnapshotPart | SnapshotGone:
        """What a peer asked for; SnapshotGone for a place where nothing is."""
        found: SnapshotPart | None
        match request.part:
            case Part.MANIFEST:
                found = self.manifest
            case Part.LINKS:
                found = self.links(request.first)
            case Part.HEADERS:
                found = self.headers(request.first, request.count)
            case Part.STATE:
                if request.after:
                    found = self.piece(request.first, request.after)
                else:
                    found = self.state(request.first, request.count)
            case Part.REFERENCES:
                found = self.references(request.first, request.count)
        return SnapshotGone(height=self.name.height) if found is None else found

    def all_parts(self) -> Iterator[SnapshotPart]:
        """The whole snapshot, in the order of a file."""
        height = self.name.height
        links = self.links(0)
        yield links
        while len(links.links) == LINKS_MAX:
            links = self.links(links.links[-1].header.height + 1)
            yield links
        yield self.manifest
        top = height - 1
        while (headers := self.headers(top, HEADERS_MAX)) is not None:
            yield headers
            top -= len(headers.headers)
        number = 0
        while (state := self.state(number, CHUNKS_MAX)) is not None:
            yield state
            if isinstance(state, SnapshotPiece):
                yield from self._further_pieces(state)
                number += 1
            else:
                number += len(state.chunks)
        low = self._oldest_list
        while (lists := self.references(low, LISTS_MAX)) is not None:
            yield lists
            low += len(lists.lists)

    def links(self, first: int) -> SnapshotLinks:
        """Changes of the validator set from a height on."""
        found = self._blocks.links(first, self.name.height, LINKS_MAX)
        return SnapshotLinks(height=self.name.height, first=first, links=found)

    def headers(self, first: int, count: int) -> SnapshotHeaders | None:
        """Headers from a height downwards."""
        low = max(self._oldest_header, first - min(count, HEADERS_MAX) + 1)
        if not low <= first < self.name.height:
            return None
        found = read_headers(self._view, low, first)
        return SnapshotHeaders(height=self.name.height, first=first, headers=tuple(reversed(found)))

    def state(self, first: int, count: int) -> SnapshotState | SnapshotPiece | None:
        """Chunks from a number on, as many as fit; of one that is too large its first piece."""
        last = min(first + min(count, CHUNKS_MAX), 1 << level_bits(self.manifest.depth_bits))
        chunks: list[Chunk] = []
        size_bytes = 0
        for number in range(first, last):
            chunk, chunk_bytes, is_whole = self._records(number, b"", WHOLE_BYTES_MAX)
            size_bytes += chunk_bytes
            if chunks and (size_bytes > ANSWER_BYTES_MAX or not is_whole):
                break
            if not is_whole:
                return self.piece(number, b"")
            chunks.append(chunk)
        if not chunks:
            return None
        return SnapshotState(height=self.name.height, first=first, chunks=tuple(chunks))

    def piece(self, number: int, after: bytes) -> SnapshotPiece | None:
        """Records of a chunk after one of a key hash, as many as fit; None if none follows."""
        if number >= 1 << level_bits(self.manifest.depth_bits):
            return None
        records, _, is_whole = self._records(number, after, ANSWER_BYTES_MAX)
        if not records:
            return None
        return SnapshotPiece(
            height=self.name.height, first=number, after=after, records=records, is_last=is_whole
        )

    def _further_pieces(self, piece: SnapshotPiece) -> Iterator[SnapshotPiece]:
        following: SnapshotPiece | None = piece
        while following is not None and not following.is_last:
            following = self.piece(following.first, following.records[-1][0])
            if following is not None:
                yield following

    def _records(self, number: int, after: bytes, size_bytes_max: int) -> tuple[Chunk, int, bool]:
        """(records of a chunk after a key hash, their bytes, whether none is left)."""
        start, stop = chunk_range(self.manifest.depth_bits, number)
        if after:
            start = max(start, RECORD_PREFIX + after + b"\x00")
        found: list[tuple[bytes, bytes]] = []
        size_bytes = 0
        for raw, value in self._view.iterate(start, stop):
            size_bytes += len(value) + PIECE_OVERHEAD_BYTES
            if found and (size_bytes > size_bytes_max or len(found) >= RECORDS_MAX):
                return tuple(found), size_bytes, False
            found.append((raw[1:], value))
        return tuple(found), size_bytes, True

    def references(self, first: int, count: int) -> SnapshotReferences | None:
        """Client references from a height on, as many as fit."""
        if not self._oldest_list <= first <= self.name.height:
            return None
        lists: list[bytes] = []
        size_bytes = 0
        rows = self._view.iterate(window_row_key(first), window_row_key(self.name.height + 1))
        for _, data in islice(rows, min(count, LISTS_MAX)):
            size_bytes += len(data)
            if lists and size_bytes > ANSWER_BYTES_MAX:
                break
            lists.append(data)
        if not lists:
            return None
        return SnapshotReferences(height=self.name.height, first=first, lists=tuple(lists))
