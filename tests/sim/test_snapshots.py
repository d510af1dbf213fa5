"""Snapshots under faults: they are taken, and each checker of them is shown what must not be."""

from collections.abc import Callable

import msgspec
import pytest

from consensus.messages import Evidence, Prepare
from consensus.types import Header
from consensus.validator_set import FailureWindow
from node.sync.snapshot_check import SnapshotRefused
from node.sync.staging import Staging
from tests.sim import execution, plan
from tests.sim.plan import Fault, Plan, SnapshotPlan
from tests.sim.scenarios.stage import Stage, play, told_plan
from tests.sim.scenarios.test_snapshots import AHEAD, FEW, leave_behind, lie, taken
from tests.sim.test_checks_bite import failure_of, small_plan
from tests.sim.violation import Violation
from tokens.codec import Malformed
from tokens.store import DamagedState
from tokens.window import Window

KEPT = SnapshotPlan(interval=3, retain=6, archives=(), answer_bytes=500, whole_bytes=500)


def taking_plan(**changes: object) -> Plan:
    """The last of four is left behind once; nothing else happens."""
    behind = Fault(at_ms=1_000, kind="behind", nodes=("v03",), for_ms=1, value=1)
    drawn = small_plan(snapshots=KEPT, safety_ms=10_000, faults=(behind,))
    return msgspec.structs.replace(drawn, **changes)


def test_a_node_that_is_left_behind_takes_one() -> None:
    stats = execution.run(taking_plan()).stats
    assert stats["behind"] == stats["snapshots taken"] == stats["snapshots put in place"] == 1
    assert stats["snapshot requests"] > 20
    assert "snapshots peers passed over" not in stats


def test_one_that_joins_late_takes_one_and_may_become_a_validator() -> None:
    faults = (
        Fault(at_ms=4_000, kind="joins_late", nodes=("v04",), for_ms=1, value=1),
        Fault(at_ms=7_000, kind="set_add", nodes=(), for_ms=0, value=0),
    )
    joining = taking_plan(spare=1, skews=(0,) * 5, faults=faults)
    stats = execution.run(joining).stats
    assert stats["joins_late"] == stats["snapshots put in place"] == stats["set_add"] == 1


@pytest.mark.parametrize("for_ms", [1, 1_000])
def test_one_that_dies_over_it_goes_on_with_it(for_ms: int) -> None:
    """Killed, and without power; far enough in to have chunks."""
    cut = Fault(at_ms=500, kind="cut_taking", nodes=("v03",), for_ms=for_ms, value=34)
    dying = taking_plan()
    stats = execution.run(msgspec.structs.replace(dying, faults=(cut, *dying.faults))).stats
    assert stats["cut_taking"] == stats["snapshots resumed"] == 1


def test_some_plans_have_snapshots_and_others_stay_what_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = [plan.draw(seed) for seed in range(1, 201)]
    monkeypatch.setattr(plan, "SNAPSHOTS_E3", 0)
    before = [plan.draw(seed) for seed in range(1, 201)]
    having = [each for each in drawn if each.snapshots is not None]
    assert 30 < len(having) < 70
    for one, other in zip(drawn, before, strict=True):
        assert one == other or one.snapshots is not None
    for each in having:
        assert each.snapshots is not None
        assert each.snapshots.retain >= 2 * each.snapshots.interval


# --- what must be found ---------------------------------------------------------------------------


def other_window(patch: pytest.MonkeyPatch) -> None:
    """A store that is opened forgets the newest client references."""
    load = Window.load

    def forgetful(blocks_max: int, height: int, rows: object) -> Window:
        window = load(blocks_max, height, rows)  # type: ignore[arg-type]
        if window._heights:
            del window._heights[max(window._heights, key=lambda key: window._heights[key])]
        return window

    patch.setattr(Window, "load", forgetful)


