"""Opaque cursors: where a list goes on, and at which height it began.

Rules of this file:
1. A cursor is checked like any input: canonical bytes, the right list, parts of the right type.
2. It can only move a client inside the list that the params name: the prefix is never in it.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, TypeVar

import msgspec

from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.rpc.record_scopes import is_public, shows
from tokens.codec import Canonical, Malformed, NonCanonical, encode
from tokens.records.kind import Index, Key, KeyPart, RecordKind

R = TypeVar("R", bound=msgspec.Struct)

CURSOR_LENGTH_MAX = 256
PASSED_OVER_MAX = 5_000
"""Records of others that a page of a closed view passes over."""
_STEP = 500

Part = int | bytes | tuple[str, ...]
"""Part of an order key; text stands in an array of one, because msgpack text and bytes cannot
share a union. Ranges are checked by hand: msgspec 0.22 damages memory for a union of a constrained
integer and an array (seen as a crash in garbage collection)."""


class CursorData(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Inside of a cursor."""

    pinned_height: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    list_name: Annotated[str, msgspec.Meta(max_length=32)]
    after: Annotated[tuple[Part, ...], msgspec.Meta(max_length=4)]


_cursor = Canonical[CursorData](CursorData)


def write_cursor(pinned_height: int, list_name: str, after: Key) -> str:
    """Text of a cursor."""
    parts = tuple([(part,) if isinstance(part, str) else part for part in after])
    data = encode(CursorData(pinned_height, list_name, parts))
    return urlsafe_b64encode(data).decode().rstrip("=")


def read_cursor(text: str | None, list_name: str, call: Call) -> tuple[int, Key | None]:
    """(pinned height, after). Raises INVALID_INPUT, UNAVAILABLE."""
    height = call.tip.height
    if text is None:
        return height, None
    try:
        if len(text) > CURSOR_LENGTH_MAX:
            raise Malformed
        padded = text + "=" * (-len(text) % 4)
        data = _cursor.decode(urlsafe_b64decode(padded.encode("ascii")))
    except (Malformed, NonCanonical, binascii.Error, UnicodeEncodeError):
        raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: not a cursor of this list") from None
    if data.list_name != list_name:
        raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: a cursor of another list")
    if call.past is not None and data.pinned_height != height:
        raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: of another height than atHeight")
    if data.pinned_height > height:
        raise RpcError(RpcCode.UNAVAILABLE, "this node is behind the one that gave the cursor")
    return data.pinned_height, tuple([_key_part(part) for part in data.after])


def _key_part(part: Part) -> KeyPart:
    match part:
        case bytes() if len(part) <= 64:
            return part
        case (str(text),) if len(text) <= 64:
            return text
        case int() if 0 <= part < 2**63:
            return part
        case _:
            raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: not a cursor of this list")


def page_of(
    call: Call,
    kind: RecordKind[R],
    index: Index[R],
    prefix: Key,
    *,
    cursor: str | None,
    limit: int,
    shows_sums_only: bool = False,
) -> tuple[list[R], str | None, int]:
    """(records, cursor of the next page, pinned height) of an index, as the caller may see it.

    `shows_sums_only`: the method tells of each record only what is public, so none is left out.
    """
    pinned, after = read_cursor(cursor, index.name, call)
    if after is not None and after[: len(prefix)] != prefix:
        raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: a cursor of another list")
    if shows_sums_only or call.view.is_open or is_public(kind):
        records = call.state.scan(kind, index, prefix, after=after, limit=limit + 1)
    else:
        records = _visible(call, kind, index, prefix, after=after, limit=limit + 1)
    if len(records) <= limit:
        return records, None, pinned
    records = records[:limit]
    order = index.order(records[-1])
    return records, None if order is None else write_cursor(pinned, index.name, order), pinned


def _visible(
    call: Call,
    kind: RecordKind[R],
    index: Index[R],
    prefix: Key,
    *,
    after: Key | None,
    limit: int,
) -> list[R]:
    """The first records that the caller may see. LIMIT_EXCEEDED when too many lie between.

    A cursor is made of the last one shown, so it tells nothing of those passed over.
    """
    found: list[R] = []
    for _ in range(PASSED_OVER_MAX // _STEP):
        records = call.state.scan(kind, index, prefix, after=after, limit=_STEP)
        found += [call.view.blot(each) for each in records if shows(call.view, kind, each)]
        if len(found) >= limit or len(records) < _STEP:
            return found[:limit]
        after = index.order(records[-1])
    message = "too many records of others lie between: ask by account, or later in the list"
    raise RpcError(RpcCode.LIMIT_EXCEEDED, message)
