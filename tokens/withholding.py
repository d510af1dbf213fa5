"""Tax withheld on coupons: a dated rate per holder class (5.3)."""

import datetime as dt

from tokens.amount import mul_div_half_up
from tokens.records.day import TAX_TABLE, TaxTable
from tokens.records.parties import PARTICIPANT, Account
from tokens.state import Overlay
from tokens.types import NO_ADDRESS, AccountPurpose, Role

NO_TAX = "none"
"""Profile of instruments whose coupons are paid gross."""
DEFAULT_CLASS = "default"
RATE_ONE = 10**6

_EXEMPT = (AccountPurpose.RESERVE, AccountPurpose.TREASURY, AccountPurpose.TAX)


def rate_on(table: TaxTable, tax_class: str, day: dt.date) -> int:
    """Rate x 10^6 of a class: its last entry from the date or before, else the default's."""
    for name in (tax_class, DEFAULT_CLASS):
        rate = None
        for entry in table.entries:
            if entry.tax_class == name and entry.from_date <= day:
                rate = entry.rate_e6
        if rate is not None:
            return rate
    return 0


def rate_of(state: Overlay, profile: str, account: Account, day: dt.date) -> int:
    """Rate x 10^6 that an account pays. Treasury, central bank and reserve accounts are exempt.

    An account in such a holder's name is the holder's only if nobody else has keys of it: its
    servicer may have named anybody.
    """
    if profile == NO_TAX or account.purpose in _EXEMPT:
        return 0
    if account.holder != NO_ADDRESS and account.policy is None:
        holder = state.get(PARTICIPANT, account.holder)
        if holder is not None and (
            Role.TREASURY in holder.roles or Role.CENTRAL_BANK in holder.roles
        ):
            return 0
    table = state.get(TAX_TABLE, profile)
    return 0 if table is None else rate_on(table, account.tax_class, day)


def withheld_half_up(gross: int, rate_e6: int) -> int:
    """Tax on a gross amount in minor units; never more than it (a rate is at most 1)."""
    return mul_div_half_up(gross, rate_e6, RATE_ONE)
