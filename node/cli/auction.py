"""`mohur auction`: seal a bid sheet, open it, and compute a result again."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json
from node.cli.remote import rpc_option
from node.cli.words import parse_json, value_of

if TYPE_CHECKING:
    from node.sdk.client import Client
    from tokens.jsonform import Json

_new_file = click.Path(path_type=Path, dir_okay=False)
_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group(short_help="Seal a bid sheet, open it, compute a result again.")
def auction() -> None:
    r"""Seal a bid sheet, open it, and compute the result of an auction again.

    What `seal` and `open` print is an operation for `mohur tx send --json -`.

    \b
      mohur auction seal PIB-1 98.5:10000000 98.25:20000000 --bidder @dealer --account @dealer \
        --opening sheet.json | mohur tx send --json - --sender @dealer --key dealer.json
      mohur auction recompute PIB-1
    """


@auction.command("key")
@click.argument("file", type=_new_file)
def new_key(file: Path) -> None:
    """Make the one-time key of an auction: the private half into FILE, the rest is printed."""
    from node.sdk.sealing import new_key as fresh
    from tokens.auctions import key_hash

    pair = fresh()
    _keep(file, {"privateKey": "0x" + pair.private.hex()})
    write_json(
        {
            "publicKey": "0x" + pair.public.hex(),
            "privateKeyHash": "0x" + key_hash(pair.private).hex(),
        }
    )


@auction.command()
@click.argument("auction_id")
@click.argument("lines", nargs=-1, required=True, metavar="BID:FACE...")
@click.option("--bidder", required=True, help="Primary dealer, or the bidding account.")
@click.option("--account", required=True, help="Account that pays and receives.")
@click.option("--opening", type=_new_file, required=True, help="New file for lines and salt.")
@rpc_option
def seal(
    auction_id: str, lines: tuple[str, ...], bidder: str, account: str, opening: Path, url: str
) -> None:
    """Seal a sheet: print the operation place_bid, and keep lines and salt in a file.

    BID is a price like 98.3815 (or rate_e6 where rates are bid), FACE is in minor units.
    """

    async def run(client: Client) -> Json:
        from node.sdk.auction_bid import parse_line, sealed_bid
        from tokens.records.auctions import Auction, BidUnit

        read = await client.read("auction_get", {"auctionId": auction_id}, of=Auction)
        priced = read.value.terms.bid_unit is BidUnit.PRICE_E4
        try:
            parsed = tuple(parse_line(text, priced=priced) for text in lines)
            made, opened = sealed_bid(
                read.context.chain_id,
                read.value,
                _address(client, bidder),
                _address(client, account),
                parsed,
                secrets.token_bytes(32),
            )
        except ValueError as error:
            raise CommandFailed(str(error), Exit.USAGE) from None
        _keep(opening, client.form.write_operation(opened))
        return client.form.write_operation(made)

    _ask(url, run)


@auction.command("open")
@click.argument("opening", type=_file)
def open_sheet(opening: Path) -> None:
    """Print the operation reveal_bid of a sheet that `seal` has made."""
    write_json(parse_json(opening.read_text(), str(opening)))


@auction.command()
@click.argument("auction_id")
@rpc_option
def recompute(auction_id: str, url: str) -> None:
    """Compute the result of an auction from its sheets, and say line by line what differs."""

    async def run(client: Client) -> Json:
        from node.sdk.auction_fetch import check_auction

        found = await check_auction(client, auction_id)
        if found:
            raise CommandFailed("; ".join(found), Exit.FAILED)
        return {"auctionId": auction_id, "differences": []}

    _ask(url, run)


def _ask(url: str, run: Callable[[Client], Awaitable[Json]]) -> None:
    if not url.startswith(("http://", "https://")):
        raise CommandFailed(f"{url}: an RPC URL begins with http:// or https://", Exit.USAGE)

    async def asked() -> Json:
        from node.sdk.client import connect

        async with connect(url) as client:
            return await run(client)

    write_json(asyncio.run(asked()))


def _keep(file: Path, value: Json) -> None:
    """A new file that only its owner reads: what is in it must not leak before the close."""
    import json
    import os

    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(value, out, indent=2)


def _address(client: Client, text: str) -> bytes:
    from tokens import bech32m

    found = bech32m.decode(client.form.prefix, str(value_of(text)))
    if found is None or len(found) != 16:
        raise CommandFailed(f"{text}: no address of this network", Exit.USAGE)
    return found
