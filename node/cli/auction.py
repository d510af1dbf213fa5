"""`mohur auction`: bid with a sealed sheet, open sheets, and compute a result again."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json, write_private
from node.cli.remote import connected, rpc_option
from node.cli.sending import send
from node.cli.tx import sender_option, signing_options, with_options
from node.cli.words import address_in, parse_json

if TYPE_CHECKING:
    from node.sdk.client import Client
    from tokens.jsonform import Json

_new_file = click.Path(path_type=Path, dir_okay=False)


@click.group(short_help="Bid with a sealed sheet, open sheets, compute a result again.")
def auction() -> None:
    """Bid with a sealed sheet, open sheets, and compute the result of an auction again.

    What `seal` and `open` print is an operation for `mohur tx send --json -`; `bid` sends it.

    \b
      mohur auction bid PIB-1 98.5:10000000 98.25:20000000 --bidder @dealer --account @dealer \\
        --opening sheet.json --sender @dealer --key dealer
      mohur auction open-all PIB-1 --sender @treasury --key treasury
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


_sheet_options = [
    click.argument("auction_id"),
    click.argument("lines", nargs=-1, required=True, metavar="BID:FACE..."),
    click.option("--bidder", required=True, help="Primary dealer, or the bidding account."),
    click.option("--account", required=True, help="Account that pays and receives."),
    click.option("--opening", type=_new_file, required=True, help="New file for lines and salt."),
]


@auction.command()
@with_options(_sheet_options)
@rpc_option
def seal(
    auction_id: str, lines: tuple[str, ...], bidder: str, account: str, opening: Path, url: str
) -> None:
    """Seal a sheet: print the operation place_bid, and keep lines and salt in a file.

    BID is a price like 98.3815 (or rate_e6 where rates are bid), FACE is in minor units.
    """
    write_json(_sealed(url, auction_id, lines, bidder, account, opening))


@auction.command()
@with_options(_sheet_options)
@sender_option
@with_options(signing_options)
@rpc_option
def bid(
    auction_id: str,
    lines: tuple[str, ...],
    bidder: str,
    account: str,
    opening: Path,
    url: str,
    **signing: object,
) -> int:
    """Seal a sheet, keep lines and salt in a file, and send it. 1 if the ledger refuses it."""
    made = _sealed(url, auction_id, lines, bidder, account, opening)
    return send(url, [made], signing)


def _sealed(
    url: str, auction_id: str, lines: tuple[str, ...], bidder: str, account: str, opening: Path
) -> Json:
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
                address_in(client.form.prefix, bidder),
                address_in(client.form.prefix, account),
                parsed,
                secrets.token_bytes(32),
            )
        except ValueError as error:
            raise CommandFailed(str(error), Exit.USAGE) from None
        _keep(opening, client.form.write_operation(opened))
        return client.form.write_operation(made)

    return _ask(url, run)


@auction.command("open")
@click.argument("opening", type=existing_file)
def open_sheet(opening: Path) -> None:
    """Print the operation reveal_bid of a sheet that `seal` has made."""
    write_json(parse_json(opening.read_text(), str(opening)))


@auction.command("open-all")
@click.argument("auction_id")
@sender_option
@with_options(signing_options)
@rpc_option
def open_all(auction_id: str, url: str, **signing: object) -> int:
    """Open every sealed sheet, once the Treasury and the central bank have published their keys.

    Anybody may. Sheets that are open already are left; after a failure it is sent again. The
    numbers of sheets that the keys do not open are told: only their bidders open them.
    """

    async def run(client: Client) -> Json:
        from node.sdk.auction_open import fetch_openings
        from tokens.codec import encode

        try:
            found = await fetch_openings(client, auction_id)
        except ValueError as error:
            raise CommandFailed(str(error)) from None
        return {
            "reveals": [client.form.write_operation(encode(one)) for one in found.reveals],
            "shut": list(found.shut),
        }

    from node.sdk.auction_open import REVEALS_MAX

    found = cast("dict[str, list[Json]]", _ask(url, run))
    reveals, code = found["reveals"], Exit.OK
    for start in range(0, len(reveals), REVEALS_MAX):
        sent = send(url, reveals[start : start + REVEALS_MAX], signing)
        code = code if sent == Exit.OK else sent
    write_json({"opened": len(reveals) if code == Exit.OK else None, "shut": found["shut"]})
    return code


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

    write_json(_ask(url, run))


def _ask(url: str, run: Callable[[Client], Awaitable[Json]]) -> Json:
    async def asked() -> Json:
        async with connected(url) as client:
            return await run(client)

    return asyncio.run(asked())


def _keep(file: Path, value: Json) -> None:
    """What is in it must not leak before the close."""
    import json

    write_private(file, json.dumps(value, indent=2).encode())
