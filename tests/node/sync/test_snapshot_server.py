"""What a server holds, gives and refuses, within its budget."""

import asyncio

from consensus.events import Now
from node.chain import Chain
from node.sync.snapshot_server import (
    ANSWER_COST_BYTES,
    BYTES_PER_S,
    HELD,
    HELD_MAX,
    HELD_MS,
    SnapshotServer,
)
from node.wire.peer_messages import PeerMessage, SyncReply, SyncRequest, encode_message
from node.wire.snapshot_messages import (
    Part,
    SnapshotGone,
    SnapshotManifest,
    SnapshotName,
    SnapshotOffer,
    SnapshotQuery,
    SnapshotRequest,
    SnapshotState,
)
from tests.node.support.chains import decide, open_chain, transfer
from tests.node.support.inbound_world import PEER, World
from tests.node.support.virtual_loop import now, run_virtually

INTERVAL = 5


class Served:
    """A chain whose server sends into a list."""

    def __init__(self, interval: int = INTERVAL, chain: Chain | None = None) -> None:
        self.chain = chain or open_chain(rotation_heights=1)
        self.sent: list[tuple[str, PeerMessage]] = []
        self.at_ms: list[int] = []
        self.came = asyncio.Event()
        self.later_ms = 0
        self.server = SnapshotServer(
            chain=self.chain, send=self.note, clock=self.clock, interval=interval
        )
        self.chain.on_block = self.server.on_block

    @staticmethod
    def again(other: "Served") -> "Served":
        """The same chain after a restart."""
        return Served(chain=other.chain)

    def clock(self) -> Now:
        found = now()
        return Now(mono_ms=found.mono_ms + self.later_ms, wall_ms=found.wall_ms)

    def note(self, peer: str, message: PeerMessage) -> None:
        self.sent.append((peer, message))
        self.at_ms.append(now().mono_ms)
        self.came.set()

    async def until(self, count: int) -> None:
        while len(self.sent) < count:
            self.came.clear()
            await self.came.wait()

    def grow(self, blocks: int) -> None:
        for _ in range(blocks):
            height = self.chain.tip.height
            decide(self.chain, transfer(height, valid_until=height + 50))

    def ask(self, peer: str, height: int, part: Part = Part.MANIFEST, first: int = 0) -> None:
        self.server.on_request(
            peer, SnapshotRequest(height=height, part=part, first=first, count=256)
        )


def test_the_newest_two_are_held_and_older_ones_while_they_are_read() -> None:
    async def main() -> None:
        served = Served()
        served.grow(4 * INTERVAL)
        assert list(served.server.heights) == [15, 20]
        served.ask("a", 15)
        served.grow(2 * INTERVAL)
        assert list(served.server.heights) == [15, 25, 30]
        served.ask("a", 15)
        served.grow(INTERVAL)
        assert list(served.server.heights) == [15, 30, 35]
        served.later_ms += 61_000
        served.grow(1)
        assert list(served.server.heights) == [30, 35]
        assert len(served.server.heights) == HELD < HELD_MAX
        served.later_ms += HELD_MS
        served.grow(1)
        assert list(served.server.heights) == []
        served.server.close()

    run_virtually(main)


def test_who_has_thrown_blocks_away_holds_its_tip_after_a_start_and_after_hours() -> None:
    """A node that needs it may be needed for the block that would bring the next multiple."""

    async def main() -> None:
        served = Served()
        served.grow(3 * INTERVAL + 3)
        served.server.close()
        assert list(Served.again(served).server.heights) == []
        served.chain.retain_blocks = 12
        served.grow(1)
        started = Served.again(served)
        assert list(started.server.heights) == [3 * INTERVAL + 4]
        started.grow(1)
        assert list(started.server.heights) == [3 * INTERVAL + 4, 4 * INTERVAL]
        started.later_ms += HELD_MS
        started.grow(1)
        assert list(started.server.heights) == [4 * INTERVAL + 1]
        started.server.close()

    run_virtually(main)


def test_a_snapshot_is_of_its_height_while_the_chain_goes_on() -> None:
    async def main() -> None:
        served = Served()
        served.grow(INTERVAL)
        root = served.chain.tip.state_root
        served.grow(3)
        served.ask("a", INTERVAL)
        served.ask("b", INTERVAL, Part.STATE)
        await served.until(2)
        (_, manifest), (_, state) = served.sent
        assert isinstance(manifest, SnapshotManifest)
        assert isinstance(state, SnapshotState)
        assert manifest.state_root == root != served.chain.tip.state_root
        assert len(state.chunks) == 64
        served.server.close()

    run_virtually(main)


def test_what_is_not_held_is_gone() -> None:
    async def main() -> None:
        served = Served()
        served.grow(INTERVAL)
        served.ask("a", INTERVAL + 1)
        served.ask("b", INTERVAL, Part.STATE, 64)
        served.ask("c", INTERVAL, Part.HEADERS, INTERVAL)
        served.ask("d", INTERVAL, Part.REFERENCES, INTERVAL + 1)
        served.ask("e", INTERVAL, Part.REFERENCES, 0)
        await served.until(5)
        assert [type(message) for _, message in served.sent] == [SnapshotGone] * 5
        served.server.close()

    run_virtually(main)


def test_a_query_says_what_is_kept() -> None:
    async def main() -> None:
        served = Served(interval=0)
        served.chain.retain_blocks = 12
        served.grow(20)
        served.server.on_query("a", SnapshotQuery(height=0))
        served.server.on_query("a", SnapshotQuery(height=7))
        served.server.on_query("a", SnapshotQuery(height=21))
        row = served.chain.blocks.row(7)
        assert row is not None
        expected = SnapshotOffer(oldest=9, tip=20, snapshots=(), asked=None)
        named = SnapshotOffer(
            oldest=9, tip=20, snapshots=(), asked=SnapshotName(height=7, digest=row.digest)
        )
        assert [message for _, message in served.sent] == [expected, named, expected]

    run_virtually(main)


def test_a_flood_of_requests_waits_for_the_budget_and_takes_turns() -> None:
    async def main() -> None:
        served = Served()
        served.grow(INTERVAL)
        began_ms = now().mono_ms
        for _ in range(100):
            for peer in ("a", "b", "c"):
                served.ask(peer, INTERVAL, Part.STATE)
        assert [peer for peer, _ in served.sent] == ["a"]
        await served.until(4)
        assert [peer for peer, _ in served.sent] == ["a", "a", "b", "c"]
        cost = sum(ANSWER_COST_BYTES + len(encode_message(each)) for _, each in served.sent[:-1])
        assert served.at_ms[-1] - began_ms >= cost * 1_000 // BYTES_PER_S - 3
        served.server.close()

    run_virtually(main)


def test_blocks_below_the_floor_are_answered_by_what_is_kept() -> None:
    world = World()
    world.chain.retain_blocks = 12
    for number in range(20):
        decide(world.chain, transfer(number))
    world.receive(SyncRequest(from_height=3, count=4))
    world.receive(SyncRequest(from_height=9, count=4))
    (first, offer), (second, reply) = world.sent
    assert first == second == PEER
    assert isinstance(offer, SnapshotOffer)
    assert offer.oldest == 9
    assert isinstance(reply, SyncReply)
    assert [block.proposal.header.height for block in reply.blocks] == [9, 10, 11, 12]
