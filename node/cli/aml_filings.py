"""`mohur aml seal`, `file`, `open`, `chain`, `anchor`: filings of an institution (ADR 0022).

Rules of this file:
1. What is filed is a private file, never an argument, and nothing of it is printed: only that there
   is a filing, as the chain tells everybody.
2. It is sealed to the institution and the one financial intelligence unit of the ledger.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json, write_private
from node.cli.remote import connected, rpc_option
from node.cli.sending import send
from node.cli.travel_asking import secret_of
from node.cli.tx import sender_option, signing_options, with_options
from node.cli.words import address_in, date_of, operation_in, whole_number

if TYPE_CHECKING:
    from node.aml.filings import Filing
    from node.sdk.client import Client
    from tokens.jsonform import Json
    from tokens.ops.reports import FileReport

_what = [
    click.argument("institution"),
    click.option(
        "--filing",
        type=existing_file,
        required=True,
        help="What is filed: JSON of mode 0600 (docs/aml.md).",
    ),
]


@click.command("seal")
@with_options(_what)
@rpc_option
def seal_filing(institution: str, filing: Path, url: str) -> None:
    """Seal a filing to the institution and the FIU: print the operation file_report."""
    write_json(_sealed(url, institution, filing))


@click.command("file")
@with_options(_what)
@sender_option
@with_options(signing_options)
@rpc_option
def send_filing(institution: str, filing: Path, url: str, **signing: object) -> int:
    """Seal a filing to the institution and the FIU, and send it. 1 if the ledger refuses it.

    The receipt names the report's number: `submit_report` wants it, and the SHA-256 of the XML.

    \b
      mohur aml file @bank-1 --filing filing.json --sender @bank-1 --key bank-1
    """
    return send(url, [_sealed(url, institution, filing)], signing)


@click.command("open")
@click.argument("operation", type=existing_file)
@click.option("--key", type=existing_file, required=True, help='File {"privateKey": "0x..."}.')
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, of mode 0600; it must not be there.",
)
@rpc_option
def open_filing(operation: Path, key: Path, out: Path, url: str) -> None:
    """Open a filing, by institution or FIU.

    OPERATION is a file with file_report, or with what tx_get answered of its transaction.
    """
    from node.aml.filing_files import written_filing
    from node.aml.filings import opened_filing
    from node.sdk.sealing import Unopened

    if out.exists():
        raise CommandFailed(f"{out}: there is something already", Exit.CANNOT_CREATE)
    secret = secret_of(key)
    value = operation_in(operation, "file_report")

    async def run() -> bytes:
        async with connected(url) as client:
            made = _operation(client, value)
            chain_id = (await client.status()).chain_id
            try:
                return written_filing(opened_filing(chain_id, made, secret), client.form.prefix)
            except Unopened as error:
                raise CommandFailed(f"Unopened: {error}", Exit.REFUSED) from None

    write_private(out, asyncio.run(run()))


@click.command("anchor")
@click.argument("institution")
@click.option("--on", required=True, metavar="DATE", help="Business date, YYYY-MM-DD.")
@sender_option
@with_options(signing_options)
@rpc_option
def anchor(institution: str, on: str, url: str, **signing: object) -> int:
    """Close a business date of an institution's reports, and send it. 1 if the ledger refuses it.

    The root is over what the institution filed on that date; where it filed nothing, it has one,
    too. Close every date: who closes only some tells that there is something in them.

    \b
      mohur aml anchor @bank-1 --on 2026-01-09 --sender @bank-1 --key bank-1
    """
    date = date_of(on)

    async def run() -> Json:
        from node.aml.anchors import TooManyReports, anchor_of
        from tokens.codec import encode

        async with connected(url) as client:
            try:
                made = await anchor_of(client, address_in(client.form.prefix, institution), date)
            except TooManyReports as error:
                raise CommandFailed(str(error), Exit.FAILED) from None
            return client.form.write_operation(encode(made))

    return send(url, [asyncio.run(run())], signing)


@click.command("chain")
@click.argument("filings", nargs=-1, required=True, metavar="NUMBER=FILE...")
@rpc_option
def chain(filings: tuple[str, ...], url: str) -> int:
    """Say what is wrong with the chain alert, case, report of one institution. 1 if anything is.

    Each FILE is an opened filing of mode 0600, NUMBER that of its report. What they are about is
    not printed.

    \b
      mohur aml chain 2=alert.json 3=case.json 4=suspicion.json
    """
    from node.aml.filings import chain_faults

    files: dict[int, Path] = {}
    for word in filings:
        text, equals, name = word.partition("=")
        number = whole_number(text)
        if not equals or number is None or number in files:
            raise CommandFailed(f"{word}: say NUMBER=FILE, each number once", Exit.USAGE)
        files[number] = Path(name)

    async def run() -> dict[int, Filing]:
        from node.aml.filing_files import load_filing
        from node.aml.private_file import FileUnreadable

        async with connected(url) as client:
            try:
                return {n: load_filing(file, client.form.prefix) for n, file in files.items()}
            except FileUnreadable as error:
                raise CommandFailed(str(error), Exit.NO_INPUT) from None

    faults = chain_faults(asyncio.run(run()))
    for fault in faults:
        click.echo(fault)
    return Exit.FAILED if faults else Exit.OK


def add_to(group: click.Group) -> None:
    """The five commands under `mohur aml`."""
    for command in (seal_filing, send_filing, open_filing, anchor, chain):
        group.add_command(command)


def _sealed(url: str, institution: str, filing: Path) -> Json:
    async def run() -> Json:
        from node.aml.filing_files import load_filing
        from node.aml.filing_keys import filing_keys
        from node.aml.filings import sealed_filing
        from node.aml.private_file import FileUnreadable
        from tokens.codec import encode

        async with connected(url) as client:
            try:
                content = load_filing(filing, client.form.prefix)
            except FileUnreadable as error:
                raise CommandFailed(str(error), Exit.NO_INPUT) from None
            address = address_in(client.form.prefix, institution)
            chain_id = (await client.status()).chain_id
            try:
                keys = await filing_keys(client, address)
                made = sealed_filing(chain_id, address, content, *keys)
            except ValueError as error:
                raise CommandFailed(f"cannot seal: {error}", Exit.REFUSED) from None
            return client.form.write_operation(encode(made))

    return asyncio.run(run())


def _operation(client: Client, value: object) -> FileReport:
    from tokens.jsonform import FormError
    from tokens.ops.reports import FileReport

    try:
        return cast("FileReport", client.form.from_json(FileReport, value))
    except FormError as error:
        raise CommandFailed(f"the operation is no file_report: {error}", Exit.USAGE) from None
