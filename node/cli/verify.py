"""Stand-in."""

import click


@click.command()
def verify() -> None:
    """Stand-in."""
