"""Each invariant of fixings can fail: a state is damaged on purpose and says so."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import ISIN, go_to
from tests.tokens.ops.test_rates import RESET, auction, fixing, floater
from tests.tokens.ops.world import World
from tokens.agenda import AGENDA
from tokens.fixings import FIXING_HANDLER
from tokens.invariants import Snapshot
from tokens.invariants_rates import validate_fixing_agenda, validate_fixings
from tokens.lookup import require
from tokens.records.instruments import INSTRUMENT
from tokens.records.rates import COUPON_FIXING
from tokens.records.system import AGENDA_ITEM, agenda_key


def fixed() -> World:
    world = World()
    floater(world)
    auction(world, dt.date(2025, 7, 2), 100_000)
    go_to(world, RESET)
    return world


def found(world: World) -> list[str]:
    """What the two invariants say of the state as it is."""
    world.write()
    snapshot = Snapshot(world.store)
    return [*validate_fixings(snapshot), *validate_fixing_agenda(snapshot)]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rate_e6": 105_001}, "margin"),
        ({"reference": "other"}, "fixed on other"),
        ({"reference_date": RESET}, "rate of"),
        ({"fixed_on": dt.date(2026, 1, 14)}, "rate of"),
    ],
)
def test_a_wrong_fixing_is_found(change: dict[str, object], word: str) -> None:
    world = fixed()
    assert found(world) == []
    wrong = msgspec.structs.replace(fixing(world, 2), **change)
    world.state.put(COUPON_FIXING, wrong)
    assert [word in sentence for sentence in found(world)] == [True]


def test_a_fixing_of_no_coupon_is_found() -> None:
    world = fixed()
    world.state.put(COUPON_FIXING, msgspec.structs.replace(fixing(world, 2), number=7))
    assert found(world) == [f"{ISIN} 7: no such coupon is fixed"]


def test_a_fixing_of_a_fixed_rate_is_found() -> None:
    world = fixed()
    instrument = require(world.state, INSTRUMENT, ISIN)
    terms = msgspec.structs.replace(instrument.terms, floating=None)
    world.state.put(INSTRUMENT, msgspec.structs.replace(instrument, terms=terms))
    assert found(world) == [f"{ISIN} 2: fixed, but its rate does not float"]


def test_a_coupon_that_nobody_fixes_is_found() -> None:
    world = fixed()
    items = world.state.scan(AGENDA_ITEM, AGENDA, limit=100)
    (item,) = [item for item in items if item.handler == FIXING_HANDLER]
    double = msgspec.structs.replace(item, id=bytes(32))
    world.state.put(AGENDA_ITEM, double)
    assert found(world) == [f"{ISIN}: two fixings are on the agenda"]
    for one in (item, double):
        world.state.delete(AGENDA_ITEM, *agenda_key(one))
    assert found(world) == [f"{ISIN}: nobody looks for the rate of coupon 3"]
