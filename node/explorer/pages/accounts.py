"""An account: what it holds, what rests on it, what happened; and its statement of a period."""

import datetime as dt

from node.explorer.ask import Ask
from node.explorer.describe import choice, rows_of
from node.explorer.failure import BadInput
from node.explorer.page import Cell, Facts, Field, Form, Page, Section, Table
from node.explorer.pages.parts import address_of, address_part, columns, listed
from node.explorer.route import Query
from node.explorer.show import hashed, height, path, text, tx
from node.sdk.errors import RpcFailed
from node.sdk.schema.account import Balance
from node.sdk.schema.common import Page as Listed
from node.sdk.schema.process import AgendaStatus
from node.sdk.schema.statement import DatedStatement, StatementLine
from node.sdk.schema.tx import TxPlace
from tokens.records.holdings import Lien
from tokens.records.parties import Account

PERIOD_DAYS = 30
"""Of the statement that the form offers, calendar days."""


async def account(ask: Ask, query: Query) -> Page:
    """The page `/accounts/{address}`."""
    address = address_part(ask, query)
    found = await ask.read("account_get", {"account": address}, of=Account)
    params = {"account": address}
    balances = await ask.try_page(
        "account_getBalances", params, of=Balance, cursor=query.cursor("balances")
    )
    liens = await ask.try_page("lien_list", params, of=Lien, cursor=query.cursor("liens"))
    name = ask.show.name(address_of(ask, address))
    held = () if isinstance(balances, RpcFailed) else balances.items
    assets = tuple([each.asset for each in held])
    sections: list[Section] = [
        Facts("Account", tuple(rows_of(ask.show, found))),
        _balances(ask, address, balances),
        listed(
            "liens",
            "Holds, pledges and freezes",
            columns("Lien", "Kind", "Asset", "$Amount", "Owner", "Expires", "Memo"),
            liens,
            lambda each: _lien(ask, each),
        ),
        await statement_form(ask, address, assets),
        await history(ask, query, address),
    ]
    lead = (Cell(address, mono=True),)
    return Page(title=f"Account {name}".strip(), lead=lead, sections=tuple(sections))


def _balances(ask: Ask, address: str, found: Listed[Balance] | RpcFailed) -> Section:
    titles = ("Asset", "$Balance", "$Held", "$Pledged", "$Frozen", "$Available", "Origin")
    heads = columns(*titles)

    def row(each: Balance) -> tuple[Cell, ...]:
        way = Cell("trace", path("accounts", address, "trace", each.asset))
        return (*_balance(ask, each), way)

    return listed("balances", "Balances", heads, found, row)


def _balance(ask: Ask, each: Balance) -> tuple[Cell, ...]:
    amounts = (each.balance, each.held, each.pledged, each.frozen, each.available)
    cells = [ask.show.face(amount, each.asset) for amount in amounts]
    return (ask.show.asset(each.asset), *cells)


def _lien(ask: Ask, each: Lien) -> tuple[Cell, ...]:
    amount = text("all") if each.amount is None else ask.show.face(each.amount, each.asset or "")
    expires = text("" if each.expires_on is None else each.expires_on.isoformat())
    asset = ask.show.asset(each.asset) if each.asset else text("all")
    owner = ask.show.party(each.owner)
    return (
        hashed(each.id),
        text(choice(each.kind)),
        asset,
        amount,
        owner,
        expires,
        text(each.memo),
    )


async def statement_form(ask: Ask, address: str, assets: tuple[str, ...]) -> Form:
    """Asks for a statement."""
    day = (await ask.read("agenda_status", of=AgendaStatus)).business_date
    first = max(day - dt.timedelta(days=PERIOD_DAYS), dt.date.min)
    return Form(
        "Statement",
        path("accounts", address, "statement"),
        (
            Field("asset", "Asset", assets[0] if assets else "", options=assets),
            Field("from", "From business date", first.isoformat(), type="date"),
            Field("to", "To, included", day.isoformat(), type="date"),
        ),
        "Show",
    )


async def history(ask: Ask, query: Query, address: str) -> Section:
    """Transactions that touched an account or a participant."""
    found = await ask.try_call_page(
        "tx_list", {"address": address}, of=TxPlace, cursor=query.cursor("history")
    )
    return listed(
        "history",
        "Transactions",
        columns("Transaction", "#Height", "Result", "Operations", "Sender"),
        found,
        lambda each: place_row(ask, each),
    )


