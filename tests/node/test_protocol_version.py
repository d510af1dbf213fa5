"""An activation on real shells: who knows the version goes on, who does not stops and says so."""

import re
from pathlib import Path

import pytest

from node.chain import Chain
from node.devnet.cast import Party
from node.devnet.profile import VALIDATORS
from node.storage.memory import MemoryStore
from node.versions import VersionUnknown, upgrade_needed
from tests.node.support.chains import decide, open_chain, small_genesis, transfer
from tests.node.support.governance import OPERATORS, Governance
from tests.node.support.network import Network
from tests.node.support.shell import NodeShell
from tests.node.support.virtual_loop import run_virtually
from tests.node.test_validator_sets import pay
from tokens.ops.protocol import Activate, SignalSupport
from tokens.protocol import PROTOCOL_VERSION
from tokens.results import Code

NEXT = PROTOCOL_VERSION + 1
OLD = "debt-office"
"""Its software is the one that is shipped; the others' knows the next version."""


def told(node: NodeShell) -> str | None:
    return upgrade_needed(node.chain.overlay(), node.chain.known_version)


def operator_of(network: Network, name: str) -> Party:
    member = next(each for each in network.genesis.validators if each.id == name)
    return next(party for party in OPERATORS if party.address == member.operator)


async def activated(network: Network, through: str, ahead: int) -> int:
    """All but one say that they know it, a quorum decides; the height."""
    acts = Governance(network, through)
    for name in network.names:
        if name != OLD:
            word = SignalSupport(validator=name, protocol_version=NEXT)
            await acts.run(operator_of(network, name), word)
    height = network.nodes[through].height + 3 + ahead
    _, code = await acts.agree(Activate(protocol_version=NEXT, height=height))
    assert code is Code.OK
    return height


def test_a_node_that_does_not_know_the_version_stops_before_it(tmp_path: Path) -> None:
    """The others go on; with new software it comes back on the same folder and catches up."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            names = [name for name in VALIDATORS if name != OLD]
            network.known_versions = dict.fromkeys(names, NEXT)
            network.start()
            await pay(network, 0, 3, through=names[0])
            old = network.nodes[OLD]
            assert told(old) is None
            height = await activated(network, names[0], ahead=6)
            await network.until(lambda: told(old) is not None)
            sentence = told(old)
            assert sentence is not None
            assert f"takes over at height {height}" in sentence
            assert told(network.nodes[names[0]]) is None
            await network.until(lambda: OLD not in network.nodes)
            assert re.search(rf"block {height} is under protocol version {NEXT}", network.cuts[OLD])
            assert old.chain.tip.height == height - 1
            await pay(network, 50, 5, through=names[0])
            assert network.height() > height
            versions = {network.nodes[each].chain.tip.protocol_version for each in names}
            assert versions == {NEXT}
            network.known_versions[OLD] = NEXT
            network.start(OLD)
            await pay(network, 80, 3, through=names[0])
            await network.until(lambda: network.nodes[OLD].height > height + 5)
            network.check()

    run_virtually(main)


def test_a_node_that_was_away_stops_at_the_same_height(tmp_path: Path) -> None:
    """It comes back after the activation, by block sync, and does not go past it."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            names = [name for name in VALIDATORS if name != OLD]
            network.known_versions = dict.fromkeys(names, NEXT)
            network.start(*names)
            height = await activated(network, names[0], ahead=4)
            await pay(network, 50, 8, through=names[0])
            assert network.height() > height
            network.start(OLD)
            node = network.nodes[OLD]
            await network.until(lambda: OLD not in network.nodes)
            assert node.chain.tip.height == height - 1
            assert "protocol version" in network.cuts[OLD]

    run_virtually(main)


def test_a_store_under_an_unknown_version_is_not_opened() -> None:
    """Every later start of the old software ends alike, before it listens or votes."""
    store = MemoryStore()
    chain = open_chain(store)
    decide(chain, transfer(1))
    assert chain.known_version == PROTOCOL_VERSION
    with pytest.raises(VersionUnknown, match=r"block 2 is under protocol version 1, .* knows 0"):
        Chain.open(store, small_genesis(), known=0)
    assert Chain.open(store, small_genesis()).tip.height == 1
