"""Settlement batches: delivery versus payment, what waits, what failed and why."""

from node.explorer.ask import Ask
from node.explorer.describe import choice, code_text, rows_of
from node.explorer.page import Cell, Facts, Field, Form, Page, Table
from node.explorer.pages.parts import address_part, columns, listed, reference_part
from node.explorer.route import Query
from node.explorer.show import NOTHING, path, text
from node.sdk.schema.process import AgendaStatus
from tokens.auctions import address_of
from tokens.records.settlement import ISSUANCE, Batch, BatchStatus, Leg

_OPEN = (BatchStatus.INSTRUCTED, BatchStatus.MATCHED, BatchStatus.ALLOCATED)
_BAD = (BatchStatus.FAILED, BatchStatus.EXPIRED)


async def settlement(ask: Ask, query: Query) -> Page:
    """The page `/settlement`."""
    only_open = query.word("show") == "open"
    found = await ask.try_page(
        "settle_list", {"openOnly": only_open}, of=Batch, cursor=query.cursor("batches")
    )
    day = (await ask.read("agenda_status", of=AgendaStatus)).business_date
    titles = ("Batch", "Initiator", "Parties", "Trade date", "Intended date", "Legs", "Status")
    return Page(
        title="Settlement",
        lead=(text(f"Business date {day.isoformat()}."),),
        sections=(
            Form(
                "",
                "/settlement",
                (Field("show", "Batches", query.word("show"), options=("all", "open")),),
                "Show",
            ),
            listed(
                "batches",
                "Batches",
                columns(*titles),
                found,
                lambda each: _row(ask, each, late=each.status in _OPEN and each.isd < day),
                note="In the order of instruction. Late: open after its intended date.",
            ),
        ),
    )


def _row(ask: Ask, each: Batch, *, late: bool) -> tuple[Cell, ...]:
    others = [party.participant for party in each.parties if party.participant != each.initiator]
    names = [ask.show.party(other).text for other in others]
    return (
        Cell(
            each.batch_id, path("settlement", ask.show.address_text(each.initiator), each.batch_id)
        ),
        initiator_cell(ask, each.initiator, each.trade_ref),
        text(", ".join(names)),
        text(each.trade_date.isoformat()),
        text(each.isd.isoformat()),
        text(str(len(each.legs))),
        _status(each, late=late),
    )


def initiator_cell(ask: Ask, initiator: bytes, trade_ref: str = "") -> Cell:
    """Who instructed a batch: a participant, or the auction of `trade_ref`, which is no account."""
    if initiator in ask.directory.participants:
        return ask.show.party(initiator)
    if trade_ref and address_of(trade_ref) == initiator:
        return Cell(f"auction {trade_ref}", path("auctions", trade_ref))
    return text("an auction")


def _status(each: Batch, *, late: bool) -> Cell:
    said = choice(each.status)
    if each.reason:
        said += f": {code_text(each.reason)}"
    if late:
        return Cell(f"{said}, late", tone="bad")
    good = each.status is BatchStatus.SETTLED
    return Cell(said, tone="good" if good else "bad" if each.status in _BAD else "")


async def batch(ask: Ask, query: Query) -> Page:
    """The page `/settlement/{address}/{batch}`."""
    initiator, name = address_part(ask, query), reference_part(query, "batch")
    found = await ask.read("settle_get", {"initiator": initiator, "batchId": name}, of=Batch)
    parties = tuple(
        [
            (
                ask.show.party(each.participant),
                _done(each.approved),
                _done(each.allocated),
                _done(each.cancels),
            )
            for each in found.parties
        ]
    )
    legs = tuple([_leg(ask, each) for each in found.legs])
    titles = ("Asset", "$Quantity", "From", "From account", "To", "To account")
    return Page(
        title=f"Batch {name}",
        lead=(
            text("Instructed by"),
            initiator_cell(ask, found.initiator, found.trade_ref),
            _status(found, late=False),
        ),
        sections=(
            Table("legs", "Legs: all or none", columns(*titles), legs),
            Table(
                "parties",
                "Parties",
                columns("Participant", "Agreed", "Set aside", "Agreed to cancel"),
                parties,
            ),
            Facts("Batch as recorded", tuple(rows_of(ask.show, found))),
        ),
    )


def _done(value: bool) -> Cell:
    return Cell("yes", tone="good") if value else text("no", "quiet")


def _leg(ask: Ask, each: Leg) -> tuple[Cell, ...]:
    if each.source == ISSUANCE:
        source = text("issuance")
    else:
        source = NOTHING if each.source is None else ask.show.party(each.source)
    return (
        ask.show.asset(each.asset),
        ask.show.face(each.quantity, each.asset),
        ask.show.party(each.giver),
        source,
        ask.show.party(each.taker),
        NOTHING if each.target is None else ask.show.party(each.target),
    )
