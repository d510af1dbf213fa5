"""Block sync: brings a node that was away level with its peers (R14).

Rules of this file:
1. Every block is checked by its certificate against the validator set of its height before it is
   executed, and by its root after. A peer that sends anything else is not asked again in this run;
   the window is asked elsewhere.
2. At most WINDOWS_MAX windows of at most WINDOW blocks are asked for or waiting, and the one with
   the next block; one of each peer. They are applied in order. What nobody asked for is dropped.
3. Who answered fastest is asked first, in later runs too: a node that is always a block behind
   would else wait for the same silent or slow peer each time. An answer with fewer blocks than
   were asked for counts as so much slower, and what was asked LATE_S ago is asked of one more
   peer: a liar could else hold up all windows with one block at a time.
4. A node that is further behind than it keeps blocks, or whose next block no peer has any more,
   takes over a snapshot (snapshot.py); without one it goes on with blocks. Who keeps everything
   waits for a peer that has the block before: its history would end there.
5. The target is where the chain was when a peer spoke of it. Who stops there on a busy chain is
   behind again, and runs after it for as long as the load lasts: a run therefore asks on until
   nobody has more, and is then near enough for the votes of the open height.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from consensus.actions import CatchUp
from consensus.quorum import commit_certificate_fits
from consensus.types import Proposal, Tip
from node.turns import in_turns
from node.wire.peer_messages import DecidedBlock, SyncReply, SyncRequest
from node.wire.snapshot_messages import SnapshotGone, SnapshotOffer, SnapshotPart
from tokens.steps import Steps

WINDOW = 64
"""Blocks asked for at once."""
WINDOWS_MAX = 4
"""Windows asked for in time, or waiting to be applied: at most one frame more is in memory."""
REPLY_TIMEOUT_S = 5.0
"""A peer that has not answered by then is passed over."""
LATE_S = 1.0
"""Its window is asked of another one by then."""
RETRY_PAUSE_S = 0.5
"""Between two rounds over peers that all failed."""
ARCHIVE_WAITS_S = 30.0
"""Peers that have thrown the block away may be the first to be connected."""


class BlockRefused(Exception):
    """A synced block does not hold what it claims. The peer is at fault; the message says how."""


def follows(tip: Tip, proposal: Proposal) -> bool:
    """Whether a block names this tip as its parent, with a certificate that has its structure.

    Signatures need no check: a quorum has signed the header, which covers them. But more liars than
    f may sign anything, and the ledger counts whose index stands there.
    """
    certificate = proposal.parent_certificate
    if proposal.header.parent != tip.digest or certificate is None:
        return proposal.header.parent == tip.digest and tip.height == 0
    return (certificate.height, certificate.digest) == (
        tip.height,
        tip.digest,
    ) and commit_certificate_fits(certificate, len(tip.previous_validators))


class Applier(Protocol):
    """Checks, executes and writes one decided block."""

    def apply_decided(self, block: DecidedBlock) -> Steps[Tip | None]:
        """The new tip, or None if the height was decided here meanwhile.

        Raises BlockRefused for a peer's fault.
        """

    def tip_height(self) -> int:
        """Height of the newest durable block."""


class Snapshots(Protocol):
    """Snapshot sync, as block sync uses it."""

    async def take_over(self, peers: tuple[str, ...]) -> None:
        """Try. Returns when there is none to be had; raises what rebuilds the node on success."""

    def on_offer(self, peer: str, offer: SnapshotOffer) -> None:
        """What a peer keeps."""

    def on_part(self, peer: str, message: SnapshotPart | SnapshotGone) -> None:
        """A part of a snapshot, or that there is none."""

    def progress(self) -> str:
        """In words; empty when nothing is going on."""


class Window(NamedTuple):
    """Blocks asked of one peer."""

    first: int
    size: int
    asked_s: float


class BlockSync:
    """Asks for decided blocks until the target is reached."""

    def __init__(
        self,
        *,
        applier: Applier,
        send: Callable[[str, SyncRequest], object],
        advance: Callable[[Tip], None],
        report: Callable[[str], None],
        reply_timeout_s: float = REPLY_TIMEOUT_S,
        snapshots: Snapshots | None = None,
        behind_max: int = 0,
    ) -> None:
        """`behind_max`: blocks behind at which a snapshot is preferred; 0 = never for distance."""
        self._applier = applier
        self._send = send
        self._advance = advance
        self._report = report
        self._reply_timeout_s = reply_timeout_s
        self._snapshots = snapshots
        self._behind_max = behind_max
        self._target = 0
        self._peers: tuple[str, ...] = ()
        self._wanted = asyncio.Event()
        self._open: dict[str, Window] = {}
        self._ready: dict[int, tuple[str, tuple[DecidedBlock, ...]]] = {}
        """First height of a window -> who sent it, its blocks."""
        self._oldest: dict[str, int] = {}
        """Peer -> lowest height that it keeps, as it said in this run."""
        self._gone = (-1, 0.0)  # tip whose next block nobody had, and since when
        self._came = asyncio.Event()
        self._pace_s: dict[str, float] = {}
        """Peer -> seconds that it takes to answer; what was slow is forgotten by halves."""

    @property
    def active(self) -> bool:
        """A target above the tip is being worked on."""
        return self._target > self._applier.tip_height()

    def progress(self) -> str:
        """In words, for operators; empty when nothing is going on."""
        if not self.active:
            return ""
        found = "" if self._snapshots is None else self._snapshots.progress()
        height = self._applier.tip_height()
        return found or f"catching up: block {height} of {self._target}, {len(self._open)} asked"

    def catch_up(self, action: CatchUp) -> None:
        """A higher target, or other peers for it."""
        self._target = max(self._target, action.target_height)
        self._peers = action.peers
        self._wanted.set()
        self._came.set()

    # --- what peers send --------------------------------------------------------------------------

    def on_reply(self, peer: str, reply: SyncReply) -> None:
        """An answer; dropped unless that peer was asked."""
        window = self._open.pop(peer, None)
        if window is None:
            return
        wanted = min(window.size, self._target - window.first + 1)
        self._note_pace(peer, window, max(1, wanted) / max(1, len(reply.blocks)))
        # Asked of two peers, it may be here already.
        if window.first not in self._ready and self._has_room(window.first, len(self._ready)):
            self._ready[window.first] = (peer, reply.blocks[: window.size])
        self._came.set()

    def on_offer(self, peer: str, offer: SnapshotOffer) -> None:
        """What a peer keeps: asked for, or instead of blocks that it has no more."""
        window = self._open.get(peer)
        if window is not None and offer.oldest > window.first:
            del self._open[peer]
            self._oldest[peer] = offer.oldest
            self._came.set()
        elif self._snapshots is not None:
            self._snapshots.on_offer(peer, offer)

    def on_part(self, peer: str, message: SnapshotPart | SnapshotGone) -> None:
        """A part of a snapshot."""
        if self._snapshots is not None:
            self._snapshots.on_part(peer, message)

    # --- the work ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work for ever; ended by cancellation."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._get_level()

    async def _get_level(self) -> None:
        refused: dict[str, None] = {}
        self._oldest.clear()
        is_far = 0 < self._behind_max < self._target - self._applier.tip_height()
        if is_far and self._snapshots is not None:
            await self._snapshots.take_over(self._peers)
        while self.active:
            await self._reach(refused)
            await self._follow(refused)

    async def _reach(self, refused: dict[str, None]) -> None:
        """All blocks up to the target, from several peers at once."""
        while self.active:
            self._ask(refused)
            if not self._open and self._next_ready() is None:
                await self._nobody_has_it(refused)
                continue
            await self._wait()
            self._pass_over(refused)
            await self._apply(refused)
        self._open.clear()
        self._ready.clear()

    async def _follow(self, refused: dict[str, None]) -> None:
        """What was decided meanwhile, from one peer at a time; ends at a new target (rule 5)."""
        asked: dict[str, None] = {}  # had nothing more just now, which is no fault
        while not self.active:
            left = [peer for peer in self._peers if peer not in refused and peer not in asked]
            if not left:
                return
            peer, height = min(left, key=self._pace_of), self._applier.tip_height()
            self._open_window(peer, height + 1, WINDOW)
            await self._wait()
            self._pass_over(refused)
            await self._apply(asked)
            if self._applier.tip_height() == height:
                asked[peer] = None
            window = self._open.pop(peer, None)
            if window is not None:  # It is late, or a new target has overtaken the question.
                self._note_pace(peer, window)

    async def _nobody_has_it(self, refused: dict[str, None]) -> None:
        """Everybody failed or has pruned the next block."""
        if self._oldest and self._snapshots is not None and self._is_gone():
            await self._snapshots.take_over(self._peers)
        refused.clear()
        self._oldest.clear()
        await asyncio.sleep(RETRY_PAUSE_S)

    def _is_gone(self) -> bool:
        """Whether to give the next block up for a snapshot (rule 4)."""
        now_s, height = asyncio.get_running_loop().time(), self._applier.tip_height()
        self._gone = self._gone if self._gone[0] == height else (height, now_s)
        return self._behind_max > 0 or now_s >= self._gone[1] + ARCHIVE_WAITS_S

    def _ask(self, refused: dict[str, None]) -> None:
        """Give each idle peer the next blocks that nobody is asked for, or not in time."""
        for peer in sorted(self._peers, key=self._pace_of):
            if peer in refused or peer in self._open:
                continue
            gap = self._gap()
            if gap is None:
                return
            first, count = gap
            if not self._has_room(first, len(self._in_time()) + len(self._ready)):
                return
            if self._oldest.get(peer, 1) > first:
                continue
            self._open_window(peer, first, count)

    def _open_window(self, peer: str, first: int, count: int) -> None:
        self._open[peer] = Window(first, count, asyncio.get_running_loop().time())
        self._send(peer, SyncRequest(from_height=first, count=count))

    def _has_room(self, first: int, windows: int) -> bool:
        """The next block is always taken, or those that wait for it would wait for ever."""
        return windows < WINDOWS_MAX or first <= self._applier.tip_height() + 1

    def _in_time(self) -> list[Window]:
        """Windows that are asked for and not late."""
        now_s = asyncio.get_running_loop().time()
        return [window for window in self._open.values() if now_s < window.asked_s + LATE_S]

    def _pace_of(self, peer: str) -> float:
        return self._pace_s.get(peer, 0.0)

    def _note_pace(self, peer: str, window: Window, short: float = 1.0) -> None:
        """`short`: blocks that it has, as far as anybody knows, for each one that it gave."""
        took_s = (asyncio.get_running_loop().time() - window.asked_s) * short
        self._pace_s[peer] = max(took_s, self._pace_of(peer) / 2)

    def _gap(self) -> tuple[int, int] | None:
        """(first, count) of the lowest blocks that are neither asked for nor here."""
        taken = sorted(
            [(first, first + len(blocks)) for first, (_, blocks) in self._ready.items()]
            + [(window.first, window.first + window.size) for window in self._in_time()]
        )
        first = self._applier.tip_height() + 1
        end = self._target + 1
        for start, stop in taken:
            if first < start:
                end = start
                break
            first = max(first, stop)
        count = min(WINDOW, end - first)
        return (first, count) if count > 0 else None

    async def _wait(self) -> None:
        """Until an answer comes, or the first one is late or overdue."""
        if self._next_ready() is not None:
            return
        now_s, steps_s = asyncio.get_running_loop().time(), (LATE_S, self._reply_timeout_s)
        places_s = [window.asked_s + step_s for window in self._open.values() for step_s in steps_s]
        deadline_s = min([place_s for place_s in places_s if place_s > now_s], default=now_s)
        self._came.clear()
        try:
            async with asyncio.timeout_at(deadline_s):
                await self._came.wait()
        except TimeoutError:
            return

    def _pass_over(self, refused: dict[str, None]) -> None:
        now_s = asyncio.get_running_loop().time()
        for peer, window in list(self._open.items()):
            if now_s >= window.asked_s + self._reply_timeout_s:
                del self._open[peer]
                refused[peer] = None
                self._note_pace(peer, window)
                self._report(f"sync: {peer} did not answer for height {window.first}")

    async def _apply(self, refused: dict[str, None]) -> None:
        """What is next and here, block by block."""
        while (found := self._next_ready()) is not None:
            peer, blocks = self._ready.pop(found)
            if not blocks:
                refused[peer] = None
            for block in blocks:
                height = block.proposal.header.height
                if height <= self._applier.tip_height():
                    continue
                try:
                    tip = await in_turns(self._applier.apply_decided(block))
                except BlockRefused as fault:
                    self._report(f"sync: {peer} sent a bad block {height}: {fault}")
                    refused[peer] = None
                    break
                if tip is not None:
                    self._advance(tip)
                # Let votes, RPC and timers run between two blocks.
                await asyncio.sleep(0)

    def _next_ready(self) -> int | None:
        """First height of the lowest window that is here, if nothing before it is missing."""
        lowest = min(self._ready, default=None)
        return lowest if lowest is not None and lowest <= self._applier.tip_height() + 1 else None
