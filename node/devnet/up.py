"""`mohur devnet up`: start the network of a folder and keep it up."""

from __future__ import annotations

from pathlib import Path

from node.devnet.card import print_card
from node.devnet.explorer import explorer_beside
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.profile import dev_genesis
from node.devnet.session import Interrupted, run_session
from node.devnet.table import show_until_cancelled
from node.profile.root import ProfileFile


def up(folder: Path, profile: ProfileFile | None = None) -> int:
    """Until Ctrl-C, which stops every child and is the regular end: status 0.

    `profile`: of a network that begins now; one that is there keeps its own.
    """
    try:
        return run_session(lambda: _up(folder, profile))
    except Interrupted:
        print("stopped; the state is kept, the same command goes on from there")
        return 0


async def _up(folder: Path, profile: ProfileFile | None) -> int:
    network = Network.open(folder, genesis=dev_genesis(profile=profile))
    try:
        network.start()
        async with Probe() as probe:
            await network.wait_ready(probe)
            async with explorer_beside(network) as explorer:
                await print_card(network, probe, explorer)
                await show_until_cancelled(network, probe, restart=True)
    finally:
        network.close()
    return 0
