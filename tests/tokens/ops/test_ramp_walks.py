"""Ramps under any order of steps: amounts add up, nothing is minted, no state is a dead end."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.ramp_world import (
    complete,
    credit,
    give_back,
    open_in,
    open_out,
    opened,
    ramp_of,
    ramp_world,
    receive,
    refund,
    refuse,
    screen,
    send,
)
from tests.tokens.ops.world import PKRS, World
from tokens.invariants import Snapshot
from tokens.invariants_ramps import RAMP_INVARIANTS
from tokens.ops.on_ramps import ScreeningStep
from tokens.records.day import BUSINESS_DAY
from tokens.records.kind import RecordKind
from tokens.records.ramps import LIVE, RAMP, RAMP_REFERENCE, Ramp, RampStatus, owed
from tokens.results import Code

R = TypeVar("R", bound=msgspec.Struct)
NEXT_WEEK = dt.date(2025, 7, 21)

Move = Callable[[bytes, int, int, str], msgspec.Struct]

MOVES: tuple[Move, ...] = (
    lambda ramp, amount, fee, name: receive(ramp, amount, name),
    lambda ramp, amount, fee, name: screen(ramp, ScreeningStep.BEGIN),
    lambda ramp, amount, fee, name: screen(ramp, ScreeningStep.HOLD),
    lambda ramp, amount, fee, name: screen(ramp, ScreeningStep.CLEAR),
    lambda ramp, amount, fee, name: credit(ramp, amount, fee),
    lambda ramp, amount, fee, name: refund(ramp, amount, fee, name),
    lambda ramp, amount, fee, name: send(ramp, fee, name, confirm_by=NEXT_WEEK),
    lambda ramp, amount, fee, name: complete(ramp),
    lambda ramp, amount, fee, name: give_back(ramp, amount, fee, name),
    lambda ramp, amount, fee, name: refuse(ramp),
)
PEOPLE = ("bank_a", "bank_b", "fiu")

steps = st.tuples(
    st.sampled_from([*MOVES, None]),
    st.sampled_from(PEOPLE),
    st.sampled_from([1, 40, 60, 97, 98, 100, 120]),
    st.sampled_from([0, 1, 2, 3, 5]),
    st.sampled_from(["R1", "R2", "R3", "R4"]),
)


def next_day(world: World) -> None:
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    date = day.date + dt.timedelta(days=1)
    while date.weekday() > 4:
        date += dt.timedelta(days=1)
    go_to(world, date)


def exits(world: World, ramp: bytes) -> None:
    """From wherever a ramp is: its date, and if its bank owes something, a refund."""
    found = ramp_of(world, ramp)
    if found.status in LIVE:
        day = world.state.get(BUSINESS_DAY)
        assert day is not None
        date = max(found.expires_on, day.date + dt.timedelta(days=1))
        while date.weekday() > 4:
            date += dt.timedelta(days=1)
        go_to(world, date)
        found = ramp_of(world, ramp)
    assert found.status not in LIVE
    if owed(found):
        world.act("bank_a", refund(ramp, owed(found), 0, "LAST"))
    assert owed(ramp_of(world, ramp)) == 0


@settings(max_examples=120, deadline=None)
@given(st.booleans(), st.lists(steps, max_size=14))
def test_from_every_state_some_operation_or_date_leads_out(
    inward: bool, walk: list[tuple[Move | None, str, int, int, str]]
) -> None:
    world = ramp_world()
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    supply = world.supply(PKRS)
    ramp = opened(world, open_in() if inward else open_out())
    seen: list[RampStatus] = []
    for move, who, amount, fee, name in walk:
        if move is None:
            next_day(world)
        elif world.attempt(who, move(ramp, amount, fee, name)) is Code.OK:
            world.end_block()
        seen.append(ramp_of(world, ramp).status)
        assert world.supply(PKRS) == supply
    exits(world, ramp)
    assert world.supply(PKRS) == supply
    found = ramp_of(world, ramp)
    assert found.came_in == found.went_out + found.fee + found.refund + found.refund_fee
    assert found.lien is None


WAYS: dict[RampStatus, tuple[tuple[str, Move], ...]] = {
    RampStatus.AWAIT_BANK: (),
    RampStatus.RECEIVED: (("bank_a", MOVES[0]),),
    RampStatus.SCREENING: (("bank_a", MOVES[0]), ("bank_b", MOVES[1])),
    RampStatus.ON_HOLD: (("bank_a", MOVES[0]), ("fiu", MOVES[2])),
    RampStatus.CREDITED: (
        ("bank_a", MOVES[0]),
        ("bank_b", MOVES[1]),
        ("bank_b", MOVES[3]),
        ("bank_a", MOVES[4]),
    ),
    RampStatus.REFUNDED: (("bank_a", MOVES[0]), ("bank_a", lambda r, a, f, n: refund(r, 90))),
    RampStatus.HELD: (),
    RampStatus.BANK_SENT: (("bank_a", MOVES[6]),),
    RampStatus.DONE: (("bank_a", MOVES[6]), ("bank_a", MOVES[7])),
    RampStatus.RETURNED: (("bank_a", MOVES[9]),),
}
"""A way to each state; EXPIRED is where `exits` goes."""


@pytest.mark.parametrize("status", list(WAYS), ids=lambda status: status.name)
def test_each_state_has_a_way_in_and_a_way_out(status: RampStatus) -> None:
    world = ramp_world()
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    out = (RampStatus.HELD, RampStatus.BANK_SENT, RampStatus.DONE, RampStatus.RETURNED)
    ramp = opened(world, open_out() if status in out else open_in())
    for at, (who, move) in enumerate(WAYS[status]):
        world.act(who, move(ramp, 90, 0, f"W{at}"))
    assert ramp_of(world, ramp).status is status
    exits(world, ramp)


def test_every_state_is_walked_to() -> None:
    assert {*WAYS, RampStatus.EXPIRED} == set(RampStatus)


class Changed:
    """The records of a world, its ramp replaced."""

    def __init__(self, world: World, ramp: Ramp, *, references: bool) -> None:
        self.snapshot = Snapshot(world.store)
        self.ramp = ramp
        self.references = references

    def all(self, kind: RecordKind[R]) -> list[R]:
        if kind.tag == RAMP.tag:
            return [self.ramp]  # type: ignore[list-item]
        if kind.tag == RAMP_REFERENCE.tag and not self.references:
            return []
        return self.snapshot.all(kind)


def test_the_invariants_of_ramps_can_fail() -> None:
    world = ramp_world()
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    ramp = opened(world, open_out())
    world.act("bank_a", send(ramp))
    world.act("bank_a", complete(ramp))
    good = ramp_of(world, ramp)

    def broken(references: bool = True, **changes: object) -> list[str]:
        made = msgspec.structs.replace(good, **changes)
        records = Changed(world, made, references=references)
        return [line for check in RAMP_INVARIANTS for line in check(records)]

    assert broken() == []
    assert broken(went_out=99) == ["ramp 1: more out than in by 1"]
    assert broken(went_out=97) == ["ramp 1: DONE, and 1 is owed"]
    assert broken(status=RampStatus.RETURNED) == ["ramp 1: RETURNED, and 98 is out"]
    assert broken(fee=6, went_out=94) == ["ramp 1: fees 6 and 0 above 5"]
    assert broken(amount=99) == ["ramp 1: came in 100 of 99"]
    assert broken(lien=bytes(32)) == ["ramp 1: DONE, hold True", "ramp 1: its hold is another"]
    assert broken(number=2) == ["ramps: 1 counted, 1 there"]
    assert broken(references=False) == ["ramp 1: 98 moved without a reference"]
    assert broken(status=RampStatus.SCREENING) == ["ramp 1: SCREENING, and 98 is out"]
    assert broken(bank=bytes(16))[0].endswith("of no ramp of its bank")
