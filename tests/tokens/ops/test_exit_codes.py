"""On the way out nothing is set aside and nothing comes in; nor while keys are recovered."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, transfer
from tests.tokens.ops.commodity_world import confirm, request
from tests.tokens.ops.ramp_world import (
    complete,
    give_back,
    open_out,
    ramp_world,
    send,
)
from tests.tokens.ops.ramp_world import opened as ramp_opened
from tests.tokens.ops.standing import recover, suspend
from tests.tokens.ops.test_cash import mint, redeem, start
from tests.tokens.ops.test_deliveries import BOTH as VAULT
from tests.tokens.ops.test_deliveries import marked
from tests.tokens.ops.test_pledges import BOTH as PLEDGERS
from tests.tokens.ops.test_pledges import holder, pledge, pledges
from tests.tokens.ops.test_rule_codes import Case, Make, attempt, matched
from tests.tokens.ops.test_settlement import A
from tests.tokens.ops.world import CBM, PKRS, World
from tokens.ops.batch_steps import AllocateBatch
from tokens.ops.cash import CashRedeem
from tokens.ops.deliveries import ConfirmDelivery
from tokens.ops.off_ramp_ends import CompleteRamp, ReturnRamp
from tokens.ops.pledges import CreatePledge, SubstitutePledge
from tokens.results import Code


def _minted() -> World:
    world = start()
    world.act("bank_a", mint(600))
    return world


def _allocating() -> Case:
    return matched(), "bank_a", AllocateBatch(initiator=A, batch_id="T")


def _substitute() -> Case:
    world = holder()
    world.act(PLEDGERS, pledge(2 * FACE))
    lien = pledges(world)[0].id
    return world, PLEDGERS, SubstitutePledge(pledge=lien, asset=CBM, amount=FACE)


def _confirming() -> Case:
    world = marked()
    world.act("bank_a", request(6_150))
    return world, VAULT, confirm()


def _completing() -> Case:
    world = ramp_world()
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    ramp = ramp_opened(world, open_out())
    world.act("bank_a", send(ramp))
    return world, "bank_a", complete(ramp)


def _returning() -> Case:
    world, who, completing = _completing()
    assert isinstance(completing, CompleteRamp)
    return world, who, give_back(completing.ramp, 98, 2)


HOLDS: dict[type[msgspec.Struct], Make] = {
    AllocateBatch: _allocating,
    CreatePledge: lambda: (holder(), PLEDGERS, pledge(FACE)),
    SubstitutePledge: _substitute,
}
"""What nobody sets aside on its way out, or while its keys are recovered."""

CREDITS: dict[type[msgspec.Struct], Make] = {
    CashRedeem: lambda: (_minted(), "bank_a", redeem(1)),
    ConfirmDelivery: _confirming,
    CompleteRamp: _completing,
    ReturnRamp: _returning,
}
"""Services that no rule stops: only the account that receives may be on its way out."""


@pytest.mark.parametrize(
    "of", (HOLDS | CREDITS).values(), ids=[c.__name__ for c in HOLDS | CREDITS]
)
def test_an_institution_on_its_way_out_neither_holds_nor_receives(of: Make) -> None:
    assert attempt(of()) is Code.OK
    case = of()
    suspend(case[0], "bank_a")
    # vault and issuer hand out, and are told no more of the holder's cash account
    told = Code.COUNTERPARTY_NOT_ELIGIBLE if of is _confirming else Code.EXIT_ONLY
    assert attempt(case) is told


@pytest.mark.parametrize("of", HOLDS.values(), ids=[c.__name__ for c in HOLDS])
def test_an_account_whose_keys_are_recovered_sets_nothing_aside(of: Make) -> None:
    case = of()
    recover(case[0], "a/main")
    assert attempt(case) is Code.RECOVERY_OPEN
