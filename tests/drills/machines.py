"""Machines that are gone: one node, a whole site, everything at once; and an upgrade."""

import asyncio
import shutil

from node.devnet.story.stage import require
from node.devnet.truth import level_height
from node.devnet.wait import NotYet, until
from tests.drills.drill import PATIENCE_SECONDS, RTO_SECONDS_MAX, Drill

COLD_START_SECONDS_MAX = 60.0
"""Blocks again within this after a power cut of all (page 07)."""


async def lost_node(drill: Drill) -> str:
    """A machine burns; its keys come from the backup, its folder begins empty."""
    network = drill.network
    victim = network.names[0]
    network.kill(victim)
    shutil.rmtree(network.layout.data(victim))
    network.layout.data(victim).mkdir()
    gap_s = await drill.paid(5)
    network.start(victim)
    await network.wait_ready(drill.stage.probe, victim, seconds=PATIENCE_SECONDS)
    seconds = await drill.voting(victim)
    other = network.names[1]
    network.kill(other)
    # Three of four: without the vote of the node that came back there is no block.
    await drill.paid(3)
    network.start(other)
    await network.wait_ready(drill.stage.probe, other, seconds=PATIENCE_SECONDS)
    return f"{victim} lost; next payment after {gap_s:.1f} s; votes {seconds:.1f} s after its start"


async def lost_site(drill: Drill) -> str:
    """Two of four machines burn: no quorum. One comes back by the operator's word, one by itself.

    One amnesiac is a fault within f = 1, and every quorum still holds both survivors; two at once
    would be two. The second finds back by R12 once blocks are made again.
    """
    network, loop = drill.network, asyncio.get_running_loop()
    lost = network.names[:2]
    left = network.names[2]
    network.kill(*lost)
    began = loop.time()
    for name in lost:
        shutil.rmtree(network.layout.data(name))
        network.layout.data(name).mkdir()
    await _level_among(drill, network.names[2:])
    tip = (await drill.status(left)).height
    first, second = lost
    network.start(first, arguments=("--vote-from", str(tip + 1)))
    await drill.paid(1)
    rto_s = loop.time() - began
    network.start(second)
    await network.wait_ready(drill.stage.probe, first, second, seconds=PATIENCE_SECONDS)
    seconds = await drill.voting(second)
    require(rto_s < RTO_SECONDS_MAX, f"{rto_s:.1f} s without a payment")
    return f"{first}, {second} lost; payments after {rto_s:.1f} s, both vote {seconds:.1f} s later"


async def _level_among(drill: Drill, names: tuple[str, ...]) -> None:
    """The survivors have decided the same height: what one of them decided, both have."""

    async def level() -> None:
        heights = {(await drill.status(name)).height for name in names}
        if len(heights) != 1:
            raise NotYet(f"heights {heights}")

    await until("survivors level", level, seconds=PATIENCE_SECONDS)


async def cold_start(drill: Drill) -> str:
    """The power of all goes at once, and comes back."""
    network = drill.network
    network.kill(*network.names)
    began = asyncio.get_running_loop().time()
    network.start(*network.names)
    # The answer to a payment of before may still come; the next one was made after it.
    await drill.paid(2)
    seconds = asyncio.get_running_loop().time() - began
    require(seconds < COLD_START_SECONDS_MAX, f"{seconds:.1f} s until the first payment")
    for name in network.names:
        await drill.voting(name)
    return f"all killed; payments again after {seconds:.1f} s, all four vote"


async def upgrade(drill: Drill) -> str:
    """New software: one node after the other is stopped, replaced and started."""
    network = drill.network
    for name in network.names:
        network.stop(name)
        await drill.paid(2)
        network.start(name)
        await network.wait_ready(drill.stage.probe, name, seconds=PATIENCE_SECONDS)
        await drill.voting(name)
        await level_height(network, drill.stage.probe, seconds=PATIENCE_SECONDS)
    gap_s = drill.longest_gap_s()
    require(gap_s < RTO_SECONDS_MAX, f"{gap_s:.1f} s without a payment")
    return f"four nodes replaced in turn; longest time without a payment {gap_s:.1f} s"
