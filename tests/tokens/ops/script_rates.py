"""Operations of reference rates, fixings and taps: part of the source of the vectors."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import FACE
from tests.tokens.ops.kinds import FALLBACK, terms_of
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.rates import FixCoupon, RateEntry, SetReferenceRates
from tokens.ops.taps import Tap
from tokens.types import AssetKind

FLOATER = "PK0000000031"


def marks(*days: dt.date, rate_e6: int = 110_000) -> SetReferenceRates:
    """The fallback's rate on some days, 100 points higher each day."""
    entries = tuple(
        RateEntry(name=FALLBACK, date=day, rate_e6=rate_e6 + 100 * place)
        for place, day in enumerate(days)
    )
    return SetReferenceRates(rates=entries, source="PKRV sheet")


FIVE_DAYS = tuple(dt.date(2026, 1, day) for day in (8, 9, 12, 13, 14))
"""The working days before 2026-01-15, when coupon 2 of the usual floater is reset."""


def rates_script() -> Iterator[tuple[str, msgspec.Struct]]:
    """(who, operation): a floater without a benchmark, then with the fallback, and a tap."""
    made = terms_of(AssetKind.FLOAT, isin=FLOATER)
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=FLOATER, terms_digest=terms_digest(made))
    yield "marker", marks(*FIVE_DAYS)
    yield "treasury", FixCoupon(asset=FLOATER, coupon=2)
    yield "treasury+central", Tap(asset=FLOATER, max_supply=20_000 * FACE)
