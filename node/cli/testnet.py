"""Stand-in."""

import click


@click.command()
def testnet() -> None:
    """Stand-in."""
