"""Real processes that keep 200 blocks: an empty node joins by a snapshot and votes; so does a file.

One story: the first part makes the blocks that both need.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cli.root import status_of
from node.devnet.network import Network, Tuning
from node.devnet.probe import Probe
from node.devnet.wait import NotYet, until
from node.sdk.ledger_client import submit_and_wait
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.node import NodeStatus
from tests.node.support.chains import small_genesis, transfer

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

RETAIN = 200
"""W + 100 of `small_genesis`."""
INTERVAL = 20
PATIENCE_SECONDS = 120


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    made = Network.open(
        tmp_path / "net",
        genesis=small_genesis(),
        tuning=Tuning(retain_blocks=RETAIN, snapshot_interval=INTERVAL),
        first_port=28_700,
    )
    try:
        yield made
    finally:
        made.close()


class Story:
    def __init__(self, network: Network, probe: Probe) -> None:
        self.network = network
        self.probe = probe
        self.paid = 0

    async def status(self, name: str) -> NodeStatus:
        return await self.probe.ask(self.network.url(name), "node_status", NodeStatus)

    async def pay(self, until_height: int) -> None:
        """One payment after the other, each in a block of its own, up to a height."""
        name = self.network.running[0]
        client = await self.probe.client(self.network.url(name))
        height = (await self.status(name)).height
        while height < until_height:
            self.paid += 1
            made = transfer(self.paid, valid_until=height + 90)
            receipt = await submit_and_wait(client, made)
            assert receipt.code == 0
            height = receipt.height

    async def votes(self, name: str) -> NodeStatus:
        """Its status when it is level with another one and votes."""

        async def check() -> None:
            self.network.check()
            status = await self.status(name)
            if status.syncing or not status.voting:
                raise NotYet(status.sentence)

        await until(f"{name} votes", check, seconds=PATIENCE_SECONDS)
        return await self.status(name)

    async def lose(self, name: str) -> Path:
        """The machine of a node burns; what its log said before does not count."""
        self.network.kill(name)
        data = self.network.layout.data(name)
        shutil.rmtree(data)
        data.mkdir()
        return data

    async def its_vote_is_needed(self, name: str) -> None:
        """With another one gone there is no block without it."""
        network = self.network
        other = next(each for each in network.names if each != name)
        network.kill(other)
        height = (await self.status(name)).height
        await self.pay(height + 3)
        network.start(other)
        await network.wait_ready(self.probe, other, seconds=PATIENCE_SECONDS)

    async def root_at(self, name: str, height: int) -> bytes:
        params = {"block": height}
        header = await self.probe.ask(
            self.network.url(name), "chain_getHeader", BlockHeader, params
        )
        return header.state_root


async def test_an_empty_node_joins_a_pruned_network_and_a_file_restores_another(
    network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Probe() as probe:
        story = Story(network, probe)
        network.start()
        await network.wait_ready(probe, seconds=60)
        await story.pay(RETAIN + 3 * INTERVAL)

        joiner = network.names[3]
        await story.lose(joiner)
        await story.pay(RETAIN + 4 * INTERVAL)
        network.start(joiner)
        await network.wait_ready(probe, joiner, seconds=PATIENCE_SECONDS)
        status = await story.votes(joiner)
        assert status.oldest_block > RETAIN
        assert status.oldest_block % INTERVAL == 1
        log = network.layout.log(joiner).read_text()
        assert "the node begins again on it" in log
        assert not list(network.layout.data(joiner).glob("store.*"))
        await story.its_vote_is_needed(joiner)

        source, victim = network.names[0], network.names[1]
        file = tmp_path / "file"
        network.stop(source)
        command = ["snapshot", "create", str(network.layout.data(source)), "--out", str(file)]
        assert status_of(command) == 0
        made = capsys.readouterr().out
        network.start(source)
        await network.wait_ready(probe, source, seconds=PATIENCE_SECONDS)

        data = await story.lose(victim)
        restore = ["snapshot", "restore", str(file), "--config", str(network.layout.config(victim))]
        point = made.split()[3].rstrip(",")
        assert status_of([*restore, "--checkpoint", point]) == 0
        assert (data / "store" / "CURRENT").is_file()
        await story.pay((await story.status(source)).height + 5)
        network.start(victim)
        await network.wait_ready(probe, victim, seconds=PATIENCE_SECONDS)
        status = await story.votes(victim)
        assert status.oldest_block == int(point.split(":")[0]) + 1
        await story.its_vote_is_needed(victim)

        height = min([(await story.status(name)).height for name in network.names])
        roots = {await story.root_at(name, height) for name in network.names}
        assert len(roots) == 1
