"""The calm screen: one line a node, redrawn in place; plain lines where there is no terminal."""

from __future__ import annotations

import asyncio
import sys
from collections import deque

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.view import NodeView, look

REFRESH_SECONDS = 0.5
PLAIN_SECONDS = 10
"""Between two lines where there is no terminal."""
RATE_WINDOW = 20
"""Looks over which blocks a second are counted."""

_COLOURS = {"up": "green", "syncing": "yellow", "starting": "yellow", "watching": "cyan"}


async def show_until_cancelled(network: Network, probe: Probe, *, restart: bool) -> None:
    """Draw until the task is cancelled; with `restart`, a node that ended is started again."""
    if sys.stdout.isatty():
        await _draw(network, probe, restart=restart)
    else:
        await _print(network, probe, restart=restart)


async def _draw(network: Network, probe: Probe, *, restart: bool) -> None:
    heights: deque[tuple[float, int]] = deque(maxlen=RATE_WINDOW)
    loop = asyncio.get_running_loop()
    with Live(console=Console(), refresh_per_second=4, transient=True) as live:
        while True:
            notice = _restart_ended(network) if restart else ""
            views = await look(network, probe)
            heights.append((loop.time(), max(view.height for view in views)))
            live.update(build_table(views, _rate(heights), notice))
            await asyncio.sleep(REFRESH_SECONDS)


async def _print(network: Network, probe: Probe, *, restart: bool) -> None:
    while True:
        if restart and (notice := _restart_ended(network)):
            print(notice, flush=True)
        print(plain_line(await look(network, probe)), flush=True)
        await asyncio.sleep(PLAIN_SECONDS)


def _restart_ended(network: Network) -> str:
    """Start what ended by itself; a sentence about it."""
    ended = network.ended()
    for name in ended:
        network.start(name)
    return f"{', '.join(ended)} ended and was started again; see its log" if ended else ""


def _rate(heights: deque[tuple[float, int]]) -> float:
    (first_at, first), (last_at, last) = heights[0], heights[-1]
    return (last - first) / (last_at - first_at) if last_at > first_at else 0.0


def build_table(views: tuple[NodeView, ...], rate: float, notice: str) -> Table:
    """The table of one look."""
    table = Table(box=None, pad_edge=False, caption=_caption(views, rate, notice))
    table.caption_justify = "left"
    for heading in ("node", "state", "height", "view", "state root", "pool", "peers", "memory"):
        is_number = heading in ("height", "view", "pool", "peers", "memory")
        table.add_column(heading, justify="right" if is_number else "left")
    agree = _roots_agree(views)
    for view in views:
        colour = _COLOURS.get(view.light, "red")
        table.add_row(
            view.name,
            Text(view.light, style=colour),
            str(view.height or "-"),
            str(view.view),
            Text(view.state_root[:14] or "-", style="green" if agree else ""),
            str(view.waiting),
            str(view.peers),
            f"{view.memory_bytes // 1_000_000} MB" if view.memory_bytes else "-",
        )
    return table


def _caption(views: tuple[NodeView, ...], rate: float, notice: str) -> Text:
    sentence = next((view.sentence for view in views if view.light == "up"), "no node answers")
    text = Text(f"{sentence}\n{rate:.1f} blocks/s   Ctrl-C stops all nodes")
    return text.append(f"\n{notice}", style="yellow") if notice else text


def _roots_agree(views: tuple[NodeView, ...]) -> bool:
    """Whether nodes of the same height show the same root."""
    roots: dict[int, str] = {}
    return all(
        roots.setdefault(view.height, view.state_root) == view.state_root
        for view in views
        if view.state_root
    )


def plain_line(views: tuple[NodeView, ...]) -> str:
    """One line for a log: what differs between nodes is visible in it."""
    parts = [f"{view.name} {view.light} {view.height} {view.state_root[2:10]}" for view in views]
    return " | ".join(parts)
