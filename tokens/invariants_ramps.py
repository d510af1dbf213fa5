"""What must hold of on- and off-ramps after every block (5.7).

Rules of this file: those of invariants_money.py.
"""

from collections.abc import Callable, Iterator

from tokens.invariants_money import Records
from tokens.records.holdings import LIEN
from tokens.records.ramps import (
    LIVE,
    RAMP,
    RAMP_COUNTER,
    RAMP_REFERENCE,
    Ramp,
    RampDirection,
    RampStatus,
    owed,
)
from tokens.types import LienKind

HOLDING = (RampStatus.HELD, RampStatus.BANK_SENT)
SETTLED = (RampStatus.REFUNDED, RampStatus.DONE, RampStatus.RETURNED)


def validate_ramps(state: Records) -> Iterator[str]:
    """In = out + fee + refund + refund fee + owed; a hold while, and only while, it holds."""
    liens = {lien.id: lien for lien in state.all(LIEN)}
    found = state.all(RAMP)
    for ramp in found:
        name = f"ramp {ramp.number}"
        yield from _amounts(name, ramp)
        if (ramp.lien is not None) != (ramp.status in HOLDING):
            yield f"{name}: {ramp.status.name}, hold {ramp.lien is not None}"
        if ramp.lien is not None:
            lien = liens.get(ramp.lien)
            place = None if lien is None else (lien.account, lien.asset, lien.amount, lien.kind)
            if place != (ramp.account, ramp.asset, ramp.amount, LienKind.HOLD):
                yield f"{name}: its hold is another"
    numbers = sorted(ramp.number for ramp in found)
    counted = sum(counter.count for counter in state.all(RAMP_COUNTER))
    if numbers != list(range(1, counted + 1)):
        yield f"ramps: {counted} counted, {len(numbers)} there"


def _amounts(name: str, ramp: Ramp) -> Iterator[str]:
    left = owed(ramp)
    if left < 0:
        yield f"{name}: more out than in by {-left}"
    if ramp.status in SETTLED and left > 0:
        yield f"{name}: {ramp.status.name}, and {left} is owed"
    if ramp.status in (RampStatus.REFUNDED, RampStatus.RETURNED) and ramp.went_out:
        yield f"{name}: {ramp.status.name}, and {ramp.went_out} is out"
    if max(ramp.fee, ramp.refund_fee) > ramp.fee_max:
        yield f"{name}: fees {ramp.fee} and {ramp.refund_fee} above {ramp.fee_max}"
    if ramp.direction is RampDirection.OUT and ramp.came_in != ramp.amount:
        yield f"{name}: came in {ramp.came_in} of {ramp.amount}"
    if ramp.status in LIVE and ramp.went_out:
        yield f"{name}: {ramp.status.name}, and {ramp.went_out} is out"


def validate_ramp_references(state: Records) -> Iterator[str]:
    """What an on-ramp received has a reference; each belongs to a ramp of its bank."""
    found = {ramp.id: ramp for ramp in state.all(RAMP)}
    named: dict[bytes, int] = {}
    for entry in state.all(RAMP_REFERENCE):
        ramp = found.get(entry.ramp)
        named[entry.ramp] = named.get(entry.ramp, 0) + 1
        if ramp is None or ramp.bank != entry.bank:
            yield f"reference {entry.reference_hash.hex()} of no ramp of its bank"
    for ramp in found.values():
        moved = ramp.came_in if ramp.direction is RampDirection.IN else ramp.went_out
        if moved and not named.get(ramp.id):
            yield f"ramp {ramp.number}: {moved} moved without a reference"


RAMP_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_ramps,
    validate_ramp_references,
)
