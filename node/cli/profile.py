"""`mohur profile`: reads the profile of a state and says what it sets (docs/profiles.md)."""

from __future__ import annotations

from pathlib import Path

import click

from node.cli.existing import file as existing_file

_word = click.argument("word", metavar="NAME|FILE")


@click.group(short_help="Check and show the profile of a state.")
def profile() -> None:
    """Check and show the profile of a state: a TOML file, or a shipped one by its name."""


@profile.command()
@_word
@click.option(
    "--genesis",
    "genesis_path",
    type=existing_file,
    help="Also compare this genesis document with the profile, figure by figure.",
)
def check(word: str, genesis_path: Path | None) -> None:
    """Check a profile and list each table with its source; what is assumed is marked.

    Ends with 78, the file and the key if something is unknown, wrong or contradictory, or if the
    genesis document has other figures.
    """
    from node.cli.output import write_columns
    from node.genesis_file import read_genesis
    from node.profile.compare import require_same
    from node.profile.reading import read_profile
    from node.profile.summary import announced_late, head_of, tables_of

    file = read_profile(word)
    write_columns(head_of(file))
    write_columns([(table.grade, table.place, table.source) for table in tables_of(file.profile)])
    for name, days in announced_late(file.profile):
        click.echo(f"announced days before  {name}: {days}")
    if genesis_path is not None:
        require_same(read_genesis(genesis_path), file)
        click.echo(f"{genesis_path}: every figure is that of the profile")


@profile.command()
@_word
def show(word: str) -> None:
    """Show every value of a profile, and the part of the genesis document that takes it."""
    from node.cli.output import write_columns
    from node.profile.reading import read_profile
    from node.profile.summary import rows_of

    write_columns(rows_of(read_profile(word).profile))
