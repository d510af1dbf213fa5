"""`mohur aml`: what an institution reports to its financial intelligence unit."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.remote import connected, rpc_option
from node.cli.words import value_of

if TYPE_CHECKING:
    from node.aml.goaml import Leg


@click.group(short_help="Write reports for a financial intelligence unit.")
def aml() -> None:
    """Join what the ledger tells with the institution's own customer file (docs/aml.md)."""


@aml.command("cash-report")
@click.argument("institution")
@click.option("--on", required=True, metavar="DATE", help="Business date, YYYY-MM-DD.")
@click.option(
    "--customers",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The institution's customer file: JSON of mode 0600.",
)
@click.option("--reference", required=True, help="The institution's own, for the unit's answer.")
@click.option("--indicator", multiple=True, required=True, help="Code of the unit's list.")
@click.option("--threshold", type=click.IntRange(min=1), help="Default: the ledger's parameter.")
@click.option("--currency", default="PKR", show_default=True, help="ISO 4217.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it must not be there.",
)
@rpc_option
def cash_report(
    institution: str,
    on: str,
    customers: Path,
    reference: str,
    indicator: tuple[str, ...],
    threshold: int | None,
    currency: str,
    out: Path,
    url: str,
) -> None:
    r"""Write the goAML cash report (CTR) of an institution for a business date.

    Legs of on- and off-ramps at or above the ledger's parameter cash_report_threshold. Its SHA-256
    is printed: `submit_report` wants it. Nothing is written when nothing is due.

    \b
      mohur aml cash-report @bank-1 --on 2026-01-06 --customers customers.json \
        --reference CTR-2026-01 --indicator CASH --out report.xml
    """
    import hashlib
    from importlib.util import find_spec

    if find_spec("xmlschema") is None:
        raise CommandFailed("needs the extra: pip install mohur[messages]", Exit.NO_INPUT)
    if out.exists():
        raise CommandFailed(f"{out}: there is something already", Exit.CANNOT_CREATE)
    try:
        date = dt.date.fromisoformat(on)
    except ValueError:
        raise CommandFailed(f"{on}: a date YYYY-MM-DD", Exit.USAGE) from None
    legs = asyncio.run(_due(url, str(value_of(institution)), date, threshold))
    if not legs:
        click.echo(f"{on}: nothing is due")
        return
    data = _report(customers, legs, reference, indicator, currency, date)
    with out.open("xb") as file:
        file.write(data)
    click.echo(
        f"legs: {len(legs)}, bytes: {len(data)}, sha256 0x{hashlib.sha256(data).hexdigest()}"
    )


async def _due(url: str, institution: str, on: dt.date, threshold: int | None) -> list[Leg]:
    from node.aml.cash_reports import due
    from node.aml.collect import NotCollected, legs_of_date, threshold_of
    from tokens import bech32m

    async with connected(url) as client:
        address = bech32m.decode(client.form.prefix, institution)
        if address is None:
            raise CommandFailed(f"{institution}: no address of this network", Exit.USAGE)
        try:
            legs = await legs_of_date(client, address, on)
        except NotCollected as error:
            raise CommandFailed(str(error), Exit.NO_INPUT) from None
        return due(legs, await threshold_of(client) if threshold is None else threshold)


def _report(
    customers: Path,
    legs: list[Leg],
    reference: str,
    indicators: tuple[str, ...],
    currency: str,
    on: dt.date,
) -> bytes:
    from node.aml.customers import CustomersUnreadable, load_customers
    from node.aml.goaml import Draft, NoReport, ReportCode, goaml

    draft = Draft(
        code=ReportCode.CASH,
        reference=reference,
        submitted_on=on,
        currency=currency,
        indicators=indicators,
    )
    try:
        return goaml(draft, legs, load_customers(customers))
    except CustomersUnreadable as error:
        raise CommandFailed(str(error), Exit.NO_INPUT) from None
    except NoReport as error:
        raise CommandFailed(f"no report: {error}", Exit.FAILED) from None
