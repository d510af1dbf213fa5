"""Taking units under a freeze order: free ones first, then held ones (page 04, Control).

Rules of this file:
1. What was held for a batch goes with the batch: it FAILS, and everything it held is free again;
   an order leaves its book.
2. A hold for a queued redemption leaves the queue, an off-ramp or a delivery ends; other holds end.
3. Pledged units come last: each pledge needs its pledgee's signature, or a basis that says that the
   order goes before pledges. A pledge is lowered by what it gives up.
"""

import msgspec

from tokens import commodities, liens, notices, ramps, reserve, settling, travel
from tokens.context import Context
from tokens.lookup import require
from tokens.orders import end
from tokens.records.cash import QUEUED_REDEMPTION, REDEMPTION_BY_LIEN
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.market import ORDER, ORDERS_BY_HOLD, OrderStatus
from tokens.records.settlement import BATCH, OPEN_BATCHES_BY_DIGEST, BatchStatus
from tokens.repo_basket import follow_seizure
from tokens.results import Code
from tokens.types import LienKind

PAGE = 16
"""Open batches whose digests begin alike: there is one, or somebody broke half of SHA-256."""


def pledges_in_reach(
    context: Context, account: bytes, asset: str, *, basis_says_so: bool
) -> list[Lien]:
    """Pledges that a seizure may take from, in order of their ids."""
    found = context.state.scan(LIEN, liens.LIENS_BY_ACCOUNT, (account,), limit=liens.SCAN_MAX)
    return [
        lien
        for lien in found
        if lien.kind is LienKind.PLEDGE
        and lien.asset == asset
        and (basis_says_so or lien.owner in context.actors.participants)
    ]


def free_for_seizure(
    context: Context, account: bytes, asset: str, amount: int, *, basis_says_so: bool
) -> None:
    """End holds, then lower pledges, in order of their ids, until `amount` is free of both."""
    _free_of_holds(context, account, asset, amount)
    state = context.state
    for lien in pledges_in_reach(context, account, asset, basis_says_so=basis_says_so):
        position = require(state, POSITION, asset, account)
        short = amount - (position.balance - position.held - position.pledged)
        if short <= 0:
            return
        pledged = lien.amount or 0
        if pledged <= short:
            liens.lift(context, lien)
            notices.end_if_over(state, lien.id)
        else:
            liens.change(context, lien, msgspec.structs.replace(lien, amount=pledged - short))
        follow_seizure(context, lien, max(0, pledged - short))


def _free_of_holds(context: Context, account: bytes, asset: str, amount: int) -> None:
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
            end_hold(context, lien, Code.ACCOUNT_FROZEN)


def end_hold(context: Context, lien: Lien, reason: Code) -> None:
    """End a hold with what it was for; a batch FAILS and an order ends for that reason."""
    if _fail_batch(context, lien, reason) or _end_order(context, lien, reason):
        return
    if _leave_queue(context, lien, reason):
        return
    ended = ramps.end_seized(context, lien.id) or commodities.end_seized(context, lien.id)
    ended = ended or travel.end_seized(context, lien.id)
    if not ended:
        liens.lift(context, lien)


def end_outgoing(context: Context, account: bytes, reason: Code) -> None:
    """End what units of an account are held for, where they were to leave it: they are free again.

    Not a ramp whose bank has paid, nor a bid or an election, which bring something in.
    """
    state = context.state
    for lien in state.scan(LIEN, liens.LIENS_BY_ACCOUNT, (account,), limit=liens.SCAN_MAX):
        if lien.kind is not LienKind.HOLD or state.get(LIEN, lien.id) is None:
            continue
        if _fail_batch(context, lien, reason) or _end_order(context, lien, reason):
            continue
        ended = _leave_queue(context, lien, reason) or ramps.end_unsent(context, lien.id)
        ended = ended or commodities.end_seized(context, lien.id)
        if not ended:
            travel.end_seized(context, lien.id)


def _fail_batch(context: Context, lien: Lien, reason: Code) -> bool:
    """One look-up, however many batches of others are open."""
    found = context.state.scan(BATCH, OPEN_BATCHES_BY_DIGEST, (lien.owner,), limit=PAGE)
    for batch in found:
        if lien.id in batch.liens:
            settling.fail(context, batch, BatchStatus.FAILED, reason)
            return True
    return False


def _end_order(context: Context, lien: Lien, reason: Code) -> bool:
    """The order that holds it leaves its book."""
    for order in context.state.scan(ORDER, ORDERS_BY_HOLD, (lien.owner,), limit=PAGE):
        if order.lien == lien.id:
            end(context, order, OrderStatus.CANCELLED, reason)
            return True
    return False


def _leave_queue(context: Context, lien: Lien, reason: Code) -> bool:
    for entry in context.state.scan(QUEUED_REDEMPTION, REDEMPTION_BY_LIEN, (lien.id,), limit=1):
        reserve.leave_queue(context, entry, reason)
        return True
    return False
