"""`mohur profile`: reads the profile of a state and says what it holds (docs/profiles.md)."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Check the profile of a state.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
def profile(path: Path) -> None:
    """Check a profile and print a summary; every assumed figure is named.

    Ends with 78 and the place in the file if something is unknown, wrong or contradictory.
    """
    from node.cli.output import write_columns
    from node.profile import Grade
    from node.profile_checks import calendar_of, load_profile, parts_of

    found = load_profile(path)
    days = calendar_of(found)
    rows = [
        ("state", f"{found.name} ({found.jurisdiction}), version {found.version}"),
        ("facts as of", found.as_of.isoformat()),
        ("money", f"{found.money.asset}, {found.money.currency}"),
        ("calendar", f"{days.id}: {len(days.holidays)} holidays outside of weekends"),
        ("instruments", ", ".join(rule.name for rule in found.instruments)),
        ("taxes", ", ".join(rule.profile for rule in found.taxes)),
    ]
    write_columns(rows)
    for place, part in parts_of(found):
        if part.grade is Grade.ASSUMED:
            click.echo(f"assumed  {place}: {part.source}")
