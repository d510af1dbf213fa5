"""The pieces of work of a snapshot (fetching.Work): what is asked, checked and kept of each."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from node.sync.chunk_pieces import ChunkPieces
from node.sync.fetching import NotVouched, Work
from node.sync.snapshot_check import SetChain, SnapshotRefused, check_manifest
from node.sync.staging import Staging
from node.wire.hashing import header_digest
from node.wire.snapshot_messages import (
    HEADERS_MAX,
    LISTS_MAX,
    Chunk,
    Part,
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

Ask = Callable[[str, SnapshotRequest], Awaitable[SnapshotPart]]
P = TypeVar("P", bound=SnapshotPart)


def _expect(kind: type[P], answer: SnapshotPart) -> P:
    if not isinstance(answer, kind):
        raise SnapshotRefused("an answer of another kind")
    return answer


class HeadWork:
    """Manifest and changes of the validator set, from one peer."""

    def __init__(
        self,
        ask: Ask,
        name: SnapshotName,
        new_sets: Callable[[], SetChain],
        is_trusted: Callable[[SetChain, int], bool],
    ) -> None:
        self._ask = ask
        self._name = name
        self._new_sets = new_sets
        self._is_trusted = is_trusted
        self._found: tuple[SnapshotManifest, SetChain] | None = None

    def found(self) -> tuple[SnapshotManifest, SetChain]:
        """What was checked. RuntimeError before."""
        if self._found is None:
            raise RuntimeError("the head of the snapshot is not here")
        return self._found

    async def run(self, peer: str) -> list[Work]:
        """See fetching.Work."""
        height = self._name.height
        request = SnapshotRequest(height=height, part=Part.MANIFEST, first=0, count=1)
        manifest = _expect(SnapshotManifest, await self._ask(peer, request))
        if header_digest(manifest.header) != self._name.digest:
            raise SnapshotRefused("the manifest is of another block than was offered")
        sets = self._new_sets()
        is_last = False
        while not is_last:
            request = SnapshotRequest(
                height=height, part=Part.LINKS, first=sets.last_change + 1, count=1
            )
            links = _expect(SnapshotLinks, await self._ask(peer, request))
            is_last = sets.follow(links.links, height)
        check_manifest(manifest, sets)
        if not self._is_trusted(sets, height):
            raise NotVouched("too few validators of its set stand by it; see --checkpoint")
        if self._found is None:
            self._found = (manifest, sets)
        return []


class StateWork:
    """A run of chunks."""

    def __init__(self, ask: Ask, height: int, staging: Staging, first: int, count: int) -> None:
        self._ask = ask
        self._height = height
        self._staging = staging
        self._first = first
        self._count = count

    async def run(self, peer: str) -> list[Work]:
        """See fetching.Work. What did not fit into the answer is left."""
        answer = await self._ask(peer, self._request(self._count, b""))
        if isinstance(answer, SnapshotPiece):
            chunks: tuple[Chunk, ...] = (await self._gather(peer, answer),)
        else:
            chunks = _expect(SnapshotState, answer).chunks[: self._count]
        got = len(chunks)
        self._staging.put_state(self._first, chunks)
        if got == self._count:
            return []
        first, count = self._first + got, self._count - got
        return [StateWork(self._ask, self._height, self._staging, first, count)]

    def _request(self, count: int, after: bytes) -> SnapshotRequest:
        return SnapshotRequest(
            height=self._height, part=Part.STATE, first=self._first, count=count, after=after
        )

    async def _gather(self, peer: str, piece: SnapshotPiece) -> Chunk:
        """All pieces of a chunk, of one peer: so it is clear who lied."""
        pieces = ChunkPieces()
        while (chunk := pieces.add(piece)) is None:
            answer = await self._ask(peer, self._request(1, pieces.after))
            piece = _expect(SnapshotPiece, answer)
        return chunk


class HeaderWork:
    """Headers downwards, one answer after the other."""

    def __init__(self, ask: Ask, height: int, staging: Staging) -> None:
        self._ask = ask
        self._height = height
        self._staging = staging

    async def run(self, peer: str) -> list[Work]:
        """See fetching.Work."""
        first = self._staging.next_header()
        if first is None:
            return []
        request = SnapshotRequest(
            height=self._height, part=Part.HEADERS, first=first, count=HEADERS_MAX
        )
        answer = _expect(SnapshotHeaders, await self._ask(peer, request))
        if self._staging.next_header() == first:
            self._staging.put_headers(answer.headers)
        return [HeaderWork(self._ask, self._height, self._staging)]


class ReferenceWork:
    """A run of lists of client references."""

    def __init__(self, ask: Ask, height: int, staging: Staging, first: int, count: int) -> None:
        self._ask = ask
        self._height = height
        self._staging = staging
        self._first = first
        self._count = count

    async def run(self, peer: str) -> list[Work]:
        """See fetching.Work."""
        asked = min(self._count, LISTS_MAX)
        request = SnapshotRequest(
            height=self._height, part=Part.REFERENCES, first=self._first, count=asked
        )
        answer = _expect(SnapshotReferences, await self._ask(peer, request))
        got = min(len(answer.lists), asked)
        self._staging.put_references(answer.first, answer.lists[:got])
        if got == self._count:
            return []
        first, count = self._first + got, self._count - got
        return [ReferenceWork(self._ask, self._height, self._staging, first, count)]
