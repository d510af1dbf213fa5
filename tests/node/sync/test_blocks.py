"""Block sync against peers that answer, stay silent, or lie."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from consensus.actions import CatchUp
from consensus.types import CommitCertificate, Header, Proposal, Tip, ValidatorId, ValidatorSet
from node.sync.blocks import WINDOW, WINDOWS_MAX, BlockRefused, BlockSync, Snapshots
from node.wire.peer_messages import DecidedBlock, SyncReply, SyncRequest
from tokens.steps import Steps

EMPTY = ValidatorSet(())


def block(height: int) -> DecidedBlock:
    header = Header(
        version=1,
        chain_id="test",
        height=height,
        parent=bytes(32),
        parent_state_root=bytes(32),
        timestamp_ms=height,
        proposer="a",
        origin_view=0,
        failed=(),
        tx_root=bytes(32),
        parent_certificate=bytes(32),
        validators_hash=bytes(32),
        next_validators_hash=bytes(32),
    )
    certificate = CommitCertificate(
        height=height, view=0, digest=bytes(32), root=bytes(32), signatures=()
    )
    proposal = Proposal(header=header, wire_ids=(), parent_certificate=None)
    return DecidedBlock(proposal=proposal, certificate=certificate, bodies=())


def tip_of(height: int) -> Tip:
    return Tip(
        height=height,
        digest=bytes(32),
        header=None,
        certificate=None,
        timestamp_ms=0,
        state_root=bytes(32),
        validators=EMPTY,
        previous_validators=EMPTY,
        validators_hash=bytes(32),
        next_validators_hash=bytes(32),
        protocol_version=1,
        block_transactions_max=1,
    )


class Chain:
    """Applies blocks in order; refuses those whose timestamp was tampered with."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.advanced: list[int] = []
        self.level = asyncio.Event()
        self.target = 0

    def tip_height(self) -> int:
        return self.height

    def apply_decided(self, decided: DecidedBlock) -> Steps[Tip | None]:
        yield
        header = decided.proposal.header
        if header.timestamp_ms != header.height:
            raise BlockRefused("certificate does not cover it")
        if header.height != self.height + 1:
            raise BlockRefused("not the next height")
        self.height = header.height
        return tip_of(self.height)

    def on_advance(self, tip: Tip) -> None:
        self.advanced.append(tip.height)
        if tip.height >= self.target:
            self.level.set()


class Peers:
    """Answers by name."""

    def __init__(self, **behaviour: Callable[[SyncRequest], SyncReply | None]) -> None:
        self.behaviour = behaviour
        self.asked: list[tuple[str, int]] = []
        self.sync: BlockSync | None = None

    def send(self, peer: str, request: SyncRequest) -> None:
        self.asked.append((peer, request.from_height))
        reply = self.behaviour[peer](request)
        if reply is not None and self.sync is not None:
            asyncio.get_running_loop().call_soon(self.sync.on_reply, peer, reply)


def honest(tip: int) -> Callable[[SyncRequest], SyncReply]:
    def answer(request: SyncRequest) -> SyncReply:
        last = min(request.from_height + request.count - 1, tip)
        return SyncReply(
            blocks=tuple(block(height) for height in range(request.from_height, last + 1))
        )

    return answer


def silent(_: SyncRequest) -> None:
    return None


def liar(request: SyncRequest) -> SyncReply:
    good = block(request.from_height)
    header = good.proposal.header
    forged = Header(
        version=1,
        chain_id=header.chain_id,
        height=header.height,
        parent=header.parent,
        parent_state_root=header.parent_state_root,
        timestamp_ms=10**6,
        proposer="a",
        origin_view=0,
        failed=(),
        tx_root=header.tx_root,
        parent_certificate=header.parent_certificate,
        validators_hash=header.validators_hash,
        next_validators_hash=header.next_validators_hash,
    )
    proposal = Proposal(header=forged, wire_ids=(), parent_certificate=None)
    return SyncReply(
        blocks=(DecidedBlock(proposal=proposal, certificate=good.certificate, bodies=()),)
    )


@asynccontextmanager
async def syncing(
    chain: Chain,
    peers: Peers,
    *,
    reply_timeout_s: float = 0.01,
    snapshots: Snapshots | None = None,
    behind_max: int = 0,
) -> AsyncIterator[tuple[BlockSync, list[str]]]:
    reports: list[str] = []
    sync = BlockSync(
        applier=chain,
        send=peers.send,
        advance=chain.on_advance,
        report=reports.append,
        reply_timeout_s=reply_timeout_s,
        snapshots=snapshots,
        behind_max=behind_max,
    )
    peers.sync = sync
    async with asyncio.TaskGroup() as group:
        task = group.create_task(sync.run())
        yield sync, reports
        task.cancel()


async def reach(chain: Chain, sync: BlockSync, target: int, *peers: str) -> None:
    chain.target = target
    sync.catch_up(CatchUp(target_height=target, peers=tuple(ValidatorId(p) for p in peers)))
    async with asyncio.timeout(20):
        await chain.level.wait()


async def test_a_node_far_behind_gets_level_in_windows() -> None:
    chain, peers = Chain(3), Peers(a=honest(200))
    async with syncing(chain, peers) as (sync, _):
        await reach(chain, sync, 200, "a")
    assert chain.advanced == list(range(4, 201))
    assert [first for _, first in peers.asked] == [4, 4 + WINDOW, 4 + 2 * WINDOW, 4 + 3 * WINDOW]


