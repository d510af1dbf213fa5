"""Which legs of ramps an institution must report: its own operations, beside the threshold.

A leg is a payment outside that a bank received (`receive_ramp`) or made (`send_ramp`); the bank
reports it (page 04, AML). It counts when it was made, whatever became of the ramp afterwards.
"""

import datetime as dt
from collections.abc import Iterable

from node.aml.facts import Leg
from tokens.ops.off_ramps import SendRamp
from tokens.ops.on_ramps import ReceiveRamp
from tokens.records.ramps import Ramp


class OtherRamp(Exception):
    """The operation speaks of another ramp."""


def leg_of(ramp: Ramp, operation: ReceiveRamp | SendRamp, account: str, date: dt.date) -> Leg:
    """A leg as a report tells it; `account` is the client's address as text. Raises OtherRamp."""
    if operation.ramp != ramp.id:
        raise OtherRamp(ramp.id.hex())
    return Leg(
        ramp="0x" + ramp.id.hex(),
        number=ramp.number,
        account=account,
        direction=ramp.direction,
        rail=operation.rail,
        reference="0x" + operation.reference_hash.hex(),
        amount=_amount(ramp, operation),
        date=date,
    )


def _amount(ramp: Ramp, operation: ReceiveRamp | SendRamp) -> int:
    """Minor units that passed outside: what came in, or what went out without the fee."""
    if isinstance(operation, ReceiveRamp):
        return operation.amount
    return ramp.amount - operation.fee


def due(legs: Iterable[Leg], threshold: int) -> list[Leg]:
    """Legs at or above the threshold, minor units; 0 = none."""
    return [leg for leg in legs if 0 < threshold <= leg.amount]
