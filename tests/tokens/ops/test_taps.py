"""Taps: more of an instrument may be issued."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, ISIN, bond, dvp, fund, go_to, issue, terms
from tests.tokens.ops.world import World, address
from tokens.events import SupplyRaised
from tokens.lookup import require, require_asset
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.instruments import CreateInstrument
from tokens.ops.taps import Tap
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.results import Code
from tokens.types import AssetStatus

BOTH = "treasury+central"
FULL = 10_000 * FACE


def test_a_tap_makes_room_for_an_issue() -> None:

    world = World()
    fund(world, "a/main", 100 * FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", FULL, FACE)
    seller = ("treasury", None, "treasury/main")
    operation, approval = dvp(world, "TAP-1", seller, ("bank_a", "a/main"), ISIN, FACE, FACE)
    world.act("treasury", operation)
    world.act("bank_a", approval)
    step = AllocateBatch(initiator=address("treasury"), batch_id="TAP-1")
    world.act("bank_a", step)
    settle = SettleBatch(initiator=address("treasury"), batch_id="TAP-1")
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "bank_a", settle)
    world.act(BOTH, Tap(asset=ISIN, max_supply=FULL + FACE))
    assert world.last(SupplyRaised) == SupplyRaised(asset=ISIN, max_supply=FULL + FACE, before=FULL)
    assert require(world.state, INSTRUMENT, ISIN).terms.max_supply == FULL + FACE
    world.act("bank_a", settle)
    assert world.supply(ISIN) == FULL + FACE


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        (Code.BAD_FIELD, FULL),
        (Code.BAD_FIELD, FULL - FACE),
        (Code.DENOM_NOT_MULTIPLE, FULL + 1),
        (Code.AMOUNT_OVERFLOW, 10**11 * FACE),
    ],
)
def test_a_tap_is_refused(code: Code, limit: int) -> None:
    world = World()
    bond(world)
    world.refuse(code, BOTH, Tap(asset=ISIN, max_supply=limit))


def test_a_tap_is_the_issuers_under_approval_before_maturity() -> None:
    world = World()
    tap = Tap(asset=ISIN, max_supply=2 * FULL)
    world.refuse(Code.UNKNOWN_ASSET, BOTH, tap)
    world.act("treasury", CreateInstrument(terms=terms()))
    world.refuse(Code.WRONG_STATUS, BOTH, tap)
    world = World()
    fund(world, "a/main", FACE)
    bond(world)
    world.refuse(Code.NEEDS_APPROVAL, "treasury", tap)
    issue(world, ISIN, "bank_a", "a/main", FACE, FACE)
    go_to(world, terms().maturity_date)
    assert require_asset(world.state, ISIN).status is AssetStatus.MATURED
    world.refuse(Code.WRONG_STATUS, BOTH, tap)


def test_another_treasury_does_not_tap() -> None:
    """The policy asks for a treasury and the central bank; the operation for the issuer."""
    world = World()
    bond(world)
    asset = require_asset(world.state, ISIN)
    world.state.put(ASSET, msgspec.structs.replace(asset, issuer=address("bank_a")))
    world.refuse(Code.NOT_AUTHORISED, BOTH, Tap(asset=ISIN, max_supply=2 * FULL))
