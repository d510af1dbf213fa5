"""Reads of reserves and settlement batches.

Rules of this file:
1. A query reads an overlay and changes nothing. What it may show to whom is decided at the RPC.
2. Lists are paged: `after` is the number of the last batch of the page before, `limit` at most
   PAGE_MAX.
"""

from typing import NamedTuple

from tokens.posting import supply_of
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION, REDEMPTION_QUEUE, QueuedRedemption
from tokens.records.settlement import BATCH, BATCHES, OPEN_BATCHES, Batch
from tokens.reserve import reserve_value
from tokens.state import Overlay

PAGE_MAX = 1_000
"""Entries of one page."""


class ReserveView(NamedTuple):
    """What backs a stablecoin."""

    supply: int
    """Tokens in existence, minor units."""
    value: int
    """Of the reserve, minor units of the backing money; never below the supply, unless in
    BREACH."""
    queued: int
    """Tokens that wait for redemption."""
    queue: tuple[QueuedRedemption, ...]
    """In order of payment; the first PAGE_MAX."""


def reserve_view(state: Overlay, asset_id: str) -> ReserveView | None:
    """The reserve of a stablecoin, or None."""
    cash = state.get(CASH_ASSET, asset_id)
    if cash is None:
        return None
    queue = state.scan(QUEUED_REDEMPTION, REDEMPTION_QUEUE, (asset_id,), limit=PAGE_MAX)
    return ReserveView(
        supply=supply_of(state, asset_id),
        value=reserve_value(state, cash),
        queued=cash.queued,
        queue=tuple(queue),
    )


def batch_view(state: Overlay, initiator: bytes, batch_id: str) -> Batch | None:
    """A batch, or None."""
    return state.get(BATCH, initiator, batch_id)


def batches_view(
    state: Overlay, after: int | None, limit: int, *, only_open: bool
) -> tuple[Batch, ...]:
    """Batches in the order of instruction, all or the open ones."""
    index = OPEN_BATCHES if only_open else BATCHES
    start = None if after is None else (after,)
    return tuple(state.scan(BATCH, index, after=start, limit=min(limit, PAGE_MAX)))
