"""Tax withheld on coupons and discounts: a dated rate per holder class, certified (5.3).

Rules of this file:
1. One rounding: withheld = half up of base x rate, never more than what is paid out.
2. A threshold asks the sum of the person's tax year with this payment in it. The rate above holds
   for the whole payment that passes it and for those after it; earlier payments stay as they were.
3. Whoever is not exempt gets a certificate, also one of nothing: the sum of a year is complete.
"""

import datetime as dt
from typing import NamedTuple

import msgspec

from tokens import posting
from tokens.amount import mul_div_half_up
from tokens.context import Context
from tokens.events import TaxWithheld
from tokens.issue_price import discount_floor
from tokens.lookup import require_account, require_asset
from tokens.records.day import TAX_TABLE, TaxEntry, TaxTable
from tokens.records.instruments import Instrument, Payment, TaxBase
from tokens.records.parties import PARTICIPANT, Account
from tokens.records.tax import TAX_CERTIFICATE, TAX_YEAR, TaxCertificate, TaxYear
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, NO_ADDRESS, AccountPurpose, Role

NO_TAX = "none"
"""Profile of instruments whose coupons are paid gross."""
DEFAULT_CLASS = "default"
RATE_ONE = 10**6

_EXEMPT = (AccountPurpose.RESERVE, AccountPurpose.TREASURY, AccountPurpose.TAX)


class Withheld(NamedTuple):
    """What one payment lost to tax."""

    amount: int
    """Minor units of money."""
    rate_e6: int


NOTHING = Withheld(0, 0)


def tax_year_of(table: TaxTable, day: dt.date) -> int:
    """Tax year of a date, named after the calendar year in which it ends."""
    return day.year + (table.year_month > 1 and day.month >= table.year_month)


def entry_on(table: TaxTable, tax_class: str, day: dt.date) -> TaxEntry | None:
    """A class's last entry from the date or before, else the default's, else None."""
    for name in (tax_class, DEFAULT_CLASS):
        found = None
        for entry in table.entries:
            if entry.tax_class == name and entry.from_date <= day:
                found = entry
        if found is not None:
            return found
    return None


def rate_on(table: TaxTable, tax_class: str, day: dt.date, year_base: int = 0) -> int:
    """Rate x 10^6 of a class on a date, for a person whose year has come to `year_base`."""
    entry = entry_on(table, tax_class, day)
    if entry is None:
        return 0
    if entry.above is not None and year_base > entry.above.threshold:
        return entry.above.rate_e6
    return entry.rate_e6


def is_exempt(state: Overlay, account: Account) -> bool:
    """Treasury, central bank, tax and reserve accounts pay nothing.

    An account in such a holder's name is the holder's only if nobody else has keys of it: its
    servicer may have named anybody.
    """
    if account.purpose in _EXEMPT:
        return True
    if account.holder == NO_ADDRESS or account.policy is not None:
        return False
    holder = state.get(PARTICIPANT, account.holder)
    return holder is not None and (
        Role.TREASURY in holder.roles or Role.CENTRAL_BANK in holder.roles
    )


def withhold(
    context: Context,
    instrument: Instrument,
    payment: Payment,
    account: Account,
    *,
    quantity: int,
    base: int,
    paid: int,
) -> Withheld:
    """Take the tax on `base` out of `paid`: move it, add it to the year, certify it."""
    state, terms = context.state, instrument.terms
    table = state.get(TAX_TABLE, terms.tax_profile)
    if not base or terms.tax_profile == NO_TAX or table is None or is_exempt(state, account):
        return NOTHING
    day = payment.paid_on or context.business_date
    year = tax_year_of(table, day)
    before = state.get(TAX_YEAR, account.owner, table.profile, year)
    year_base = base + (0 if before is None else before.base)
    rate_e6 = rate_on(table, account.tax_class, day, year_base)
    amount = min(paid, withheld_half_up(base, rate_e6))
    certificate = TaxCertificate(
        account=account.id,
        year=year,
        security=payment.asset,
        payment=payment.number,
        kind=payment.kind,
        tax_base=terms.tax_base,
        profile=table.profile,
        version=table.version,
        tax_class=account.tax_class,
        quantity=quantity,
        base=base,
        rate_e6=rate_e6,
        withheld=amount,
        settlement_asset=terms.settlement_asset,
        paid_on=day,
    )
    _add_to_year(state, account, before, certificate)
    _pass_on(context, instrument, table, amount)
    _certify(context, certificate)
    return Withheld(amount, rate_e6)


def _add_to_year(
    state: Overlay, account: Account, before: TaxYear | None, certificate: TaxCertificate
) -> None:
    base = certificate.base + (0 if before is None else before.base)
    withheld = certificate.withheld + (0 if before is None else before.withheld)
    state.put(
        TAX_YEAR,
        TaxYear(
            owner=account.owner,
            profile=certificate.profile,
            year=certificate.year,
            base=min(base, AMOUNT_LIMIT),
            withheld=min(withheld, AMOUNT_LIMIT),
        ),
    )


def _pass_on(context: Context, instrument: Instrument, table: TaxTable, amount: int) -> None:
    if amount:
        posting.move(
            context,
            require_asset(context.state, instrument.terms.settlement_asset),
            require_account(context.state, instrument.paying_account),
            require_account(context.state, table.account),
            amount,
        )


def _certify(context: Context, certificate: TaxCertificate) -> None:
    """A payment that pays one account in two passes has one certificate, of both."""
    state, key = context.state, (certificate.account, certificate.year)
    known = state.get(TAX_CERTIFICATE, *key, certificate.security, certificate.payment)
    whole = certificate
    if known is not None:
        whole = msgspec.structs.replace(
            certificate,
            quantity=known.quantity + certificate.quantity,
            base=known.base + certificate.base,
            withheld=known.withheld + certificate.withheld,
        )
    state.put(TAX_CERTIFICATE, whole)
    context.emit(
        TaxWithheld(
            account=certificate.account,
            year=certificate.year,
            security=certificate.security,
            payment=certificate.payment,
            tax_base=certificate.tax_base,
            base=certificate.base,
            rate_e6=certificate.rate_e6,
            withheld=certificate.withheld,
        )
    )


def coupon_base(instrument: Instrument, gross: int) -> int:
    """What tax on a coupon is computed on: all of it, or nothing."""
    return gross if instrument.terms.tax_base is TaxBase.COUPON else 0


def discount_base(state: Overlay, instrument: Instrument, face: int) -> int:
    """What tax on a redemption is computed on: the discount on its face, or nothing."""
    if instrument.terms.tax_base is not TaxBase.DISCOUNT:
        return 0
    return discount_floor(state, instrument.asset, face)


def withheld_half_up(gross: int, rate_e6: int) -> int:
    """Tax on a gross amount in minor units; never more than it (a rate is at most 1)."""
    return mul_div_half_up(gross, rate_e6, RATE_ONE)
