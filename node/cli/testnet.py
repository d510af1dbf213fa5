"""`mohur testnet`: everything that several real machines need to form one network."""

from pathlib import Path

import click


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
@click.option(
    "--profile",
    "profile_path",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Profile of the state (docs/profiles.md): its money, calendar and taxes.",
)
def testnet(
    count: int, folder: Path, chain_id: str, hosts: tuple[str, ...], profile_path: Path | None
) -> None:
    """Make keys, genesis and configurations for a network on several machines.

    One folder for each validator, to be carried to its machine, one for the keys of each
    institution, and the genesis document, the same for all. Each folder holds its passphrase in a
    file of mode 0600: whoever has the folder has the keys.
    """
    from node.devnet.testnet import Order, make_testnet
    from node.profile_checks import load_profile

    profile = None if profile_path is None else load_profile(profile_path)
    made = make_testnet(
        Order(validators=count, folder=folder, chain_id=chain_id, hosts=hosts, profile=profile)
    )
    click.echo(f"genesis  {made.genesis}")
    for name in made.validators:
        click.echo(f"node     {folder / name}: mohur run --config {folder / name / 'node.toml'}")
    for name in made.institutions:
        click.echo(f"keys     {folder / 'institutions' / name}")
