"""Block sync against peers that answer, stay silent, or lie."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from consensus.actions import CatchUp
from consensus.types import CommitCertificate, Header, Proposal, Tip, ValidatorId, ValidatorSet
from node.sync.blocks import WINDOW, BlockRefused, BlockSync
from node.wire.peer_messages import DecidedBlock, SyncReply, SyncRequest

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

    def apply_decided(self, decided: DecidedBlock) -> Tip:
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
async def syncing(chain: Chain, peers: Peers) -> AsyncIterator[tuple[BlockSync, list[str]]]:
    reports: list[str] = []
    sync = BlockSync(
        applier=chain,
        send=peers.send,
        advance=chain.on_advance,
        report=reports.append,
        reply_timeout_s=0.01,
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
