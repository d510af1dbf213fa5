"""Which legs of ramps are reported: what a bank received or paid, at or above the threshold."""

import datetime as dt

import msgspec
import pytest

from node.aml.cash_reports import OtherRamp, due, leg_of
from tests.node.rpc.small_money import ramp
from tests.tokens.ops.ramp_world import receive, send
from tokens.ops.on_ramps import ReceiveRamp
from tokens.records.ramps import Rail, Ramp, RampDirection, RampStatus

DATE = dt.date(2025, 7, 1)
OUT = msgspec.structs.replace(ramp(), amount=100)
INTO = msgspec.structs.replace(OUT, direction=RampDirection.IN)


def test_a_payment_received_counts_whole_and_one_made_without_the_fee() -> None:
    into = leg_of(INTO, receive(INTO.id, 120), "client", DATE)
    assert (into.amount, into.direction, into.rail) == (120, RampDirection.IN, Rail.INSTANT)
    out = leg_of(OUT, send(OUT.id, 2), "client", DATE)
    assert (out.amount, out.number, out.date) == (98, OUT.number, DATE)
    assert out.reference == "0x" + send(OUT.id).reference_hash.hex()


@pytest.mark.parametrize("status", RampStatus)
def test_it_counts_whatever_became_of_the_ramp(status: RampStatus) -> None:
    later: Ramp = msgspec.structs.replace(OUT, status=status, fee=0)
    assert leg_of(later, send(OUT.id, 2), "client", DATE).amount == 98


def test_an_operation_of_another_ramp_is_told() -> None:
    with pytest.raises(OtherRamp):
        leg_of(INTO, receive(bytes(32)), "client", DATE)


def test_legs_at_or_above_the_threshold_are_due() -> None:
    operations: list[ReceiveRamp] = [receive(INTO.id, n) for n in (99, 100, 101)]
    legs = [leg_of(INTO, operation, "client", DATE) for operation in operations]
    assert [leg.amount for leg in due(legs, 100)] == [100, 101]
    assert due(legs, 0) == []
