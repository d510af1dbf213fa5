"""An instrument: terms under the names of the ICMA Bond Data Taxonomy, schedule, register, market.

docs/explorer.md has the list of names, with our fields beside them.
"""

from node.explorer.ask import Ask
from node.explorer.describe import choice, rows_of
from node.explorer.failure import refusal_text
from node.explorer.page import Cell, Facts, Note, Section, Table, Value
from node.explorer.pages.parts import columns, listed, place, sliced
from node.explorer.route import Query
from node.explorer.show import NOTHING, height, number, text
from node.explorer.text import scaled
from node.sdk.errors import RpcFailed
from node.sdk.schema.asset import RegisterEntry, ScheduledPayment
from node.sdk.schema.market import BookView, Level, PublicTrade
from node.sdk.schema.marks import MarkView
from tokens.records.instruments import Instrument, InstrumentTerms, PaymentStatus, TaxBase
from tokens.records.rates import CouponFixing
from tokens.types import AssetKind

_INTEREST = {
    AssetKind.BILL: "Zero coupon, discount",
    AssetKind.ZERO: "Zero coupon",
    AssetKind.FLOAT: "Floating",
    AssetKind.SUKUK_VRR: "Variable rental",
    AssetKind.SUKUK_FRR: "Fixed rental",
    AssetKind.SUKUK_DISC: "Zero rental, discount",
}
_DONE = (PaymentStatus.PAID, PaymentStatus.CURED)


async def instrument_sections(ask: Ask, query: Query, name: str) -> list[Section]:
    """What stands on the page of an asset that is debt."""
    params = {"asset": name}
    found = await ask.read("instrument_get", params, of=Instrument)
    schedule = await ask.try_read("instrument_getSchedule", params, of=tuple[ScheduledPayment, ...])
    register = await ask.try_page(
        "instrument_getRegister", params, of=RegisterEntry, cursor=query.cursor("register")
    )
    sections: list[Section] = [
        _terms(ask, found.terms, name),
        _schedule(ask, query, found, schedule),
        listed(
            "register",
            "Register of holders",
            columns("Account", "$Face", "#Last record", "$Face at it"),
            register,
            lambda each: _holder(ask, each, name),
            note="Accounts that you may see.",
        ),
    ]
    if found.terms.floating is not None:
        sections.append(await _fixings(ask, name))
    sections += await _market(ask, query, name)
    rest = [row for row in rows_of(ask.show, found) if not row[0].startswith("Terms")]
    recorded = (*rows_of(ask.show, found.terms), *rest)
    sections.append(Facts("All terms as recorded", recorded))
    return sections


def _terms(ask: Ask, terms: InstrumentTerms, name: str) -> Facts:
    rows: list[tuple[str, Value]] = [
        ("ISIN", text(terms.isin)),
        ("Name", text(terms.name)),
        ("Form", text("Dematerialised, on this ledger")),
        ("CFI", text(terms.cfi)),
        ("Issuer LEI", text(terms.issuer_lei)),
        ("Specified currency", text(terms.currency)),
        ("Specified denomination", ask.show.money_of(terms.denomination, name)),
        ("Maximum principal amount", ask.show.money_of(terms.max_supply, name)),
        ("Issue date", text(terms.issue_date.isoformat())),
        ("Interest commencement date", text(terms.dated_date.isoformat())),
        ("Maturity date", text(terms.maturity_date.isoformat())),
        ("Interest type", text(_INTEREST.get(terms.kind, "Fixed"))),
        ("Interest rate", text(f"{scaled(terms.coupon_rate_e6, 4)} %" if terms.freq else "none")),
        ("Interest payments a year", number(terms.freq)),
        ("Day count fraction", text(choice(terms.accrual_daycount))),
        ("Business day convention", text(choice(terms.bdc))),
        ("Business day centre", text(terms.calendar_id)),
        ("Record date", text(f"{terms.record_offset_bd} business days before payment")),
        ("Settlement currency", ask.show.asset(terms.settlement_asset)),
        ("Tax profile", text(_tax(terms))),
        ("Grace period", text(f"{terms.grace_days} days")),
        ("Paid by", ask.show.party(terms.treasury_account)),
    ]
    if terms.floating is not None:
        margin = scaled(terms.floating.margin_e6, 4)
        rows += [
            ("Reference rate", text(terms.floating.benchmark)),
            ("Margin", text(f"{margin} %")),
        ]
    for title, dates in (("Issuer call", terms.calls), ("Investor put", terms.puts)):
        said = [f"{each.date.isoformat()} at {scaled(each.price_e4, 4)}" for each in dates]
        if said:
            rows.append((title, text("; ".join(said))))
    return Facts("Terms", tuple(rows))


