"""`mohur travel`: check, seal and open the data of sender and receiver of a transfer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from node.cli import travel_hashes
from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json
from node.cli.remote import rpc_option
from node.cli.travel_asking import ask, business_date, payload_of, secret_of, version_option
from node.cli.words import date_of, operation_in, parse_json

if TYPE_CHECKING:
    from node.sdk.client import Client
    from tokens.jsonform import Json


@click.group(short_help="Check, seal and open the data of a transfer.")
def travel() -> None:
    """Check, seal and open the IVMS101 payload that goes with a transfer.

    What `seal` prints is an operation for `mohur tx send --json -`.

    \b
      mohur travel check payload.json --version 101.2023
      mohur travel seal 0xTRAVEL payload.json --version 101.2023 \\
        | mohur tx send --json - --sender @bank-a --key bank-a
      mohur travel open 0xTRAVEL sent.json --key seal-key.json

    What moves by instruction carries a hash instead: `seal-hash` before it, `open-hash` behind it.
    """


@travel.command()
@click.argument("file", type=existing_file)
@version_option
@click.option("--on", metavar="DATE", help="Births lie before it, YYYY-MM-DD; default: today.")
def check(file: Path, version: str, on: str | None) -> None:
    """Say whether a payload is one of its version, and print its canonical hash. Asks no node.

    What asks one (seal, open, seal-hash, open-hash) holds births against its business date.
    """
    import hashlib

    from node.sdk.ivms101_checks import canonical

    date = dt.datetime.now(tz=dt.UTC).date() if on is None else date_of(on)
    data = canonical(payload_of(file, version, date))
    digest = hashlib.sha256(data).hexdigest()
    write_json({"version": version, "bytes": len(data), "sha256": "0x" + digest})


@travel.command()
@click.argument("travel_id")
@click.argument("file", type=existing_file)
@version_option
@rpc_option
def seal(travel_id: str, file: Path, version: str, url: str) -> None:
    """Seal a payload to both institutions and the FIU: print the operation send_travel."""

    async def run(client: Client) -> Json:
        from node.sdk.travel import sealed_payload
        from node.sdk.travel_readers import readers_of
        from tokens.codec import encode
        from tokens.records.travel import Travel

        payload = payload_of(file, version, await business_date(client))
        read = await client.read("travel_get", {"travel": travel_id}, of=Travel)
        try:
            readers = await readers_of(client, read.value)
            made = sealed_payload(read.context.chain_id, read.value.id, payload, readers)
        except ValueError as error:
            raise CommandFailed(f"cannot seal: {error}", Exit.REFUSED) from None
        return client.form.write_operation(encode(made))

    ask(url, run)


@travel.command("open")
@click.argument("travel_id")
@click.argument("operation", type=existing_file)
@click.option("--key", type=existing_file, required=True, help='File {"privateKey": "0x..."}.')
@rpc_option
def open_payload(travel_id: str, operation: Path, key: Path, url: str) -> None:
    """Open what was sent, and print the payload.

    OPERATION is a file with send_travel, or with what tx_get answered of its transaction.

    The hash is checked against the state, the payload against its version.
    """
    secret = secret_of(key)
    sealed = _sealed(operation_in(operation, "send_travel"))

    async def run(client: Client) -> Json:
        from node.sdk.ivms101_checks import BadPayload, canonical
        from node.sdk.sealing import Unopened
        from node.sdk.travel import OtherCiphertext, opened_payload
        from tokens.records.travel import Travel

        read = await client.read("travel_get", {"travel": travel_id}, of=Travel)
        today = await business_date(client)
        try:
            payload = opened_payload(read.context.chain_id, read.value, sealed, secret, today)
        except (BadPayload, OtherCiphertext, Unopened) as error:
            raise CommandFailed(f"{type(error).__name__}: {error}", Exit.REFUSED) from None
        return cast("Json", parse_json(canonical(payload).decode(), "payload"))

    ask(url, run)


def _sealed(operation: object) -> bytes:
    text = operation.get("sealed") if isinstance(operation, dict) else None
    try:
        return bytes.fromhex(str(text).removeprefix("0x"))
    except ValueError:
        raise CommandFailed("the operation is no send_travel", Exit.USAGE) from None


travel_hashes.add_to(travel)
