"""Snapshot sync: takes over the state after a block that peers name and a quorum has signed.

Rules of this file:
1. Which block, is agreed on before anything is fetched: w validators of the set after it confirm
   its digest over pinned links, or the operator named a checkpoint that it must be a child of.
2. Manifest and changes of the set come from one peer at a time, so that it is clear who lied;
   chunks come from all peers at once. Only answers to what was asked are looked at.
3. What was checked is in the staging store and is never fetched again, also not after a crash.
"""

import asyncio
from collections.abc import Callable, Mapping

import msgspec

from consensus.quorum import weak_quorum
from node.sync.fetching import (
    OVERDUE_MIN_S,
    TIMEOUT_S,
    Fetcher,
    NoPeersLeft,
    PeerGone,
    Work,
)
from node.sync.snapshot_check import SetChain
from node.sync.snapshot_work import HeaderWork, HeadWork, ReferenceWork, StateWork
from node.sync.staging import Staging
from node.wire.peer_messages import PeerMessage
from node.wire.snapshot_messages import (
    Part,
    SnapshotGone,
    SnapshotHeaders,
    SnapshotLinks,
    SnapshotManifest,
    SnapshotName,
    SnapshotOffer,
    SnapshotPart,
    SnapshotPiece,
    SnapshotQuery,
    SnapshotReferences,
    SnapshotRequest,
    SnapshotState,
)

