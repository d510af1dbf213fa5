"""`mohur testnet`: everything that several real machines need to form one network."""

import datetime as dt
from pathlib import Path

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_columns
from node.cli.profile_option import profile_option


@click.command(short_help="Make keys, genesis and configurations for several machines.")
@click.option("--validators", "count", type=click.IntRange(4, 31), default=4, show_default=True)
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to make.",
)
@click.option("--chain-id", default="mohur-test-1", show_default=True)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    help="Host of a validator, once for each; default: all on this machine, other ports.",
)
@profile_option
@click.option(
    "--business-date",
    "business_date",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="Date of the ledger before its first open_day; default: today or the business day before.",
)
def testnet(
    count: int,
    folder: Path,
    chain_id: str,
    hosts: tuple[str, ...],
    profile_word: str | None,
    business_date: dt.datetime | None,
) -> None:
    """Make keys, genesis and configurations for a network on several machines.

    One folder for each validator, to be carried to its machine, one for the keys of each
    institution, and the genesis document, the same for all. Each folder holds its passphrase in a
    file of mode 0600: whoever has the folder has the keys. Money, calendar, taxes and rules are
    those of the profile (docs/profiles.md); its money never changes, so there is no default.

    \b
      mohur testnet --profile pk --out net
      mohur testnet --profile pk --out net --host a.example --host b.example \\
        --host c.example --host d.example
    """
    from node.devnet.testnet import Order, make_testnet
    from node.genesis_file import read_genesis
    from node.network_card import first_card, rows_of
    from node.profile.reading import read_profile, shipped_paths
    from tokens import bech32m
    from tokens.jsonform import PREFIX_MAIN

    if profile_word is None:
        shipped = ", ".join(path.stem for path in shipped_paths())
        raise CommandFailed(
            f"say whose money and calendar: --profile {shipped}, or a file (docs/profiles.md)",
            Exit.USAGE,
        )
    profile = read_profile(profile_word)
    made = make_testnet(
        Order(
            validators=count,
            folder=folder,
            chain_id=chain_id,
            hosts=hosts,
            profile=profile,
            business_date=None if business_date is None else business_date.date(),
        )
    )
    genesis = read_genesis(made.genesis)
    write_columns(rows_of(first_card(genesis)))
    click.echo(f"genesis  {made.genesis}")
    for name in made.validators:
        click.echo(f"node     {folder / name}: mohur run --config {folder / name / 'node.toml'}")
    addresses = {
        party.control_group: bech32m.encode(PREFIX_MAIN, party.id) for party in genesis.participants
    }
    for name in made.institutions:
        address = addresses[name]
        click.echo(f"keys     {folder / 'institutions' / name}: {address}")
    groups = {party.id: party.control_group for party in genesis.participants}
    for account in genesis.accounts:
        of = f"{groups[account.holder]}, {account.purpose.name}"
        click.echo(f"account  {of}: {bech32m.encode(PREFIX_MAIN, account.id)}")
