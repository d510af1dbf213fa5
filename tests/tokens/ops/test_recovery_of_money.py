"""An account whose keys are recovered gives nothing as a service to others either (page 04)."""

import msgspec

from tests.tokens.ops.build import transfer
from tests.tokens.ops.commodity_world import confirm, request
from tests.tokens.ops.ramp_world import complete, open_out, ramp_world, send
from tests.tokens.ops.ramp_world import opened as ramp_opened
from tests.tokens.ops.standing import recover
from tests.tokens.ops.test_deliveries import BOTH, marked
from tests.tokens.ops.test_recovery import keys
from tests.tokens.ops.world import PKRS, address
from tokens.ops.deliveries import ConfirmDelivery
from tokens.ops.off_ramp_ends import ReturnRamp
from tokens.records.ramps import Rail
from tokens.results import Code


def test_an_issuer_whose_keys_are_lost_pays_no_remainder_meanwhile() -> None:
    world = marked()
    world.act("bank_a", request(6_001))
    recover(world, "issuer/main")
    made: ConfirmDelivery = confirm()
    world.refuse(Code.RECOVERY_OPEN, BOTH, made)


def test_a_bank_whose_keys_are_lost_gives_nothing_back_meanwhile() -> None:
    world = ramp_world()
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    ramp = ramp_opened(world, open_out())
    world.act("bank_a", send(ramp), complete(ramp))
    world.account("a/keys", "bank_a", "bank_a", policy=keys("old"))
    world.act("bank_a", transfer(PKRS, "a/main", "a/keys", 90))
    recover(world, "a/keys")
    made = ReturnRamp(
        ramp=ramp,
        bank_account=address("a/keys"),
        rail=Rail.INSTANT,
        reference_hash=bytes(32),
        amount=90,
        fee=0,
    )
    world.refuse(Code.RECOVERY_OPEN, "bank_a", made)
    other = msgspec.structs.replace(made, bank_account=address("a/main"))
    assert world.attempt("bank_a", other) is Code.OK