CHUNKS_PER_REQUEST = 256
ATTEMPTS_MAX = 3
"""Runs before block sync goes on with blocks."""
ATTEMPT_PAUSE_S = 1.0
SHARES_PER_PEER = 4
"""Pieces of work that a run of chunks is cut into for each peer."""
OFFER_TIMEOUT_S = 1.0
"""Who has not said by then what it keeps, is not asked for it in this run."""
_ANSWER: dict[Part, type[SnapshotPart]] = {
    Part.MANIFEST: SnapshotManifest,
    Part.LINKS: SnapshotLinks,
    Part.HEADERS: SnapshotHeaders,
    Part.STATE: SnapshotState,
    Part.REFERENCES: SnapshotReferences,
}


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A block that the operator vouches for."""

    height: int
    digest: bytes


class SnapshotReady(Exception):
    """The staging store is whole: the node must end all its work and begin again on it."""

    def __init__(self, height: int) -> None:
        super().__init__(f"the state of height {height} is here; the node begins again on it")
        self.height = height


class SnapshotSync:
    """One a node; one run at a time."""

    def __init__(
        self,
        *,
        open_staging: Callable[[], Staging],
        new_sets: Callable[[], SetChain],
        pinned: Callable[[], Mapping[str, bytes]],
        send: Callable[[str, PeerMessage], object],
        report: Callable[[str], None],
        above: Callable[[], int],
        finish: Callable[[Staging], None],
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self._open_staging = open_staging
        self._new_sets = new_sets
        """The anchor: genesis."""
        self._pinned = pinned
        """Peer -> network key that its link is pinned to."""
        self._send = send
        self._report = report
        self._above = above
        """Height of the tip: older snapshots are of no use."""
        self._finish = finish
        """Writes the last batch and closes the store."""
        self._checkpoint = checkpoint
        self._offers: dict[str, asyncio.Future[SnapshotOffer]] = {}
        self._asked: dict[str, tuple[SnapshotRequest, asyncio.Future[SnapshotPart]]] = {}
        self._fastest_s = OFFER_TIMEOUT_S
        """Of the offers of this run: who is silent from the start must not cost much either."""
        self._staging: Staging | None = None
        self.height: int | None = None
        """Of the snapshot that is being taken over."""

    # --- what peers send --------------------------------------------------------------------------

    def on_offer(self, peer: str, offer: SnapshotOffer) -> None:
        """Taken if that peer was asked and has not answered."""
        future = self._offers.get(peer)
        if future is not None and not future.done():
            future.set_result(offer)

    def on_part(self, peer: str, message: SnapshotPart | SnapshotGone) -> None:
        """Taken if it is what that peer was asked for; a late answer to something else is not."""
        asked = self._asked.get(peer)
        if asked is None or asked[1].done():
            return
        request, future = asked
        if isinstance(message, SnapshotGone):
            if message.height == request.height:
                future.set_exception(PeerGone("it does not hold this snapshot"))
        elif _answers(message, request):
            future.set_result(message)

    async def ask(self, peer: str, request: SnapshotRequest) -> SnapshotPart:
        """One answer of one peer. Raises PeerGone, TimeoutError."""
        future: asyncio.Future[SnapshotPart] = asyncio.get_running_loop().create_future()
        self._asked[peer] = (request, future)
        self._send(peer, request)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await future
        finally:
            self._asked.pop(peer, None)

    # --- a run ------------------------------------------------------------------------------------

    def progress(self) -> str:
        """In words, for operators; empty when nothing is going on."""
        if self.height is None:
            return ""
        done, count = (0, 0) if self._staging is None else self._staging.chunks
        return f"taking over the snapshot of height {self.height}: {done} of {count} chunks"

    async def take_over(self, peers: tuple[str, ...]) -> None:
        """Try. Returns when there is none to be had. Raises SnapshotReady, StorageFailed."""
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                # At the start the first peer that is connected is alone.
                await asyncio.sleep(ATTEMPT_PAUSE_S)
            everybody = tuple(dict.fromkeys((*peers, *self._pinned())))
            offers = await self._ask_offers(everybody, 0)
            candidates = _candidates(offers, self._above())
            if not candidates:
                return
            staging = await self._run(offers, candidates)
            if staging is not None:
                height = staging.height
                self._finish(staging)
                raise SnapshotReady(height)

    async def _run(
        self, offers: dict[str, SnapshotOffer], candidates: list[SnapshotName]
    ) -> Staging | None:
        """The staging store of the first snapshot that came in whole.

        A try that fails costs each holder its part in the run, so that the names which a liar makes
        up cost one try together, however many there are and wherever they stand.
        """
        out: dict[str, None] = {}
        for name in candidates:
            voters = [peer for peer, offer in offers.items() if name in offer.snapshots]
            holders = tuple(peer for peer in voters if peer not in out)
            if not holders:
                continue
            others = tuple(peer for peer in offers if peer not in voters)
            said = await self._ask_offers(others, name.height)
            confirmed = [*voters, *(peer for peer, offer in said.items() if offer.asked == name)]
            fetcher = Fetcher(holders, self._report, self._fastest_s)
            found = await self._take(name, fetcher, confirmed)
            if found is not None:
                return found
            out |= fetcher.out
        return None

    async def _take(
        self, name: SnapshotName, fetcher: Fetcher, confirmed: list[str]
    ) -> Staging | None:
        self.height = name.height
        try:
            head = HeadWork(self.ask, name, self._new_sets, self._must_fit(confirmed))
            await fetcher.do([head])
            manifest, sets = head.found()
            staging = self._staging = self._open_staging()
            is_whole = False
            try:
                staging.begin(manifest, sets)
                await self._fill(staging, name, fetcher)
                is_whole = True
            finally:
                if not is_whole:
                    staging.close()
            return staging
        except NoPeersLeft:
            self._report(f"snapshot: nobody can give the one of height {name.height}")
            return None
        finally:
            self.height = None
            self._staging = None

    async def _fill(self, staging: Staging, name: SnapshotName, fetcher: Fetcher) -> None:
        works: list[Work] = []
        for first, count in staging.missing_chunks():
            step = max(1, min(CHUNKS_PER_REQUEST, count // (SHARES_PER_PEER * len(fetcher.peers))))
            for at in range(first, first + count, step):
                share = min(step, first + count - at)
                works.append(StateWork(self.ask, name.height, staging, at, share))
        await fetcher.do(works)
        await fetcher.do([HeaderWork(self.ask, name.height, staging)])
        point = self._checkpoint
        if point is not None and staging.header_digest_at(point.height) != point.digest:
            self._report("snapshot: it does not descend from the operator's checkpoint")
            raise NoPeersLeft
        await fetcher.do(
            [
                ReferenceWork(self.ask, name.height, staging, first, count)
                for first, count in staging.missing_references()
            ]
        )

    def _must_fit(self, confirmed: list[str]) -> Callable[[SetChain, int], bool]:
        """Whether enough validators of the set after the block stand by it (rule 1)."""

        def is_trusted(sets: SetChain, height: int) -> bool:
            if self._checkpoint is not None:
                return True
            members = sets.at(height + 1)
            pinned = self._pinned()
            if members is None:
                return False
            true = [
                peer
                for peer in confirmed
                if (member := members.get(peer)) is not None
                and pinned.get(peer) == member.network_key
            ]
            return len(true) >= weak_quorum(len(members))

        return is_trusted

    async def _ask_offers(self, peers: tuple[str, ...], height: int) -> dict[str, SnapshotOffer]:
        """What peers keep, of those that answer in time."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        self._offers = {peer: loop.create_future() for peer in peers}
        for peer in peers:
            self._send(peer, SnapshotQuery(height=height))
        waiting = list(self._offers.values())
        while waiting:
            # Two thirds are there: the others get a little more time, not all of it.
            most_s = OFFER_TIMEOUT_S
            if 3 * len(waiting) <= len(peers):
                most_s = min(most_s, OVERDUE_MIN_S + (loop.time() - began_s))
            await asyncio.wait(waiting, timeout=most_s, return_when=asyncio.FIRST_COMPLETED)
            left = [future for future in waiting if not future.done()]
            if len(left) < len(waiting):
                self._fastest_s = min(self._fastest_s, loop.time() - began_s)
            if len(left) == len(waiting):
                break
            waiting = left
        answers = {peer: future.result() for peer, future in self._offers.items() if future.done()}
        self._offers = {}
        return answers


def _answers(message: SnapshotPart, request: SnapshotRequest) -> bool:
    """Whether this is what was asked for."""
    if isinstance(message, SnapshotPiece) and request.part is Part.STATE:
        place = (message.height, message.first, message.after)
        return place == (request.height, request.first, request.after)
    if type(message) is not _ANSWER[request.part] or request.after:
        return False
    if isinstance(message, SnapshotManifest):
        return message.header.height == request.height
    return (message.height, message.first) == (request.height, request.first)


def _candidates(offers: dict[str, SnapshotOffer], above: int) -> list[SnapshotName]:
    """Snapshots above a height: those that most peers offer first, then the highest.

    At most OFFERS_MAX of each peer.
    """
    count: dict[tuple[int, bytes], int] = {}
    for offer in offers.values():
        for name in dict.fromkeys(offer.snapshots):
            if name.height > above:
                place = (name.height, name.digest)
                count[place] = count.get(place, 0) + 1
    best = sorted(count, key=lambda place: (count[place], place), reverse=True)
    return [SnapshotName(height=height, digest=digest) for height, digest in best]