def place_row(ask: Ask, each: TxPlace) -> tuple[Cell, ...]:
    """One decided transaction in a list."""
    operations = ", ".join([name.replace("_", " ") for name in each.operations])
    return (
        tx(each.tx_id),
        height(each.height),
        Cell(each.symbol, tone="good" if each.status == "success" else "bad"),
        text(operations),
        text("the ledger itself", "quiet") if each.sender is None else ask.show.party(each.sender),
    )


async def statement(ask: Ask, query: Query) -> Page:
    """The page `/accounts/{address}/statement`."""
    address = address_part(ask, query)
    asset = query.word("asset")
    if not asset:
        form = await statement_form(ask, address, ())
        return Page(title="Statement", lead=(Cell(address, mono=True),), sections=(form,))
    params = {
        "account": address,
        "asset": asset,
        "fromDate": _date(query, "from"),
        "toDate": _date(query, "to"),
    }
    found = await ask.read("account_getDatedStatement", params, of=DatedStatement)
    sums = (("Opening", found.opening), ("Credits", found.credits), ("Debits", found.debits))
    rows = [(name, ask.show.face(amount, asset)) for name, amount in sums]
    rows.append(("Closing", ask.show.face(found.closing, asset)))
    if found.now is not None:
        rests = [("Held now", found.now.held), ("Pledged now", found.now.pledged)]
        rests += [("Frozen now", found.now.frozen), ("Available now", found.now.available)]
        rows += [(name, ask.show.face(amount, asset)) for name, amount in rests]
    name = ask.show.name(found.account) or "account"
    return Page(
        title=f"Statement of {name}: {asset}",
        lead=(
            Cell(ask.show.address_text(found.account), path("accounts", address), mono=True),
            text(f"from {found.from_date} to {found.to_date}, both included"),
        ),
        sections=(
            Facts("Sums", tuple(rows)),
            _lines(ask, found, asset),
            _payments(ask, found),
            _began_and_ended(ask, found, asset),
        ),
    )


def _date(query: Query, name: str) -> str:
    given = query.word(name)
    try:
        day = dt.date.fromisoformat(given)
    except ValueError:
        day = None
    if day is None or day.isoformat() != given:
        raise BadInput(f"{name} is a date such as 2026-07-01")
    return given


def _lines(ask: Ask, found: DatedStatement, asset: str) -> Table:
    def row(each: StatementLine) -> tuple[Cell, ...]:
        amounts = (each.debit, each.credit, each.balance)
        other = text("") if each.counterparty is None else ask.show.party(each.counterparty)
        return (
            text(each.date.isoformat()),
            height(each.height),
            tx(each.tx_id),
            text(each.event.replace("_", " ")),
            *[ask.show.face(amount, asset) for amount in amounts],
            other,
        )

    titles = ("Business date", "#Height", "Transaction", "Event", "$Debit", "$Credit", "$Balance")
    rows = tuple([row(each) for each in found.lines])
    return Table("lines", "Postings", columns(*titles, "Other account"), rows)


def _payments(ask: Ask, found: DatedStatement) -> Table:
    rows = [
        (
            text(each.date.isoformat()),
            ask.show.asset(each.security),
            text(each.kind),
            ask.show.face(each.quantity, each.security),
            ask.show.money_of(each.gross, each.security),
            ask.show.money_of(each.withheld, each.security),
            tx(each.tx_id),
        )
        for each in found.payments
    ]
    titles = ("Business date", "Security", "Kind", "$Paid on", "$Gross", "$Tax withheld")
    return Table("payments", "Coupons and principal", columns(*titles, "Transaction"), tuple(rows))


def _began_and_ended(ask: Ask, found: DatedStatement, asset: str) -> Table:
    rows = [
        (
            text(each.date.isoformat()),
            hashed(each.lien),
            text("began" if each.began else "ended"),
            text((each.kind or "").lower()),
            text("") if each.amount is None else ask.show.face(each.amount, asset),
            tx(each.tx_id),
        )
        for each in found.liens
    ]
    titles = ("Business date", "Lien", "Step", "Kind", "$Amount", "Transaction")
    return Table("liens", "Holds, pledges and freezes", columns(*titles), tuple(rows))
