"""Where units in an account came from, lot by lot: what supervisors may ask of a holding."""

from node.explorer.ask import Ask
from node.explorer.page import Cell, Facts, Page, Table
from node.explorer.pages.parts import address_part, asset_part, columns, place
from node.explorer.route import Query
from node.explorer.show import height, number, path, text, tx
from node.sdk.schema.trace import Trace, TraceLot

STEPS_MAX = 8
"""Movements of one lot that are named; the newest."""


async def trace(ask: Ask, query: Query) -> Page:
    """The page `/accounts/{address}/trace/{asset}`."""
    address, asset = address_part(ask, query), asset_part(query)
    first = place(query, "lots")
    found = await ask.read(
        "asset_getTrace",
        {"account": address, "asset": asset, "first": first, "limit": ask.rows},
        of=Trace,
    )
    facts = Facts(
        "Holding",
        (
            ("Account", ask.show.party(found.account)),
            ("Asset", ask.show.asset(asset)),
            ("Balance", ask.show.face(found.balance, asset)),
            ("Lots", number(found.lots_total)),
        ),
    )
    numbered = enumerate(found.lots, start=first + 1)
    rows = tuple([(number(no), *_lot(ask, each, asset)) for no, each in numbered])
    seen = first + len(rows)
    lots = Table(
        "lots",
        "Lots, the oldest in the account first",
        columns("#No", "$Amount", "#Issued at", "Issue", "Issued to", "$Of an issue of", "Way"),
        rows,
        next=str(seen) if rows and seen < found.lots_total else None,
        note="First in, first out: a view. Units are alike; no law of the ledger says which of "
        "them a transfer moved.",
    )
    lead = (Cell(address, path("accounts", address), mono=True),)
    return Page(title=f"Where {asset} came from", lead=lead, sections=(facts, lots))


def _lot(ask: Ask, each: TraceLot, asset: str) -> tuple[Cell, ...]:
    at_genesis = each.issue_tx == bytes(32)
    steps = each.steps[-STEPS_MAX:]
    left = each.steps_left_out + len(each.steps) - len(steps)
    names = [f"{step.height}: {ask.show.party(step.target).text}" for step in steps]
    way = (f"{left} older ones, then " if left else "") + "; ".join(names)
    return (
        ask.show.face(each.amount, asset),
        text("genesis") if at_genesis else height(each.issued_at),
        text("genesis") if at_genesis else tx(each.issue_tx),
        ask.show.party(each.issued_to),
        ask.show.face(each.issue_amount, asset),
        text(way or "not moved since"),
    )
