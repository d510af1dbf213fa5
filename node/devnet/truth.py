"""Are all nodes of one mind? Same height, same block, same state root; asked of each by RPC."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.wait import NotYet, until
from node.sdk.schema.chain import Block
from node.sdk.schema.node import NodeStatus

LEVEL_SECONDS = 20
"""How long nodes may take to have the same height."""

T = TypeVar("T")


class Disagreement(Exception):
    """Two nodes answer differently about the same height: the one thing that must never happen."""


async def level_height(
    network: Network, probe: Probe, *, at_least: int = 0, seconds: float = LEVEL_SECONDS
) -> int:
    """A height that all running nodes have reached, at least the given one. DeadlinePassed."""

    async def level() -> int:
        network.check()
        asked = [probe.ask(network.url(n), "node_status", NodeStatus) for n in network.running]
        heights = [status.height for status in await asyncio.gather(*asked)]
        if min(heights) < max(at_least, max(heights)):
            raise NotYet(f"heights are {heights}, wanted {at_least}")
        return min(heights)

    return await until("nodes level", level, seconds=seconds)


async def state_roots(
    network: Network, probe: Probe, *, at_least: int = 0, seconds: float = LEVEL_SECONDS
) -> tuple[int, dict[str, bytes]]:
    """A common height, and each running node's state root at it. Raises Disagreement."""
    height = await level_height(network, probe, at_least=at_least, seconds=seconds)
    names = network.running
    if height == 0:
        asked = [probe.ask(network.url(n), "node_status", NodeStatus) for n in names]
        return 0, {s.node_id: s.state_root for s in await asyncio.gather(*asked)}
    blocks = await asyncio.gather(
        *[probe.ask(network.url(n), "chain_getBlock", Block, {"block": height}) for n in names]
    )
    seen = {(block.hash, block.state_root) for block in blocks}
    if len(seen) != 1:
        raise Disagreement(f"height {height}: {len(seen)} different blocks or state roots")
    return height, {name: block.state_root for name, block in zip(names, blocks, strict=True)}


async def read_from_all(
    network: Network, probe: Probe, method: str, of: type[T], params: object, *, at_least: int
) -> T:
    """A read of state that all running nodes answer alike, from `at_least` on."""
    await level_height(network, probe, at_least=at_least)
    answers = await asyncio.gather(
        *[probe.read(network.url(name), method, of, params) for name in network.running]
    )
    values = [value for _, value in answers]
    if any(value != values[0] for value in values):
        raise Disagreement(f"{method} {params}: {values}")
    return values[0]
