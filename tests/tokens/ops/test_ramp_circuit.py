"""A non-resident's ramps: what comes in from abroad may leave again, and nothing else (page 04)."""

import pytest

from tests.tokens.ops.build import transfer
from tests.tokens.ops.ramp_world import (
    complete,
    credit,
    open_in,
    open_out,
    opened,
    ramp_of,
    ramp_world,
    receive,
    screen,
    send,
)
from tests.tokens.ops.test_circuit import CIRCUIT
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.world import PKRS, World, address
from tokens.ops.on_ramps import ScreeningStep
from tokens.records.ramps import RampPurpose, RampStatus
from tokens.results import Code

CUSTOMER = RampPurpose.CUSTOMER
INWARD = RampPurpose.INWARD_REMITTANCE
REPATRIATE = RampPurpose.REPATRIATE


@pytest.fixture
def world() -> World:
    """`scra` and `home` are one person's at bank_b; residents hold the tokens that there are."""
    made = ramp_world()
    made.account("scra", None, "bank_b", residency="SCRA", person="abroad")
    made.account("home", None, "bank_b", person="abroad")
    made.act("bank_a", transfer(PKRS, "a/main", "home", 50))
    made.act(RULERS, rule_of("matrix", body=CIRCUIT))
    return made


def remitted(world: World) -> None:
    """100 from abroad, 98 of them on the account."""
    ramp = opened(world, open_in(account=address("scra"), purpose=INWARD))
    world.act("bank_a", receive(ramp))
    world.act("bank_b", screen(ramp, ScreeningStep.BEGIN))
    world.act("bank_b", screen(ramp, ScreeningStep.CLEAR))
    world.act("bank_a", credit(ramp))


def test_only_a_remittance_from_abroad_comes_in(world: World) -> None:
    inside = open_in(account=address("scra"), purpose=CUSTOMER)
    world.refuse(Code.JURISDICTION_REFUSED, "bank_b", inside)
    remitted(world)
    assert world.balance(PKRS, "scra") == 98


def test_what_came_in_leaves_by_repatriation_and_by_nothing_else(world: World) -> None:
    remitted(world)
    inside = open_out(account=address("scra"), amount=98, purpose=CUSTOMER)
    world.refuse(Code.JURISDICTION_REFUSED, "bank_b", inside)
    world.refuse(Code.JURISDICTION_REFUSED, "bank_b", transfer(PKRS, "home", "scra", 1))
    more = open_out(account=address("scra"), amount=99, purpose=REPATRIATE)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b", more)
    ramp = opened(world, open_out(account=address("scra"), amount=98, purpose=REPATRIATE))
    world.act("bank_a", send(ramp))
    world.act("bank_a", complete(ramp))
    assert ramp_of(world, ramp).status is RampStatus.DONE
    assert world.balance(PKRS, "scra") == 0


def test_a_resident_pays_out_at_home_and_repatriates_nothing(world: World) -> None:
    abroad = open_out(account=address("home"), amount=50, purpose=REPATRIATE)
    world.refuse(Code.JURISDICTION_REFUSED, "bank_b", abroad)
    opened(world, open_out(account=address("home"), amount=50, purpose=CUSTOMER))
    # nor does money from abroad make a resident's account one that money may leave from
    remittance = open_in(account=address("home"), purpose=INWARD)
    opened(world, remittance)
    world.refuse(Code.JURISDICTION_REFUSED, "bank_b", abroad)


def test_who_has_become_a_non_resident_is_not_paid_at_home(world: World) -> None:
    """The purpose is asked when the bank pays, as when the ramp was opened."""
    ramp = opened(world, open_out(account=address("home"), amount=50, purpose=CUSTOMER))
    account = world.account("home", None, "bank_b", residency="SCRA", person="abroad")
    assert ramp_of(world, ramp).account == account
    # told to a bank that is not its own no more than that
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", send(ramp))
