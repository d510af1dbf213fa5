"""One network of four real processes for all tests of this folder; each test leaves it running.

Rules of this folder:
1. What is awaited is asked for, with a deadline (node/devnet/wait.py); nothing sleeps.
2. A test that stops or kills a node starts it again and sees it level before it ends.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.story import money
from node.devnet.story.stage import Stage
from node.devnet.truth import level_height
from tests.e2e.support import FIRST_PORT

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Four validators, ready, with money and a stablecoin."""
    made = Network.open(tmp_path_factory.mktemp("net"), first_port=FIRST_PORT)
    try:
        made.start()
        asyncio.run(_begin(made))
        yield made
    finally:
        made.close()


async def _begin(network: Network) -> None:
    async with Probe() as probe:
        await network.wait_ready(probe, seconds=60)
        stage = Stage(network, probe)
        await money.quorum(stage)
        await money.central_bank_money(stage)
        await money.stablecoin(stage)


@pytest.fixture
async def stage(network: Network) -> AsyncIterator[Stage]:
    """The network as the story sees it, whole at the beginning whatever the test before did."""
    async with Probe() as probe:
        for name in network.names:
            network.children[name].resume()
        away = [name for name in network.names if name not in network.running]
        if away:
            network.start(*away)
        await network.wait_ready(probe, seconds=60)
        await level_height(network, probe, seconds=60)
        made = Stage(network, probe)
        made.height = (await (await made.clients())[0].status()).height
        yield made


@pytest.fixture
def folder(network: Network) -> Path:
    """Where the network lies."""
    return network.layout.root
