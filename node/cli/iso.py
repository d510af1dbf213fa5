"""`mohur iso`: ISO 20022 messages out of the ledger, and operations out of messages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli import iso_checks, iso_collateral
from node.cli.exits import CommandFailed, Exit
from node.cli.iso_asking import address_of, advice_of_refused, ask, bytes_of, message_files, now
from node.cli.output import write_json
from node.cli.remote import rpc_option
from node.cli.tx import with_options

if TYPE_CHECKING:
    from node.iso20022.directory import Directory
    from node.iso20022.trade import Trade
    from node.sdk.client import Client

_date = click.DateTime(formats=["%Y-%m-%d"])


@click.group(short_help="ISO 20022 messages out and in.")
def iso() -> None:
    """Write ISO 20022 messages from the ledger, and read those that come in.

    A message asks for something: `import` prints the operation, for `mohur tx send --json -`. Or it
    tells something: `check` prints what, and what the ledger has otherwise. docs/iso20022.md says
    what each message carries.

    \b
      mohur iso export sese.023 @bank-1 TRADE-7 > out.xml
      mohur iso export sese.020 @bank-1 TRADE-7 | mohur iso wrap - --from @bank-1 --to @cb --id M-1
      mohur iso import in.xml | mohur tx send --json - --sender @bank-2 --dev-key bank-2
    """


@iso.command("import")
@click.argument("files", type=message_files, nargs=-1, required=True)
@click.option(
    "--expires-on", type=_date, metavar="DATE", help="Of a sese.023 that does not say it."
)
@click.option("--cash-asset", help="Money of a sese.023 that does not say it.")
@rpc_option
def import_message(
    files: tuple[Path, ...], expires_on: dt.datetime | None, cash_asset: str | None, url: str
) -> None:
    """Print the operation that a message asks for; - reads standard input. 1 if refused.

    Several files are the linked instructions of one batch, or the requests to cancel its parts.
    """
    parts = [bytes_of(file) for file in files]

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022.asking import ledger_of
        from node.iso20022.incoming import operation_of, operation_of_linked
        from node.iso20022.sese_023 import Defaults
        from tokens.codec import encode

        defaults = Defaults(
            expires_on=None if expires_on is None else str(expires_on.date()), cash_asset=cash_asset
        )
        ledger = ledger_of(client)
        if len(parts) == 1:
            operation = await operation_of(directory, parts[0], ledger, defaults)
        else:
            operation = await operation_of_linked(directory, parts, ledger, defaults)
        write_json([client.form.write_operation(encode(operation))])

    ask(url, run)


@iso.command()
@click.argument("file", type=message_files)
@click.option("--from", "sender", required=True, help="Participant that sends.")
@click.option("--to", "receiver", required=True, help="Participant that receives.")
@click.option("--id", "reference", required=True, help="BizMsgIdr, at most 35 characters.")
@rpc_option
def wrap(file: Path, sender: str, receiver: str, reference: str, url: str) -> None:
    """Put a message behind a business application header (head.001); - reads standard input."""
    data = bytes_of(file)

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


@iso.command()
@click.argument("file", type=message_files)
@click.argument("tx_id")
@rpc_option
def reject(file: Path, tx_id: str, url: str) -> None:
    """Print the sese.024 that tells the sender of a sese.023 why the ledger refused it.

    FILE is the instruction, - standard input; TX_ID the failed transaction that held it, or the
    approval that it was.
    """

    async def run(client: Client, _directory: Directory) -> None:
        from node.iso20022 import sese_024
        from node.iso20022.outgoing import text_of

        advice = await advice_of_refused(client, file, tx_id)
        click.echo(text_of(sese_024.MESSAGE, sese_024.written(advice)), nl=False)

    ask(url, run)


@iso.group()
def export() -> None:
    """Print a message about what the ledger holds."""


_options = {
    "party": click.option("--party", help="From whose side; default: the initiator."),
    "part": click.option(
        "--part", type=click.IntRange(min=1), help="Of a batch of several parts: which."
    ),
    "settled_on": click.option(
        "--settled-on",
        type=_date,
        metavar="DATE",
        required=True,
        help="Business date of settlement, YYYY-MM-DD.",
    ),
    "request": click.option(
        "--id", "request", required=True, help="BizMsgIdr of the request that it answers."
    ),
}


def _of_batch(message: str, sentence: str, *options: str) -> None:
    """One command for each message about a batch, with the options that the message has."""

    @export.command(message, help=sentence)
    @click.argument("initiator")
    @click.argument("batch_id")
    @with_options([_options[name] for name in options])
    @rpc_option
    def command(
        initiator: str,
        batch_id: str,
        url: str,
        party: str | None = None,
        part: int | None = None,
        settled_on: dt.datetime | None = None,
        request: str | None = None,
    ) -> None:
        day = None if settled_on is None else settled_on.date()

        async def run(client: Client, directory: Directory) -> None:
            words = (initiator, batch_id, party or initiator)
            click.echo(
                await _batch_message(client, directory, message, words, part, day, request),
                nl=False,
            )

        ask(url, run)


_of_batch("fxtr.014", "Payment against payment: the instruction of one party.", "party")
_of_batch("sese.020", "Request of one party to cancel a batch.", "party", "part")
_of_batch("sese.023", "Instruction of a batch, as one party says it.", "party", "part")
_of_batch("sese.024", "Status of a batch that is not settled.", "party", "part")
_of_batch(
    "sese.025", "Confirmation of a settled batch to one party.", "party", "part", "settled_on"
)
_of_batch(
    "sese.027", "Answer to a party that has asked to cancel a batch.", "party", "part", "request"
)
_of_batch("pacs.009", "The cash leg of a batch.")


async def _batch_message(
    client: Client,
    directory: Directory,
    message: str,
    words: tuple[str, str, str],
    part: int | None,
    settled_on: dt.date | None,
    request: str | None,
) -> str:
    from node.iso20022 import fxtr_014, pacs_009
    from node.iso20022.outgoing import text_of
    from node.iso20022.trade import trades_of
    from node.sdk.ledger_client import get_agenda, get_batch

    initiator, batch_id, party = words
    batch = await get_batch(client, address_of(directory, initiator), batch_id)
    if message == "pacs.009":
        return text_of(pacs_009.MESSAGE, pacs_009.written(directory, batch, now()))
    side = address_of(directory, party)
    if message == "fxtr.014":
        exchange = fxtr_014.exchange_of(directory, batch, side)
        return text_of(fxtr_014.MESSAGE, fxtr_014.written(directory, exchange))
    trades = trades_of(directory, batch, side)
    if part is None and len(trades) > 1:
        raise CommandFailed(f"{len(trades)} linked messages: --part 1 to {len(trades)}", Exit.USAGE)
    if (part or 1) > len(trades):
        raise CommandFailed(f"the batch has {len(trades)} parts", Exit.USAGE)
    trade = trades[(part or 1) - 1]
    today = (await get_agenda(client)).business_date
    return _trade_message(directory, message, trade, (today, settled_on or batch.isd), request)


def _trade_message(
    directory: Directory,
    message: str,
    trade: Trade,
    dates: tuple[dt.date, dt.date],
    request: str | None,
) -> str:
    """`dates`: business date of the ledger, date of settlement."""
    from node.iso20022 import sese_020, sese_023, sese_024, sese_025, sese_027
    from node.iso20022.outgoing import text_of

    match message:
        case "sese.020":
            return text_of(sese_020.MESSAGE, sese_020.written(directory, trade))
        case "sese.023":
            return text_of(sese_023.MESSAGE, sese_023.written(directory, trade))
        case "sese.024":
            advice = sese_024.advice_of(trade, dates[0])
            return text_of(sese_024.MESSAGE, sese_024.written(advice))
        case "sese.025":
            told = sese_025.confirmation_of(directory, trade, dates[1])
            return text_of(sese_025.MESSAGE, sese_025.written(directory, told))
        case _:
            answer = sese_027.answer_of(trade)
            return text_of(sese_027.MESSAGE, sese_027.written(answer, request or ""))


@export.command("camt.054")
@click.argument("account")
@click.argument("asset")
@click.argument("first", type=_date, metavar="FIRST_DATE")
@click.argument("last", type=_date, metavar="LAST_DATE")
@click.option("--id", "message_id", required=True, help="MsgId, at most 35 characters.")
@rpc_option
def credits_debits(
    account: str, asset: str, first: dt.datetime, last: dt.datetime, message_id: str, url: str
) -> None:
    """Postings of money in an account over business dates, YYYY-MM-DD."""

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022 import camt_054
        from node.iso20022.asking import statement_of
        from node.iso20022.outgoing import text_of

        address = address_of(directory, account)
        statement = await statement_of(client, address, asset, first.date(), last.date())
        told = camt_054.notification_of(directory, statement)
        root = camt_054.written(directory, told, message_id, now())
        click.echo(text_of(camt_054.MESSAGE, root), nl=False)

    ask(url, run)


@export.command("semt.002")
@click.argument("holder")
@click.argument("date", type=_date, metavar="DATE")
@click.option("--id", "message_id", required=True, help="StmtId, at most 35 characters.")
@rpc_option
def holdings(holder: str, date: dt.datetime, message_id: str, url: str) -> None:
    """What an account holds at a business date; for a participant all accounts it services.

    A report without holdings says so (ActvtyInd false).
    """

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022 import semt_002
        from node.iso20022.asking import report_of
        from node.iso20022.outgoing import text_of

        report = await report_of(client, directory, address_of(directory, holder), date.date())
        root = semt_002.written(directory, report, message_id)
        click.echo(text_of(semt_002.MESSAGE, root), nl=False)

    ask(url, run)


iso_collateral.add_to(export)
iso_checks.add_to(iso)
