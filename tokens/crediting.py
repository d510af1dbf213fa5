"""Money of a payment to one holder: it is never refused (5.3)."""

import msgspec

from tokens import posting, reserve
from tokens.context import Context
from tokens.credit_stops import freeze_credit
from tokens.events import PaymentUnclaimed
from tokens.lookup import require_account, require_asset
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.instruments import Instrument, Payment
from tokens.records.parties import Account
from tokens.types import AccountStatus
from tokens.unclaimed import unclaimed_account_of


def credit(
    context: Context, instrument: Instrument, payment: Payment, account: Account, amount: int
) -> Account:
    """Money from the paying account to a holder, or to its servicer's unclaimed account.

    Returns the account that has it.
    """
    state = context.state
    if not amount:
        reserve.paid_into(context, account)
        return account
    target = account
    if account.status is AccountStatus.CLOSED:
        target = _list_unclaimed(context, instrument, payment, account, amount)
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
    freeze_credit(context, target.id, instrument.terms.settlement_asset, amount)
    reserve.paid_into(context, target)
    return target


def _list_unclaimed(
    context: Context, instrument: Instrument, payment: Payment, account: Account, amount: int
) -> Account:
    """A payment that reaches an account in two passes is on the list once, with both.

    Returns the account where the money is to lie.
    """
    state = context.state
    known = state.get(UNCLAIMED, account.id, payment.asset, payment.number)
    if known is not None:
        state.put(UNCLAIMED, msgspec.structs.replace(known, amount=known.amount + amount))
        return require_account(state, known.keeper)
    keeper = unclaimed_account_of(state, account)
    state.put(
        UNCLAIMED,
        Unclaimed(
            account=account.id,
            asset=instrument.terms.settlement_asset,
            security=payment.asset,
            payment=payment.number,
            amount=amount,
            since=context.business_date,
            keeper=keeper.id,
        ),
    )
    return keeper
