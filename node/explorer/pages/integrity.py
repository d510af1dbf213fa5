"""Integrity: have other nodes the same state root, and is each supply the sum of its balances?"""

import asyncio
from dataclasses import dataclass

from node.explorer.ask import Ask
from node.explorer.failure import refusal_text
from node.explorer.page import Cell, Facts, Note, Page, Section, Table
from node.explorer.pages.parts import columns
from node.explorer.route import Query
from node.explorer.show import NOTHING, Show, hashed, height, number, text
from node.explorer.witness import Heard
from node.sdk.errors import RpcFailed
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.supervision import HoldersReport
from tokens.records.instruments import Asset

SUMS_MAX = 24
"""Assets whose holders are added up on one page."""
SUMS_SECONDS = 10
"""After that no further sum is begun."""


@dataclass(frozen=True, slots=True)
class Roots:
    """What a comparison of nodes found."""

    own: BlockHeader
    heard: tuple[Heard, ...]

    @property
    def differ(self) -> tuple[Heard, ...]:
        """Nodes that have another block or root at the same height."""
        mine = (self.own.hash, self.own.state_root)
        return tuple(
            [
                each
                for each in self.heard
                if each.header is not None and (each.header.hash, each.header.state_root) != mine
            ]
        )

    @property
    def equal(self) -> int:
        """Nodes with the same one, this one included."""
        return 1 + sum(each.header is not None for each in self.heard) - len(self.differ)

    @property
    def light(self) -> Cell:
        """The answer in a few words."""
        asked, at = 1 + len(self.heard), self.own.header.height
        if self.differ:
            names = ", ".join([each.node for each in self.differ])
            return Cell(f"DIFFERENT state roots at height {at}: {names}", tone="bad")
        if not self.heard:
            return Cell("no other node is asked", tone="quiet")
        said = f"equal state roots on {self.equal} of {asked} nodes at height {at}"
        return Cell(said, tone="good" if self.equal == asked else "warn")


async def roots_of(ask: Ask) -> Roots | None:
    """Compare with the witnesses; None before the first block."""
    common, heard = await ask.witnesses.heard(ask.client.form.prefix, ask.status.height)
    if common < max(ask.status.oldest_block, 1):
        return None
    own = await ask.call("chain_getHeader", {"block": common}, of=BlockHeader)
    return Roots(own, heard)


async def integrity(ask: Ask, query: Query) -> Page:
    """The page `/integrity`."""
    roots = await roots_of(ask)
    sections: list[Section] = []
    if roots is None:
        sections.append(Note("There is no height that all nodes have kept.", "quiet"))
    else:
        sections += [Facts("State roots", (("Nodes asked", roots.light),)), _nodes(ask, roots)]
    sections.append(await _sums(ask))
    return Page(
        title="Integrity",
        lead=(
            text(
                "Every certificate is signed over the state root: validators that computed another "
                "result cannot have signed it. Here it is compared once more, and added up."
            ),
        ),
        sections=tuple(sections),
    )


def _nodes(ask: Ask, roots: Roots) -> Table:
    rows = [
        (text(f"{ask.status.node_id} (this one)"), height(ask.status.height), *_root(roots.own))
    ]
    for each in roots.heard:
        name = text(each.node or "does not answer", "" if each.node else "bad")
        at = height(each.height) if each.node else NOTHING
        rows.append((name, at, *_root(each.header)))
    return Table(
        "nodes",
        f"Nodes at height {roots.own.header.height}",
        columns("Node", "#Its height", "Block hash", "State root"),
        tuple(rows),
        note="Other nodes are named when the explorer is started (--witness).",
    )


def _root(header: BlockHeader | None) -> tuple[Cell, Cell]:
    if header is None:
        return NOTHING, NOTHING
    return hashed(header.hash), hashed(header.state_root)


async def _sums(ask: Ask) -> Section:
    """Supply against the sum of balances, asset by asset."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SUMS_SECONDS
    rows: list[tuple[Cell, ...]] = []
    for each in list(ask.directory.assets.values())[:SUMS_MAX]:
        if loop.time() > until:
            break
        found = await ask.try_read("supervision_getHolders", {"asset": each.id}, of=HoldersReport)
        if isinstance(found, RpcFailed):
            if found.symbol in ("UNAUTHORISED", "METHOD_DISABLED"):
                return Note("Sums of balances are shown to supervisors.", "quiet")
            rows.append((ask.show.asset(each.id), *_refused(found)))
            continue
        rows.append(sum_row(ask.show, each, found))
    left = len(ask.directory.assets) - len(rows)
    return Table(
        "sums",
        "Supply and sum of balances",
        columns("Asset", "$Supply", "$Sum of balances", "Result", "#Holders"),
        tuple(rows),
        note=f"Added up by the node now. {left} assets are not on this page." if left else "",
    )


def _refused(error: RpcFailed) -> tuple[Cell, ...]:
    return NOTHING, NOTHING, text(refusal_text("Not added up", error), "warn"), NOTHING


def sum_row(show: Show, each: Asset, found: HoldersReport) -> tuple[Cell, ...]:
    """One asset: its supply against what its holders have."""
    total = sum([row.amount for row in found.classes])
    same = total == found.supply
    return (
        show.asset(each.id),
        show.amount(found.supply, each.id),
        show.amount(total, each.id),
        Cell("equal", tone="good") if same else Cell("NOT EQUAL", tone="bad"),
        number(found.persons),
    )
