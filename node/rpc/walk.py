"""Long reads: sums over many records, in slices between which the node does all its other work.

Rules of this file:
1. A walk reads one snapshot of the store: blocks that are written meanwhile do not change the sum.
2. After SLICE_ROWS records the event loop has its turn. Consensus waits for one slice at most.
3. One walk at a time on a node (`Dispatcher`): two slices never follow each other without a turn.
4. A walk is whole or it is refused: more records than its limit are LIMIT_EXCEEDED.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from tokens.records.kind import Index, Key, RecordKind

R = TypeVar("R", bound=msgspec.Struct)

SLICE_ROWS = 100
"""Records between two turns of the event loop: some milliseconds, also of a past state."""


async def turn() -> None:
    """Let everything else that is ready run."""
    await asyncio.sleep(0)


def too_many(most: int, what: str) -> RpcError:
    """The refusal of a walk that would be longer than its limit."""
    return RpcError(RpcCode.LIMIT_EXCEEDED, f"more than {most} {what}")


async def rows(
    call: Call, kind: RecordKind[R], index: Index[R], prefix: Key = (), *, most: int, what: str
) -> AsyncIterator[R]:
    """Every record of a list, in its order. LIMIT_EXCEEDED beyond `most`."""
    after: Key | None = None
    count = 0
    while True:
        found = call.state.scan(kind, index, prefix, after=after, limit=SLICE_ROWS)
        count += len(found)
        if count > most:
            raise too_many(most, what)
        for record in found:
            yield record
        await turn()
        if len(found) < SLICE_ROWS:
            return
        after = index.order(found[-1])
