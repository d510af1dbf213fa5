"""Blocks, newest first, and one block: who proposed it, who signed it, what is in it."""

from node.explorer.ask import Ask
from node.explorer.failure import BadInput
from node.explorer.page import Column, Page, Table
from node.explorer.route import Query
from node.explorer.show import hashed, height, number, path, text, time
from node.sdk.schema.chain import BLOCKS_MAX, BlockHeader


async def blocks(ask: Ask, query: Query) -> Page:
    """The page `/blocks`."""
    cursor = query.cursor("blocks")
    newest = ask.status.height if ask.at is None else ask.at
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
            raise BadInput("the place in blocks is a height")
        newest = min(newest, int(cursor))
    count = min(ask.rows, BLOCKS_MAX)
    first = max(ask.status.oldest_block, 1, newest - count + 1)
    headers: tuple[BlockHeader, ...] = ()
    if newest >= first:
        params = {"fromHeight": first, "limit": newest - first + 1}
        headers = await ask.call("chain_getBlocks", params, of=tuple[BlockHeader, ...])
    rows = tuple(
        [
            (
                height(each.header.height),
                time(each.header.timestamp_ms),
                text(each.header.proposer),
                number(each.header.origin_view),
                number(each.transaction_count),
                hashed(each.hash, path("blocks", str(each.header.height))),
                hashed(each.state_root),
            )
            for each in reversed(headers)
        ]
    )
    table = Table(
        id="blocks",
        title="Decided blocks",
        columns=(
            Column("Height", "number"),
            Column("Time"),
            Column("Proposed by"),
            Column("View", "number"),
            Column("Transactions", "number"),
            Column("Block hash"),
            Column("State root"),
        ),
        rows=rows,
        next=str(first - 1) if first > max(ask.status.oldest_block, 1) else None,
    )
    return Page(title="Blocks", sections=(table,))
