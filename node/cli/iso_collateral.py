"""`mohur iso export colr.007` and `colr.010`: messages about the collateral of a repo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.iso_asking import ask
from node.cli.remote import rpc_option

if TYPE_CHECKING:
    from node.iso20022.directory import Directory
    from node.sdk.client import Client
    from tokens.records.repos import Repo

HASH_BYTES = 32


@click.command("colr.007")
@click.argument("repo")
@click.argument("asset")
@click.argument("amount", type=click.IntRange(min=1))
@click.option("--id", "tx_id", required=True, help="TxId, at most 35 characters.")
@rpc_option
def proposal(repo: str, asset: str, amount: int, tx_id: str, url: str) -> None:
    """Proposal of more collateral for a repo; AMOUNT in minor units."""

    def written(directory: Directory, found: Repo, on: dt.date) -> str:
        from node.iso20022 import collateral
        from node.iso20022.outgoing import text_of
        from tokens.ops.repo_margin import AddCollateral

        made = AddCollateral(repo=found.id, asset=asset, amount=amount)
        root = collateral.written_proposal(directory, found, made, tx_id, on)
        return text_of(collateral.PROPOSAL, root)

    _of_repo(repo, written, url)


@click.command("colr.010")
@click.argument("repo")
@click.argument("line", type=click.IntRange(min=0))
@click.argument("amount", type=click.IntRange(min=1))
@click.argument("asset")
@click.argument("amount_in", type=click.IntRange(min=1))
@click.option("--id", "tx_id", required=True, help="TxId, at most 35 characters.")
@rpc_option
def substitution(
    repo: str, line: int, amount: int, asset: str, amount_in: int, tx_id: str, url: str
) -> None:
    """Request to take AMOUNT of a line of a repo out, and AMOUNT_IN of ASSET in."""

    def written(directory: Directory, found: Repo, on: dt.date) -> str:
        from node.iso20022 import collateral
        from node.iso20022.outgoing import text_of
        from tokens.ops.repo_margin import SubstituteCollateral

        made = SubstituteCollateral(
            repo=found.id, line=line, amount=amount, asset=asset, amount_in=amount_in
        )
        root = collateral.written_substitution(directory, found, made, tx_id, on)
        return text_of(collateral.SUBSTITUTION, root)

    _of_repo(repo, written, url)


def _of_repo(text: str, written: Callable[[Directory, Repo, dt.date], str], url: str) -> None:
    """A message about a repo on the open business date."""
    try:
        repo = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        repo = b""
    if len(repo) != HASH_BYTES:
        raise CommandFailed(f"{text}: no id of a repo", Exit.USAGE)

    async def run(client: Client, directory: Directory) -> None:
        from node.iso20022.asking import find_repo
        from node.sdk.ledger_client import get_agenda

        found = await find_repo(client, repo)
        if found is None:
            raise CommandFailed(f"{text}: no repo of this ledger")
        today = (await get_agenda(client)).business_date
        click.echo(written(directory, found, today), nl=False)

    ask(url, run)


def add_to(group: click.Group) -> None:
    """Put both commands into a group."""
    group.add_command(proposal)
    group.add_command(substitution)
