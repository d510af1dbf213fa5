"""`mohur light`: ask a node and believe only what a quorum of validators has signed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json
from node.cli.remote import check_url, connected, rpc_option
from node.cli.words import address_in

if TYPE_CHECKING:
    from node.sdk.client import Client
    from node.sdk.light.client import LightClient, Proven
    from tokens.jsonform import Json

_file = click.Path(path_type=Path, dir_okay=False)

T = TypeVar("T")

trust_option = click.option(
    "--trust",
    "trust",
    type=existing_file,
    required=True,
    help="What is trusted: genesis.json, or a checkpoint that --save wrote.",
)
witness_option = click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="URL",
    help="Another node that must have the same block; may be repeated.",
)
save_option = click.option(
    "--save", type=_file, help="Write the newest proven block here, for the next --trust."
)


@click.group(short_help="Ask a node and believe signatures only.")
def light() -> None:
    """Ask a node and believe only what a quorum of validators has signed.

    Nothing that the node says is trusted (docs/light-client.md).
    """


@light.command()
@trust_option
@rpc_option
@witness_option
@save_option
def sync(trust: Path, url: str, witnesses: tuple[str, ...], save: Path | None) -> None:
    """Follow the chain to the node's newest block."""

    async def ask(client: Client, trusted: LightClient) -> Json:
        anchor = await trusted.sync()
        return {
            "height": anchor.height,
            "blockHash": "0x" + anchor.block_hash.hex(),
            "nextValidators": [member.id for member in anchor.validators],
        }

    _run(trust, url, witnesses, save, ask)


@light.command()
@click.argument("asset")
@click.argument("account")
@trust_option
@rpc_option
@witness_option
@save_option
def balance(
    asset: str,
    account: str,
    trust: Path,
    url: str,
    witnesses: tuple[str, ...],
    save: Path | None,
) -> None:
    """What an account holds of an asset, proven; zero is proven too."""

    async def ask(client: Client, trusted: LightClient) -> Json:
        address = address_in(client.form.prefix, account)
        return _told(client, await trusted.balance(asset, address))

    _run(trust, url, witnesses, save, ask)


@light.command()
@click.argument("asset")
@click.argument("account")
@trust_option
@rpc_option
@witness_option
@save_option
def holding(
    asset: str,
    account: str,
    trust: Path,
    url: str,
    witnesses: tuple[str, ...],
    save: Path | None,
) -> None:
    """What an account holds and what its bank holds for all its clients, proven in one block."""

    async def ask(client: Client, trusted: LightClient) -> Json:
        address = address_in(client.form.prefix, account)
        return _told(client, await trusted.holding(asset, address))

    _run(trust, url, witnesses, save, ask)


@light.command()
@click.argument("tx_id")
@trust_option
@rpc_option
@witness_option
@save_option
def receipt(
    tx_id: str, trust: Path, url: str, witnesses: tuple[str, ...], save: Path | None
) -> None:
    """What became of a transaction, proven."""
    try:
        digest = bytes.fromhex(tx_id.removeprefix("0x"))
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise CommandFailed("TX_ID: 32 bytes in hexadecimal", Exit.USAGE)

    async def ask(client: Client, trusted: LightClient) -> Json:
        return _told(client, await trusted.receipt(digest))

    _run(trust, url, witnesses, save, ask)


@light.command()
@click.argument("asset")
@trust_option
@rpc_option
@witness_option
@save_option
def reserve(
    asset: str, trust: Path, url: str, witnesses: tuple[str, ...], save: Path | None
) -> None:
    """Proof of reserve of a stablecoin: computed here, from proven records only."""

    async def ask(client: Client, trusted: LightClient) -> Json:
        return _told(client, await trusted.reserve(asset))

    _run(trust, url, witnesses, save, ask)


Ask = Callable[["Client", "LightClient"], Awaitable["Json"]]


def _run(trust: Path, url: str, witnesses: tuple[str, ...], save: Path | None, ask: Ask) -> None:
    """Answer first: what is printed has passed every witness."""
    from node.sdk.light.anchor import read_anchor, write_anchor
    from tokens.jsonform import FormError

    for each in (url, *witnesses):
        check_url(each)
    anchor = read_anchor(trust)

    async def proven() -> Json:
        from node.sdk.client import connect
        from node.sdk.light.client import LightClient
        from node.sdk.light.source import RpcSource

        async with connected(url) as client:
            trusted = LightClient(RpcSource(client), anchor)
            answer = await ask(client, trusted)
            for witness in witnesses:
                async with connect(witness) as other:
                    await trusted.compare(RpcSource(other))
            if save is not None:
                write_anchor(trusted.anchor, save)
            return answer

    try:
        write_json(asyncio.run(proven()))
    except FormError:
        raise CommandFailed(f"{url}: not the answer of a node", Exit.UNAVAILABLE) from None


def _told(client: Client, found: Proven[T]) -> Json:
    return {
        "value": client.form.to_json(found.value),
        "provenBy": {
            "height": found.height,
            "blockHash": "0x" + found.block_hash.hex(),
            "stateRoot": "0x" + found.state_root.hex(),
            "timestampMs": found.timestamp_ms,
            "signers": list(found.signers),
        },
    }
