"""The issue price of what a batch issues: the base of the tax on its discount."""

import pytest

from tests.tokens.ops.build import FACE, fund, issue, leg
from tests.tokens.ops.kinds import terms_of
from tests.tokens.ops.reserve_world import list_bill
from tests.tokens.ops.world import CBM, World
from tokens.issue_price import discount_floor, issue_price_half_up, note_batch
from tokens.types import AssetKind

BILL = terms_of(AssetKind.BILL).isin


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 100 * FACE)
    list_bill(made, terms_of(AssetKind.BILL))
    return made


def test_units_of_a_batch_have_the_price_that_the_issuer_received(world: World) -> None:
    """10 at 96 and 30 at 98: 97.5 on average."""
    issue(world, BILL, "bank_a", "a/main", 10 * FACE, 10 * FACE * 96 // 100)
    assert issue_price_half_up(world.state, BILL) == 960_000
    issue(world, BILL, "bank_a", "a/main", 30 * FACE, 30 * FACE * 98 // 100)
    assert issue_price_half_up(world.state, BILL) == 975_000
    assert discount_floor(world.state, BILL, 40 * FACE) == FACE


def test_what_the_issuer_pays_back_is_not_received(world: World) -> None:
    legs = (
        leg(BILL, 10 * FACE, "treasury", "bank_a", "*", "a/main"),
        leg(CBM, 10 * FACE, "bank_a", "treasury", "a/main", "treasury/main"),
        leg(CBM, FACE, "treasury", "bank_a", "treasury/main", "a/main"),
    )
    note_batch(world.context(world.actors("treasury")), legs)
    assert issue_price_half_up(world.state, BILL) == 900_000


def test_without_money_or_beside_other_units_no_price_is_known(world: World) -> None:
    context = world.context(world.actors("treasury"))
    given = leg(BILL, FACE, "treasury", "bank_a", "*", "a/main")
    paid = leg(CBM, FACE // 2, "bank_a", "treasury", "a/main", "treasury/main")
    note_batch(context, (given,))
    note_batch(context, (given, paid, leg("PKRS", 1, "bank_a", "treasury", "a/main", "b/main")))
    assert issue_price_half_up(world.state, BILL) is None
    assert discount_floor(world.state, BILL, FACE) == 0
