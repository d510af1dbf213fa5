"""`mohur devnet status`: asks the nodes of a folder from outside of their supervisor."""

import asyncio
from pathlib import Path

from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_columns
from node.devnet.layout import Layout, SavedState
from node.devnet.ports import HOST
from node.devnet.probe import Probe
from node.devnet.wait import NotYet
from node.sdk.errors import RpcFailed
from node.sdk.schema.node import NodeStatus


def status(folder: Path) -> int:
    """0 if all nodes answer and are not halted."""
    layout = Layout(folder)
    if not layout.exists:
        raise CommandFailed(f"{folder} holds no network; start one: mohur devnet up", Exit.NO_INPUT)
    rows, good = asyncio.run(_ask_all(layout.load()))
    write_columns([("node", "rpc", "height", "view", "state root", "says"), *rows])
    return Exit.OK if good else Exit.UNAVAILABLE


async def _ask_all(state: SavedState) -> tuple[list[tuple[str, ...]], bool]:
    rows: list[tuple[str, ...]] = []
    good = True
    async with Probe() as probe:
        for name, ports in state.nodes.items():
            url = f"http://{HOST}:{ports.rpc}"
            try:
                node = await probe.ask(url, "node_status", NodeStatus)
            except (NotYet, RpcFailed) as seen:
                rows.append((name, url, "-", "-", "-", str(seen)))
                good = False
                continue
            root = "0x" + node.state_root.hex()[:16]
            says = node.halted or node.upgrade or node.sentence
            rows.append((name, url, str(node.height), str(node.view), root, says))
            good = good and node.halted is None
    return rows, good
