"""Each invariant of the travel rule and of reports can fail: a state is damaged on purpose."""

import msgspec
import pytest

from tests.tokens.ops.test_reports import SUBMIT, A, anchor, file
from tests.tokens.ops.travel_world import sent, travel_world, waiting
from tests.tokens.ops.world import START, World
from tokens.invariants import Snapshot
from tokens.invariants_travel import validate_reports, validate_travels
from tokens.lookup import require
from tokens.records.reports import REPORT, REPORT_ANCHOR, REPORT_BOOK
from tokens.records.travel import TRAVEL, TRAVEL_COUNTER, TravelStatus


def found(world: World) -> list[str]:
    """What the two invariants say of the state as it is."""
    world.write()
    snapshot = Snapshot(world.store)
    return [*validate_travels(snapshot), *validate_reports(snapshot)]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"lien": None}, "hold False"),
        ({"lien": bytes(32)}, "its hold is another"),
        ({"amount": 101}, "its hold is another"),
        ({"status": TravelStatus.REJECTED}, "hold True"),
        ({"status": TravelStatus.REQUIRED}, "REQUIRED, and sent"),
        ({"sealed_hash": None}, "a version without a hash"),
        ({"number": 2}, "1 counted"),
    ],
)
def test_a_damaged_travel_is_told(change: dict[str, object], word: str) -> None:
    world = travel_world()
    travel = sent(world)
    assert found(world) == []
    record = require(world.state, TRAVEL, travel)
    world.state.delete(TRAVEL, travel)
    world.write()
    world.state.put(TRAVEL, msgspec.structs.replace(record, **change))
    assert any(word in each for each in found(world))


def test_what_was_never_sent_is_not_accepted() -> None:
    world = travel_world()
    travel = waiting(world)
    record = require(world.state, TRAVEL, travel)
    world.state.put(TRAVEL, msgspec.structs.replace(record, status=TravelStatus.ACCEPTED))
    assert any("never sent" in each for each in found(world))
    world.state.delete(TRAVEL_COUNTER)
    assert any("0 counted" in each for each in found(world))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"file_hash": None}, "its file is another matter"),
        ({"number": 3}, "not 1 to 2"),
        ({"sealed_hash": bytes(32)}, "another root"),
        ({"filed_on": START.replace(day=2)}, "2 counted"),
    ],
)
def test_a_damaged_report_is_told(change: dict[str, object], word: str) -> None:
    world = World()
    world.act("bank_a", file(), file("two"), SUBMIT)
    world.act("bank_a", anchor(world))
    assert found(world) == []
    record = require(world.state, REPORT, A, 1)
    world.state.delete(REPORT, A, 1)
    world.write()
    world.state.put(REPORT, msgspec.structs.replace(record, **change))
    assert any(word in each for each in found(world))
    assert world.state.get(REPORT_BOOK, A) is not None
    assert world.state.get(REPORT_ANCHOR, A, START.toordinal()) is not None
