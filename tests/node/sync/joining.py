"""A network of four whose fourth node joins late."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from node.devnet.profile import VALIDATORS
from tests.node.support.chains import small_genesis, transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually

FIRST, LIAR, THIRD, JOINER = VALIDATORS
INTERVAL = 10
CHUNKS = 64
RETAIN = dict.fromkeys((LIAR, THIRD, JOINER), 12)
"""The first one keeps everything."""


async def blocks(network: Network, count: int) -> None:
    """That many more, with payments in each."""
    for _ in range(count):
        height = network.height()
        number = height * 10
        sent = [transfer(each, valid_until=height + 90) for each in (number, number + 1)]
        assert await network.submit(FIRST, *sent) == ["OK", "OK"]
        await network.reach(height + 1)


def joined(folder: Path, play: Callable[[Network], Awaitable[None]], height: int = 33) -> None:
    """Play it on a network whose fourth node has not started yet."""

    async def main() -> None:
        async with Network(
            folder,
            genesis=small_genesis(rotation_heights=1),
            snapshot_interval=INTERVAL,
            retain_blocks=RETAIN,
        ) as network:
            network.start(FIRST, LIAR, THIRD)
            await blocks(network, height)
            await play(network)

    run_virtually(main)


async def expect_voting(network: Network) -> None:
    """The joiner is level, votes, and its vote is enough when another one is gone."""

    def is_level() -> bool:
        joiner = network.nodes.get(JOINER)
        return joiner is not None and joiner.height >= network.nodes[FIRST].height

    await network.until(is_level)
    await network.until(lambda: network.nodes[JOINER].driver.replica.is_voting)
    network.stop(LIAR)
    await blocks(network, 3)
    network.check()


async def join_s(network: Network) -> float:
    """Virtual seconds from its start until the joiner stands on the snapshot."""
    began_s = asyncio.get_running_loop().time()
    network.start(JOINER)
    await network.until(lambda: bool(network.replaced))
    return asyncio.get_running_loop().time() - began_s
