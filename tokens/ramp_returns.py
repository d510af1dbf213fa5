"""Tokens that a bank gives back for a payment that returned (5.7).

A client whose account was closed since is paid into its servicer's unclaimed account, as coupons
are.
"""

from tokens import posting
from tokens.context import Context
from tokens.credit_stops import freeze_credit
from tokens.lookup import require_account, require_asset
from tokens.records.parties import Account
from tokens.records.ramps import Ramp
from tokens.types import AccountStatus
from tokens.unclaimed import list_unclaimed


def pay_back(context: Context, ramp: Ramp, source: Account, amount: int) -> None:
    """From the bank to the client, whatever the client's account says; a credit stop freezes it."""
    target = require_account(context.state, ramp.account)
    if target.status is AccountStatus.CLOSED:
        target = list_unclaimed(context, target, ramp.asset, ramp.asset, ramp.number, amount)
    posting.move(context, require_asset(context.state, ramp.asset), source, target, amount)
    freeze_credit(context, target.id, ramp.asset, amount)
