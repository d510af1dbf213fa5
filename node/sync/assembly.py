"""A whole snapshot taken part by part in the order of a file, every field of it checked."""

from node.sync.chunk_pieces import ChunkPieces
from node.sync.snapshot import Checkpoint
from node.sync.snapshot_check import SetChain, SnapshotRefused, check_manifest
from node.sync.staging import Staging
from node.wire.snapshot_messages import (
    SnapshotHeaders,
    SnapshotLinks,
    SnapshotManifest,
    SnapshotPart,
    SnapshotPiece,
    SnapshotReferences,
    SnapshotState,
)


class Assembly:
    """Feed it the parts, then `finish`. After SnapshotRefused it is of no more use."""

    def __init__(self, staging: Staging, sets: SetChain, checkpoint: Checkpoint | None) -> None:
        """`sets`: begins at the anchor. `checkpoint`: the snapshot must descend from it."""
        self._staging = staging
        self._sets = sets
        self._checkpoint = checkpoint
        self._height = -1
        """That the links name, before the manifest does."""
        self._has_all_links = False
        self._next_chunk = 0
        self._pieces = ChunkPieces()

    def take(self, part: SnapshotPart) -> None:
        """The next part. Raises SnapshotRefused, StorageFailed."""
        match part:
            case SnapshotLinks():
                self._take_links(part)
            case SnapshotManifest():
                self._take_manifest(part)
            case SnapshotHeaders():
                self._check_place(part.height, part.first, self._staging.lowest_header - 1)
                self._staging.put_headers(part.headers)
            case SnapshotState():
                self._check_place(part.height, part.first, self._next_chunk)
                self._staging.put_state(part.first, part.chunks)
                self._next_chunk += len(part.chunks)
            case SnapshotPiece():
                self._take_piece(part)
            case SnapshotReferences():
                if self._staging.manifest is None or self._staging.missing_chunks():
                    raise SnapshotRefused("client references come before the state is whole")
                missing = self._staging.missing_references()
                self._check_place(part.height, part.first, missing[0][0] if missing else -1)
                self._staging.put_references(part.first, part.lists)

    def _take_piece(self, part: SnapshotPiece) -> None:
        self._check_place(part.height, part.first, self._next_chunk)
        chunk = self._pieces.add(part)
        if chunk is not None:
            self._staging.put_state(part.first, (chunk,))
            self._next_chunk += 1
            self._pieces = ChunkPieces()

    def finish(self, guard_sequence: int) -> None:
        """All parts are here. Raises SnapshotRefused, StorageFailed. See Staging.finish."""
        if self._staging.manifest is None or not self._staging.is_complete():
            raise SnapshotRefused("it is not whole")
        point = self._checkpoint
        if point is not None and self._staging.header_digest_at(point.height) != point.digest:
            raise SnapshotRefused("it does not descend from the checkpoint")
        self._staging.finish(guard_sequence)

    def _take_links(self, part: SnapshotLinks) -> None:
        expected = self._sets.last_change + 1 if self._sets.links else 0
        is_first = self._height < 0
        if self._has_all_links or part.first != expected:
            raise SnapshotRefused("changes of the set are out of order")
        if not is_first and part.height != self._height:
            raise SnapshotRefused("parts of two snapshots")
        self._height = part.height
        self._has_all_links = self._sets.follow(part.links, part.height)

    def _take_manifest(self, part: SnapshotManifest) -> None:
        if not self._has_all_links or self._staging.manifest is not None:
            raise SnapshotRefused("the manifest is out of order")
        if part.header.height != self._height:
            raise SnapshotRefused("parts of two snapshots")
        check_manifest(part, self._sets)
        self._staging.begin(part, self._sets)

    def _check_place(self, height: int, first: int, expected: int) -> None:
        if self._staging.manifest is None:
            raise SnapshotRefused("a part comes before the manifest")
        if height != self._height:
            raise SnapshotRefused("parts of two snapshots")
        if first != expected:
            raise SnapshotRefused("a part is out of order")
