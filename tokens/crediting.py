"""Money of a payment to one holder: it is never refused (5.3)."""

from tokens import posting, reserve
from tokens.context import Context
from tokens.credit_stops import freeze_credit
from tokens.lookup import require_account, require_asset
from tokens.records.instruments import Instrument, Payment
from tokens.records.parties import Account
from tokens.types import AccountStatus
from tokens.unclaimed import list_unclaimed


def credit(
    context: Context, instrument: Instrument, payment: Payment, account: Account, amount: int
) -> Account:
    """Money from the paying account to a holder, or to its servicer's unclaimed account.

    Returns the account that has it.
    """
    state, money = context.state, instrument.terms.settlement_asset
    if not amount:
        reserve.paid_into(context, account)
        return account
    target = account
    if account.status is AccountStatus.CLOSED:
        target = list_unclaimed(context, account, money, payment.asset, payment.number, amount)
    posting.move(
        context,
        require_asset(state, money),
        require_account(state, instrument.paying_account),
        target,
        amount,
    )
    freeze_credit(context, target.id, money, amount)
    reserve.paid_into(context, target)
    return target
