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

from tokens import liens, posting, reserve
from tokens.agenda import AgendaHandler, Step
from tokens.context import Context
from tokens.events import CouponPaid, PaymentUnclaimed, PrincipalPaid, ResidualReturned
from tokens.lookup import require, require_account, require_asset
from tokens.records.amend import with_item, with_payment
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.holdings import LIEN, POSITION, Lien, Position
from tokens.records.instruments import (
    INSTRUMENT,
    PAYMENT,
    RECORD_STAMP,
    Instrument,
    Payment,
    PaymentStatus,
)
from tokens.records.parties import ACCOUNT, Account
from tokens.records.system import AgendaItem
from tokens.servicing import (
    COUPON_HANDLER,
    REDEMPTION_HANDLER,
    end_if_done,
    forget_record,
    tell_status,
)
from tokens.terms import coupon_of
from tokens.types import AMOUNT_LIMIT, AccountStatus, LienKind
from tokens.unclaimed import unclaimed_account_of
from tokens.withholding import coupon_base, discount_base, withhold

POSTINGS_PER_HOLDER = 6
"""Net and tax, two positions each, the year's sum and the certificate; a burn counts the same."""

_subject = msgspec.msgpack.Decoder(tuple[str, int])


def run_coupon(context: Context, item: AgendaItem, quota: int) -> Step:
    """Pay one page of a coupon."""
    state = context.state
    asset_id, number = _subject.decode(item.subject)
    instrument = require(state, INSTRUMENT, asset_id)
    payment = _begin(context, require(state, PAYMENT, asset_id, number))
    after = (asset_id, item.cursor) if item.cursor else None
    limit = max(1, quota // POSTINGS_PER_HOLDER)
    page = state.scan(POSITION, liens.HOLDERS, (asset_id,), after=after, limit=limit)
    for position in page:
        payment = _pay_coupon(context, instrument, payment, position)
    if len(page) < limit:
        _finish(context, instrument, payment)
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
    payment = _begin(context, require(state, PAYMENT, asset_id, number))
    turn, last = item.cursor[:1] or bytes(1), item.cursor[1:]
    after = (asset_id, last) if last else None
    limit = max(1, quota // POSTINGS_PER_HOLDER)
    page = state.scan(POSITION, liens.HOLDERS, (asset_id,), after=after, limit=limit)
    for position in page:
        if position.balance:
            payment = _redeem(context, instrument, payment, position)
    if posting.supply_of(state, asset_id) == 0:
        _finish(context, instrument, payment)
        return Step(min(quota, POSTINGS_PER_HOLDER * len(page) + 1), None)
    state.put(PAYMENT, payment)
    again = bytes([(turn[0] + 1) % 256])
    cursor = turn + page[-1].account if len(page) == limit else again
    return Step(min(quota, POSTINGS_PER_HOLDER * limit), with_item(item, cursor))


def _begin(context: Context, payment: Payment) -> Payment:
    """The first page fixes the date whose tax rates hold for all."""
    if payment.status is PaymentStatus.PAYING:
        return payment
    begun = with_payment(payment, status=PaymentStatus.PAYING, paid_on=context.business_date)
    tell_status(context, begun)
    return begun


def _finish(context: Context, instrument: Instrument, payment: Payment) -> None:
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
    forget_record(state, payment.asset)
    end_if_done(context, payment.asset)


def _pay_coupon(
    context: Context, instrument: Instrument, payment: Payment, position: Position
) -> Payment:
    state = context.state
    quantity = posting.entitled(state, payment.asset, position, payment.record_no)
    if require_asset(state, payment.asset).unpaid_record == payment.record_no:
        # a stamp answers older records too, as long as they are unpaid
        state.delete(RECORD_STAMP, payment.asset, position.account, payment.record_no)
    gross = coupon_of(instrument.terms, payment.fraction, quantity)
    if not gross:
        return payment
    account = require_account(state, position.account)
    tax = withhold(
        context,
        instrument,
        payment,
        account,
        quantity=quantity,
        base=coupon_base(instrument, gross),
        paid=gross,
    )
    _credit(context, instrument, payment, account, gross - tax.amount)
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


def _credit(
    context: Context, instrument: Instrument, payment: Payment, account: Account, amount: int
) -> Account:
    """Money from the paying account to a holder, or to its servicer's unclaimed account."""
    state = context.state
    if not amount:
        reserve.paid_into(context, account)
        return account
    target = account
    if account.status is AccountStatus.CLOSED:
        target = unclaimed_account_of(state, account)
        state.put(
            UNCLAIMED,
            Unclaimed(
                account=account.id,
                asset=instrument.terms.settlement_asset,
                security=payment.asset,
                payment=payment.number,
                amount=amount,
                since=context.business_date,
            ),
        )
        context.emit(
            PaymentUnclaimed(
                asset=payment.asset,
                payment=payment.number,
                account=account.id,
                unclaimed_account=target.id,
                amount=amount,
            )
        )
    posting.move(
        context,
        require_asset(state, instrument.terms.settlement_asset),
        require_account(state, instrument.paying_account),
        target,
        amount,
    )
    liens.freeze_credit(context, target.id, instrument.terms.settlement_asset, amount)
    reserve.paid_into(context, target)
    return target


def _redeem(
    context: Context, instrument: Instrument, payment: Payment, position: Position
) -> Payment:
    """Burn a holder's units against their face; what was pledged or frozen leaves its money so.

    The order keeps its id: who gave it changes, lifts or enforces it as before.
    """
    state = context.state
    account = require(state, ACCOUNT, position.account)
    stay: list[Lien] = []
    if position.held or position.pledged or position.frozen:
        for lien in state.scan(LIEN, liens.LIENS_BY_ACCOUNT, (account.id,), limit=liens.SCAN_MAX):
            if lien.asset == payment.asset:
                liens.lift(context, lien)
                stay += [] if lien.kind is LienKind.HOLD else [lien]
    posting.burn(context, require_asset(state, payment.asset), account, position.balance)
    tax = withhold(
        context,
        instrument,
        payment,
        account,
        quantity=position.balance,
        base=discount_base(state, instrument, position.balance),
        paid=position.balance,
    )
    paid_to = _credit(context, instrument, payment, account, position.balance - tax.amount)
    _catch(context, instrument, stay, paid_to, position.balance, position.balance - tax.amount)
    context.emit(
        PrincipalPaid(
            asset=payment.asset,
            payment=payment.number,
            account=account.id,
            quantity=position.balance,
            amount=position.balance,
            withheld=tax.amount,
        )
    )
    return with_payment(
        payment,
        paid=payment.paid + position.balance,
        withheld=payment.withheld + tax.amount,
    )


def _catch(
    context: Context,
    instrument: Instrument,
    stay: list[Lien],
    account: Account,
    face: int,
    money: int,
) -> None:
    """Put what rested on `face` on the money that came for it, each its share.

    Pledges share by running sums, so that together they never ask for more than came. A freeze is
    rounded up: it may exceed a balance.
    """
    before = 0
    for lien in stay:
        caught = min(face, AMOUNT_LIMIT if lien.amount is None else lien.amount)
        if lien.kind is LienKind.PLEDGE:
            amount = (before + caught) * money // face - before * money // face
            before += caught
        else:
            amount = -(-caught * money // face)
        if amount:
            moved = msgspec.structs.replace(
                lien,
                account=account.id,
                asset=instrument.terms.settlement_asset,
                amount=amount,
            )
            liens.place(context, moved)


COUPON_AGENDA = AgendaHandler(name=COUPON_HANDLER, family="coupons", run=run_coupon)
REDEMPTION_AGENDA = AgendaHandler(name=REDEMPTION_HANDLER, family="redemption", run=run_redemption)
