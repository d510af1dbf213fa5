"""A partial call at work: shares are drawn, then units are burned and paid, page by page (5.4).

Rules of this file:
1. share = floor(exact) to the increment; what the roundings left goes, one increment each, to the
   largest remainders, ties to the lower account id. Shares sum to what was called, exactly.
2. While shares are drawn and paid the units stand still (AssetFlag.DRAWING): no sale between two
   pages takes a share away or doubles it. Payments, other assets and orders of authorities go on.
3. What an order seizes in between is called where it was or where it went, never twice; what is not
   called any more goes back as residual.
4. A call whose money comes after the maturity has lapsed: all of it goes back.
"""

import msgspec

from tokens import liens, redeeming
from tokens.agenda import AgendaHandler, Step
from tokens.context import Context
from tokens.lookup import require, require_account, require_asset
from tokens.payouts import begin, finish
from tokens.posting import balance_of, supply_of
from tokens.records.amend import with_asset, with_item
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET, INSTRUMENT, PAYMENT, Instrument, Payment
from tokens.records.options import CALL_SHARE, SHARES, CallShare
from tokens.records.system import AgendaItem
from tokens.servicing import CALL_HANDLER
from tokens.types import AssetFlag, AssetStatus

DRAW_POSTINGS = 1
"""A share is one record."""
PAY_POSTINGS = 7
"""A burn, its money, its tax and its share."""

_DRAW, _PAY = b"d", b"p"
_subject = msgspec.msgpack.Decoder(tuple[str, int])


def share_floor(balance: int, called: int, supply: int, increment: int) -> tuple[int, int]:
    """(face, remainder): a holder's exact share of a call rounded down to the increment.

    `called` is a multiple of `increment`, at most `supply`; all in minor units. The remainder is a
    numerator over `supply`, less than it.
    """
    steps, remainder = divmod(balance * (called // increment), supply)
    return steps * increment, remainder


def run_call(context: Context, item: AgendaItem, quota: int) -> Step:
    """Draw, or pay. Cursor: empty, then `d` (8 bytes of steps drawn, account), then `p`."""
    asset_id, number = _subject.decode(item.subject)
    if item.cursor[:1] == _PAY:
        return _pay_page(context, item, quota, asset_id, number)
    return _draw_page(context, item, quota, asset_id, number)


def _draw_page(context: Context, item: AgendaItem, quota: int, asset_id: str, number: int) -> Step:
    state = context.state
    payment = begin(context, require(state, PAYMENT, asset_id, number))
    asset = require_asset(state, asset_id)
    if asset.status is not AssetStatus.OUTSTANDING:
        finish(context, require(state, INSTRUMENT, asset_id), payment)
        return Step(1, None)
    if not item.cursor:
        asset = with_asset(asset, flags=asset.flags | AssetFlag.DRAWING)
        state.put(ASSET, asset)
        state.put(PAYMENT, payment)
    drawn = int.from_bytes(item.cursor[1:9], "big")
    last = item.cursor[9:]
    supply = supply_of(state, asset_id)
    called = min(payment.recorded, supply - supply % asset.increment)
    page = state.scan(
        POSITION,
        liens.HOLDERS,
        (asset_id,),
        after=(asset_id, last) if last else None,
        limit=max(1, quota // DRAW_POSTINGS),
    )
    for position in page:
        if not position.balance:
            continue
        face, remainder = share_floor(position.balance, called, supply, asset.increment)
        drawn += face
        state.put(
            CALL_SHARE,
            CallShare(
                asset=asset_id,
                payment=number,
                account=position.account,
                face=face,
                remainder=remainder,
            ),
        )
    if len(page) == max(1, quota // DRAW_POSTINGS):
        cursor = _DRAW + drawn.to_bytes(8, "big") + page[-1].account
        return Step(min(quota, len(page)), with_item(item, cursor))
    left = max(0, called - drawn) // asset.increment
    return Step(min(quota, len(page) + 1), with_item(item, _pay_cursor(left, called)))


def _pay_cursor(left: int, rest: int) -> bytes:
    return _PAY + left.to_bytes(8, "big") + rest.to_bytes(8, "big")


def _pay_page(context: Context, item: AgendaItem, quota: int, asset_id: str, number: int) -> Step:
    """In order of remainders; the cursor has the increments to give out, and the face to call."""
    state = context.state
    instrument = require(state, INSTRUMENT, asset_id)
    payment = require(state, PAYMENT, asset_id, number)
    increment = require_asset(state, asset_id).increment
    left = int.from_bytes(item.cursor[1:9], "big")
    rest = int.from_bytes(item.cursor[9:], "big")
    limit = max(1, quota // PAY_POSTINGS)
    page = state.scan(CALL_SHARE, SHARES, (asset_id, number), limit=limit)
    for share in page:
        face = min(rest, share.face + (increment if left else 0))
        left -= 1 if left else 0
        rest -= face
        payment = _pay_share(context, instrument, payment, share, face)
    if len(page) == limit:
        state.put(PAYMENT, payment)
        return Step(min(quota, PAY_POSTINGS * limit), with_item(item, _pay_cursor(left, rest)))
    asset = require_asset(state, asset_id)
    state.put(ASSET, with_asset(asset, flags=asset.flags & ~AssetFlag.DRAWING))
    finish(context, instrument, payment)
    return Step(min(quota, PAY_POSTINGS * len(page) + 1), None)


def _pay_share(
    context: Context, instrument: Instrument, payment: Payment, share: CallShare, face: int
) -> Payment:
    state = context.state
    state.delete(CALL_SHARE, share.asset, share.payment, share.account)
    face = min(face, balance_of(state, share.asset, share.account))
    account = require_account(state, share.account)
    return redeeming.redeem(context, instrument, payment, account, face)


CALL_AGENDA = AgendaHandler(name=CALL_HANDLER, family="calls", run=run_call)
