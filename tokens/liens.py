"""Liens: holds, pledges and freezes, and the cached sums that follow them (page 04).

Rules of this file:
1. held, pledged and frozen of a position are the sums of its liens, changed in the same call.
2. A freeze of ALL counts as AMOUNT_LIMIT, and sums stop there: a position that says so is frozen
   whole. A freeze of all assets marks each position of the account; positions born later ask
   ACCOUNT_FREEZES.
3. held + pledged <= balance always; frozen may exceed the balance.
"""

import datetime as dt

from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import LienEnded, LienPlaced
from tokens.posting import PostingFault
from tokens.records.control import ACCOUNT_FREEZES, AccountFreezes
from tokens.records.holdings import LIEN, POSITION, Lien, Position
from tokens.records.instruments import ASSET
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, LienKind

LIENS_MAX = 1_024
"""Liens on one account before it takes no further hold: a recount of its freezes walks them."""
FREEZES_MAX = 1_024
"""Freeze orders that fit beyond that: holds must never keep an authority out."""
SCAN_MAX = 16_384
"""Read at most: beyond both the ledger itself adds one per asset, under a credit stop."""
HOLDINGS_PAGE = 1_024
"""Positions of one account read at once."""

HOLDERS = POSITION.indexes[0]
HOLDINGS = POSITION.indexes[1]
LIENS_BY_ACCOUNT = LIEN.indexes[0]

_DOMAIN = b"mohur/lien/v1"


def lien_id(context: Context, number: int) -> bytes:
    """Id of the `number`-th lien that an operation places; number < 2^16.

    An authority chooses the ids of its orders and may have computed this one: then the next one.
    """
    place = context.operation_index.to_bytes(2, "big") + number.to_bytes(2, "big")
    found = tagged_hash(_DOMAIN, context.tx_id, place)
    while context.state.get(LIEN, found) is not None:
        found = tagged_hash(_DOMAIN, found)
    return found


def hold(
    context: Context,
    number: int,
    asset: str,
    account: bytes,
    amount: int,
    owner: bytes,
    expires_on: dt.date | None,
    memo: str,
) -> Lien:
    """Place a HOLD on free units; the caller has checked that they are available."""
    lien = Lien(
        id=lien_id(context, number),
        account=account,
        asset=asset,
        amount=amount,
        kind=LienKind.HOLD,
        owner=owner,
        expires_on=expires_on,
        basis=None,
        memo=memo,
    )
    place(context, lien)
    return lien


def place(context: Context, lien: Lien) -> None:
    """Put a lien on an account."""
    context.state.put(LIEN, lien)
    _apply(context.state, lien, placed=True)
    context.emit(
        LienPlaced(
            lien=lien.id,
            account=lien.account,
            asset=lien.asset,
            amount=lien.amount,
            kind=lien.kind,
        )
    )


def lift(context: Context, lien: Lien) -> None:
    """End a lien."""
    context.state.delete(LIEN, lien.id)
    _apply(context.state, lien, placed=False)
    context.emit(LienEnded(lien=lien.id, account=lien.account))


def change(context: Context, old: Lien, new: Lien) -> None:
    """Replace a lien by one of the same id, account and asset; no event of its own."""
    context.state.delete(LIEN, old.id)
    _apply(context.state, old, placed=False)
    context.state.put(LIEN, new)
    _apply(context.state, new, placed=True)


def has_room(state: Overlay, account: bytes, *, for_freeze: bool = False) -> bool:
    """Whether another lien fits on an account."""
    most = LIENS_MAX + FREEZES_MAX if for_freeze else LIENS_MAX
    return state.count(LIENS_BY_ACCOUNT, (account,), limit=most) < most


def frozen_sum(state: Overlay, account: bytes, asset: str) -> int:
    """Recount of the freezes that reach one asset of an account; stops at AMOUNT_LIMIT."""
    return _frozen_of(_freezes(state, account), asset)


def _freezes(state: Overlay, account: bytes) -> list[Lien]:
    found = state.scan(LIEN, LIENS_BY_ACCOUNT, (account,), limit=SCAN_MAX)
    return [lien for lien in found if lien.kind is LienKind.FREEZE]


def _frozen_of(freezes: list[Lien], asset: str) -> int:
    total = 0
    for lien in freezes:
        if lien.asset in (None, asset):
            total += AMOUNT_LIMIT if lien.amount is None else lien.amount
    return min(total, AMOUNT_LIMIT)


def _apply(state: Overlay, lien: Lien, *, placed: bool) -> None:
    if lien.asset is None:
        _count_account_freeze(state, lien.account, 1 if placed else -1)
        _refreeze_all(state, lien.account)
        return
    position = state.get(POSITION, lien.asset, lien.account) or _empty(state, lien)
    if lien.kind is LienKind.FREEZE:
        _refreeze(state, position)
        return
    amount = (lien.amount or 0) if placed else -(lien.amount or 0)
    held = position.held + (amount if lien.kind is LienKind.HOLD else 0)
    pledged = position.pledged + (amount if lien.kind is LienKind.PLEDGE else 0)
    if held < 0 or pledged < 0 or held + pledged > position.balance:
        raise PostingFault(f"held {held} + pledged {pledged} of {position.balance}")
    _put(state, position, held=held, pledged=pledged, frozen=position.frozen)


def _refreeze(state: Overlay, position: Position) -> None:
    frozen = frozen_sum(state, position.account, position.asset)
    _put(state, position, held=position.held, pledged=position.pledged, frozen=frozen)


def _refreeze_all(state: Overlay, account: bytes) -> None:
    """Every position of an account; its liens are read once, its positions in pages."""
    freezes = _freezes(state, account)
    after: tuple[bytes, str] | None = None
    while page := state.scan(POSITION, HOLDINGS, (account,), after=after, limit=HOLDINGS_PAGE):
        for position in page:
            frozen = _frozen_of(freezes, position.asset)
            if frozen != position.frozen:
                _put(state, position, held=position.held, pledged=position.pledged, frozen=frozen)
        after = (account, page[-1].asset)


def _put(state: Overlay, position: Position, *, held: int, pledged: int, frozen: int) -> None:
    state.put(
        POSITION,
        Position(
            asset=position.asset,
            account=position.account,
            balance=position.balance,
            held=held,
            pledged=pledged,
            frozen=frozen,
            record_no=position.record_no,
            record_quantity=position.record_quantity,
        ),
    )


def _empty(state: Overlay, lien: Lien) -> Position:
    """A freeze may rest on what an account does not hold yet."""
    asset = None if lien.asset is None else state.get(ASSET, lien.asset)
    if asset is None:
        raise PostingFault("a lien on an unknown asset")
    return Position(
        asset=asset.id,
        account=lien.account,
        balance=0,
        held=0,
        pledged=0,
        frozen=0,
        record_no=asset.record_no,
        record_quantity=0,
    )


def _count_account_freeze(state: Overlay, account: bytes, step: int) -> None:
    known = state.get(ACCOUNT_FREEZES, account)
    count = step if known is None else known.count + step
    if count > 0:
        state.put(ACCOUNT_FREEZES, AccountFreezes(account=account, count=count))
    else:
        state.delete(ACCOUNT_FREEZES, account)
