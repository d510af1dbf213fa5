"""Stand-in."""

import click


@click.command()
def init() -> None:
    """Stand-in."""
