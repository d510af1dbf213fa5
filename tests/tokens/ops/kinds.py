"""Usual terms of every kind of debt instrument."""

import datetime as dt

from tests.tokens.ops.build import terms
from tokens.finance.calendar import BusinessDayConvention
from tokens.finance.daycount import DayCount
from tokens.finance.yield_basis import Compounding, LastPeriod
from tokens.records.instruments import Amortisation, FloatTerms, InstrumentTerms, TaxBase
from tokens.types import AssetKind

DATE = dt.date

BENCHMARK, FALLBACK = "mtb-182d", "pkrv-182d"

FLOATING = FloatTerms(benchmark=BENCHMARK, margin_e6=5_000, reset_offset_bd=2, fallback=FALLBACK)

ZERO_TERMS: dict[str, object] = {
    "coupon_rate_e6": 0,
    "freq": 0,
    "accrual_daycount": DayCount.ACT_365F,
    "tax_base": TaxBase.DISCOUNT,
}

REPAID = tuple(
    Amortisation(date=day, fraction_e6=fraction)
    for day, fraction in (
        (DATE(2026, 7, 17), 200_000),
        (DATE(2027, 7, 17), 300_000),
        (DATE(2028, 1, 17), 250_000),
    )
)

KIND_CHANGES: dict[AssetKind, dict[str, object]] = {
    AssetKind.BILL: ZERO_TERMS
    | {
        "cfi": "DYZTXR",
        "name": "MTB 182 days",
        "denomination": 500_000,
        "increment": 500_000,
        "maturity_date": DATE(2026, 1, 15),
        "yield_daycount": DayCount.ACT_365F,
        "yield_compounding": Compounding.SIMPLE,
        "bdc": BusinessDayConvention.FOLLOWING,
    },
    AssetKind.ZERO: ZERO_TERMS
    | {
        "cfi": "DBZTFR",
        "name": "PIB zero 3 years",
        "yield_daycount": DayCount.ACT_ACT_ICMA,
        "yield_compounding": Compounding.ANNUAL,
        "last_period": LastPeriod.COMPOUND,
    },
    AssetKind.SUKUK_DISC: ZERO_TERMS
    | {"cfi": "DYZTXR", "name": "GIS discounted 1 year", "maturity_date": DATE(2026, 7, 16)},
    AssetKind.FIXED: {},
    AssetKind.SUKUK_FRR: {"name": "GIS FRR 3 years", "accrual_daycount": DayCount.ACT_365F},
    AssetKind.FLOAT: {"cfi": "DBVTFR", "name": "PFL 3 years", "floating": FLOATING},
    AssetKind.SUKUK_VRR: {
        "cfi": "DBVTFR",
        "name": "GIS VRR 3 years",
        "floating": FLOATING,
        "accrual_daycount": DayCount.ACT_365F,
    },
    AssetKind.AMORT: {"cfi": "DBFTAR", "name": "Amortising bond", "amortisations": REPAID},
}
"""Kind -> what differs from the fixed-rate bond of build.py."""


def terms_of(kind: AssetKind, **changes: object) -> InstrumentTerms:
    """Terms that creation accepts, with changes."""
    return terms(**({"kind": kind} | KIND_CHANGES[kind] | changes))