def _tax(terms: InstrumentTerms) -> str:
    if terms.tax_base is TaxBase.NONE:
        return f"{terms.tax_profile}: nothing is withheld"
    return f"{terms.tax_profile}, on the {choice(terms.tax_base).lower()}"


def _schedule(
    ask: Ask,
    query: Query,
    found: Instrument,
    schedule: tuple[ScheduledPayment, ...] | RpcFailed,
) -> Section:
    if isinstance(schedule, RpcFailed):
        return Note(refusal_text("Schedule", schedule), "quiet")
    money = found.terms.settlement_asset

    def row(each: ScheduledPayment) -> tuple[Cell, ...]:
        period = NOTHING
        if each.accrual_start is not None and each.accrual_end is not None:
            period = text(f"{each.accrual_start} to {each.accrual_end}")
        price = NOTHING if each.price_e4 is None else text(scaled(each.price_e4, 4, least=2))
        required = NOTHING if each.required is None else ask.show.amount(each.required, money)
        return (
            number(each.number),
            text(choice(each.kind)),
            text(each.payment_date.isoformat()),
            text(each.record_date.isoformat()),
            period,
            price,
            required,
            ask.show.amount(each.paid, money),
            ask.show.amount(each.withheld, money),
            _status(each.status),
        )

    titles = ("#No", "Payment", "Due", "Record date", "Accrual period", "#Price", "$Required")
    return sliced(
        "schedule",
        "Schedule",
        columns(*titles, "$Paid", "$Tax withheld", "Status"),
        schedule,
        row,
        first=place(query, "schedule"),
        count=ask.rows,
        note="What is required is an estimate from today's supply until the record is taken.",
    )


def _status(status: PaymentStatus) -> Cell:
    if status is PaymentStatus.MISSED:
        return Cell(choice(status), tone="bad")
    return Cell(choice(status), tone="good" if status in _DONE else "")


def _holder(ask: Ask, each: RegisterEntry, name: str) -> tuple[Cell, ...]:
    return (
        ask.show.party(each.account),
        ask.show.face(each.balance, name),
        number(each.record_no),
        ask.show.face(each.record_quantity, name),
    )


async def _fixings(ask: Ask, name: str) -> Table:
    found = await ask.read("instrument_getFixings", {"asset": name}, of=tuple[CouponFixing, ...])
    rows = [
        (
            number(each.number),
            text(f"{scaled(each.rate_e6, 4)} %"),
            text(each.reference),
            text(f"{scaled(each.reference_rate_e6, 4)} %"),
            text(each.reset_date.isoformat()),
            text(each.source),
        )
        for each in found[: ask.rows]
    ]
    titles = ("#Coupon", "#Rate", "Reference rate", "#Its value", "Reset date", "Source")
    return Table("fixings", "Fixings", columns(*titles), tuple(rows))


async def _market(ask: Ask, query: Query, name: str) -> list[Section]:
    """Mark, book and trades."""
    sections: list[Section] = []
    mark = await ask.try_read("mark_get", {"asset": name}, of=MarkView)
    if not isinstance(mark, RpcFailed) and mark.in_force is not None:
        stale = Cell("stale", tone="bad") if mark.is_stale else Cell("fresh", tone="good")
        rows = rows_of(ask.show, mark.in_force)
        sections.append(Facts("Mark in force", (("State", stale), *rows)))
    book = await ask.try_read("book_get", {"asset": name}, of=BookView)
    if not isinstance(book, RpcFailed) and (book.bids or book.asks):
        sections.append(_book(ask, book, name))
    trades = await ask.try_page(
        "trade_list", {"asset": name}, of=PublicTrade, cursor=query.cursor("trades")
    )
    sections.append(
        listed(
            "trades",
            "Trades on the order book",
            columns("#No", "Business date", "#Height", "#Clean price", "$Face"),
            trades,
            lambda each: (
                number(each.number),
                text(each.traded_on.isoformat()),
                height(each.height),
                text(scaled(each.price_e4, 4, least=2)),
                ask.show.face(each.face, name),
            ),
            empty="None.",
        )
    )
    return sections


def _book(ask: Ask, book: BookView, name: str) -> Table:
    def row(side: str, level: Level) -> tuple[Cell, ...]:
        price = text(scaled(level.price_e4, 4, least=2))
        return (text(side), price, ask.show.face(level.face, name), number(level.orders))

    rows = [row("bid", each) for each in book.bids] + [row("ask", each) for each in book.asks]
    titles = ("Side", "#Clean price", "$Face", "#Orders")
    return Table("book", "Order book, sums by price", columns(*titles), tuple(rows))
