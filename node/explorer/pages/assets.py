"""Assets: money, debt, receipts; and one of them with its terms, schedule, register and market."""

from node.explorer.ask import Ask
from node.explorer.describe import choice
from node.explorer.page import Cell, Facts, Note, Page, Section
from node.explorer.pages.figures import KIND_NAMES
from node.explorer.pages.instrument import instrument_sections
from node.explorer.pages.parts import asset_part, columns, listed
from node.explorer.route import Query
from node.explorer.show import NOT_DEBT, text
from node.sdk.errors import RpcFailed
from node.sdk.schema.asset import AssetInfo, AssetSupply, Holder
from node.sdk.schema.common import Page as Listed
from tokens.jsonform import Json
from tokens.records.instruments import Asset
from tokens.types import AssetFlag, AssetKind, OperationClass

BATCH_MAX = 50


async def assets(ask: Ask, query: Query) -> Page:
    """The page `/assets`."""
    found = await ask.page("asset_list", of=Asset, cursor=query.cursor("assets"))
    supplies = await _supplies(ask, found)
    titles = ("Asset", "Name", "Kind", "Issuer", "Currency", "Status", "$Outstanding")
    return Page(
        title="Assets",
        sections=(
            listed(
                "assets",
                "Money, debt and receipts",
                columns(*titles),
                found,
                lambda each: _row(ask, each, supplies),
            ),
            Note(
                "Of all of them together:",
                links=(Cell("coupon calendar", "/coupons"), Cell("commodities", "/commodities")),
            ),
        ),
    )


async def _supplies(ask: Ask, found: Listed[Asset]) -> dict[str, int]:
    """Units in existence, in batches of calls."""
    wanted: list[dict[str, Json]] = [{"asset": each.id} for each in found.items]
    supplies: dict[str, int] = {}
    for first in range(0, len(wanted), BATCH_MAX):
        part = wanted[first : first + BATCH_MAX]
        for each in await ask.batch_read("asset_getSupply", part, of=AssetSupply):
            if not isinstance(each, RpcFailed):
                supplies[each.asset] = each.amount
    return supplies


def _row(ask: Ask, each: Asset, supplies: dict[str, int]) -> tuple[Cell, ...]:
    supply = supplies.get(each.id)
    return (
        ask.show.asset(each.id),
        text(each.name),
        text(KIND_NAMES[each.kind]),
        ask.show.party(each.issuer),
        text(each.currency),
        status_cell(each),
        text("") if supply is None else ask.show.face(supply, each.id),
    )


def status_cell(each: Asset) -> Cell:
    """Status and what stands beside it."""
    flags = [choice(flag) for flag in AssetFlag(each.flags)]
    paused = "some operations paused" if each.paused else ""
    said = ", ".join([choice(each.status), *flags, *([paused] if paused else [])])
    return Cell(said, tone="bad" if flags or paused else "")


async def asset(ask: Ask, query: Query) -> Page:
    """The page `/assets/{asset}`."""
    name = asset_part(query)
    info = await ask.read("asset_get", {"asset": name}, of=AssetInfo)
    found = info.asset
    sections: list[Section] = [_entry(ask, found, info.supply)]
    if found.kind in (AssetKind.MONEY, AssetKind.CASH):
        link = Cell("Money: supply and reserve", "/money")
        sections.append(Note("What stands behind it is on the page", links=(link,)))
    if found.kind not in NOT_DEBT:
        sections += await instrument_sections(ask, query, name)
    else:
        sections.append(await _holders(ask, query, name))
    return Page(
        title=f"{found.name} ({found.id})" if found.name != found.id else found.id,
        lead=(
            text(f"{KIND_NAMES[found.kind]} in {found.currency}, owed by"),
            ask.show.party(found.issuer),
        ),
        sections=tuple(sections),
    )


def _entry(ask: Ask, found: Asset, supply: int) -> Facts:
    paused = ", ".join([choice(each) for each in OperationClass(found.paused)])
    return Facts(
        "Entry",
        (
            ("Outstanding", ask.show.face(supply, found.id)),
            ("At most", ask.show.face(found.max_supply, found.id)),
            ("Status", status_cell(found)),
            ("Paused operations", text(paused or "none")),
            ("Smallest holding", ask.show.face(found.denomination, found.id)),
            ("In steps of", ask.show.face(found.increment, found.id)),
            ("Needs a KYC tier of", text(str(found.kyc_tier_min))),
            ("Issuer", ask.show.party(found.issuer)),
        ),
    )


async def _holders(ask: Ask, query: Query, name: str) -> Section:
    found = await ask.try_page(
        "asset_getHolders", {"asset": name}, of=Holder, cursor=query.cursor("holders")
    )
    return listed(
        "holders",
        "Holders",
        columns("Account", "$Balance", "$Available"),
        found,
        lambda each: (
            ask.show.party(each.account),
            ask.show.face(each.balance, name),
            ask.show.face(each.available, name),
        ),
        note="Accounts that you may see.",
    )
