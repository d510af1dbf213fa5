"""`mohur iso check`: what a message tells, and whether the ledger says the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.iso_asking import address_of, advice_of_refused, ask, bytes_of, message_files
from node.cli.output import write_json
from node.cli.remote import rpc_option

if TYPE_CHECKING:
    from node.iso20022.directory import Directory
    from node.iso20022.sese_024 import Advice
    from node.iso20022.sese_025 import Confirmation
    from node.iso20022.sese_027 import Answer
    from node.iso20022.told import Facts
    from node.sdk.client import Client


@click.command()
@click.argument("file", type=message_files)
@click.option("--batch", nargs=2, metavar="INITIATOR ID", help="Of a sese message: which batch.")
@click.option(
    "--refused",
    type=(message_files, str),
    metavar="FILE TX_ID",
    help="Of a sese.024 of a refused instruction: the sese.023 and the failed transaction.",
)
@click.option("--party", help="Of a sese.024 or .027, to whom; default: the initiator.")
@rpc_option
def check(
    file: Path,
    batch: tuple[str, str] | None,
    refused: tuple[Path, str] | None,
    party: str | None,
    url: str,
) -> None:
    """Print what a message tells, and what the ledger has otherwise; - reads standard input.

    Of sese.024, sese.025, sese.027, camt.054 and semt.002: they ask for nothing. 1 if the message
    is refused, or the ledger differs.

    \b
      mohur iso check in.xml
      mohur iso check status.xml --batch @bank-1 TRADE-7 --party @bank-2
    """
    if batch is not None and refused is not None:
        raise CommandFailed("--batch or --refused, not both", Exit.USAGE)
    data = bytes_of(file)

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022.told import differences, told

        read = told(directory, data)
        if refused is not None:
            known: Facts = await advice_of_refused(client, *refused)
        else:
            known = await _known(client, directory, read.facts, batch, party)
        found = list(differences(read.facts, known))
        form = client.form
        write_json(
            {
                "message": read.message,
                "sender": None if read.sender is None else directory.address_text(read.sender),
                "says": form.to_json(read.facts),
                "differs": [form.to_json(difference) for difference in found],
            }
        )
        if found:
            raise CommandFailed(f"the ledger has {len(found)} facts otherwise", Exit.FAILED)

    ask(url, run)


def add_to(group: click.Group) -> None:
    """Put the command into a group."""
    group.add_command(check)


async def _known(
    client: Client,
    directory: Directory,
    facts: Facts,
    batch: tuple[str, str] | None,
    party: str | None,
) -> Facts:
    """What the ledger would tell of the same."""
    from node.iso20022.asking import report_of, statement_of
    from node.iso20022.camt_054 import Notification, notification_of
    from node.iso20022.semt_002 import Report

    if isinstance(facts, Notification):
        statement = await statement_of(
            client, facts.account, facts.asset, facts.from_date, facts.to_date
        )
        return notification_of(directory, statement)
    if isinstance(facts, Report):
        return await report_of(client, directory, facts.account or facts.servicer, facts.date)
    if batch is None:
        raise CommandFailed(
            "say --batch INITIATOR ID, or of a refused instruction --refused FILE TX_ID", Exit.USAGE
        )
    return await _of_batch(client, directory, facts, batch, party or batch[0])


async def _of_batch(
    client: Client,
    directory: Directory,
    facts: Advice | Confirmation | Answer,
    batch: tuple[str, str],
    party: str,
) -> Facts:
    from node.iso20022.sese_024 import Advice, advice_of
    from node.iso20022.sese_025 import Confirmation, confirmation_of
    from node.iso20022.sese_027 import answer_of
    from node.iso20022.trade import trades_of
    from node.sdk.ledger_client import get_agenda, get_batch

    found = await get_batch(client, address_of(directory, batch[0]), batch[1])
    side = facts.party if isinstance(facts, Confirmation) else address_of(directory, party)
    trades = trades_of(directory, found, side)
    trade = next((one for one in trades if one.tx_id == facts.trade.tx_id), trades[0])
    if isinstance(facts, Confirmation):
        return confirmation_of(directory, trade, facts.settled_on)
    if isinstance(facts, Advice):
        return advice_of(trade, (await get_agenda(client)).business_date)
    return answer_of(trade)
