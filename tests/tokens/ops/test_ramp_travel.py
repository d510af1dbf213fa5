"""The travel rule of ramps: what is asked, and what waits for the answer (page 04, AML)."""

import pytest

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.ramp_world import (
    ENDS,
    credit,
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
from tests.tokens.ops.travel_world import accept, govern, reject, travel_of
from tests.tokens.ops.travel_world import send as send_travel
from tests.tokens.ops.world import PKRS, World, address
from tokens.ops.off_ramps import SendRamp
from tokens.ops.on_ramp_ends import CreditRamp
from tokens.ops.on_ramps import ScreeningStep
from tokens.records.ramps import RampStatus
from tokens.records.travel import TRAVEL, TravelStatus
from tokens.results import Code
from tokens.types import NO_ADDRESS


@pytest.fixture
def world() -> World:
    """The client has 200 tokens at bank_b; the rule asks from 100 on."""
    made = ramp_world()
    made.act("bank_a", transfer(PKRS, "a/main", "client", 200))
    govern(made, travel_threshold=100)
    return made


def cleared(world: World, ramp: bytes) -> None:
    """Screened by the client's institution."""
    world.act("bank_b", screen(ramp, ScreeningStep.BEGIN))
    world.act("bank_b", screen(ramp, ScreeningStep.CLEAR))


def test_an_off_ramp_is_sent_when_the_bank_has_accepted(world: World) -> None:
    ramp = opened(world, open_out())
    asked = travel_of(world, ramp)
    assert (asked.originator, asked.beneficiary) == (address("bank_b"), address("bank_a"))
    assert (asked.source, asked.target, asked.lien) == (address("client"), NO_ADDRESS, None)
    made = send(ramp)
    assert isinstance(made, SendRamp)
    world.refuse(Code.TRAVEL_PENDING, "bank_a", made)
    world.act("bank_b", send_travel(ramp))
    world.refuse(Code.TRAVEL_PENDING, "bank_a", made)
    world.refuse(Code.NOT_AUTHORISED, "bank_b", accept(ramp))
    world.act("bank_a", accept(ramp))
    world.act("bank_a", made)
    assert ramp_of(world, ramp).status is RampStatus.BANK_SENT


def test_an_on_ramp_is_credited_when_the_institution_has_accepted(world: World) -> None:
    ramp = opened(world, open_in())
    asked = travel_of(world, ramp)
    assert (asked.originator, asked.beneficiary) == (address("bank_a"), address("bank_b"))
    world.act("bank_a", receive(ramp))
    cleared(world, ramp)
    made = credit(ramp)
    assert isinstance(made, CreditRamp)
    world.refuse(Code.TRAVEL_PENDING, "bank_a", made)
    world.act("bank_a", send_travel(ramp))
    world.act("bank_b", accept(ramp))
    world.act("bank_a", made)
    assert ramp_of(world, ramp).status is RampStatus.CREDITED


def test_a_rejected_ramp_has_its_ways_back(world: World) -> None:
    out, into = opened(world, open_out()), opened(world, open_in())
    world.act("bank_a", receive(into))
    world.act("bank_b", send_travel(out))
    world.act("bank_a", reject(out))
    world.refuse(Code.TRAVEL_PENDING, "bank_a", send(out))
    world.act("bank_a", refuse(out))
    world.act("bank_a", send_travel(into))
    world.act("bank_b", reject(into))
    cleared(world, into)
    world.refuse(Code.TRAVEL_PENDING, "bank_a", credit(into))
    world.act("bank_a", refund(into, 100))
    assert ramp_of(world, into).status is RampStatus.REFUNDED


def test_what_came_in_decides_too(world: World) -> None:
    """A client who says 99 and pays 100 is asked."""
    ramp = opened(world, open_in(amount=99))
    assert world.state.get(TRAVEL, ramp) is None
    world.act("bank_a", receive(ramp, 100))
    assert travel_of(world, ramp).amount == 100
    cleared(world, ramp)
    world.refuse(Code.TRAVEL_PENDING, "bank_a", credit(ramp))


def test_it_is_not_asked_below_or_within_an_institution(world: World) -> None:
    world.account("own", None, "bank_a")
    ramps = [
        opened(world, open_in(amount=99)),
        opened(world, open_in(account=address("own")), "bank_a"),
        opened(world, open_in(account=address("b/main"))),
    ]
    assert [world.state.get(TRAVEL, ramp) for ramp in ramps] == [None, None, None]
    world.act("bank_a", receive(ramps[0], 99))
    assert world.state.get(TRAVEL, ramps[0]) is None


def test_it_ends_with_the_ramp(world: World) -> None:
    ramp = opened(world, open_out())
    go_to(world, ENDS)
    assert ramp_of(world, ramp).status is RampStatus.EXPIRED
    assert travel_of(world, ramp).status is TravelStatus.EXPIRED
