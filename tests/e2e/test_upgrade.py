"""Real processes before a protocol version that none of them knows: each stops and says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.cli.checkup import node_checks
from node.cli.exits import Exit
from node.cli.finding import Grade
from node.devnet.cast import CENTRAL_BANK, DEBT_OFFICE, SUPERVISOR, TREASURY
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.story.stage import Stage
from node.devnet.wait import NotYet, until
from node.sdk.schema.node import NodeStatus
from tests.e2e.support import FIRST_PORT
from tokens.ops.protocol import Activate, SignalSupport
from tokens.protocol import PROTOCOL_VERSION
from tokens.transaction import DecodedTransaction

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NEXT = PROTOCOL_VERSION + 1
OPERATORS = (TREASURY, CENTRAL_BANK, SUPERVISOR, DEBT_OFFICE)
AHEAD = 6
"""Blocks between the last approval and the height."""


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    made = Network.open(tmp_path / "net", first_port=FIRST_PORT + 32)
    try:
        yield made
    finally:
        made.close()


async def offered(stage: Stage, made: DecodedTransaction) -> None:
    """Given to one node, whose answer may be its last word."""
    client = (await stage.clients())[0]
    await client.raw("tx_submit", {"transaction": "0x" + made.data.hex()})


async def test_operators_that_signal_what_they_do_not_run_stop_at_the_height(
    network: Network,
) -> None:
    """A signal is a word, no proof (ADR 0019): the ledger cannot know what a node runs."""
    network.start()
    async with Probe() as probe:
        await network.wait_ready(probe, seconds=60)
        stage = Stage(network, probe)
        for party in OPERATORS[:3]:
            word = SignalSupport(validator=str(party.validator), protocol_version=NEXT)
            await stage.act(party, word)
        height = stage.height + 3 + AHEAD
        await stage.together(
            TREASURY, OPERATORS[1:3], Activate(protocol_version=NEXT, height=height)
        )
        for name in network.names:
            status = await probe.ask(network.url(name), "node_status", NodeStatus)
            assert status.upgrade is not None
            assert f"version {NEXT} takes over at height {height}" in status.upgrade
        last = height - 1
        for version in range(NEXT + 1, NEXT + 1 + last - stage.height - 1):
            word = SignalSupport(validator=str(TREASURY.validator), protocol_version=version)
            await stage.act(TREASURY, word)
        assert stage.height == last - 1
        word = SignalSupport(validator=str(TREASURY.validator), protocol_version=200)
        await offered(stage, await stage.prepare(TREASURY, word))
        await ended(network)
    says = f"block {height} is under protocol version {NEXT}"
    for name in network.names:
        assert says in network.children[name].log_tail()
        found = {each.what: each for each in node_checks(network.layout.config(name))}
        assert found["protocol version"].grade is Grade.BAD
        assert f"{NEXT} is in force" in found["protocol version"].sentence
    network.start()
    await ended(network)


async def ended(network: Network) -> None:
    """All have ended by themselves, with the status of its own."""

    async def seen() -> None:
        if len(network.ended()) < len(network.names):
            raise NotYet(f"ended: {', '.join(network.ended()) or 'none'}")

    await until("all nodes ended", seen, seconds=60)
    statuses = {network.children[name].exit_status for name in network.names}
    assert statuses == {Exit.UPGRADE_NEEDED}
