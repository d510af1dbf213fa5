"""What one look at a running network shows: a line for each node."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import msgspec

from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.wait import NotYet
from node.sdk.errors import RpcFailed
from node.sdk.schema.node import NodeStatus

_OWN = re.compile(r"^RssAnon:\s+([0-9]+) kB$", re.MULTILINE)


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """One node at one moment."""

    name: str
    light: str
    """up, syncing, watching, halted, paused, starting, or stopped."""
    height: int
    view: int
    state_root: str
    """0x and 64 digits, empty while the node does not answer."""
    waiting: int
    """Transactions in its pool."""
    peers: int
    sentence: str
    pid: int | None
    memory_bytes: int
    """Resident set; 0 where the system does not say."""


async def look(network: Network, probe: Probe) -> tuple[NodeView, ...]:
    """All nodes, asked at once."""
    return tuple(await asyncio.gather(*[_look_at(network, probe, name) for name in network.names]))


async def _look_at(network: Network, probe: Probe, name: str) -> NodeView:
    child = network.children[name]
    memory = 0 if child.pid is None else own_bytes(child.pid)
    if not child.running:
        return _dark(name, "stopped", f"status {child.exit_status}", None, 0)
    if child.paused:
        return _dark(name, "paused", "SIGSTOP", child.pid, memory)
    try:
        status = await probe.ask(network.url(name), "node_status", NodeStatus)
    except (NotYet, RpcFailed) as seen:
        return _dark(name, "starting", str(seen), child.pid, memory)
    return NodeView(
        name=name,
        light=_light(status),
        height=status.height,
        view=status.view,
        state_root="0x" + status.state_root.hex(),
        waiting=status.mempool_transactions,
        peers=status.peers_connected,
        sentence=status.sentence,
        pid=child.pid,
        memory_bytes=memory,
    )


def _dark(name: str, light: str, sentence: str, pid: int | None, memory: int) -> NodeView:
    return NodeView(
        name=name,
        light=light,
        height=0,
        view=0,
        state_root="",
        waiting=0,
        peers=0,
        sentence=sentence,
        pid=pid,
        memory_bytes=memory,
    )


def _light(status: NodeStatus) -> str:
    if status.halted is not None:
        return "halted"
    if status.syncing:
        return "syncing"
    return "up" if status.voting else "watching"


def own_bytes(pid: int) -> int:
    """Memory that a process took for itself (RssAnon), 0 if it is gone or there is no /proc.

    Without the pages of files: the store maps its tables, and while it merges some, up to 135 MB of
    them show as resident. They are the kernel's cache, which takes them back when it wants to.
    """
    try:
        found = _OWN.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return 0 if found is None else int(found[1]) * 1024
