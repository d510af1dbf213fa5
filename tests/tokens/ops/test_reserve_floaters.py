"""A floater in a reserve: its accrued interest follows the fixing, wherever it is counted (5.7)."""

import datetime as dt
from typing import cast

import msgspec
import pytest

from tests.tokens.ops.build import go_to
from tests.tokens.ops.kinds import BENCHMARK, terms_of
from tests.tokens.ops.reserve_world import BOTH, SUPPLY, WEDNESDAY, add, breached, swap, value
from tests.tokens.ops.reserve_world import reserve_world as world_of
from tests.tokens.ops.world import PKRS, START, World
from tokens.context import Actors
from tokens.events import BreachChanged
from tokens.lookup import require
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.rates import FixCoupon
from tokens.records.cash import CASH_ASSET
from tokens.records.instruments import InstrumentTerms, TaxBase
from tokens.records.kind import RecordKind
from tokens.records.rates import COUPON_FIXING
from tokens.reference_rates import publish_rate
from tokens.reserve_keys import reserve_keys
from tokens.reserve_value import worth_of
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import NO_ADDRESS, AssetKind

LATER = dt.date(2026, 4, 1)
FLOATER = terms_of(AssetKind.FLOAT).isin
FIX = FixCoupon(asset=FLOATER, coupon=2)


def floater() -> InstrumentTerms:
    """A year, two coupons, the second of which has to be fixed."""
    return terms_of(
        AssetKind.FLOAT,
        denomination=500_000,
        increment=500_000,
        issue_date=START,
        dated_date=START,
        maturity_date=dt.date(2026, 7, 1),
        roll_day=1,
        tax_profile="none",
        tax_base=TaxBase.NONE,
        kyc_tier_min=0,
    )


def mark(world: World, day: dt.date, price_e4: int) -> None:
    """Clean, so the interest is added where it is counted."""
    entry = MarkEntry(asset=FLOATER, price_e4=price_e4, dirty=False)
    world.act("marker", SetMarks(for_date=day, marks=(entry,)))


@pytest.fixture
def world() -> World:
    """Half of the reserve is the floater, in its second coupon, whose rate nobody has told."""
    made = world_of(floater())
    made.act("issuer", add(200_000))
    made.act(BOTH, swap(into=FLOATER))
    mark(made, WEDNESDAY, 955_000)
    go_to(made, LATER - dt.timedelta(days=1))
    mark(made, LATER - dt.timedelta(days=1), 930_000)
    go_to(made, LATER)
    return made


def auction(world: World) -> None:
    """What an auction publishes when it is allotted; its date is before the reset."""
    context = world.context(Actors(NO_ADDRESS, ()))
    publish_rate(context, BENCHMARK, dt.date(2025, 12, 1), 100_000, "MTB-1")
    world.events += context.events
    world.end_block()


def test_a_late_fixing_counts_in_its_block_and_ends_a_breach(world: World) -> None:
    """BREACH stood for the rest of the day, though the reserve covered the supply again."""
    assert breached(world)
    before = value(world)
    auction(world)
    world.act("treasury", FIX)
    accrued = 5_000_000 * 105 * 90 // (1_000 * 2 * 181)  # 90 of 181 days of the half year
    assert value(world) - before == pytest.approx(accrued * 98 // 100, abs=1)
    assert not breached(world)
    told = world.last(BreachChanged)
    assert isinstance(told, BreachChanged)
    assert (told.breach, told.supply, told.value) == (False, SUPPLY, value(world))


def test_the_proof_of_a_reserve_holds_the_rate_that_its_value_follows_from(world: World) -> None:
    """Who checked a proof counted no interest, and called a covered coin uncovered."""
    auction(world)
    world.act("treasury", FIX)
    proven = Overlay(StoreState(MemoryStore()))
    for _ in range(8):
        for kind, key in reserve_keys(proven, PKRS):
            found = cast("RecordKind[msgspec.Struct]", kind)
            record = world.state.get(found, *key)
            if record is not None:
                proven.put(found, record)
    cash = require(world.state, CASH_ASSET, PKRS)
    assert worth_of(proven, cash) == worth_of(world.state, cash)
    assert (COUPON_FIXING, (FLOATER, 2)) in reserve_keys(world.state, PKRS)
