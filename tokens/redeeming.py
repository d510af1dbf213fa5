"""Units of one holder against money: redemption, partial call, put; amortisation leaves them (5.4).

Rules of this file:
1. Free units go first, then pledged ones, then held ones: what they were held for ends with them.
2. Money for pledged units replaces them inside the pledge. Where a pledge goes whole, its cash
   keeps its id; where a part goes, the cash is pledged under `cash_lien_id` of it, one lien for all
   such parts, of the same owner.
3. A freeze stays on the units that stay. Money is caught for as much as the freeze reached beyond
   them, rounded up; a freeze of all of them catches all of it.
4. Together pledges never catch more than came: they share by running sums.
"""

from typing import NamedTuple

import msgspec

from tokens import liens, notices, posting, seizing
from tokens.context import Context
from tokens.crediting import credit
from tokens.events import PrincipalPaid
from tokens.lien_expiry import enqueue_expiry
from tokens.lookup import require, require_asset
from tokens.payment_amounts import owed_floor
from tokens.records.amend import with_payment
from tokens.records.holdings import LIEN, POSITION, Lien, cash_lien_id
from tokens.records.instruments import Instrument, Payment
from tokens.records.parties import Account
from tokens.repo_basket import follow_repayment
from tokens.results import Code
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, LienKind
from tokens.withholding import discount_base, withhold


class Taken(NamedTuple):
    """What a payment took from under one lien."""

    lien: Lien
    """As it was."""
    face: int
    whole: bool
    """Nothing is left of it on units."""


def caught_memo(order: bytes) -> str:
    """What the lien on money that was caught beside a freeze says: under which order."""
    return f"caught under {order.hex()}"


def redeem(
    context: Context, instrument: Instrument, payment: Payment, account: Account, face: int
) -> Payment:
    """Burn `face` units of a holder (at most its balance) and pay for them."""
    state = context.state
    if not face:
        return payment
    taken = _take(context, payment.asset, account, face)
    posting.burn(context, require_asset(state, payment.asset), account, face)
    amount = owed_floor(payment, face)
    tax = withhold(
        context,
        instrument,
        payment,
        account,
        quantity=face,
        base=discount_base(state, instrument, face),
        paid=amount,
    )
    paid_to = credit(context, instrument, payment, account, amount - tax.amount)
    catch(context, instrument, taken, paid_to, face=face, money=amount - tax.amount)
    context.emit(
        PrincipalPaid(
            asset=payment.asset,
            payment=payment.number,
            account=account.id,
            quantity=face,
            amount=amount,
            withheld=tax.amount,
        )
    )
    return with_payment(payment, paid=payment.paid + amount, withheld=payment.withheld + tax.amount)


def repay(
    context: Context, instrument: Instrument, payment: Payment, account: Account, quantity: int
) -> Payment:
    """Pay a part of the face of what a record entitles; the units stay, pledged as they are."""
    amount = owed_floor(payment, quantity)
    if not amount:
        return payment
    paid_to = credit(context, instrument, payment, account, amount)
    under = [
        Taken(lien, min(quantity, AMOUNT_LIMIT if lien.amount is None else lien.amount), False)
        for lien in _liens_on(context.state, payment.asset, account.id)
        if lien.kind is not LienKind.HOLD
    ]
    pledged = sum(one.face for one in under if one.lien.kind is LienKind.PLEDGE)
    catch(context, instrument, under, paid_to, face=max(quantity, pledged), money=amount)
    context.emit(
        PrincipalPaid(
            asset=payment.asset,
            payment=payment.number,
            account=account.id,
            quantity=quantity,
            amount=amount,
            withheld=0,
        )
    )
    return with_payment(payment, paid=payment.paid + amount)


def _liens_on(state: Overlay, asset: str, account: bytes) -> list[Lien]:
    """In order of their ids; nothing is read where the position has none."""
    position = state.get(POSITION, asset, account)
    if position is None or not (position.held or position.pledged or position.frozen):
        return []
    found = state.scan(LIEN, liens.LIENS_BY_ACCOUNT, (account,), limit=liens.SCAN_MAX)
    return [lien for lien in found if lien.asset == asset]


def _take(context: Context, asset: str, account: Account, face: int) -> list[Taken]:
    """Free `face` units of liens, by rules 1 and 3, and say what was taken from under which."""
    state = context.state
    on = _liens_on(state, asset, account.id)
    if not on:
        return []
    position = require(state, POSITION, asset, account.id)
    taken: list[Taken] = []
    short = face - (position.balance - position.held - position.pledged)
    for lien in on:
        if short <= 0 or lien.kind is not LienKind.PLEDGE or lien.amount is None:
            continue
        part = min(short, lien.amount)
        _lower(context, lien, lien.amount - part)
        taken.append(Taken(lien, part, part == lien.amount))
        short -= part
    for lien in on:
        if short > 0 and lien.kind is LienKind.HOLD and state.get(LIEN, lien.id) is not None:
            seizing.end_hold(context, lien, Code.INSUFFICIENT_AVAILABLE)
            short -= lien.amount or 0
    left = position.balance - face
    for lien in on:
        if lien.kind is not LienKind.FREEZE:
            continue
        reached = min(position.balance, AMOUNT_LIMIT if lien.amount is None else lien.amount)
        beyond = max(0, reached - left)
        if not left:
            liens.lift(context, lien)
            taken.append(Taken(lien, beyond, True))
        elif beyond:
            if lien.amount is not None:
                _lower(context, lien, lien.amount - beyond)
            taken.append(Taken(lien, beyond, False))
    return taken


def _lower(context: Context, lien: Lien, amount: int) -> None:
    if amount:
        liens.change(context, lien, msgspec.structs.replace(lien, amount=amount))
    else:
        liens.lift(context, lien)


def catch(
    context: Context,
    instrument: Instrument,
    taken: list[Taken],
    account: Account,
    *,
    face: int,
    money: int,
) -> None:
    """Put on the money that came for `face` what was taken from under liens, each its share."""
    before = 0
    for one in taken:
        if one.lien.kind is LienKind.PLEDGE:
            amount = (before + one.face) * money // face - before * money // face
            before += one.face
        else:
            amount = -(-one.face * money // face)
        money_id = one.lien.id
        if amount:
            money_id = _put_on_money(context, instrument, one, account, amount)
        elif one.whole:
            notices.end_if_over(context.state, one.lien.id)
        if one.lien.kind is LienKind.PLEDGE:
            follow_repayment(context, one.lien, money_id)


def _put_on_money(
    context: Context, instrument: Instrument, one: Taken, account: Account, amount: int
) -> bytes:
    """The id of the lien on the money."""
    money = instrument.terms.settlement_asset
    name, memo = one.lien.id, one.lien.memo
    if not one.whole:
        name = cash_lien_id(one.lien.id)
        memo = caught_memo(one.lien.id) if one.lien.kind is LienKind.FREEZE else memo
    known = context.state.get(LIEN, name)
    place = (account.id, money, one.lien.kind, memo)
    while known is not None and (known.account, known.asset, known.kind, known.memo) != place:
        name = cash_lien_id(name)  # an authority may have chosen this id for an order of its own
        known = context.state.get(LIEN, name)
    if known is not None:
        total = min((known.amount or 0) + amount, AMOUNT_LIMIT)
        liens.change(context, known, msgspec.structs.replace(known, amount=total))
        return name
    placed = msgspec.structs.replace(
        one.lien, id=name, account=account.id, asset=money, amount=amount, memo=memo
    )
    liens.place(context, placed)
    if name != one.lien.id:
        enqueue_expiry(context, placed)  # the end of the lien it came from is on the agenda
    return name
