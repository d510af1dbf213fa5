"""`mohur aml`: what an institution reports to its financial intelligence unit."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli import aml_filings
from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_private
from node.cli.remote import connected, rpc_option
from node.cli.words import address_in, date_of

if TYPE_CHECKING:
    from node.aml.cases import Case
    from node.aml.customers import CustomerFile
    from node.aml.facts import Fact, Leg

customers_option = click.option(
    "--customers",
    required=True,
    type=existing_file,
    help="The institution's customer file: JSON of mode 0600.",
)
currency_option = click.option(
    "--currency", help="ISO 4217, to be sure: another than the ledger's money is refused."
)
out_option = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, of mode 0600; it must not be there.",
)


@click.group(short_help="Write reports for a financial intelligence unit.")
def aml() -> None:
    """Join what the ledger tells with the institution's own customer file (docs/aml.md)."""


@aml.command("cash-report")
@click.argument("institution")
@click.option("--on", required=True, metavar="DATE", help="Business date, YYYY-MM-DD.")
@customers_option
@click.option("--reference", required=True, help="The institution's own, for the unit's answer.")
@click.option("--indicator", multiple=True, required=True, help="Code of the unit's list.")
@click.option("--threshold", type=click.IntRange(min=1), help="Default: the ledger's parameter.")
@currency_option
@out_option
@rpc_option
def cash_report(
    institution: str,
    on: str,
    customers: Path,
    reference: str,
    indicator: tuple[str, ...],
    threshold: int | None,
    currency: str | None,
    out: Path,
    url: str,
) -> None:
    """Write the goAML cash report (CTR) of an institution for a business date.

    Legs of on- and off-ramps at or above the ledger's parameter cash_report_threshold. Its SHA-256
    is printed: `submit_report` wants it. Nothing is written when nothing is due.

    \b
      mohur aml cash-report @bank-1 --on 2026-01-06 --customers customers.json \\
        --reference CTR-2026-01 --indicator CASH --out report.xml
    """
    _check_ready(out)
    date = date_of(on)
    legs, money = asyncio.run(_due(url, institution, date, threshold, currency))
    if not legs:
        click.echo(f"{on}: nothing is due")
        return
    data = _report(customers, legs, reference, indicator, money, date)
    write_private(out, data)
    click.echo(f"legs: {len(legs)}, {_digest(data)}")


@aml.command("str")
@click.argument("institution")
@click.option(
    "--case",
    "case_file",
    required=True,
    type=existing_file,
    help="What is suspicious, of whom and why: JSON of mode 0600.",
)
@customers_option
@currency_option
@out_option
@rpc_option
def suspicious(
    institution: str, case_file: Path, customers: Path, currency: str | None, out: Path, url: str
) -> None:
    """Write the goAML report (STR) of a suspicion.

    Facts are the payments that the institution received or made outside for the case's accounts,
    and what its assets moved between them and others. Its SHA-256 is printed: `submit_report` wants
    it. Neither what the case is about nor whom is printed; what the customer file lacks is written
    to OUT.missing, of mode 0600. Ask a node of your own: a node sees what it is asked.

    \b
      mohur aml str @bank-1 --case case.json --customers customers.json --out report.xml
    """
    from node.aml.cases import load_case
    from node.aml.customers import load_customers
    from node.aml.private_file import FileUnreadable

    _check_ready(out)
    try:
        case, known = load_case(case_file), load_customers(customers)
    except FileUnreadable as error:
        raise CommandFailed(str(error), Exit.NO_INPUT) from None
    facts, today, money = asyncio.run(_facts(url, institution, case, currency))
    _check_known(out, case, facts, known)
    data = _suspicion(case, facts, known, money, today)
    write_private(out, data)
    click.echo(f"transactions: {len(facts)}, {_digest(data)}")


def _check_ready(out: Path) -> None:
    """Before anybody is asked."""
    from importlib.util import find_spec

    if find_spec("xmlschema") is None:
        raise CommandFailed("needs the extra: pip install mohur[messages]", Exit.NO_INPUT)
    if out.exists():
        raise CommandFailed(f"{out}: there is something already", Exit.CANNOT_CREATE)


