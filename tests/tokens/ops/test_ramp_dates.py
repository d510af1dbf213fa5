"""A date ends a ramp and a delivery whether the agenda has come by or not (5.7, 5.8).

The agenda may be many blocks late, and the transactions of the very block that opens a day come
before it: what may be done then must not depend on it. Each case is tried twice, with an agenda
that has come by and with one that never does, and must be answered alike.
"""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.commodity_world import confirm, delivery, give_up, request, vault_world
from tests.tokens.ops.ramp_world import (
    ENDS,
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
from tokens.ops.on_ramps import ScreeningStep
from tokens.records.ramps import RampStatus, owed
from tokens.results import Code

Step = tuple[str, Callable[[bytes], msgspec.Struct]]

IN_STEPS: tuple[Step, ...] = (
    ("bank_a", lambda ramp: receive(ramp)),
    ("bank_b", lambda ramp: screen(ramp, ScreeningStep.BEGIN)),
    ("bank_b", lambda ramp: screen(ramp, ScreeningStep.CLEAR)),
    ("fiu", lambda ramp: screen(ramp, ScreeningStep.HOLD)),
)
IN_TRIES: dict[str, Step] = {
    "receive": ("bank_a", lambda ramp: receive(ramp, name="LATE")),
    "begin": ("bank_b", lambda ramp: screen(ramp, ScreeningStep.BEGIN)),
    "hold": ("fiu", lambda ramp: screen(ramp, ScreeningStep.HOLD)),
    "clear": ("bank_b", lambda ramp: screen(ramp, ScreeningStep.CLEAR)),
    "credit": ("bank_a", lambda ramp: credit(ramp)),
    "refund": ("bank_a", lambda ramp: refund(ramp, 100)),
    "refuse": ("bank_b", lambda ramp: refuse(ramp)),
}
OUT_STEPS: tuple[Step, ...] = (
    ("bank_a", lambda ramp: send(ramp, confirm_by=ENDS)),
    ("bank_a", lambda ramp: complete(ramp)),
)
OUT_TRIES: dict[str, Step] = {
    "send": ("bank_a", lambda ramp: send(ramp, name="LATE", confirm_by=ENDS + dt.timedelta(1))),
    "complete": ("bank_a", lambda ramp: complete(ramp)),
    "return": ("bank_a", lambda ramp: give_back(ramp, 98, 2)),
    "refuse": ("bank_a", lambda ramp: refuse(ramp)),
}


def on_the_date(*, inward: bool, steps: int, late: bool) -> tuple[World, bytes]:
    """A ramp after so many steps, on the date that ends it: a hold has one of its own."""
    world = ramp_world()
    if not inward:
        world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    ramp = opened(world, open_in() if inward else open_out())
    for who, step in (IN_STEPS if inward else OUT_STEPS)[:steps]:
        world.act(who, step(ramp))
    if late:
        world.quota = 0
    date = ramp_of(world, ramp).expires_on
    while date.weekday() > 4:
        date += dt.timedelta(days=1)
    go_to(world, date)
    return world, ramp


@pytest.mark.parametrize("steps", range(len(IN_STEPS) + 1))
@pytest.mark.parametrize("name", IN_TRIES)
def test_an_on_ramp_answers_on_its_date_as_after_the_agenda(name: str, steps: int) -> None:
    who, operation = IN_TRIES[name]
    answers = []
    for late in (False, True):
        world, ramp = on_the_date(inward=True, steps=steps, late=late)
        code = world.attempt(who, operation(ramp))
        found = ramp_of(world, ramp)
        answers.append((code, owed(found), found.went_out, world.balance(PKRS, "client")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("steps", range(len(OUT_STEPS) + 1))
@pytest.mark.parametrize("name", OUT_TRIES)
def test_an_off_ramp_answers_on_its_date_as_after_the_agenda(name: str, steps: int) -> None:
    who, operation = OUT_TRIES[name]
    answers = []
    for late in (False, True):
        world, ramp = on_the_date(inward=False, steps=steps, late=late)
        code = world.attempt(who, operation(ramp))
        answers.append((code, world.balance(PKRS, "client"), world.balance(PKRS, "a/main")))
    assert answers[0] == answers[1]


def test_money_of_the_last_date_is_written_down_as_late() -> None:
    world, ramp = on_the_date(inward=True, steps=0, late=True)
    assert ramp_of(world, ramp).status is RampStatus.AWAIT_BANK
    world.act("bank_a", receive(ramp))
    assert ramp_of(world, ramp).status is RampStatus.EXPIRED
    world.quota = 100
    world.finish_agenda()
    assert owed(ramp_of(world, ramp)) == 100
    world.act("bank_a", refund(ramp, 100))
    assert ramp_of(world, ramp).status is RampStatus.REFUNDED


def test_a_hold_of_the_fiu_ends_on_its_date_before_the_agenda_has_come_by() -> None:
    """A part goes back in between: the agenda ends the ramp all the same, and the rest is owed."""
    world, ramp = on_the_date(inward=True, steps=4, late=True)
    assert ramp_of(world, ramp).status is RampStatus.ON_HOLD
    world.act("bank_a", refund(ramp, 40))
    world.quota = 100
    world.finish_agenda()
    found = ramp_of(world, ramp)
    assert (found.status, owed(found)) == (RampStatus.EXPIRED, 60)


@pytest.mark.parametrize(
    ("who", "operation"), [("vault", confirm()), ("bank_a", give_up())], ids=["confirm", "cancel"]
)
def test_a_delivery_answers_on_its_date_as_after_the_agenda(
    who: str, operation: msgspec.Struct
) -> None:
    for quota in (100, 0):
        world = vault_world()
        world.act("bank_a", request(2_000))
        world.quota = quota
        go_to(world, delivery(world).expires_on)
        world.refuse(Code.DELIVERY_NOT_OPEN, who, operation)
