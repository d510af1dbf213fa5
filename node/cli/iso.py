"""`mohur iso`: ISO 20022 messages out of the ledger, and operations out of messages."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli import iso_collateral
from node.cli.exits import CommandFailed, Exit
from node.cli.iso_asking import address_of, ask, now
from node.cli.output import write_json
from node.cli.remote import rpc_option

if TYPE_CHECKING:
    from node.iso20022.directory import Directory
    from node.sdk.client import Client
    from tokens.records.settlement import Batch

_date = click.DateTime(formats=["%Y-%m-%d"])


@click.group(short_help="ISO 20022 messages out and in.")
def iso() -> None:
    """Write ISO 20022 messages from the ledger, and read them into operations.

    What `import` prints is an operation for `mohur tx send --json -`. docs/iso20022.md says what
    each message carries.

    \b
      mohur iso export sese.023 @bank-1 TRADE-7 > out.xml
      mohur iso export sese.020 @bank-1 TRADE-7 | mohur iso wrap - --from @bank-1 --to @cb --id M-1
      mohur iso import in.xml | mohur tx send --json - --sender @bank-2 --dev-key bank-2
    """


@iso.command("import")
@click.argument(
    "files",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    nargs=-1,
    required=True,
)
@click.option("--expires-on", type=_date, help="Of a sese.023 that does not say it.")
@click.option("--cash-asset", help="Money of a sese.023 that does not say it.")
@rpc_option
def import_message(
    files: tuple[Path, ...], expires_on: dt.datetime | None, cash_asset: str | None, url: str
) -> None:
    """Print the operation that a message asks for; - reads standard input. 1 if refused.

    Several files are linked instructions, which are one batch.
    """
    parts = [_bytes_of(file) for file in files]

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022.asking import find_batch, find_repo
        from node.iso20022.incoming import operation_of, operation_of_linked
        from node.iso20022.sese_023 import Defaults
        from tokens.codec import encode

        defaults = Defaults(
            expires_on=None if expires_on is None else str(expires_on.date()), cash_asset=cash_asset
        )

        async def find(who: bytes, name: str) -> Batch | None:
            return await find_batch(client, who, name)

        if len(parts) == 1:
            operation = await operation_of(
                directory, parts[0], find, defaults, lambda repo: find_repo(client, repo)
            )
        else:
            operation = await operation_of_linked(directory, parts, find, defaults)
        write_json([client.form.write_operation(encode(operation))])

    ask(url, run)


@iso.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--from", "sender", required=True, help="Participant that sends.")
@click.option("--to", "receiver", required=True, help="Participant that receives.")
@click.option("--id", "reference", required=True, help="BizMsgIdr, at most 35 characters.")
@rpc_option
def wrap(file: Path, sender: str, receiver: str, reference: str, url: str) -> None:
    """Put a message behind a business application header (head.001); - reads standard input."""
    data = _bytes_of(file)

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022.header import text_with_header
        from node.iso20022.reading import parse

        text = text_with_header(
            directory,
            parse(data),
            sender=address_of(directory, sender),
            receiver=address_of(directory, receiver),
            reference=reference,
            created=now(),
        )
        click.echo(text, nl=False)

    ask(url, run)


def _bytes_of(file: Path) -> bytes:
    from node.iso20022.reading import MESSAGE_BYTES_MAX

    if str(file) == "-":
        return sys.stdin.buffer.read(MESSAGE_BYTES_MAX + 1)
    with file.open("rb") as stream:
        return stream.read(MESSAGE_BYTES_MAX + 1)


@iso.group()
def export() -> None:
    """Print a message about what the ledger holds."""


def _of_batch(message: str, sentence: str) -> None:
    """One command for each message about a batch."""

    @export.command(message, help=sentence)
    @click.argument("initiator")
    @click.argument("batch_id")
    @click.option("--party", help="From whose side; default: the initiator.")
    @click.option("--part", type=click.IntRange(min=1), help="Of a batch of several parts: which.")
    @click.option("--settled-on", type=_date, help="sese.025: business date of settlement.")
    @rpc_option
    def command(
        initiator: str,
        batch_id: str,
        party: str | None,
        part: int | None,
        settled_on: dt.datetime | None,
        url: str,
    ) -> None:
        day = None if settled_on is None else settled_on.date()
        if message == "sese.025" and day is None:
            raise CommandFailed("sese.025 needs --settled-on", Exit.USAGE)

        async def run(client: Client, directory: Directory) -> None:
            click.echo(
                await _batch_message(
                    client,
                    directory,
                    message,
                    (initiator, batch_id, party or initiator),
                    part,
                    day,
                ),
                nl=False,
            )

        ask(url, run)


_of_batch("fxtr.014", "Payment against payment: the instruction of one party.")
_of_batch("sese.020", "Request of one party to cancel a batch.")
_of_batch("sese.023", "Instruction of a batch, as one party says it.")
_of_batch("sese.024", "Status of a batch that is not settled.")
_of_batch("sese.025", "Confirmation of a settled batch to one party.")
_of_batch("pacs.009", "The cash leg of a batch.")


async def _batch_message(
    client: Client,
    directory: Directory,
    message: str,
    words: tuple[str, str, str],
    part: int | None,
    settled_on: dt.date | None,
) -> str:
    from node.iso20022 import fxtr_014, pacs_009, sese_020, sese_023, sese_024, sese_025
    from node.iso20022.outgoing import text_of
    from node.iso20022.trade import trade_of, trades_of
    from node.sdk.ledger_client import get_agenda, get_batch

    initiator, batch_id, party = words
    batch = await get_batch(client, address_of(directory, initiator), batch_id)
    if message == "pacs.009":
        return text_of(pacs_009.MESSAGE, pacs_009.written(directory, batch, now()))
    side = address_of(directory, party)
    if message == "fxtr.014":
        exchange = fxtr_014.exchange_of(directory, batch, side)
        return text_of(fxtr_014.MESSAGE, fxtr_014.written(directory, exchange))
    if message == "sese.020":
        request = sese_020.written(directory, trade_of(directory, batch, side))
        return text_of(sese_020.MESSAGE, request)
    trades = trades_of(directory, batch, side)
    if part is None and len(trades) > 1:
        raise CommandFailed(f"{len(trades)} linked messages: --part 1 to {len(trades)}", Exit.USAGE)
    if (part or 1) > len(trades):
        raise CommandFailed(f"the batch has {len(trades)} parts", Exit.USAGE)
    trade = trades[(part or 1) - 1]
    if message == "sese.023":
        return text_of(sese_023.MESSAGE, sese_023.written(directory, trade))
    if message == "sese.024":
        today = (await get_agenda(client)).business_date
        return text_of(sese_024.MESSAGE, sese_024.written(trade, today))
    return text_of(sese_025.MESSAGE, sese_025.written(directory, trade, settled_on or batch.isd))


@export.command("camt.054")
@click.argument("account")
@click.argument("asset")
@click.argument("first", type=_date)
@click.argument("last", type=_date)
@click.option("--id", "message_id", required=True, help="MsgId, at most 35 characters.")
@rpc_option
def credits_debits(
    account: str, asset: str, first: dt.datetime, last: dt.datetime, message_id: str, url: str
) -> None:
    """Postings of money in an account over business dates."""

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022 import camt_054
        from node.iso20022.asking import statement_of
        from node.iso20022.outgoing import text_of

        address = address_of(directory, account)
        statement = await statement_of(client, address, asset, first.date(), last.date())
        root = camt_054.written(directory, statement, message_id, now())
        click.echo(text_of(camt_054.MESSAGE, root), nl=False)

    ask(url, run)


@export.command("semt.002")
@click.argument("holder")
@click.argument("date", type=_date)
@click.option("--id", "message_id", required=True, help="StmtId, at most 35 characters.")
@rpc_option
def holdings(holder: str, date: dt.datetime, message_id: str, url: str) -> None:
    """What an account holds at a business date; for a participant all accounts it services."""

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022 import semt_002
        from node.iso20022.asking import bank_holdings_of, holdings_of
        from node.iso20022.outgoing import text_of

        address, day = address_of(directory, holder), date.date()
        if address in directory.participants:
            found = await bank_holdings_of(client, directory, address, day)
            root = semt_002.written_for_bank(directory, address, found, day, message_id)
        else:
            servicer, held = await holdings_of(client, address, day)
            root = semt_002.written(directory, servicer, address, held, day, message_id)
        click.echo(text_of(semt_002.MESSAGE, root), nl=False)

    ask(url, run)


iso_collateral.add_to(export)
