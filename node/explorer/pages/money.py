"""Money: each kind of it, how much of it there is, and what stands behind a stablecoin."""

import msgspec

from node.explorer.ask import Ask
from node.explorer.failure import NotThere
from node.explorer.page import Cell, Column, Download, Facts, Note, Page, Section, Table
from node.explorer.pages.coin_history import history
from node.explorer.pages.figures import KIND_NAMES, found
from node.explorer.route import Query
from node.explorer.show import NOTHING, number, path, percent, text
from node.explorer.text import scaled
from node.sdk.schema.asset import AssetInfo, Reserves
from node.sdk.schema.marks import MarkView
from node.sdk.schema.process import AgendaStatus
from tokens.jsonform import Json
from tokens.records.cash import QueuedRedemption
from tokens.records.instruments import Asset
from tokens.types import AssetKind

MONEYS_MAX = 30
"""Kinds of money on the page."""
COVERED = Cell("covered", tone="good")
BREACH = Cell("BREACH: below the supply", tone="bad")
PAUSED = Cell("redemption rests", tone="warn")
_BPS = 10_000


def state(reserves: Reserves) -> tuple[Cell, ...]:
    """Flags of a stablecoin, in words."""
    flag = BREACH if reserves.breach else COVERED
    return (flag,) if reserves.pause is None else (flag, PAUSED)


def state_cell(reserves: Reserves) -> Cell:
    """The same in one cell of a table."""
    flags = state(reserves)
    return Cell(
        ", ".join([each.text for each in flags]), tone=flags[-1 if len(flags) == 1 else 0].tone
    )


def coverage(reserves: Reserves) -> Cell:
    """Value of the reserve over the supply."""
    if not reserves.supply:
        return NOTHING
    return percent(reserves.coverage_bps, "bad" if reserves.breach else "")


async def money(ask: Ask, query: Query) -> Page:
    """The page `/money`."""
    kinds = (AssetKind.MONEY, AssetKind.CASH)
    assets = sorted([each.id for each in ask.directory.assets.values() if each.kind in kinds])
    rows = [await _row(ask, ask.directory.assets[each]) for each in assets[:MONEYS_MAX]]
    table = Table(
        id="money",
        title="Money",
        columns=(
            Column("Money"),
            Column("Kind"),
            Column("Issuer"),
            Column("Supply", "amount"),
            Column("Value of the reserve", "amount"),
            Column("Coverage", "number"),
            Column("To be redeemed", "amount"),
            Column("State"),
        ),
        rows=tuple([row for row in rows if row is not None]),
        note=_left_out(len(assets)),
        empty="The ledger has no money yet.",
    )
    lead = text(
        "Central-bank money is a claim on the central bank. A stablecoin is minted only against a "
        "reserve on this ledger, and anybody may check that the reserve is worth its supply."
    )
    ramps = Note(
        "Ways between bank accounts and these tokens:", links=(Cell("ramps", path("ramps")),)
    )
    return Page(title="Money", lead=(lead,), sections=(table, ramps))


def _left_out(count: int) -> str:
    return f"The first {MONEYS_MAX} of {count}." if count > MONEYS_MAX else ""


async def _row(ask: Ask, asset: Asset) -> tuple[Cell, ...] | None:
    """None: it was not there yet."""
    show, name = ask.show, Cell(asset.id, path("money", asset.id))
    if asset.kind is AssetKind.CASH:
        reserves = await found(ask, "cash_getReserves", {"asset": asset.id}, of=Reserves)
        if reserves is None:
            return None
        supply = show.amount(reserves.supply, asset.id)
        value = show.amount(reserves.value, reserves.cash.backing)
        queued = show.amount(reserves.cash.queued, asset.id)
        told = (value, coverage(reserves), queued, state_cell(reserves))
    else:
        info = await found(ask, "asset_get", {"asset": asset.id}, of=AssetInfo)
        if info is None:
            return None
        supply = show.amount(info.supply, asset.id)
        told = (NOTHING, NOTHING, NOTHING, text("claim on the central bank"))
    return (name, text(KIND_NAMES[asset.kind]), show.party(asset.issuer), supply, *told)


async def one_money(ask: Ask, query: Query) -> Page:
    """The page `/money/{asset}`."""
    name = query.part("asset")
    reserves = await found(ask, "cash_getReserves", {"asset": name}, of=Reserves)
    if reserves is None:
        return await _central_bank_money(ask, name)
    coin = reserves.cash
    show = ask.show
    facts = Facts(
        "Supply and reserve",
        (
            ("Supply", show.amount(reserves.supply, coin.asset)),
            ("Value of the reserve", show.amount(reserves.value, coin.backing)),
            ("Coverage", coverage(reserves)),
            ("State", state(reserves)),
            ("Of it in money", show.amount(reserves.reserve, coin.backing)),
            ("Waiting for redemption", show.amount(coin.queued, coin.asset)),
            ("Reserve account", show.party(coin.reserve_account)),
            ("Issuer", _issuer(ask, coin.asset)),
            ("Instrument", show.asset(coin.asset)),
        ),
    )
    sections: list[Section] = [facts, *_warnings(reserves), await _composition(ask, reserves)]
    sections += _rules(reserves)
    sections += await history(ask, query, reserves)
    sections.append(await _queue(ask, query, coin.asset))
    at = query.number("at")
    place = path("money", coin.asset, "proof") + ("" if at is None else f"?at={at}")
    proof = Cell("the proof of this reserve", place)
    words = "Every figure above follows from records that a quorum of validators signed. Take away"
    sections.append(Note(words, links=(proof,)))
    return Page(title=f"Money: {coin.asset}", sections=tuple(sections))


