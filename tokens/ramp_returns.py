"""Tokens that a bank gives back for a payment that returned (5.7).

A client whose account was closed since is paid into its servicer's unclaimed account, as coupons
are.
"""

from tokens import posting
from tokens.context import Context
from tokens.credit_stops import freeze_credit
from tokens.events import PaymentUnclaimed
from tokens.lookup import require_account, require_asset
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.parties import Account
from tokens.records.ramps import Ramp
from tokens.types import AccountStatus
from tokens.unclaimed import unclaimed_account_of


def pay_back(context: Context, ramp: Ramp, source: Account, amount: int) -> None:
    """From the bank to the client, whatever the client's account says; a credit stop freezes it."""
    state = context.state
    account = require_account(state, ramp.account)
    target = account
    if account.status is AccountStatus.CLOSED:
        place = (account.id, ramp.asset, ramp.number)
        known = state.get(UNCLAIMED, *place)
        if known is None:
            target = unclaimed_account_of(state, account)
        else:
            target = require_account(state, known.keeper)
        state.put(
            UNCLAIMED,
            Unclaimed(
                account=account.id,
                asset=ramp.asset,
                security=ramp.asset,
                payment=ramp.number,
                amount=amount if known is None else known.amount + amount,
                since=context.business_date if known is None else known.since,
                keeper=target.id,
            ),
        )
        context.emit(
            PaymentUnclaimed(
                asset=ramp.asset,
                payment=ramp.number,
                account=account.id,
                unclaimed_account=target.id,
                amount=amount,
            )
        )
    posting.move(context, require_asset(state, ramp.asset), source, target, amount)
    freeze_credit(context, target.id, ramp.asset, amount)
