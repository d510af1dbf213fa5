"""What several pages share: parts of paths, and tables that not everybody may see."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from node.explorer.ask import Ask
from node.explorer.failure import BadInput, refusal_text
from node.explorer.page import Cell, Column, Note, Section, Table
from node.explorer.route import Query
from node.sdk.errors import RpcFailed
from node.sdk.schema.common import Page
from tokens.bech32m import decode

T = TypeVar("T")

ADDRESS_BYTES = 16
_HASH = re.compile("0x[0-9a-f]{64}")
_ASSET = re.compile("[A-Z0-9][A-Z0-9-]{0,15}")
_REFERENCE = re.compile("[A-Za-z0-9/:().,'+ -]{1,35}")
_PLACE = re.compile("0|[1-9][0-9]{0,8}")


def address_part(ask: Ask, query: Query, name: str = "address") -> str:
    """An address of this network in the path. BadInput otherwise."""
    found = query.part(name)
    data = decode(ask.client.form.prefix, found)
    if data is None or len(data) != ADDRESS_BYTES:
        raise BadInput("an address of this network begins with " + ask.client.form.prefix + "1")
    return found


def address_of(ask: Ask, text: str) -> bytes:
    """16 bytes of an address that was checked."""
    return decode(ask.client.form.prefix, text) or bytes(ADDRESS_BYTES)


def hash_part(query: Query, name: str) -> str:
    """0x and 64 hex digits in the path. BadInput otherwise."""
    found = query.part(name)
    if _HASH.fullmatch(found) is None:
        raise BadInput("an id is 0x and 64 small hex digits")
    return found


def asset_part(query: Query, name: str = "asset") -> str:
    """An asset id in the path. BadInput otherwise."""
    found = query.part(name)
    if _ASSET.fullmatch(found) is None:
        raise BadInput("an asset is an ISIN or a short code in capitals")
    return found


def reference_part(query: Query, name: str) -> str:
    """A reference in the path. BadInput otherwise."""
    found = query.part(name)
    if _REFERENCE.fullmatch(found) is None:
        raise BadInput("a reference has at most 35 characters of letters, digits and /:().,'+ -")
    return found


def place(query: Query, table: str) -> int:
    """How many rows to pass over in a table that is here as a whole. BadInput."""
    text = query.cursor(table)
    if text is None:
        return 0
    if _PLACE.fullmatch(text) is None:
        raise BadInput(f"the place in {table} is a number")
    return int(text)


def listed(
    table_id: str,
    title: str,
    columns: tuple[Column, ...],
    found: Page[T] | RpcFailed,
    row: Callable[[T], tuple[Cell, ...]],
    *,
    note: str = "",
    empty: str = "None that you may see.",
) -> Section:
    """A page of a list as a table; a sentence where it is refused."""
    if isinstance(found, RpcFailed):
        return Note(refusal_text(title, found), "quiet")
    rows = tuple([row(each) for each in found.items])
    return Table(table_id, title, columns, rows, next=found.next, note=note, empty=empty)


def sliced(
    table_id: str,
    title: str,
    columns: tuple[Column, ...],
    found: tuple[T, ...],
    row: Callable[[T], tuple[Cell, ...]],
    *,
    first: int,
    count: int,
    note: str = "",
    empty: str = "None.",
) -> Table:
    """A part of a list that the node answers as a whole."""
    rows = tuple([row(each) for each in found[first : first + count]])
    more = str(first + count) if first + count < len(found) else None
    return Table(table_id, title, columns, rows, next=more, note=note, empty=empty)


def columns(*titles: str) -> tuple[Column, ...]:
    """Headings: `#Height` is a number, `$Amount` an amount."""
    return tuple(_columns(titles))


def _columns(titles: Iterable[str]) -> Iterable[Column]:
    for title in titles:
        match title[:1]:
            case "#":
                yield Column(title[1:], "number")
            case "$":
                yield Column(title[1:], "amount")
            case _:
                yield Column(title)
