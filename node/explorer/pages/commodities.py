"""Commodities: receipts against what independent parties attest, lot by lot."""

from node.explorer.ask import Ask
from node.explorer.charts.bars import Bar, bars
from node.explorer.charts.svg import Caption
from node.explorer.failure import NotThere
from node.explorer.page import Cell, Chart, Column, Facts, Note, Page, Section, Table
from node.explorer.pages.figures import drawn, found, unit_of
from node.explorer.route import Query
from node.explorer.show import NOTHING, hashed, number, path, percent, text
from node.sdk.schema.commodity import CommodityInfo
from tokens.records.commodities import (
    Commodity,
    CommodityUnit,
    Delivery,
    DeliveryStatus,
    Lot,
    LotStatus,
)
from tokens.types import Role

CLASSES_MAX = 50
UNITS = {
    CommodityUnit.MILLIGRAM: "milligram of fine weight",
    CommodityUnit.BARREL_E3: "1/1,000 of a barrel",
    CommodityUnit.MMBTU_E3: "1/1,000 of a million British thermal units",
    CommodityUnit.SATOSHI: "satoshi",
    CommodityUnit.LITRE_E3: "1/1,000 of a litre",
    CommodityUnit.UNIT: "unit of the specification",
}
_LOT = {
    LotStatus.LIVE: Cell("live", tone="good"),
    LotStatus.STALE: Cell("stale: backs nothing", tone="bad"),
    LotStatus.EMPTY: Cell("empty", tone="quiet"),
}
_BPS = 10_000


async def commodities(ask: Ask, query: Query) -> Page:
    """The page `/commodities`."""
    listed = await ask.page("commodity_list", of=Commodity, cursor=query.cursor("commodities"))
    rows = [await _row(ask, each) for each in listed.items]
    table = Table(
        id="commodities",
        title="Classes of receipts",
        columns=(
            Column("Class"),
            Column("Specification"),
            Column("Vault"),
            Column("Receipts", "amount"),
            Column("Attested", "amount"),
            Column("Coverage", "number"),
            Column("State"),
        ),
        rows=tuple(rows),
        next=listed.next,
        empty="The ledger has no commodity receipts.",
    )
    lead = text(
        "A receipt is a claim on goods in a vault. There are never more receipts than an "
        "independent attestor has weighed, and what is not attested again in time backs nothing."
    )
    return Page(title="Commodities", lead=(lead,), sections=(table,))


async def _row(ask: Ask, commodity: Commodity) -> tuple[Cell, ...]:
    info = await ask.read("commodity_get", {"asset": commodity.asset}, of=CommodityInfo)
    return (
        Cell(commodity.asset, path("commodities", commodity.asset)),
        text(commodity.specification),
        ask.show.party(commodity.vault),
        ask.show.amount(info.supply, commodity.asset),
        ask.show.amount(commodity.attested, commodity.asset),
        _coverage(info),
        _state(info),
    )


def _coverage(info: CommodityInfo) -> Cell:
    if not info.supply:
        return NOTHING
    return percent(info.commodity.attested * _BPS // info.supply, "bad" if info.breach else "")


def _state(info: CommodityInfo) -> Cell:
    if info.breach:
        return Cell("BREACH: more receipts than attested", tone="bad")
    return Cell("covered", tone="good")


async def commodity(ask: Ask, query: Query) -> Page:
    """The page `/commodities/{asset}`."""
    name = query.part("asset")
    info = await found(ask, "commodity_get", {"asset": name}, of=CommodityInfo)
    if info is None:
        raise NotThere("there is no class of receipts of this name")
    one, show = info.commodity, ask.show
    facts = Facts(
        "Receipts and goods",
        (
            ("Specification", text(one.specification)),
            ("One minor unit", text(UNITS[one.unit])),
            ("Receipts", show.amount(info.supply, one.asset)),
            ("Attested", show.amount(one.attested, one.asset)),
            ("Coverage", _coverage(info)),
            ("State", _state(info)),
            ("Vault", show.party(one.vault)),
            ("Smallest delivery", show.amount(one.delivery_unit, one.asset)),
            ("Remainders paid in", show.asset(one.settlement_asset)),
            ("Instrument", show.asset(one.asset)),
        ),
    )
    lots = await _lots(ask, query, one.asset)
    deliveries = await _deliveries(ask, query, one.asset)
    sections: tuple[Section, ...] = (facts, lots, _chart(ask, info), deliveries, _attestors(ask))
    return Page(title=f"Commodity: {one.asset}", sections=sections)


def _chart(ask: Ask, info: CommodityInfo) -> Chart:
    title = "Receipts against what is attested"
    caption = Caption(name="attested", title=title, description="Both in minor units of receipts.")
    rows = (
        Bar(label="receipts", parts=(info.supply,)),
        Bar(label="attested", parts=(info.commodity.attested,)),
    )
    return drawn(title, bars(caption, ("amount",), rows, unit_of(ask, info.commodity.asset)))


async def _lots(ask: Ask, query: Query, asset: str) -> Table:
    listed = await ask.page(
        "commodity_getLots", {"asset": asset}, of=Lot, cursor=query.cursor("lots")
    )
    rows = [
        (
            number(lot.number),
            text(lot.lot_id),
            text(lot.grade),
            ask.show.amount(lot.gross, asset),
            ask.show.amount(lot.fine, asset),
            ask.show.amount(lot.delivered, asset),
            ask.show.party(lot.attestor),
            text(lot.attest_expiry.isoformat()),
            _LOT[lot.status],
            hashed(lot.assay_hash),
        )
        for lot in listed.items
    ]
    return Table(
        id="lots",
        title="Lots",
        columns=(
            Column("Number", "number"),
            Column("Lot"),
            Column("Grade"),
            Column("Gross", "amount"),
            Column("Fine", "amount"),
            Column("Delivered", "amount"),
            Column("Attested by"),
            Column("Attested until"),
            Column("State"),
            Column("Assay"),
        ),
        rows=tuple(rows),
        next=listed.next,
        note="In the order of first attestation, which is that of delivery.",
        empty="No lot was attested.",
    )


async def _deliveries(ask: Ask, query: Query, asset: str) -> Table:
    listed = await ask.page(
        "commodity_getDeliveries", {"asset": asset}, of=Delivery, cursor=query.cursor("deliveries")
    )
    rows = [
        (
            number(each.number),
            ask.show.party(each.account),
            ask.show.amount(each.amount, asset),
            ask.show.amount(each.delivered, asset),
            text(each.expires_on.isoformat()),
            text(DeliveryStatus(each.status).name.lower()),
        )
        for each in listed.items
    ]
    return Table(
        id="deliveries",
        title="Deliveries",
        columns=(
            Column("Number", "number"),
            Column("Receipts of"),
            Column("Asked for", "amount"),
            Column("Handed out", "amount"),
            Column("Until"),
            Column("State"),
        ),
        rows=tuple(rows),
        next=listed.next,
        empty="None that this reader may see.",
    )


def _attestors(ask: Ask) -> Note:
    names = sorted(
        [
            each.name
            for each in ask.directory.participants.values()
            if Role.COMMODITY_ATTESTOR in each.roles
        ]
    )
    words = ", ".join(names) if names else "none yet"
    return Note(f"Participants that may attest: {words}.")
