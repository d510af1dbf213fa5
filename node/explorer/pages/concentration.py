"""Who holds an asset: classes, the ten largest, foreign holdings, and how fast it moves."""

from node.explorer.ask import Ask, Params
from node.explorer.charts.shares import LARGEST_MAX, shares
from node.explorer.charts.svg import Caption
from node.explorer.failure import BadInput
from node.explorer.page import Cell, Chart, Column, Facts, Field, Form, Page, Table
from node.explorer.pages.figures import KIND_NAMES, drawn, unit_of
from node.explorer.pages.supervision import supervised
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, percent, text
from node.explorer.text import grouped, scaled, shortened
from node.sdk.schema.supervision import BLOCKS_MAX, HoldersReport, Velocity

BLOCKS = 1_000
"""Blocks of a velocity when the reader says none."""


async def concentration(ask: Ask, query: Query) -> Page:
    """The page `/supervision/{asset}`. NotForReader, NotThere."""
    asset = query.part("asset")
    report = await supervised(ask, "supervision_getHolders", {"asset": asset}, of=HoldersReport)
    velocity = await _velocity(ask, query, asset)
    known = ask.directory.assets.get(report.asset)
    facts = Facts(
        "Holders",
        (
            ("Asset", ask.show.asset(report.asset)),
            ("Kind", text("" if known is None else KIND_NAMES[known.kind])),
            ("Supply", ask.show.amount(report.supply, report.asset)),
            ("Persons", number(report.persons)),
            ("Herfindahl index", number(report.herfindahl_bps)),
            ("Held by non-residents", ask.show.amount(report.foreign, report.asset)),
            ("Their share", percent(report.foreign_bps)),
        ),
    )
    sections = (
        facts,
        _largest(ask, report),
        _chart(ask, report),
        _classes(ask, report),
        _turnover(ask, velocity),
        _form(ask, query, velocity),
    )
    lead = text(
        "Of the Herfindahl index 10,000 is one holder. Persons are keyed digests, no names."
    )
    return Page(title=f"Who holds {report.asset}", lead=(lead,), sections=sections)


async def _velocity(ask: Ask, query: Query, asset: str) -> Velocity:
    newest = ask.status.height if ask.at is None else ask.at
    oldest = max(1, ask.status.oldest_block)
    asked = query.number("from")
    first = max(oldest, newest - BLOCKS + 1) if asked is None else asked
    if not oldest <= first <= newest or newest - first >= BLOCKS_MAX:
        least = max(oldest, newest - BLOCKS_MAX + 1)
        raise BadInput(f"from is a height between {least} and {newest}")
    params: Params = {"asset": asset, "fromHeight": first, "toHeight": newest}
    return await supervised(ask, "supervision_getVelocity", params, of=Velocity)


def _chart(ask: Ask, report: HoldersReport) -> Chart:
    largest = [(_person(each.person).text, each.amount) for each in report.largest[:LARGEST_MAX]]
    title = f"The ten largest holders of {report.asset}"
    words = f"{report.persons} persons hold it; all others are one bar."
    caption = Caption(name="largest-chart", title=title, description=words)
    chart = shares(caption, tuple(largest), report.supply, unit_of(ask, report.asset))
    return drawn(title, chart)


def _person(person: bytes) -> Cell:
    full = "0x" + person.hex()
    return Cell(shortened(full), full=full, mono=True)


def _largest(ask: Ask, report: HoldersReport) -> Table:
    rows = [
        (
            number(place),
            hashed(each.person),
            ask.show.amount(each.amount, report.asset),
            percent(each.share_bps),
        )
        for place, each in enumerate(report.largest, start=1)
    ]
    return Table(
        id="largest",
        title="The ten largest",
        columns=(
            Column("Place", "number"),
            Column("Person"),
            Column("Holds", "amount"),
            Column("Share", "number"),
        ),
        rows=tuple(rows),
        note="Over all accounts of a person, at all institutions.",
        empty="Nobody holds it.",
    )


def _classes(ask: Ask, report: HoldersReport) -> Table:
    rows = [
        (
            text(each.residency),
            text(each.tax_class),
            number(each.accounts),
            number(each.persons),
            ask.show.amount(each.amount, report.asset),
        )
        for each in report.classes
    ]
    return Table(
        id="classes",
        title="Holders by class",
        columns=(
            Column("Residency"),
            Column("Tax class"),
            Column("Accounts", "number"),
            Column("Persons", "number"),
            Column("Amount", "amount"),
        ),
        rows=tuple(rows),
        note="The amounts add up to the supply.",
        empty="Nobody holds it.",
    )


def _turnover(ask: Ask, velocity: Velocity) -> Facts:
    digits = ask.show.digits(velocity.asset)
    turnover = int(velocity.turnover)
    unit = velocity.asset if digits is not None else f"minor units of {velocity.asset}"
    amount = Cell(grouped(turnover, digits or 0), minor=turnover, unit=unit)
    return Facts(
        "Turnover",
        (
            ("From height", height(velocity.from_height)),
            ("To height", height(velocity.to_height)),
            ("Movements", number(velocity.movements)),
            ("Turnover", amount),
            ("Velocity", text(f"{scaled(velocity.velocity_e6, 6)} times the supply")),
        ),
    )


def _form(ask: Ask, query: Query, velocity: Velocity) -> Form:
    words = f"From height (at most {BLOCKS_MAX:,} blocks)"
    first = Field("from", words, str(velocity.from_height), type="number")
    at = Field("at", "As of height", str(velocity.to_height), type="number")
    return Form(title="", action=query.path, fields=(first, at), button="Show")