async def _central_bank_money(ask: Ask, name: str) -> Page:
    info = await found(ask, "asset_get", {"asset": name}, of=AssetInfo)
    if info is None or info.asset.kind is not AssetKind.MONEY:
        raise NotThere("there is no money of this name")
    facts = Facts(
        "Supply",
        (
            ("Supply", ask.show.amount(info.supply, name)),
            ("Most allowed", ask.show.amount(info.asset.max_supply, name)),
            ("Issuer", ask.show.party(info.asset.issuer)),
            ("Instrument", ask.show.asset(name)),
        ),
    )
    note = Note("A claim on the central bank: it has no reserve on the ledger and needs none.")
    return Page(title=f"Money: {name}", sections=(facts, note))


async def reserve_proof(ask: Ask, query: Query) -> Download:
    """The file of `/money/{asset}/proof`: every record of the reserve with its path."""
    params: dict[str, Json] = {"asset": query.part("asset")}
    at = query.number("at")
    if at is not None:
        params["atHeight"] = at
    answer = await ask.raw("cash_getReserveProof", params)
    body = msgspec.json.format(msgspec.json.encode(answer), indent=2)
    return Download("reserve-proof.json", "application/json", body)


def _issuer(ask: Ask, asset: str) -> Cell:
    known = ask.directory.assets.get(asset)
    return NOTHING if known is None else ask.show.party(known.issuer)


def _warnings(reserves: Reserves) -> list[Section]:
    found_here: list[Section] = []
    if reserves.breach:
        words = (
            "The reserve is worth less than the supply. Nothing is minted until it is made good."
        )
        found_here.append(Note(words, "bad"))
    if reserves.pause is not None:
        words = f"Redemption rests until {reserves.pause.until}: {reserves.pause.reason}"
        found_here.append(Note(words, "warn"))
    return found_here


async def _composition(ask: Ask, reserves: Reserves) -> Table:
    """What lies in the reserve, at what it counts."""
    show, backing = ask.show, reserves.cash.backing
    today = (await ask.read("agenda_status", of=AgendaStatus)).business_date
    held = show.amount(reserves.reserve, backing)
    share = _share(reserves.reserve, reserves.value)
    rows = [(show.asset(backing), held, text("1 : 1"), NOTHING, NOTHING, NOTHING, held, share)]
    policy = reserves.policy
    haircut = NOTHING if policy is None else percent(policy.haircut_bps)
    asked: list[dict[str, Json]] = [{"asset": each.asset} for each in reserves.holdings]
    marks = await ask.batch_read("mark_get", asked, of=MarkView)
    for each, view in zip(reserves.holdings, marks, strict=True):
        mark = view.in_force if isinstance(view, MarkView) else None
        stale = not isinstance(view, MarkView) or view.is_stale
        price = NOTHING if mark is None else text(f"{scaled(mark.price_e4, 4, least=2)} per 100")
        age = NOTHING if mark is None else number((today - mark.for_date).days)
        rows.append(
            (
                show.asset(each.asset),
                show.amount(each.face, each.asset),
                price,
                age,
                Cell("stale: counts nothing", tone="bad")
                if stale
                else Cell("in force", tone="good"),
                haircut,
                show.amount(each.value, backing),
                _share(each.value, reserves.value),
            )
        )
    return Table(
        id="composition",
        title="What lies in the reserve",
        columns=(
            Column("Asset"),
            Column("Amount", "amount"),
            Column("Mark"),
            Column("Age of the mark in days", "number"),
            Column("State of the mark"),
            Column("Haircut", "number"),
            Column("Counts", "amount"),
            Column("Of the value", "number"),
        ),
        rows=tuple(rows),
        note=f"Valued at business date {today}. A security that may not be counted counts nothing.",
    )


def _share(part: int, whole: int) -> Cell:
    return percent(part * _BPS // whole) if whole else NOTHING


def _rules(reserves: Reserves) -> list[Section]:
    policy = reserves.policy
    if policy is None:
        return [Note("This reserve holds money only: it has no policy for securities.")]
    return [
        Facts(
            "Rules of the reserve",
            (
                ("Haircut on securities", percent(policy.haircut_bps)),
                ("Longest residual term", text(f"{policy.residual_days_max} days")),
                ("Most of one security", percent(policy.concentration_bps)),
                ("Cushion when taking out", percent(policy.buffer_bps)),
            ),
        )
    ]


async def _queue(ask: Ask, query: Query, asset: str) -> Table:
    waiting = await ask.page(
        "cash_getQueue", {"asset": asset}, of=QueuedRedemption, cursor=query.cursor("queue")
    )
    rows = tuple(
        [
            (
                number(each.number),
                ask.show.party(each.source),
                ask.show.party(each.target),
                ask.show.amount(each.amount, asset),
            )
            for each in waiting.items
        ]
    )
    return Table(
        id="queue",
        title="Redemptions that wait for money",
        columns=(
            Column("Number", "number"),
            Column("Tokens of"),
            Column("Money to"),
            Column("Amount", "amount"),
        ),
        rows=rows,
        next=waiting.next,
        note="In the order of payment. Each reader sees its own; the sum above counts all.",
        empty="None that this reader may see.",
    )
