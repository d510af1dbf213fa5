"""The last step: everything adds up, on every node."""

from __future__ import annotations

from typing import TypeVar

from node.devnet.story.stage import Stage, require
from node.devnet.truth import read_from_all
from node.sdk.schema.asset import Holder
from node.sdk.schema.common import Page
from node.sdk.schema.consensus import EvidenceInfo
from tokens.records.instruments import Asset

PAGE = 100

T = TypeVar("T")


async def audit(stage: Stage) -> str:
    """Equal roots, supply = sum of balances for each asset, nobody signed two things."""
    count = await stage.agree()
    require(count == len(stage.network.names), f"only {count} nodes answer")
    assets = await _all(stage, "asset_list", Page[Asset], {})
    for asset in assets:
        holders = await _all(stage, "asset_getHolders", Page[Holder], {"asset": asset.id})
        held = sum(holder.balance for holder in holders)
        supply = await stage.supply(asset.id)
        require(held == supply, f"{asset.id}: balances are {held}, supply is {supply}")
    for name in stage.network.names:
        url = stage.network.url(name)
        evidence = await stage.probe.ask(url, "consensus_evidence", tuple[EvidenceInfo, ...])
        require(not evidence, f"{name} holds evidence of a double vote")
    return (
        f"{count} equal state roots 0x{stage.root.hex()[:16]}…, supply = sum of balances for "
        f"{', '.join(asset.id for asset in assets)}; no double vote"
    )


async def _all(stage: Stage, method: str, of: type[Page[T]], params: dict[str, object]) -> list[T]:
    """All pages of a list, as all running nodes show it."""
    items: list[T] = []
    cursor: str | None = None
    while True:
        page = await read_from_all(
            stage.network,
            stage.probe,
            method,
            of,
            {**params, "limit": PAGE, "cursor": cursor},
            at_least=stage.height,
        )
        items += page.items
        cursor = page.next
        if cursor is None:
            return items
