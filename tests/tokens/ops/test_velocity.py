"""A limit on what a person gives on one business date, however it is divided (check 10)."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, fund, leg, transfer
from tests.tokens.ops.enforcement_world import TAKER, noticed, title
from tests.tokens.ops.repo_build import today
from tests.tokens.ops.standing import recover
from tests.tokens.ops.test_circuit import batch
from tests.tokens.ops.test_control import freeze
from tests.tokens.ops.test_rule_codes import (
    ASSETS,
    MOVES,
    Case,
    _owners,
    _ruled_each,
    attempt,
    declares,
)
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.world import CBM, World, address
from tokens.ops.order_changes import ReplaceOrder
from tokens.ops.orders import PlaceOrder
from tokens.ops.travel import AcceptTravel
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT, ACCOUNTS_BY_OWNER
from tokens.records.persons import SPENDING
from tokens.records.rules import TierLimit, VelocityRule
from tokens.results import Code
from tokens.types import AMOUNT_LIMIT, AccountPurpose

NOT_HERE = (PlaceOrder, ReplaceOrder, AcceptTravel)
"""An order counts when it is filled; a transfer that waits counted when it was sent."""
COUNTED = [
    move for move in MOVES if declares(move, Code.VELOCITY_EXCEEDED) and move not in NOT_HERE
]


def holdings(world: World) -> dict[tuple[bytes, str], tuple[int, int]]:
    """What each person has of each asset without what is held, and what of it is pledged."""
    sums: dict[tuple[bytes, str], tuple[int, int]] = {}
    for person in _owners():
        for account in world.state.scan(ACCOUNT, ACCOUNTS_BY_OWNER, (person,), limit=99):
            for asset in dict.fromkeys(ASSETS):
                position = world.state.get(POSITION, asset, account.id)
                if position is not None and account.purpose is AccountPurpose.GENERAL:
                    own, pledged = sums.get((person, asset), (0, 0))
                    own += position.balance - position.held
                    sums[person, asset] = own, pledged + position.pledged
    return sums


def unlimited(case: Case) -> None:
    _ruled_each(case, VelocityRule(limits=(TierLimit(tier=3, day_max=AMOUNT_LIMIT),)))


@pytest.mark.parametrize("move", COUNTED, ids=lambda move: move.__name__)
def test_what_is_asked_is_counted(move: type[msgspec.Struct]) -> None:
    """Else it could be given in any number of parts. What a pledgee takes nobody gives."""
    case = MOVES[move]()
    unlimited(case)
    before = holdings(case[0])
    assert attempt(case) is Code.OK
    counted = 0
    for (person, asset), (own, pledged) in holdings(case[0]).items():
        own_before, pledged_before = before.get((person, asset), (0, 0))
        taken = max(0, pledged_before - pledged)
        spending = case[0].state.get(SPENDING, person, asset)
        spent = 0 if spending is None else spending.amount
        assert spent >= own_before - own - taken, asset
        counted += spent
    assert counted


def test_a_limit_is_of_the_accounts_that_give_and_not_of_the_first_named() -> None:
    """One unit into a better account of the same person does not lift the limit of the other."""
    world = World()
    fund(world, "a/main", 1_000)
    for name, tier in (("poor", 1), ("rich", 3)):
        world.account(name, None, "bank_a", person="p", kyc_tier=tier)
        world.act("bank_a", transfer(CBM, "a/main", name, 300))
    limit = VelocityRule(limits=(TierLimit(tier=1, day_max=50),))
    world.act(RULERS, rule_of("speed", body=limit))
    into = leg(CBM, 1, "bank_a", "bank_a", "a/main", "rich")
    out = leg(CBM, 100, "bank_a", "bank_a", "poor", "a/main")
    for name, legs in (("FIRST", (into, out)), ("LAST", (out, into))):
        world.refuse(Code.VELOCITY_EXCEEDED, "bank_a", batch(world, name, *legs))
    # and the other way round: what comes into the poorer one does not limit the better
    into = leg(CBM, 1, "bank_a", "bank_a", "a/main", "poor")
    out = leg(CBM, 100, "bank_a", "bank_a", "rich", "a/main")
    world.act("bank_a", batch(world, "BETTER", into, out))


def test_who_pays_back_after_an_enforcement_is_asked_as_in_every_trade() -> None:
    """A pledgee that cannot pay takes no title at the cost of the pledgor."""
    world = noticed(price_e4=980_000)
    savepoint = world.state.savepoint()
    order = freeze(CBM, None, account=address("b/main"))
    assert world.attempt("fiu", order) is Code.OK
    world.refuse(Code.ACCOUNT_FROZEN, TAKER, title(world))
    world.state.rollback(savepoint)
    recover(world, "b/main")
    world.refuse(Code.RECOVERY_OPEN, TAKER, title(world))
    world.state.rollback(savepoint)
    body = VelocityRule(limits=(TierLimit(tier=3, day_max=FACE),))
    world.act(RULERS, rule_of("speed", body=body, effective_on=today(world)))
    world.act("bank_b", transfer(CBM, "b/main", "a/main", FACE))
    world.refuse(Code.VELOCITY_EXCEEDED, TAKER, title(world))
