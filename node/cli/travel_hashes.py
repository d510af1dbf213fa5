"""`mohur travel seal-hash` and `open-hash`: data of what moves by instruction (ADR 0022)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_private
from node.cli.remote import rpc_option
from node.cli.travel_asking import ask, business_date, payload_of, secret_of, version_option
from node.cli.words import address_in, json_in, parse_json

if TYPE_CHECKING:
    from node.sdk.client import Client
    from node.sdk.travel_hashes import Passing, SealedData
    from tokens.jsonform import Json

HASH_BYTES = 32


@click.command("seal-hash")
@click.argument("file", type=existing_file)
@version_option
@click.option("--asset", required=True, help="Asset that passes.")
@click.option("--amount", type=click.IntRange(min=1), required=True, help="Minor units.")
@click.option("--giver", help="Institution that delivers, if it is known.")
@click.option("--taker", help="Institution that receives, if it is known.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="New file for the other institution, of mode 0600.",
)
@rpc_option
def seal_hash(
    file: Path,
    version: str,
    asset: str,
    amount: int,
    giver: str | None,
    taker: str | None,
    out: Path,
    url: str,
) -> None:
    """Seal a payload for an instruction, and print the travel_hash that it carries.

    For a leg of a batch, an order, a quote, the terms of a repo, cash_mint, cash_redeem and
    reserve_swap. Sealed to the institutions named and the FIU; of an order nobody knows the other.
    """
    if out.exists():
        raise CommandFailed(f"{out}: there is something already", Exit.CANNOT_CREATE)
    if giver is None and taker is None:
        raise CommandFailed("say --giver, --taker or both", Exit.USAGE)

    async def run(client: Client) -> Json:
        from node.sdk.travel_hashes import Passing, sealed_data, travel_hash_of
        from node.sdk.travel_readers import keys_of
        from tokens.types import NO_ADDRESS

        payload = payload_of(file, version, await business_date(client))
        sides = [
            NO_ADDRESS if side is None else address_in(client.form.prefix, side)
            for side in (giver, taker)
        ]
        passing = Passing(asset=asset, amount=amount, giver=sides[0], taker=sides[1])
        chain_id = (await client.status()).chain_id
        try:
            readers = await keys_of(client, [side for side in sides if side != NO_ADDRESS])
            made = sealed_data(chain_id, passing, payload, readers)
        except ValueError as error:
            raise CommandFailed(f"cannot seal: {error}", Exit.REFUSED) from None
        write_private(out, json.dumps(client.form.to_json(made), indent=2).encode())
        return {"travelHash": "0x" + travel_hash_of(made).hex()}

    ask(url, run)


@click.command("open-hash")
@click.argument("data", type=existing_file)
@click.option("--batch", nargs=2, metavar="INITIATOR ID", help="Batch whose leg carries the hash.")
@click.option("--leg", type=click.IntRange(min=0), default=0, show_default=True, help="From 0.")
@click.option("--hash", "told", metavar="0xHASH", help="Hash in an order, quote, repo or mint.")
@click.option("--key", type=existing_file, required=True, help='File {"privateKey": "0x..."}.')
@rpc_option
def open_hash(
    data: Path, batch: tuple[str, str] | None, leg: int, told: str | None, key: Path, url: str
) -> None:
    """Open what the other institution handed over: DATA is its file. Prints the payload.

    Of a batch, hash, asset, amount and institutions are those of the ledger's leg. Else compare
    what DATA says of them with the instruction; what is sealed is bound to it.
    """
    if (batch is None) == (told is None):
        raise CommandFailed("say --batch or --hash", Exit.USAGE)
    secret = secret_of(key)

    async def run(client: Client) -> Json:
        from node.sdk.ivms101_checks import BadPayload, canonical
        from node.sdk.sealing import Unopened
        from node.sdk.travel import OtherCiphertext
        from node.sdk.travel_hashes import opened_data

        given = _data(client, data)
        chain_id = (await client.status()).chain_id
        if batch is None:
            passing, wanted = given.passing, _hash(told)
        else:
            passing, wanted = await _of_leg(client, *batch, leg)
        today = await business_date(client)
        try:
            payload = opened_data(chain_id, passing, wanted, given, secret, today)
        except (BadPayload, OtherCiphertext, Unopened) as error:
            raise CommandFailed(f"{type(error).__name__}: {error}", Exit.REFUSED) from None
        return cast("Json", parse_json(canonical(payload).decode(), "payload"))

    ask(url, run)


def add_to(group: click.Group) -> None:
    """Both commands under `mohur travel`."""
    group.add_command(seal_hash)
    group.add_command(open_hash)


async def _of_leg(
    client: Client, initiator: str, batch_id: str, leg: int
) -> tuple[Passing, bytes | None]:
    from node.sdk.ledger_client import get_batch
    from node.sdk.travel_hashes import passing_of

    batch = await get_batch(client, address_in(client.form.prefix, initiator), batch_id)
    if leg >= len(batch.legs):
        raise CommandFailed(f"batch {batch_id} has {len(batch.legs)} legs", Exit.USAGE)
    return passing_of(batch.legs[leg]), batch.legs[leg].travel_hash


def _data(client: Client, file: Path) -> SealedData:
    from node.sdk.travel_hashes import SealedData
    from tokens.jsonform import FormError

    try:
        read = client.form.from_json(SealedData, json_in(file))
    except FormError as error:
        raise CommandFailed(f"{file}: {error}", Exit.USAGE) from None
    return cast("SealedData", read)


def _hash(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise CommandFailed("--hash: 32 bytes as hexadecimal digits", Exit.USAGE)
    return found