def _digest(data: bytes) -> str:
    import hashlib

    return f"bytes: {len(data)}, sha256 0x{hashlib.sha256(data).hexdigest()}"


async def _facts(
    url: str, institution: str, case: Case, asked: str | None
) -> tuple[list[Fact], dt.date, str]:
    """(facts in their order, business date of the ledger, currency)."""
    from node.aml.collect import NotCollected, currency_of, legs_between
    from node.aml.movements import check_accounts, check_assets, moves_between
    from node.sdk.ledger_client import get_agenda

    dates = (case.from_date, case.to_date)
    async with connected(url) as client:
        address = address_in(client.form.prefix, institution)
        try:
            currency = await currency_of(client, asked)
            await check_accounts(client, address, case.accounts)
            await check_assets(client, case.assets, currency)
            legs = await legs_between(client, address, *dates)
            moves = await moves_between(client, address, case.accounts, case.assets, dates)
        except NotCollected as error:
            raise CommandFailed(f"no report: {error}", Exit.FAILED) from None
        today = (await get_agenda(client)).business_date
    facts: list[Fact] = [leg for leg in legs if leg.account in case.accounts]
    return sorted([*facts, *moves], key=lambda fact: fact.date), today, currency


def _check_known(out: Path, case: Case, facts: list[Fact], known: CustomerFile) -> None:
    """CommandFailed where the customer file lacks something; a private file says what."""
    from node.aml.missing import missing_of, written

    listed = out.with_name(out.name + ".missing")
    listed.unlink(missing_ok=True)
    missing = missing_of(case.accounts, facts, known)
    if missing.entries:
        write_private(listed, written(missing))
        things = f"{missing.entries} entries of the customer file are missing"
        raise CommandFailed(f"no report: {things}; {listed} lists them", Exit.FAILED)


def _suspicion(
    case: Case, facts: list[Fact], known: CustomerFile, currency: str, today: dt.date
) -> bytes:
    from node.aml.facts import NoReport
    from node.aml.goaml import Draft, ReportCode, goaml

    draft = Draft(
        code=ReportCode.SUSPICIOUS,
        reference=case.reference,
        submitted_on=today,
        currency=currency,
        indicators=case.indicators,
        reason=case.reason,
        action=case.action,
    )
    try:
        return goaml(draft, facts, known)
    except NoReport as error:
        raise CommandFailed(f"no report: {error}", Exit.FAILED) from None


async def _due(
    url: str, institution: str, on: dt.date, threshold: int | None, asked: str | None
) -> tuple[list[Leg], str]:
    """(legs that are due, currency of the ledger)."""
    from node.aml.cash_reports import due
    from node.aml.collect import (
        NotCollected,
        check_institution,
        currency_of,
        legs_of_date,
        threshold_of,
    )

    async with connected(url) as client:
        address = address_in(client.form.prefix, institution)
        try:
            await check_institution(client, address)
            currency = await currency_of(client, asked)
            legs = await legs_of_date(client, address, on)
        except NotCollected as error:
            raise CommandFailed(f"no report: {error}", Exit.FAILED) from None
        least = await threshold_of(client) if threshold is None else threshold
        return due(legs, least), currency


def _report(
    customers: Path,
    legs: list[Leg],
    reference: str,
    indicators: tuple[str, ...],
    currency: str,
    on: dt.date,
) -> bytes:
    from node.aml.customers import load_customers
    from node.aml.facts import NoReport
    from node.aml.goaml import Draft, ReportCode, goaml
    from node.aml.private_file import FileUnreadable

    draft = Draft(
        code=ReportCode.CASH,
        reference=reference,
        submitted_on=on,
        currency=currency,
        indicators=indicators,
    )
    try:
        return goaml(draft, legs, load_customers(customers))
    except FileUnreadable as error:
        raise CommandFailed(str(error), Exit.NO_INPUT) from None
    except NoReport as error:
        raise CommandFailed(f"no report: {error}", Exit.FAILED) from None


aml_filings.add_to(aml)
