"""Taking units under a freeze order: free ones first, then held ones (page 04, Control).

Rules of this file:
1. What was held for a batch goes with the batch: it FAILS, and everything it held is free again.
2. A hold for a queued redemption leaves the queue; other holds end.
3. Pledged units stay: they need the pledgee's signature.
"""

import msgspec

from tokens import liens, settling
from tokens.context import Context
from tokens.lookup import require
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION, REDEMPTION_QUEUE
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.settlement import BATCH, OPEN_BATCHES, BatchStatus
from tokens.results import Code
from tokens.types import LienKind

PAGE = 1_000
"""Open batches read at once while looking for the one that holds."""


def free_for_seizure(context: Context, account: bytes, asset: str, amount: int) -> None:
    """End holds, in order of their ids, until `amount` is neither held nor pledged."""
    state = context.state
    holds = [
        lien
        for lien in state.scan(LIEN, liens.LIENS_BY_ACCOUNT, (account,), limit=liens.SCAN_MAX)
        if lien.kind is LienKind.HOLD and lien.asset == asset
    ]
    for lien in holds:
        position = require(state, POSITION, asset, account)
        if position.balance - position.held - position.pledged >= amount:
            return
        if state.get(LIEN, lien.id) is not None:
            _end_hold(context, lien)


def _end_hold(context: Context, lien: Lien) -> None:
    if not _fail_batch(context, lien) and not _leave_queue(context, lien):
        liens.lift(context, lien)


def _fail_batch(context: Context, lien: Lien) -> bool:
    after: tuple[int, ...] | None = None
    while page := context.state.scan(BATCH, OPEN_BATCHES, after=after, limit=PAGE):
        for batch in page:
            if lien.id in batch.liens:
                settling.fail(context, batch, BatchStatus.FAILED, Code.ACCOUNT_FROZEN)
                return True
        after = (page[-1].number,)
    return False


def _leave_queue(context: Context, lien: Lien) -> bool:
    state = context.state
    asset = lien.asset or ""
    cash = state.get(CASH_ASSET, asset)
    if cash is None:
        return False
    after: tuple[str, int] | None = None
    while page := state.scan(
        QUEUED_REDEMPTION, REDEMPTION_QUEUE, (asset,), after=after, limit=PAGE
    ):
        for entry in page:
            if entry.lien == lien.id:
                state.delete(QUEUED_REDEMPTION, asset, entry.number)
                queued = cash.queued - entry.amount
                state.put(CASH_ASSET, msgspec.structs.replace(cash, queued=queued))
                liens.lift(context, lien)
                return True
        after = (asset, page[-1].number)
    return False
