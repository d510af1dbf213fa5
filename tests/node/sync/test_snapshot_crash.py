"""The power is cut at each write of a join; what was checked before is not fetched again."""

from pathlib import Path

import pytest

from node.wire.peer_messages import PeerMessage
from node.wire.snapshot_messages import SnapshotState
from tests.node.support.network import Network
from tests.node.support.shell import CrashPlan
from tests.node.sync.joining import CHUNKS, JOINER, expect_voting, joined

WRITES = 17
"""Batches of a join here: the first, 13 of chunks, one of headers, one of lists, the last."""


def test_a_join_makes_so_many_writes(tmp_path: Path) -> None:
    async def play(network: Network) -> None:
        plan = CrashPlan("never")
        network.start(JOINER, plan=plan)
        plan = network.nodes[JOINER].plan
        await network.until(lambda: bool(network.replaced))
        assert plan.reached.count("after snapshot write") == WRITES

    joined(tmp_path, play)


@pytest.mark.parametrize("when", ["before snapshot write", "after snapshot write"])
@pytest.mark.parametrize("countdown", [1, 2, 3, 8, *range(WRITES - 3, WRITES + 1)])
def test_a_power_cut_at_any_write_is_gone_on_from(
    tmp_path: Path, when: str, countdown: int
) -> None:
    """What was checked before the cut is not asked for again."""

    async def play(network: Network) -> None:
        network.start(JOINER, plan=CrashPlan(when, countdown))
        await network.until(lambda: bool(network.cuts) or bool(network.replaced))
        assert network.cuts == {JOINER: when}
        chunks: dict[int, None] = {}

        def noted(_: str, __: str, sent: PeerMessage) -> PeerMessage:
            if isinstance(sent, SnapshotState):
                chunks.update(dict.fromkeys(range(sent.first, sent.first + len(sent.chunks))))
            return sent

        network.rewrite = noted
        network.start(JOINER)
        await network.until(lambda: bool(network.replaced))
        assert network.replaced == [(JOINER, 30)]
        batches = max(0, countdown - (1 if when == "after snapshot write" else 2))
        assert len(chunks) <= max(0, CHUNKS - 4 * batches)
        await expect_voting(network)

    joined(tmp_path, play)
