"""`mohur devnet`: a whole network on this machine."""

from collections.abc import Callable
from pathlib import Path

import click
from click.decorators import FC

from node.cli.exits import CommandFailed, Exit
from node.cli.profile_option import profile_option

DEFAULT_FOLDER = Path(".devnet")
"""Ignored by git. Holds one folder a network: net (up, demo), once, bench."""
NET = DEFAULT_FOLDER / "net"
ONCE = DEFAULT_FOLDER / "once"
BENCH = DEFAULT_FOLDER / "bench"


def dir_option(default: Path) -> Callable[[FC], FC]:
    """--dir, with the default folder of one command."""
    return click.option(
        "--dir",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=default,
        show_default=True,
        help="Folder of the network.",
    )


def fresh_dir_option(shown: str) -> Callable[[FC], FC]:
    """--dir of a command whose network may have to begin anew; None where it was not given."""
    return click.option(
        "--dir",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        help=f"Folder of the network.  [default: {shown}]",
    )


def _fresh(folder: Path | None, default: Path) -> Path:
    """A folder without a network: what lies in the default one is replaced, in no other one."""
    from node.devnet.clean import remove
    from node.devnet.layout import Layout

    if folder is None and Layout(default).exists:
        remove(default)
    if folder is not None and Layout(folder).exists:
        raise CommandFailed(f"{folder} holds a network; this begins a new one", Exit.CANNOT_CREATE)
    return folder or default


@click.group(short_help="Run a whole network on this machine.")
def devnet() -> None:
    """Run a whole network on this machine: four validators in four processes, nothing simulated."""


@devnet.command()
@dir_option(NET)
@profile_option
def up(folder: Path, profile_word: str | None) -> int:
    """Start the network, or go on with the one that is there, and keep it up."""
    from node.devnet.layout import Layout
    from node.devnet.up import up as start
    from node.profile.reading import read_profile

    if profile_word is None:
        return start(folder)
    if Layout(folder).exists:
        raise CommandFailed(f"{folder} has begun with a genesis of its own", Exit.CANNOT_CREATE)
    return start(folder, read_profile(profile_word))


@devnet.command()
@click.option("--once", is_flag=True, help="Play it on a fresh network, then stop; 0 = all held.")
@fresh_dir_option(f"{NET}; with --once {ONCE}")
def demo(folder: Path | None, once: bool) -> int:
    """Play a story whose every step is verified on all four nodes, then stay up.

    A second run goes on with the network of the first one and does not play again.
    """
    from node.devnet.story.play import play

    return play(_fresh(folder, ONCE) if once else folder or NET, once=once)


@devnet.command()
@click.option(
    "--seconds",
    type=click.IntRange(1, 3_600),
    default=30,
    show_default=True,
    help="Length of the sustained phase.",
)
@click.option(
    "--senders",
    type=click.IntRange(1, 5_000),
    default=400,
    show_default=True,
    help="Accounts that send.",
)
@click.option(
    "--generators",
    type=click.IntRange(1, 8),
    default=1,
    show_default=True,
    help="Processes that generate load.",
)
@click.option(
    "--scenario",
    type=click.Choice(
        ["none", "silent", "silent-primary", "slow", "flooding", "overdriven", "kill-primary"]
    ),
    default="none",
    show_default=True,
    help="What to break on the way.",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the report here, too.",
)
@fresh_dir_option(str(BENCH))
def bench(
    folder: Path | None,
    seconds: int,
    senders: int,
    generators: int,
    scenario: str,
    json_path: Path | None,
) -> int:
    """Measure a fresh network on this machine: rate, latency, CPU by stage, memory, disk."""
    from node.devnet.bench.plan import Plan
    from node.devnet.bench.run import measure

    plan = Plan(seconds=seconds, senders=senders, generators=generators, scenario=scenario)
    return measure(_fresh(folder, BENCH), plan, json_path)


@devnet.command()
@dir_option(NET)
def status(folder: Path) -> int:
    """One line for each node of a running network."""
    from node.devnet.status import status as report

    return report(folder)


@devnet.command("seal-key")
@click.argument("institution")
def seal_key(institution: str) -> None:
    """Print the private key that data sealed to an INSTITUTION of the local network open with.

    As everything of a local network, anybody can compute it.

    \b
      mohur devnet seal-key bank-2 > seal-key.json
      mohur travel open 0xTRAVEL sent.json --key seal-key.json
    """
    from node.cli.output import write_json
    from node.devnet.cast import PARTIES

    found = next((party for party in PARTIES if party.name == institution), None)
    if found is None:
        names = ", ".join(party.name for party in PARTIES)
        raise CommandFailed(f"{institution}: there are {names}", Exit.USAGE)
    write_json({"privateKey": "0x" + found.seal_key.private.hex()})


@devnet.command()
@dir_option(DEFAULT_FOLDER)
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean(folder: Path, yes: bool) -> None:
    """Remove the networks of a folder with all their data. Refused while one runs."""
    from node.devnet.clean import networks_below, remove

    found = networks_below(folder)
    if not found:
        raise CommandFailed(f"{folder} holds no local network", Exit.NO_INPUT)
    for one in found:
        if not yes:
            click.confirm(f"remove {one} with all its data?", abort=True)
        remove(one)
        click.echo(f"removed {one}" + (": other things stay in the folder" if one.exists() else ""))
