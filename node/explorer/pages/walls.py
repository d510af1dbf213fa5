"""Debt as tables and walls: outstanding by residual term, falling due by month or year."""

from node.explorer.ask import Ask
from node.explorer.charts.bars import BARS_MAX, Bar, bars
from node.explorer.charts.svg import Caption
from node.explorer.page import Chart, Column, Table
from node.explorer.pages.figures import (
    KIND_NAMES,
    currency_amount,
    drawn,
    unit_of,
    unit_of_currency,
)
from node.explorer.show import number, text
from node.sdk.schema.supervision import LadderRow, TenorRow

CHARTS_MAX = 4
"""Currencies, or moneys, that are drawn; the tables have all."""
MONTHS_MAX = 24
"""A longer ladder is drawn by year."""


def term_words(row: TenorRow) -> str:
    """`1 to 3 years`."""
    if row.years_below is None:
        return f"{row.years_from} years and more"
    if not row.years_from:
        return f"below {row.years_below} year"
    return f"{row.years_from} to {row.years_below} years"


def outstanding(ask: Ask, tenors: tuple[TenorRow, ...]) -> Table:
    """Debt by currency, kind and residual term."""
    return Table(
        id="outstanding",
        title="Debt outstanding by residual term",
        columns=(
            Column("Currency"),
            Column("Kind"),
            Column("Residual term"),
            Column("Instruments", "number"),
            Column("Face outstanding", "amount"),
        ),
        rows=tuple(
            [
                (
                    text(row.currency),
                    text(KIND_NAMES[row.kind]),
                    text(term_words(row)),
                    number(row.instruments),
                    currency_amount(ask, row.amount, row.currency),
                )
                for row in tenors
            ]
        ),
        note="Whole years of 365 days from the business date to maturity.",
        empty="No debt is outstanding.",
    )


def term_bars(ask: Ask, tenors: tuple[TenorRow, ...]) -> list[Chart]:
    """A chart for each currency."""
    charts = []
    currencies = sorted({row.currency for row in tenors})
    for at, currency in enumerate(currencies[:CHARTS_MAX]):
        sums: dict[int, tuple[str, int]] = {}
        for row in tenors:
            if row.currency == currency:
                _, before = sums.get(row.years_from, ("", 0))
                sums[row.years_from] = (term_words(row), before + row.amount)
        title = f"Debt outstanding in {currency} by residual term"
        chart = bars(
            Caption(name=f"terms-{at}", title=title, description="Face of all kinds of debt."),
            ("face",),
            tuple([Bar(label=sums[years][0], parts=(sums[years][1],)) for years in sorted(sums)]),
            unit_of_currency(ask, currency),
        )
        charts.append(drawn(title, chart))
    return charts


def maturity_walls(ask: Ask, ladder: tuple[LadderRow, ...]) -> list[Chart]:
    """A chart for each money: by month, by year if there are many months."""
    charts = []
    for at, money in enumerate(sorted({row.settlement_asset for row in ladder})[:CHARTS_MAX]):
        rows = tuple([row for row in ladder if row.settlement_asset == money])
        title = f"What falls due in {money} by {'year' if len(rows) > MONTHS_MAX else 'month'}"
        words = "Principal and gross coupons that are still to be paid."
        chart = bars(
            Caption(name=f"wall-{at}", title=title, description=words),
            ("principal", "coupons"),
            bars_of(rows),
            unit_of(ask, money),
        )
        charts.append(drawn(title, chart))
    return charts


def bars_of(rows: tuple[LadderRow, ...]) -> tuple[Bar, ...]:
    """A ladder of one money in at most BARS_MAX bars: the last one holds all that is later."""
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        label = row.month[:4] if len(rows) > MONTHS_MAX else row.month
        principal, coupons = sums.get(label, (0, 0))
        sums[label] = (principal + row.principal, coupons + row.coupons)
    found = [Bar(label=label, parts=parts) for label, parts in sorted(sums.items())]
    if len(found) <= BARS_MAX:
        return tuple(found)
    head, tail = found[: BARS_MAX - 1], found[BARS_MAX - 1 :]
    rest = (sum(each.parts[0] for each in tail), sum(each.parts[1] for each in tail))
    return (*head, Bar(label=f"{tail[0].label} and later", parts=rest))
