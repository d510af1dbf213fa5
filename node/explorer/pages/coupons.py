"""Coupon calendar: what is due and what was paid, by month and currency, over all instruments."""

import datetime as dt

from node.explorer.ask import Ask
from node.explorer.charts.columns import Group, columns
from node.explorer.charts.svg import Caption
from node.explorer.page import Cell, Chart, Column, Note, Page, Section, Table
from node.explorer.pages.figures import currency_amount, drawn, present, unit_of_currency
from node.explorer.route import Query
from node.explorer.show import NOTHING, number, path, text
from node.sdk.schema.asset import ScheduledPayment
from node.sdk.schema.process import AgendaStatus
from tokens.jsonform import Json
from tokens.records.instruments import PaymentKind
from tokens.types import AssetKind

AT_ONCE = 50
"""Schedules of one batch."""
INSTRUMENTS_MAX = 200
"""Whose schedules one page asks for: a sum over more is refused, never cut."""
NO_COUPONS = (
    AssetKind.MONEY,
    AssetKind.CASH,
    AssetKind.COMMODITY,
    AssetKind.BILL,
    AssetKind.ZERO,
    AssetKind.SUKUK_DISC,
)
BEFORE, AFTER = 12, 23
"""Months of the chart before and after that of the business date; the table has all."""
CHARTS_MAX = 4
_Sums = dict[tuple[str, str], list[int]]


async def coupons(ask: Ask, query: Query) -> Page:
    """The page `/coupons`."""
    today = (await ask.read("agenda_status", of=AgendaStatus)).business_date
    lead = text(f"Coupons and rentals of all bonds and sukuk, gross. Business date {today}.")
    assets = [each for each in ask.directory.assets.values() if each.kind not in NO_COUPONS]
    if len(assets) > INSTRUMENTS_MAX:
        words = (
            f"There are {len(assets)} instruments; this page adds up at most {INSTRUMENTS_MAX}. "
        )
        words += "The page of each instrument has its schedule, and supervisors have the ladder:"
        note = Note(words, "warn", links=(Cell("Supervision", path("supervision")),))
        return Page(title="Coupon calendar", lead=(lead,), sections=(note,))
    sums: _Sums = {}
    for first in range(0, len(assets), AT_ONCE):
        some = assets[first : first + AT_ONCE]
        asked: list[dict[str, Json]] = [{"asset": each.id} for each in some]
        of = tuple[ScheduledPayment, ...]
        for asset, schedule in zip(
            some, await ask.batch_read("instrument_getSchedule", asked, of=of), strict=True
        ):
            for payment in present(schedule) or ():
                if payment.kind is PaymentKind.COUPON:
                    _add(sums, asset.currency, payment)
    sections: list[Section] = [_table(ask, sums), *_charts(ask, sums, today)]
    return Page(title="Coupon calendar", lead=(lead,), sections=tuple(sections))


def _add(sums: _Sums, currency: str, payment: ScheduledPayment) -> None:
    row = sums.setdefault((payment.payment_date.strftime("%Y-%m"), currency), [0, 0, 0, 0])
    if payment.required is None:
        row[3] += 1
    else:
        row[0] += payment.required
    row[1] += payment.paid
    row[2] += payment.withheld


def _charts(ask: Ask, sums: _Sums, today: dt.date) -> list[Chart]:
    now = today.year * 12 + today.month - 1
    months = [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(now - BEFORE, now + AFTER + 1)]
    charts = []
    for at, currency in enumerate(sorted({each for _, each in sums})[:CHARTS_MAX]):
        rows = [sums.get((month, currency), [0, 0, 0, 0]) for month in months]
        title = f"Coupons in {currency} by month"
        chart = columns(
            Caption(
                name=f"coupons-{at}",
                title=title,
                description=f"From {months[0]} to {months[-1]}: due, and paid so far.",
            ),
            ("due", "paid"),
            tuple(
                [
                    Group(label=month, figures=(row[0], row[1]))
                    for month, row in zip(months, rows, strict=True)
                ]
            ),
            unit_of_currency(ask, currency),
            "month",
        )
        charts.append(drawn(title, chart))
    return charts


def _table(ask: Ask, sums: _Sums) -> Table:
    return Table(
        id="coupons",
        title="By month",
        columns=(
            Column("Month"),
            Column("Due", "amount"),
            Column("Paid, gross", "amount"),
            Column("Of it tax withheld", "amount"),
            Column("Rates still open", "number"),
        ),
        rows=tuple(
            [
                (
                    text(month),
                    *[currency_amount(ask, figure, currency) for figure in row[:3]],
                    number(row[3]) if row[3] else NOTHING,
                )
                for (month, currency), row in sorted(sums.items())
            ]
        ),
        note="Due is an estimate from today's supply until the record is taken; a floating coupon "
        "whose rate is not fixed is in no sum.",
        empty="No instrument has coupons.",
    )
