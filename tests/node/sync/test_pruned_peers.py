"""Block sync beside peers that have pruned what is asked for, and when it takes a snapshot."""

import asyncio

import pytest

from node.wire.peer_messages import SyncReply, SyncRequest
from node.wire.snapshot_messages import SnapshotGone, SnapshotOffer, SnapshotPart
from tests.node.sync.test_blocks import Chain, Peers, honest, reach, silent, syncing


class Snapshots:
    """Counts the runs; there is none to be had."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, ...]] = []
        self.offers: list[str] = []

    async def take_over(self, peers: tuple[str, ...]) -> None:
        self.runs.append(peers)

    def on_offer(self, peer: str, offer: SnapshotOffer) -> None:
        self.offers.append(peer)

    def on_part(self, peer: str, message: SnapshotPart | SnapshotGone) -> None:
        raise AssertionError("nothing was asked for")

    def progress(self) -> str:
        return ""


def offer(oldest: int) -> SnapshotOffer:
    return SnapshotOffer(oldest=oldest, tip=500, snapshots=(), asked=None)


async def test_who_has_pruned_the_next_block_is_passed_over_and_asked_above_its_floor() -> None:
    chain, found = Chain(0), Snapshots()
    peers = Peers(a=silent, b=honest(300))

    def pruned(request: SyncRequest) -> None:
        assert peers.sync is not None
        asyncio.get_running_loop().call_soon(peers.sync.on_offer, "a", offer(100))

    def answer(request: SyncRequest) -> SyncReply | None:
        if request.from_height >= 100:
            return honest(300)(request)
        pruned(request)
        return None

    peers.behaviour["a"] = answer
    async with syncing(chain, peers, snapshots=found) as (sync, _):
        await reach(chain, sync, 300, "a", "b")
    assert chain.advanced == list(range(1, 301))
    assert found.runs == []
    assert any(peer == "a" and first >= 100 for peer, first in peers.asked)


@pytest.mark.parametrize(("behind_max", "runs"), [(1_000, [("a",)]), (0, [])])
async def test_a_snapshot_is_tried_when_nobody_has_the_next_block(
    behind_max: int, runs: list[tuple[str, ...]]
) -> None:
    """Who keeps everything waits before, and here the block comes half a second later."""
    chain, found = Chain(0), Snapshots()
    peers = Peers(a=silent)

    def pruned(_: SyncRequest) -> None:
        assert peers.sync is not None
        asyncio.get_running_loop().call_soon(peers.sync.on_offer, "a", offer(100))
        peers.behaviour["a"] = honest(10)

    peers.behaviour["a"] = pruned
    async with syncing(chain, peers, snapshots=found, behind_max=behind_max) as (sync, _):
        await reach(chain, sync, 10, "a")
    assert found.runs == runs
    assert found.offers == []


async def test_a_snapshot_is_tried_first_by_who_is_too_far_behind() -> None:
    for target, runs in ((100, 0), (101, 1)):
        chain, found = Chain(0), Snapshots()
        peers = Peers(a=honest(200))
        async with syncing(chain, peers, snapshots=found, behind_max=100) as (sync, _):
            await reach(chain, sync, target, "a")
        assert len(found.runs) == runs
