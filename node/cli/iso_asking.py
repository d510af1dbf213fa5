"""What the commands of `mohur iso` share: files, a node that is asked, addresses, the time."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.exits import CommandFailed
from node.cli.remote import connected
from node.cli.words import address_in, hash_of

if TYPE_CHECKING:
    from node.iso20022.directory import Directory
    from node.iso20022.sese_024 import Advice
    from node.sdk.client import Client


message_files = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


def bytes_of(file: Path) -> bytes:
    """A message, from a file or, for `-`, from standard input; one byte too much of a longer."""
    from node.iso20022.reading import MESSAGE_BYTES_MAX

    if str(file) == "-":
        return sys.stdin.buffer.read(MESSAGE_BYTES_MAX + 1)
    with file.open("rb") as stream:
        return stream.read(MESSAGE_BYTES_MAX + 1)


def ask(url: str, run: Callable[[Client, Directory], Awaitable[None]]) -> None:
    """Run with a client and what the node lists; a refused message is a failed command."""

    async def asked() -> None:
        from node.iso20022.asking import directory_of
        from node.iso20022.refusal import MessageRefused, NotSayable

        async with connected(url) as client:
            try:
                await run(client, await directory_of(client))
            except (MessageRefused, NotSayable) as error:
                raise CommandFailed(str(error)) from None

    asyncio.run(asked())


async def advice_of_refused(client: Client, file: Path, tx_id: str) -> Advice:
    """That the instruction in a file was refused by that transaction."""
    from node.iso20022.reading import parse
    from node.iso20022.rejected import advice_of_refused
    from node.sdk.ledger_client import get_transaction

    message = parse(bytes_of(file))
    return advice_of_refused(message, await get_transaction(client, hash_of(tx_id)))


def address_of(directory: Directory, text: str) -> bytes:
    """An address or a word for one."""
    return address_in(directory.prefix, text)


def now() -> dt.datetime:
    """When a message is made."""
    return dt.datetime.now(dt.UTC)
