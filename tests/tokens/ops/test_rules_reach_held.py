"""What is held to go out meets the rules again when it goes, and lost keys set nothing in motion.

One row of GOING each: a thing that holds units until they leave their account. Whoever adds such a
thing adds its row.
"""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import pytest

from tests.tokens.ops.book import PAR, buy, placed, sell, trading_world
from tests.tokens.ops.build import ISIN, walk_to
from tests.tokens.ops.commodity_world import GOLD, confirm, request, vault_world
from tests.tokens.ops.ramp_world import complete, ramp_of, send
from tests.tokens.ops.repo_build import today
from tests.tokens.ops.test_held_units import KINDS, the_ramp
from tests.tokens.ops.test_recovery import keys
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.travel_world import accept, sent, travel_of, travel_world
from tests.tokens.ops.world import CBM, World, address
from tokens.authority import replace_keys
from tokens.events.travel import TravelRequired
from tokens.lookup import require
from tokens.ops.recovery import RecoverAccount
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT
from tokens.records.ramps import RampStatus
from tokens.records.rules import CredentialRule, LockUpRule
from tokens.results import Code


class Going(NamedTuple):
    """Something on its way out of an account."""

    asset: str
    account: str
    start: Callable[[], World]
    """The units are held."""
    finish: Callable[[World], Code]
    """Let them go where they were to go."""


def of_kind(name: str) -> Going:
    kind = KINDS[name]

    def start() -> World:
        world = kind.start()
        kind.hold(world)
        return world

    return Going(kind.asset, "a/main", start, kind.finish)


def ordered() -> World:
    world = trading_world()
    placed(world, "bank_a", sell("a/main", PAR, 5))
    return world


def traded(world: World) -> Code:
    code = world.attempt("bank_b", buy("b/main", PAR, 5))
    world.end_block()
    return code


def requested() -> World:
    world = vault_world()
    world.act("bank_a", request(2_000))
    return world


def waiting() -> World:
    world = travel_world()
    sent(world)
    return world


def answered(world: World) -> Code:
    event = world.last(TravelRequired)
    assert isinstance(event, TravelRequired)
    assert travel_of(world, event.travel).source == address("sender")
    return world.attempt("bank_b", accept(event.travel))


GOING = {
    **{name: of_kind(name) for name in KINDS if name != "pledge"},
    "order": Going(ISIN, "a/main", ordered, traded),
    "delivery": Going(GOLD, "a/main", requested, lambda world: world.attempt("vault", confirm())),
    "travel": Going(CBM, "sender", waiting, answered),
}
each = pytest.mark.parametrize("going", GOING.values(), ids=GOING)


def owner_of(world: World, going: Going) -> bytes:
    return require(world.state, ACCOUNT, address(going.account)).owner


def is_listed(world: World, going: Going) -> None:
    """The agenda has not frozen anything yet."""
    assert world.attempt(LISTERS, update(1, add=(owner_of(world, going),))) is Code.OK


def lacks_a_credential(world: World, going: Going) -> None:
    del going
    kyc = CredentialRule(credential="kyc", gives=True, receives=False)
    assert world.attempt(RULERS, rule_of("kyc", body=kyc, effective_on=today(world))) is Code.OK


def is_locked_up(world: World, going: Going) -> None:
    lock = LockUpRule(until=today(world).replace(year=2026))
    rule = rule_of("lock", asset=going.asset, body=lock, effective_on=today(world))
    assert world.attempt(RULERS, rule) is Code.OK


@each
@pytest.mark.parametrize("stop", [is_listed, lacks_a_credential, is_locked_up])
def test_a_rule_that_came_since_stops_it(
    going: Going, stop: Callable[[World, Going], None]
) -> None:
    world = going.start()
    before = world.balance(going.asset, going.account)
    stop(world, going)
    going.finish(world)
    world.end_block()
    world.finish_agenda()
    assert world.balance(going.asset, going.account) == before


def recover(world: World, going: Going) -> None:
    """Its keys turn out to be lost."""
    account = require(world.state, ACCOUNT, address(going.account))
    world.state.put(ACCOUNT, msgspec.structs.replace(account, policy=keys("old")))
    replace_keys(world.state, account.id, None, keys("old"))
    servicer = "bank_a+central"
    order = RecoverAccount(account=account.id, policy=keys("new"), evidence=bytes(32))
    world.act(servicer, order)


@each
@pytest.mark.parametrize("later", [False, True], ids=["at once", "with new keys"])
def test_lost_keys_let_nothing_go(going: Going, later: bool) -> None:
    """Whoever had them may have chosen a day when the account has its new keys."""
    world = going.start()
    before = world.balance(going.asset, going.account)
    recover(world, going)
    position = require(world.state, POSITION, going.asset, address(going.account))
    assert position.held == 0
    if later:
        walk_to(world, today(world) + dt.timedelta(days=7))
        assert require(world.state, ACCOUNT, position.account).policy == keys("new")
    going.finish(world)
    world.end_block()
    world.finish_agenda()
    assert world.balance(going.asset, going.account) == before


@each
def test_otherwise_it_goes(going: Going) -> None:
    """Else the tests above would prove nothing."""
    world = going.start()
    before = world.balance(going.asset, going.account)
    going.finish(world)
    world.end_block()
    world.finish_agenda()
    assert world.balance(going.asset, going.account) < before


def test_what_a_bank_has_paid_outside_is_still_its_own() -> None:
    """It paid before the keys turned out to be lost: the client's loss is not the bank's."""
    world = GOING["off-ramp"].start()
    ramp = the_ramp(world)
    world.act("bank_b", send(ramp.id))
    recover(world, GOING["off-ramp"])
    assert ramp_of(world, ramp.id).status is RampStatus.BANK_SENT
    world.act("bank_b", complete(ramp.id, "b/main"))
    assert world.balance(ramp.asset, "a/main") == 40