class Growing:
    """A peer of a busy chain: it has some blocks more each time that it is asked."""

    def __init__(self, tip: int, *, by: int, times: int) -> None:
        self.tip, self.by, self.times = tip, by, times

    def __call__(self, request: SyncRequest) -> SyncReply:
        reply = honest(self.tip)(request)
        if self.times:
            self.times -= 1
            self.tip += self.by
        return reply


async def test_a_run_goes_on_until_nobody_has_more() -> None:
    chain, growing = Chain(0), Growing(17, by=7, times=19)
    async with syncing(chain, Peers(a=honest(10), b=growing)) as (sync, reports):
        chain.target = 150
        sync.catch_up(CatchUp(target_height=10, peers=(ValidatorId("a"), ValidatorId("b"))))
        async with asyncio.timeout(20):
            await chain.level.wait()
    assert chain.advanced == list(range(1, 151))
    assert reports == []


async def test_a_new_target_does_not_wait_for_who_is_silent_about_more() -> None:
    chain, asked_on = Chain(0), asyncio.Event()

    def silent_above_3(request: SyncRequest) -> SyncReply | None:
        if request.from_height == 1:
            return honest(3)(request)
        asked_on.set()
        return None

    peers = Peers(a=silent_above_3, b=honest(9))
    async with syncing(chain, peers, reply_timeout_s=3_600.0) as (sync, _):
        await reach(chain, sync, 3, "a")
        async with asyncio.timeout(20):
            await asked_on.wait()
        chain.level.clear()
        await reach(chain, sync, 9, "b")
    assert chain.height == 9


async def test_a_liar_is_dropped_and_the_window_asked_elsewhere() -> None:
    chain, peers = Chain(0), Peers(a=liar, b=honest(10))
    async with syncing(chain, peers) as (sync, reports):
        await reach(chain, sync, 10, "a", "b")
    assert chain.advanced == list(range(1, 11))
    assert peers.asked[0] == ("a", 1)
    assert all(peer == "b" for peer, _ in peers.asked[1:])
    assert reports == ["sync: a sent a bad block 1: certificate does not cover it"]


async def test_a_silent_peer_is_passed_over() -> None:
    chain, peers = Chain(0), Peers(a=silent, b=honest(5))
    async with syncing(chain, peers) as (sync, reports):
        await reach(chain, sync, 5, "a", "b")
    assert chain.height == 5
    assert reports == ["sync: a did not answer for height 1"]


async def test_blocks_that_nobody_asked_for_are_dropped() -> None:
    chain, peers = Chain(0), Peers(a=silent)
    async with syncing(chain, peers) as (sync, _):
        sync.on_reply("a", SyncReply(blocks=(block(1),)))
        sync.on_reply("stranger", SyncReply(blocks=(block(1),)))
    assert chain.height == 0


class HeldBack(Peers):
    """Answers come when the test lets them."""

    def __init__(self, **behaviour: Callable[[SyncRequest], SyncReply | None]) -> None:
        super().__init__(**behaviour)
        self.waiting: list[tuple[str, SyncRequest]] = []
        self.came = asyncio.Event()

    def send(self, peer: str, request: SyncRequest) -> None:
        self.asked.append((peer, request.from_height))
        self.waiting.append((peer, request))
        self.came.set()

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.waiting) < count:
                self.came.clear()
                await self.came.wait()

    def answer(self, place: int) -> None:
        peer, request = self.waiting.pop(place)
        reply = self.behaviour[peer](request)
        assert self.sync is not None
        assert reply is not None
        self.sync.on_reply(peer, reply)


async def test_windows_come_from_several_peers_and_are_applied_in_order() -> None:
    names = ("a", "b", "c", "d", "e", "f")
    chain = Chain(0)
    peers = HeldBack(**dict.fromkeys(names, honest(1_000)))
    async with syncing(chain, peers, reply_timeout_s=20) as (sync, _):
        chain.target = 6 * WINDOW
        sync.catch_up(CatchUp(target_height=chain.target, peers=tuple(map(ValidatorId, names))))
        await peers.wait_for(WINDOWS_MAX)
        assert [first for _, first in peers.asked] == [1 + at * WINDOW for at in range(WINDOWS_MAX)]
        assert len({peer for peer, _ in peers.asked}) == WINDOWS_MAX
        for _ in range(WINDOWS_MAX - 1):
            peers.answer(1)
        assert chain.height == 0
        peers.answer(0)
        await peers.wait_for(2)
        assert chain.height == WINDOWS_MAX * WINDOW
        peers.answer(1)
        peers.answer(0)
        async with asyncio.timeout(20):
            await chain.level.wait()
    assert chain.advanced == list(range(1, 6 * WINDOW + 1))


async def test_what_did_not_fit_into_an_answer_is_asked_again_before_what_follows() -> None:
    def short(request: SyncRequest) -> SyncReply:
        return SyncReply(blocks=honest(300)(request).blocks[:10])

    chain, peers = Chain(0), Peers(a=short, b=honest(300))
    async with syncing(chain, peers) as (sync, _):
        await reach(chain, sync, 300, "a", "b")
    assert chain.advanced == list(range(1, 301))
    starts = [first for _, first in peers.asked]
    assert 11 in starts
    assert len(starts) == len(set(starts))


async def test_a_liar_in_the_middle_is_found_when_its_window_is_next() -> None:
    chain, peers = Chain(0), Peers(a=honest(300), b=liar, c=honest(300))
    async with syncing(chain, peers) as (sync, reports):
        await reach(chain, sync, 300, "a", "b", "c")
    assert chain.advanced == list(range(1, 301))
    assert [peer for peer, _ in peers.asked].count("b") == 1
    assert len(reports) == 1
