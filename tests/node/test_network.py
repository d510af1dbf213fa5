"""Four nodes' shells on a virtual clock: they decide, die, come back and catch up."""

from pathlib import Path

import pytest

from node.devnet.profile import VALIDATORS
from tests.node.support.chains import transfer
from tests.node.support.network import Network
from tests.node.support.shell import CrashPlan
from tests.node.support.virtual_loop import run_virtually
from tokens.transaction import DecodedTransaction

FIRST, SECOND, THIRD, FOURTH = VALIDATORS


def payments(first: int, count: int) -> list[DecodedTransaction]:
    return [transfer(number, valid_until=90) for number in range(first, first + count)]


def test_twenty_blocks_of_transfers_leave_one_root_on_all_nodes(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            sent = payments(0, 40)
            for at in range(20):
                node = network.nodes[VALIDATORS[at % 4]]
                assert await node.submit(*sent[2 * at : 2 * at + 2]) == ["OK", "OK"]
                await network.reach(at + 1)
            await network.until(
                lambda: all(
                    node.has_decided([each.tx_id for each in sent])
                    for node in network.nodes.values()
                )
            )
            network.check()
            for node in network.nodes.values():
                assert len(node.pool) == 0
                assert sorted(node.acknowledged) == sorted(each.tx_id for each in sent)

    run_virtually(main)


def test_a_killed_node_comes_back_from_its_folders_and_gets_level(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path, on_disk=True) as network:
            network.start()
            await network.submit(FIRST, *payments(0, 5))
            await network.reach(3)
            network.stop(FOURTH)
            for at in range(5):
                await network.submit(SECOND, *payments(10 + 10 * at, 10))
                await network.reach(5 + at)
            network.start(FOURTH)
            assert network.nodes[FOURTH].height < network.nodes[FIRST].height
            await network.until(
                lambda: network.nodes[FOURTH].height >= network.nodes[FIRST].height > 9
            )
            await network.until(lambda: network.nodes[FOURTH].driver.replica.is_voting)
            # With one of the others gone its vote is needed.
            network.stop(THIRD)
            await network.submit(FIRST, *payments(100, 5))
            await network.reach(network.height() + 2)
            network.check()

    run_virtually(main)


POINTS = (
    "before guard PrePrepare",
    "after guard PrePrepare",
    "after send PrePrepare",
    "before guard Prepare",
    "after guard Prepare",
    "after send Prepare",
    "before guard Commit",
    "after guard Commit",
    "after send Commit",
    "before batch",
    "after batch",
    "before Advanced",
)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("countdown", [1, 3])
def test_the_whole_cluster_survives_a_power_cut_at(
    tmp_path: Path, point: str, countdown: int
) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start(plan=CrashPlan(point, countdown))
            for node in tuple(network.nodes.values()):
                await node.submit(*payments(10 * VALIDATORS.index(node.name), 3))
            await network.until(lambda: len(network.cuts) >= 1)
            for name in tuple(network.nodes):
                network.stop(name)
            assert set(network.cuts.values()) == {point}
            network.start()
            before = max(node.height for node in network.nodes.values())
            assert all(node.restored.guard_stale is None for node in network.nodes.values())
            await network.submit(SECOND, *payments(50, 3))
            await network.reach(before + 3, within_s=60)
            assert all(node.driver.replica.is_voting for node in network.nodes.values())
            network.check()

    run_virtually(main)
