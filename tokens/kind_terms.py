"""Which terms go with which kind of instrument (5.1): what creation asks beyond types.

Rules of this file:
1. One table says what a kind has; a field that a kind does not have must be empty.
2. A repayment before maturity is a whole number of minor units of each increment: no holder's
   repayments ever lose a paisa to a rounding, whoever sells to whom.
3. Dates of options lie inside of the life, ascending; of repayments on coupon dates before the
   maturity.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.finance.schedule import ScheduleFault
from tokens.finance.yield_basis import Compounding
from tokens.records.instruments import InstrumentTerms, TaxBase
from tokens.terms import schedule_of
from tokens.types import AMOUNT_LIMIT, AssetKind

YEARS_MAX = 301
"""No coupon period is longer: DATE_MIN to DATE_MAX. So no coupon ever overflows."""

FLOATING_RATE_MAX_E6 = 2 * 10**9
"""Largest rate that a fixing can give: the largest benchmark and the largest margin."""

_RATE_ONE = 10**6
_YEAR_DAYS_MIN = 360


class KindRule(NamedTuple):
    """What a kind has."""

    coupons: bool
    """It pays coupons or rentals: a frequency, and withholding on them."""
    floating: bool
    """Their rate is fixed period by period."""
    amortising: bool
    options: bool
    """It may be called or put."""
    cfi_groups: str
    """Second letters of its CFI code; the first is D, debt."""
    cfi_interest: str
    """Third letter: Z zero, F fixed, V variable."""


_BONDS = "ABEGMNST"
"""Bonds and their like: asset-backed, structured, medium-term notes (ISO 10962, category D)."""

KIND_RULES: dict[AssetKind, KindRule] = {
    AssetKind.BILL: KindRule(False, False, False, False, "BY", "Z"),
    AssetKind.ZERO: KindRule(False, False, False, True, _BONDS, "Z"),
    AssetKind.SUKUK_DISC: KindRule(False, False, False, True, _BONDS + "Y", "Z"),
    AssetKind.FIXED: KindRule(True, False, False, True, _BONDS, "F"),
    AssetKind.SUKUK_FRR: KindRule(True, False, False, True, _BONDS, "F"),
    AssetKind.FLOAT: KindRule(True, True, False, True, _BONDS, "V"),
    AssetKind.SUKUK_VRR: KindRule(True, True, False, True, _BONDS, "V"),
    AssetKind.AMORT: KindRule(True, False, True, True, _BONDS, "F"),
}
"""Debt instruments. Bills are not redeemable early (shipped profile)."""

_REDEMPTION = {
    (False, False, False): "F",
    (False, True, False): "G",
    (False, False, True): "C",
    (False, True, True): "D",
    (True, False, False): "A",
    (True, True, False): "B",
    (True, False, True): "T",
    (True, True, True): "L",
}
"""(repaid in parts, callable, puttable) -> fifth letter of the CFI code of a bond."""


def kind_terms_good(terms: InstrumentTerms) -> bool:
    """Whether the fields of an instrument go with its kind; its schedule is asked for elsewhere."""
    rule = KIND_RULES.get(terms.kind)
    if rule is None or not _cfi_fits(terms, rule):
        return False
    if (terms.freq > 0) is not rule.coupons or (terms.floating is not None) is not rule.floating:
        return False
    if bool(terms.amortisations) is not rule.amortising:
        return False
    if (terms.calls or terms.puts) and not rule.options:
        return False
    if not rule.coupons and (terms.coupon_rate_e6 or terms.tax_base is TaxBase.COUPON):
        return False
    if terms.kind is AssetKind.BILL and terms.yield_compounding is not Compounding.SIMPLE:
        return False
    if terms.floating is not None and terms.floating.benchmark == terms.floating.fallback:
        return False
    return _options_good(terms) and _amortisations_good(terms)


def coupon_overflows(terms: InstrumentTerms, max_supply: int) -> bool:
    """Whether a coupon on `max_supply` might be no amount. A floater's rate is bounded, not known.

    A regular period of a floater is never longer than a year, an odd one is counted in whole years.
    """
    rate, years = terms.coupon_rate_e6, YEARS_MAX
    if terms.floating is not None:
        periods = schedule_of(terms)
        if isinstance(periods, ScheduleFault):
            return False
        longest = max((period.end - period.start).days for period in periods)
        rate, years = FLOATING_RATE_MAX_E6, longest // _YEAR_DAYS_MIN + 2
    return max_supply * rate * years > AMOUNT_LIMIT * _RATE_ONE


def _cfi_fits(terms: InstrumentTerms, rule: KindRule) -> bool:
    category, group, interest, redemption = (terms.cfi[place] for place in (0, 1, 2, 4))
    if category != "D" or group not in rule.cfi_groups or interest != rule.cfi_interest:
        return False
    if group == "Y":
        return redemption in "FX"
    wanted = _REDEMPTION[bool(terms.amortisations), bool(terms.calls), bool(terms.puts)]
    return redemption in (wanted, "X")


def _options_good(terms: InstrumentTerms) -> bool:
    calls, puts = [one.date for one in terms.calls], [one.date for one in terms.puts]
    return _inside(calls, terms) and _inside(puts, terms)


def _inside(days: Sequence[dt.date], terms: InstrumentTerms) -> bool:
    """Strictly ascending, after the issue and before the maturity."""
    bounds = [terms.issue_date, *days, terms.maturity_date]
    return not days or all(first < second for first, second in pairwise(bounds))


def _amortisations_good(terms: InstrumentTerms) -> bool:
    if not terms.amortisations:
        return True
    periods = schedule_of(terms)
    if isinstance(periods, ScheduleFault):
        return True
    coupon_dates = {period.end for period in periods[:-1]}
    days = [part.date for part in terms.amortisations]
    if not _inside(days, terms) or any(day not in coupon_dates for day in days):
        return False
    fractions = [part.fraction_e6 for part in terms.amortisations]
    whole = all(terms.increment * part % FACTOR_ONE_E6 == 0 for part in fractions)
    return whole and sum(fractions) < FACTOR_ONE_E6
