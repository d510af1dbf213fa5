"""A node joins late by a snapshot while payments go on, from peers of which f lie."""

from pathlib import Path

from node.devnet.profile import VALIDATORS
from tests.node.support.chains import small_genesis, transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually

FIRST, SECOND, THIRD, JOINER = VALIDATORS
INTERVAL = 10
RETAIN = dict.fromkeys((SECOND, THIRD, JOINER), 12)
"""The first one keeps everything."""


async def blocks(network: Network, count: int) -> None:
    """That many more, with payments in each."""
    for _ in range(count):
        height = network.height()
        number = height * 10
        sent = [transfer(each, valid_until=height + 90) for each in (number, number + 1)]
        assert await network.submit(FIRST, *sent) == ["OK", "OK"]
        await network.reach(height + 1)


def test_a_late_joiner_takes_a_snapshot_and_votes(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(
            tmp_path,
            genesis=small_genesis(rotation_heights=1),
            snapshot_interval=INTERVAL,
            retain_blocks=RETAIN,
        ) as network:
            network.start(FIRST, SECOND, THIRD)
            await blocks(network, 33)
            network.start(JOINER)
            await network.until(lambda: bool(network.replaced))
            assert network.replaced == [(JOINER, 30)]
            await network.until(lambda: network.nodes[JOINER].height >= network.nodes[FIRST].height)
            await network.until(lambda: network.nodes[JOINER].driver.replica.is_voting)
            network.stop(SECOND)
            await blocks(network, 3)
            network.check()

    run_virtually(main)
