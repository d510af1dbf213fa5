"""Which records prove what a reserve is worth: the same list for who answers and who checks."""

from tokens.records.cash import CASH_ASSET
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.holdings import POSITION, SUPPLY
from tokens.records.instruments import ASSET, INSTRUMENT, Instrument
from tokens.records.kind import Key, Kind
from tokens.records.marks import ASSET_MARKS
from tokens.records.rates import COUPON_FIXING
from tokens.records.reserves import RESERVE_POLICY
from tokens.records.system import PARAMETER
from tokens.state import Overlay
from tokens.terms import accruing_on


def _fixing(state: Overlay, instrument: Instrument) -> list[tuple[Kind, Key]]:
    """The rate of a floater's coupon that accrues today: a clean mark leaves its interest out."""
    calendar = state.get(CALENDAR, instrument.terms.calendar_id)
    day = state.get(BUSINESS_DAY)
    if instrument.terms.floating is None or calendar is None or day is None:
        return []
    accruing = accruing_on(instrument.terms, calendar.current, day.date)
    return [] if accruing is None else [(COUPON_FIXING, (instrument.asset, accruing.number))]


def reserve_keys(state: Overlay, asset: str) -> list[tuple[Kind, Key]]:
    """Every record that the supply and the value of a stablecoin's reserve follow from.

    Asked of a state that holds only some of them, it names those that follow from these: who
    checks adds what is proven and asks again, until nothing new is named.
    """
    keys: list[tuple[Kind, Key]] = [
        (CASH_ASSET, (asset,)),
        (ASSET, (asset,)),
        (SUPPLY, (asset,)),
        (RESERVE_POLICY, (asset,)),
        (BUSINESS_DAY, ()),
        (PARAMETER, ("mark_age_days",)),
    ]
    cash, policy = state.get(CASH_ASSET, asset), state.get(RESERVE_POLICY, asset)
    if cash is None:
        return keys
    keys.append((POSITION, (cash.backing, cash.reserve_account)))
    day = state.get(BUSINESS_DAY)
    calendars = [] if day is None else [day.calendar]
    for security in () if policy is None else policy.securities:
        keys.append((POSITION, (security, cash.reserve_account)))
        keys += [(kind, (security,)) for kind in (ASSET, INSTRUMENT, ASSET_MARKS)]
        instrument = state.get(INSTRUMENT, security)
        if instrument is not None:
            calendars.append(instrument.terms.calendar_id)
            keys += _fixing(state, instrument)
    return keys + [(CALENDAR, (name,)) for name in sorted(set(calendars))]
