"""Paying holders in pages: coupons by record, redemption by burning (5.3, 5.4).

Rules of this file:
1. Holders are paid in order of account id, `quota` postings a block, resumable at the item's
   cursor. What is paid is what the record says: transfers between pages neither lose nor double it.
2. Paying cannot fail and skips nobody: a frozen holder is credited and caught by the freeze; what a
   closed account cannot take goes to its servicer's unclaimed account, tagged.
3. coupon = floor(exact(entitled quantity)); net = gross - RHU(gross x rate); paid + residual =
   funded.
"""

import msgspec

from tokens import liens, posting, redeeming
from tokens.agenda import AgendaHandler, Step
from tokens.context import Context
from tokens.crediting import credit
from tokens.defaulting import cure
from tokens.events import CouponPaid, ResidualReturned
from tokens.lookup import require, require_account, require_asset
from tokens.payment_amounts import owed_floor
from tokens.records.amend import with_item, with_payment
from tokens.records.holdings import POSITION, Position
from tokens.records.instruments import (
    INSTRUMENT,
    PAYMENT,
    RECORD_STAMP,
    REPAYMENT_BASE,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.parties import Account
from tokens.records.system import AgendaItem
from tokens.servicing import (
    COUPON_HANDLER,
    REDEMPTION_HANDLER,
    end_if_done,
    forget_record,
    tell_status,
)
from tokens.state import Overlay
from tokens.withholding import coupon_base, withhold

POSTINGS_PER_HOLDER = 6
"""Net and tax, two positions each, the year's sum and the certificate; a burn counts the same."""

_subject = msgspec.msgpack.Decoder(tuple[str, int])


def run_coupon(context: Context, item: AgendaItem, quota: int) -> Step:
    """Pay one page of a coupon, or of the repayment with it."""
    state = context.state
    asset_id, number = _subject.decode(item.subject)
    instrument = require(state, INSTRUMENT, asset_id)
    payment = begin(context, require(state, PAYMENT, asset_id, number))
    after = (asset_id, item.cursor) if item.cursor else None
    limit = max(1, quota // POSTINGS_PER_HOLDER)
    page = state.scan(POSITION, liens.HOLDERS, (asset_id,), after=after, limit=limit)
    last = _is_last_of_record(state, payment)
    for position in page:
        payment = _pay_recorded(context, instrument, payment, position, last=last)
    if len(page) < limit:
        finish(context, instrument, payment)
        return Step(min(quota, POSTINGS_PER_HOLDER * len(page) + 1), None)
    state.put(PAYMENT, payment)
    return Step(min(quota, POSTINGS_PER_HOLDER * limit), with_item(item, page[-1].account))


def run_redemption(context: Context, item: AgendaItem, quota: int) -> Step:
    """Redeem one page of holders; begins again while a seizure between pages left units behind.

    The cursor is the number of the pass (1 byte) and the last account.
    """
    state = context.state
    asset_id, number = _subject.decode(item.subject)
    instrument = require(state, INSTRUMENT, asset_id)
    payment = begin(context, require(state, PAYMENT, asset_id, number))
    turn, last = item.cursor[:1] or bytes(1), item.cursor[1:]
    after = (asset_id, last) if last else None
    limit = max(1, quota // POSTINGS_PER_HOLDER)
    page = state.scan(POSITION, liens.HOLDERS, (asset_id,), after=after, limit=limit)
    for position in page:
        if position.balance:
            account = require_account(state, position.account)
            payment = redeeming.redeem(context, instrument, payment, account, position.balance)
    if posting.supply_of(state, asset_id) == 0:
        finish(context, instrument, payment)
        return Step(min(quota, POSTINGS_PER_HOLDER * len(page) + 1), None)
    state.put(PAYMENT, payment)
    again = bytes([(turn[0] + 1) % 256])
    cursor = turn + page[-1].account if len(page) == limit else again
    return Step(min(quota, POSTINGS_PER_HOLDER * limit), with_item(item, cursor))


def begin(context: Context, payment: Payment) -> Payment:
    """The first page fixes the date whose tax rates hold for all."""
    if payment.status is PaymentStatus.PAYING:
        return payment
    begun = with_payment(payment, status=PaymentStatus.PAYING, paid_on=context.business_date)
    tell_status(context, begun)
    return begun


def finish(context: Context, instrument: Instrument, payment: Payment) -> None:
    """Return what the roundings left; the record is answered."""
    state = context.state
    residual = payment.required - payment.paid
    if residual:
        posting.move(
            context,
            require_asset(state, instrument.terms.settlement_asset),
            require_account(state, instrument.paying_account),
            require_account(state, instrument.terms.treasury_account),
            residual,
        )
        context.emit(
            ResidualReturned(
                asset=payment.asset,
                payment=payment.number,
                target=instrument.terms.treasury_account,
                amount=residual,
            )
        )
    status = PaymentStatus.CURED if payment.was_missed else PaymentStatus.PAID
    done = with_payment(payment, status=status)
    state.put(PAYMENT, done)
    tell_status(context, done)
    if payment.was_missed:
        cure(context, payment)
    forget_record(state, payment.asset)
    end_if_done(context, payment.asset)


def _pay_recorded(
    context: Context, instrument: Instrument, payment: Payment, position: Position, *, last: bool
) -> Payment:
    """What the record entitles one position to."""
    state = context.state
    quantity = posting.entitled(state, payment.asset, position, payment.record_no)
    if last:
        state.delete(RECORD_STAMP, payment.asset, position.account, payment.record_no)
    account = require_account(state, position.account)
    if payment.kind is PaymentKind.REPAYMENT:
        return redeeming.repay(context, instrument, payment, account, quantity)
    return _pay_coupon(context, instrument, payment, account, quantity)


def _is_last_of_record(state: Overlay, payment: Payment) -> bool:
    """Whether nothing but this payment still asks for the record or for older ones.

    A stamp answers older records too, as long as they are unpaid; a coupon and the repayment with
    it share one record.
    """
    if require_asset(state, payment.asset).unpaid_record != payment.record_no:
        return False
    shift = REPAYMENT_BASE if payment.kind is PaymentKind.COUPON else -REPAYMENT_BASE
    other = state.get(PAYMENT, payment.asset, payment.number + shift)
    return other is None or other.status in (PaymentStatus.PAID, PaymentStatus.CURED)


def _pay_coupon(
    context: Context, instrument: Instrument, payment: Payment, account: Account, quantity: int
) -> Payment:
    gross = owed_floor(payment, quantity)
    if not gross:
        return payment
    tax = withhold(
        context,
        instrument,
        payment,
        account,
        quantity=quantity,
        base=coupon_base(instrument, gross),
        paid=gross,
    )
    credit(context, instrument, payment, account, gross - tax.amount)
    context.emit(
        CouponPaid(
            asset=payment.asset,
            payment=payment.number,
            account=account.id,
            quantity=quantity,
            gross=gross,
            withheld=tax.amount,
            tax_class=account.tax_class,
            rate_e6=tax.rate_e6,
        )
    )
    return with_payment(payment, paid=payment.paid + gross, withheld=payment.withheld + tax.amount)


COUPON_AGENDA = AgendaHandler(name=COUPON_HANDLER, family="coupons", run=run_coupon)
REDEMPTION_AGENDA = AgendaHandler(name=REDEMPTION_HANDLER, family="redemption", run=run_redemption)
