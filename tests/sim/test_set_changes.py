"""Validator sets that change under faults: they do change, and the checkers follow them."""

import msgspec
import pytest

from node.key_ring import KeyRing
from tests.sim import execution, plan
from tests.sim.plan import Fault, Plan
from tests.sim.test_checks_bite import FINE, failure_of, small_plan
from tests.sim.violation import Violation
from tokens import validators

KINDS = tuple(plan.SET_KINDS)


def changing_plan(*kinds: str, n: int = 4, **changes: object) -> Plan:
    """Some validators, two nodes that may become some, a change each second."""
    faults = tuple(
        Fault(at_ms=1_000 * at, kind=kind, nodes=(), for_ms=0, value=at)
        for at, kind in enumerate(kinds, 1)
    )
    drawn = small_plan(
        n=n, spare=2, skews=(0,) * (n + 2), safety_ms=1_000 * (len(kinds) + 2), faults=faults
    )
    return msgspec.structs.replace(drawn, **changes)


def test_each_kind_of_change_comes_into_force() -> None:
    stats = execution.run(changing_plan("set_add", "set_rotate", "set_replace", "set_remove")).stats
    assert [stats.get(kind, 0) for kind in KINDS] == [1] * 4
    assert stats["set changes asked"] == 4


def test_an_old_key_lies_on_and_nobody_heeds_it() -> None:
    """A liar's key is changed; what it signs with the old one is of no validator."""
    lying = changing_plan(*["set_rotate"] * 5, liars=("v03",), lies_in_liveness=True)
    lying = msgspec.structs.replace(
        lying,
        lie_pause_ms=5,
        weather=msgspec.structs.replace(FINE, delay_ms=(40, 80)),
        faults=tuple(msgspec.structs.replace(each, value=3) for each in lying.faults),
    )
    stats = execution.run(lying).stats
    assert stats["set_rotate"] >= 3
    assert stats["lies"] > 100


def test_no_set_has_more_bad_members_than_it_may() -> None:
    """Six may have one frail machine: with two of seven no other one is removed."""
    removing = ["set_remove"] * 2
    stats = execution.run(changing_plan(*removing, n=7, frail=("v06",))).stats
    assert stats["set changes asked"] == 2
    stats = execution.run(changing_plan(*removing, n=7, frail=("v05", "v06"))).stats
    assert "set changes asked" not in stats


def test_a_set_that_comes_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = validators.changed

    def changed(sets: object, height: int, members: object) -> object:
        after = real(sets, height, members)  # type: ignore[arg-type]
        return msgspec.structs.replace(after, next_from=height + 1)

    monkeypatch.setattr("tokens.ops.validators.changed", changed)
    found = failure_of(changing_plan("set_add"))
    assert isinstance(found.cause, Violation)
    assert "is no validator there" in str(found)


def test_a_key_that_signs_after_its_turn_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The node does not turn to its new key."""
    monkeypatch.setattr(KeyRing, "turn_to", lambda self, members: False)
    found = failure_of(changing_plan("set_rotate"))
    assert isinstance(found.cause, Violation)
    assert "with a key that is not in force there" in str(found)


def test_some_plans_change_their_set_and_keep_room_for_it() -> None:
    drawn = [plan.draw(seed) for seed in range(1, 201)]
    changing = [each for each in drawn if each.spare]
    assert 30 < len(changing) < 80
    for each in changing:
        kinds = [fault.kind for fault in each.faults]
        assert set(kinds) & set(KINDS) or each.safety_ms == 5_000
        assert len(each.skews) == len(each.names) == each.n + each.spare


def test_a_disk_that_fails_while_a_guard_is_replaced_costs_no_vote() -> None:
    """Seed 117: a new member's guard was renamed away, and the new one was never written."""
    assert execution.run(plan.draw(117), chosen=(4, 30)).height > 78
