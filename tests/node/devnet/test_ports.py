"""A port that somebody takes between the choice and the start does not stop a network."""

import socket
from pathlib import Path

from node.devnet.network import Network
from node.devnet.ports import HOST
from node.devnet.probe import Probe
from tests.e2e.support import FIRST_PORT


async def test_a_network_moves_to_other_ports(tmp_path: Path) -> None:
    network = Network.open(tmp_path / "net", first_port=FIRST_PORT)
    taken = network.state.nodes[network.names[0]].peer
    with socket.socket() as thief:
        thief.bind((HOST, taken))
        thief.listen()
        try:
            network.start()
            async with Probe() as probe:
                await network.wait_ready(probe, seconds=60)
            ports = [
                port for each in network.state.nodes.values() for port in (each.rpc, each.peer)
            ]
            assert taken not in ports
            assert len(set(ports)) == 2 * len(network.names)
        finally:
            network.close()
