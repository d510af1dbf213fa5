"""What the commands of `mohur travel` share: payloads, keys, a node that is asked."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.bounded_file import read_bounded
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json
from node.cli.remote import connected
from node.cli.words import json_in

if TYPE_CHECKING:
    from node.sdk.client import Client
    from node.sdk.ivms101 import Payload
    from tokens.jsonform import Json

FILE_BYTES_MAX = 64 * 1024
"""Of a payload with its blanks; its canonical form has 7,000."""

version_option = click.option(
    "--version",
    type=click.Choice(["101", "101.2023"]),
    required=True,
    help="Version that it claims.",
)


def payload_of(file: Path, version: str, today: dt.date) -> Payload:
    """A payload that is one of its version; births lie before `today`. CommandFailed."""
    from node.sdk.ivms101_checks import BadPayload, read_payload
    from tokens.records.travel import PayloadVersion

    claimed = PayloadVersion.IVMS101 if version == "101" else PayloadVersion.IVMS101_2023
    data = read_bounded(file, FILE_BYTES_MAX, lambda told: CommandFailed(told, Exit.FAILED))
    try:
        return read_payload(data, claimed, today)
    except BadPayload as error:
        raise CommandFailed(f"{file}: {error}", Exit.FAILED) from None


async def business_date(client: Client) -> dt.date:
    """Of the ledger: today, for data of what passes on it. A reader's clock is another's."""
    from node.sdk.ledger_client import get_agenda

    return (await get_agenda(client)).business_date


def secret_of(file: Path) -> bytes:
    """The private key in a file, 32 bytes. CommandFailed."""
    held = json_in(file)
    text = held.get("privateKey") if isinstance(held, dict) else None
    try:
        secret = bytes.fromhex(str(text).removeprefix("0x"))
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise CommandFailed(f"{file}: no private key of 32 bytes", Exit.USAGE)
    return secret


def ask(url: str, run: Callable[[Client], Awaitable[Json]]) -> None:
    """Print what a client of the node answers."""

    async def asked() -> Json:
        async with connected(url) as client:
            return await run(client)

    write_json(asyncio.run(asked()))
