"""`mohur validator`: what an operator says to the ledger about a node (docs/validators.md)."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from node.cli.existing import file as existing_file
from node.cli.output import write_json
from node.cli.remote import rpc_option
from node.cli.words import value_of

config_option = click.option(
    "--config",
    "config_path",
    required=True,
    type=existing_file,
    help="The node's configuration (TOML).",
)
operator_option = click.option(
    "--operator", required=True, help="Participant that runs the node (address or @name)."
)
propose_option = click.option(
    "--propose",
    "expires_on",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="Put it into a proposal that is open until this business date.",
)


@click.group(short_help="Make keys and operations for a validator.")
def validator() -> None:
    """Make keys and operations for a validator. Prints operations; sends nothing.

    \b
      mohur validator rotate --config node.toml | mohur tx send --json - --sender ...
    """


@validator.command(name="new-key")
@config_option
@click.option("--network", is_flag=True, help="The TLS key instead of the consensus key.")
def new_key(config_path: Path, network: bool) -> None:
    """Make the successor of a key beside it; a running node takes it up within seconds.

    It is used from the height on at which the ledger names it; keys are never replaced.
    """
    from node.cli.validator_words import make_successor

    name, public_key = make_successor(config_path, network=network)
    click.echo(f"{name}  0x{public_key.hex()}")


@validator.command()
@config_option
@rpc_option
def rotate(config_path: Path, url: str) -> None:
    """The operation that gives a member its newest keys. Its operator sends it alone."""
    from node.cli.validator_words import rotation

    write_json([rotation(config_path, url)])


@validator.command()
@config_option
@operator_option
@click.option("--replaces", help="Member that leaves in the same step.")
@propose_option
@rpc_option
def join(
    config_path: Path,
    operator: str,
    replaces: str | None,
    expires_on: datetime.datetime | None,
    url: str,
) -> None:
    """The operation that makes the node a validator, with its newest keys."""
    from node.cli.validator_words import entry

    _write(entry(config_path, url, operator=str(value_of(operator)), replaces=replaces), expires_on)


@validator.command()
@config_option
@operator_option
@propose_option
def observe(config_path: Path, operator: str, expires_on: datetime.datetime | None) -> None:
    """The operation that lists the node as an observer, with its newest TLS key."""
    from node.cli.validator_words import observation

    _write(observation(config_path, operator=str(value_of(operator))), expires_on)


@validator.command()
@click.argument("name", metavar="VALIDATOR")
@click.option(
    "--protocol-version",
    type=click.IntRange(1, 255),
    help="Default: the newest that this software knows.",
)
def support(name: str, protocol_version: int | None) -> None:
    """The operation that says which protocol version a validator's software knows.

    Its operator sends it, once the node runs the software. A lower version than before takes the
    word back.
    """
    from node.cli.validator_words import signal

    write_json([signal(name, protocol_version)])


Operation = dict[str, object]


def _write(operation: Operation, expires_on: datetime.datetime | None) -> None:
    """The operation alone, or inside of a proposal."""
    if expires_on is None:
        write_json([operation])
        return
    proposal = {
        "type": "propose",
        "operations": [operation],
        "approvers": [],
        "expiresOn": expires_on.date().isoformat(),
    }
    write_json([proposal])
