"""What must hold of fixings after every block (5.3).

Rules of this file: those of invariants_money.py.
"""

from collections.abc import Callable, Iterator

import msgspec

from tokens.fixings import ENDED, FIRST_FIXED, FIXING_HANDLER
from tokens.invariants_money import Records
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.rates import COUPON_FIXING
from tokens.records.system import AGENDA_ITEM
from tokens.terms import periods_of
from tokens.types import AssetStatus

_subject = msgspec.msgpack.Decoder(tuple[str, int])


def validate_fixings(state: Records) -> Iterator[str]:
    """A fixing is of a floating coupon, and benchmark plus margin, not below zero."""
    terms = {instrument.asset: instrument.terms for instrument in state.all(INSTRUMENT)}
    for fixing in state.all(COUPON_FIXING):
        place = f"{fixing.asset} {fixing.number}"
        floating = terms[fixing.asset].floating
        if floating is None:
            yield f"{place}: fixed, but its rate does not float"
            continue
        if not FIRST_FIXED <= fixing.number <= len(periods_of(terms[fixing.asset])):
            yield f"{place}: no such coupon is fixed"
        if fixing.rate_e6 != max(0, fixing.reference_rate_e6 + floating.margin_e6):
            yield f"{place}: {fixing.rate_e6} is not {fixing.reference_rate_e6} and the margin"
        if fixing.reference not in (floating.benchmark, floating.fallback):
            yield f"{place}: fixed on {fixing.reference}"
        if fixing.reference_date >= fixing.reset_date or fixing.reset_date > fixing.fixed_on:
            yield f"{place}: rate of {fixing.reference_date} at {fixing.reset_date}"


def validate_fixing_agenda(state: Records) -> Iterator[str]:
    """A coupon that still needs a rate has somebody who looks for it."""
    waiting: dict[str, int] = {}
    for item in state.all(AGENDA_ITEM):
        if item.handler == FIXING_HANDLER:
            asset, number = _subject.decode(item.subject)
            if asset in waiting:
                yield f"{asset}: two fixings are on the agenda"
            waiting[asset] = number
    fixed = {(fixing.asset, fixing.number) for fixing in state.all(COUPON_FIXING)}
    status = {asset.id: asset.status for asset in state.all(ASSET)}
    for instrument in state.all(INSTRUMENT):
        if instrument.terms.floating is None or status[instrument.asset] is AssetStatus.DRAFT:
            continue
        if status[instrument.asset] in ENDED:
            continue
        last = len(periods_of(instrument.terms))
        needed = range(max(FIRST_FIXED, instrument.next_coupon), last + 1)
        missing = [number for number in needed if (instrument.asset, number) not in fixed]
        if missing and waiting.get(instrument.asset, last + 1) > missing[0]:
            yield f"{instrument.asset}: nobody looks for the rate of coupon {missing[0]}"


RATE_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_fixings,
    validate_fixing_agenda,
)