def other_primaries(patch: pytest.MonkeyPatch) -> None:
    """A node that opens its store takes its own first peer for suspended."""
    real = FailureWindow.__init__

    def init(self: FailureWindow, rotation: int, headers: tuple[Header, ...]) -> None:
        real(self, rotation, headers)
        if headers:
            self._entries.append((headers[-1].height, ("v01",)))

    patch.setattr(FailureWindow, "__init__", init)


def no_indexes(patch: pytest.MonkeyPatch) -> None:
    """The lists that records stand in are not built."""
    patch.setattr("node.sync.staging.index_rows", lambda kind, record: [])


def marks_left(patch: pytest.MonkeyPatch) -> None:
    """The work on a snapshot leaves its marks in the store."""
    patch.setattr("node.storage.kv.Batch.delete", _keep_marks)


def _keep_marks(self: object, key: bytes) -> None:
    if not key.startswith(b"msync"):
        self.operations.append((key, None))  # type: ignore[attr-defined]


def honest_refused(patch: pytest.MonkeyPatch) -> None:
    """No chunk is good enough."""

    def check_chunk(manifest: object, number: int, chunk: object) -> None:
        raise SnapshotRefused(f"chunk {number}")

    patch.setattr("node.sync.staging.check_chunk", check_chunk)


def evidence_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What a node holds against somebody stays in the store that is replaced."""
    finish = Staging.finish

    def forgetful(self: Staging, guard_sequence: int, evidence: object = ()) -> None:
        finish(self, guard_sequence)

    patch.setattr(Staging, "finish", forgetful)


PLANTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "other_window": (other_window, "another window of references"),
    "other_primaries": (other_primaries, "other primaries"),
    "no_indexes": (no_indexes, "other indexes"),
    "marks_left": (marks_left, "keeps marks"),
    "honest_refused": (honest_refused, "refuses what the honest"),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted, words = PLANTS[name]
    planted(monkeypatch)
    found = failure_of(taking_plan())
    assert isinstance(found.cause, Violation)
    assert words in str(found)


def test_evidence_that_a_snapshot_forgets_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not hold: the store keeps what it was given."""
    evidence_forgotten(monkeypatch)

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        first, second = (
            Prepare(height=1, view=0, digest=mark * 32, sender="v00", signature=bytes(64))
            for mark in (b"\x01", b"\x02")
        )
        stage.world.votes.excused["v00"] = "accused here"
        node.on_evidence(Evidence(accused="v00", height=1, first=first, second=second))
        node.die("left behind")
        await stage.reach(14, 0, 1, 2)
        node.start()
        await stage.reach(15)

    with pytest.raises(Violation, match="forgets evidence about v00"):
        play(story, msgspec.structs.replace(told_plan(), snapshots=KEPT))


# --- what a client must not believe ---------------------------------------------------------------


def test_a_client_that_believes_references_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists go into the store without a look at the records: its next start finds out."""
    monkeypatch.setattr("node.sync.staging.check_references", lambda first, lists, digest_of: None)

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        await leave_behind(stage, node, 0, 1, 2)
        lie(stage, "false references", 0, 1, 2)
        node.start()
        await stage.until(lambda: taken(stage) == 1)

    with pytest.raises((DamagedState, Malformed)):
        play(story, msgspec.structs.replace(told_plan(), snapshots=FEW))


def test_a_client_that_keeps_chunks_of_an_older_snapshot_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It dies over one, and goes on with a newer one as if nothing had changed."""
    monkeypatch.setattr("node.sync.staging.node_of", lambda manifest, number: b"here")

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        await leave_behind(stage, node, 0, 1, 2)

        def begin() -> None:
            node.snapshots.on_begin = None
            node.crash_at = node.effects + 24

        node.snapshots.on_begin = begin
        node.start()
        await stage.until(lambda: not node.alive)
        await stage.reach(stage.world.chain.height + AHEAD, 0, 1, 2)
        node.start()
        await stage.until(lambda: taken(stage) == 1)

    with pytest.raises((DamagedState, Violation)):
        play(story, msgspec.structs.replace(told_plan(), snapshots=FEW))
