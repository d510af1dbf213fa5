"""Who was away for longer than its peers keep blocks takes a snapshot, whatever happens."""

import random
from functools import partial

import msgspec
import pytest

from node.sync.snapshot_server import HELD
from node.wire.peer_messages import PeerMessage
from tests.sim.disk import no_effect
from tests.sim.lying_snapshots import LIES, LyingSnapshots
from tests.sim.node import SimNode
from tests.sim.places import GUARDS
from tests.sim.plan import Plan, SnapshotPlan
from tests.sim.scenarios.stage import Stage, play, told_plan

FEW = SnapshotPlan(
    interval=5, retain=10, archives=(), answer_bytes=512 * 1024, whole_bytes=3 * 1024 * 1024
)
"""Blocks that are kept; answers as large as they may be."""
SMALL = SnapshotPlan(interval=5, retain=10, archives=(), answer_bytes=500, whole_bytes=500)
"""The same in many small answers, with chunks in pieces."""
TINY = SnapshotPlan(
    interval=2, retain=4, archives=(), answer_bytes=512 * 1024, whole_bytes=3 * 1024 * 1024
)
"""A few blocks leave somebody behind."""
AHEAD = 16
"""Blocks after which a node has to take a snapshot: more than are kept, and one interval."""


def pruning(few: SnapshotPlan = FEW, **changes: object) -> Plan:
    return msgspec.structs.replace(told_plan(), snapshots=few, **changes)


async def leave_behind(stage: Stage, node: SimNode, *others: int, blocks: int = AHEAD) -> None:
    """It is down while the others go on, until they lack what it needs next."""
    node.die("left behind")
    await stage.reach(stage.world.chain.height + blocks, *others)


def taken(stage: Stage) -> int:
    """Snapshots that became a store."""
    return stage.world.snapshots.counts["snapshots put in place"]


def lie(stage: Stage, name: str, *indices: int) -> LyingSnapshots:
    """One of these nodes, the first that is asked for something to lie about, always does."""
    found = LyingSnapshots(random.Random(1), name)
    checks = stage.world.snapshots

    def rewrite(own: str, _: str, message: PeerMessage) -> PeerMessage | None:
        if checks.liars not in ((), (own,)):
            return message
        said = found.rewrite(message)
        if said is not message:
            checks.liars = (own,)
        return said

    for node in map(stage.node, indices):
        node.rewrite = partial(rewrite, node.name)
    return found


@pytest.mark.parametrize("few", [FEW, SMALL], ids=["large", "small"])
def test_who_is_far_behind_takes_a_snapshot_and_votes(few: SnapshotPlan) -> None:
    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        await leave_behind(stage, node, 0, 1, 2)
        node.start()
        await stage.reach(stage.world.chain.height + 1)
        assert taken(stage) == 1
        assert node.chain.blocks.floor.blocks > 10
        await stage.until(lambda: not stage.observers())
        stage.node(2).die("so that its vote is needed")
        await stage.reach(stage.world.chain.height + 2, 0, 1, 3)

    play(story, pruning(few))


def test_who_was_cut_off_does_the_same_while_it_runs() -> None:
    async def story(stage: Stage) -> None:
        node = stage.node(3)
        pairs = [("v03", other) for other in ("v00", "v01", "v02")]
        await stage.reach(2)
        stage.network.spoil("down", pairs)
        await stage.reach(2 + AHEAD, 0, 1, 2)
        stage.network.mend("down", pairs)
        await stage.reach(stage.world.chain.height + 1)
        assert taken(stage) == 1
        assert node.life == 2
        await stage.until(lambda: not stage.observers())

    play(story, pruning())


UNNOTICED = ("false names", "false digests", "nothing kept", "gone", "another height")
"""What only one of three offers is not asked for; what nobody asked for is not looked at; to have
nothing is no lie."""


@pytest.mark.parametrize("name", LIES)
def test_a_lie_of_a_server_is_refused_and_costs_seconds(name: str) -> None:
    """The set has changed since the start, so that there is a link to lie about."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(4)
        stage.world.changes.ask("set_rotate", 2)
        await leave_behind(stage, node, 0, 1, 2)
        liar = lie(stage, name, 0, 1, 2, 4)
        began_ms = stage.world.elapsed_ms()
        node.start()
        await stage.until(lambda: taken(stage) == 1)
        assert stage.world.elapsed_ms() - began_ms < 10_000
        await stage.reach(stage.world.chain.height + 1)
        await stage.until(lambda: node.name not in stage.observers())
        assert liar.told[f"lie: {name}"] > 0
        counts = stage.world.snapshots.counts
        if name == "false piece":
            # Who says that more of a chunk follows, and then has no more, is passed over.
            assert counts["snapshot lies refused"] + counts["snapshots peers passed over"] == 1
        else:
            assert counts["snapshot lies refused"] == (name not in UNNOTICED)

    few = SMALL if name == "false piece" else FEW
    play(story, pruning(few, spare=1, skews=(0,) * 5))


@pytest.mark.parametrize("by_power", [False, True])
def test_a_crash_before_any_effect_of_a_snapshot_is_gone_on_with(by_power: bool) -> None:
    """From the first look at its store to the first vote on the new one; nobody is an observer."""
    places: dict[str, None] = {}

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        for number in range(1, 64):
            before = taken(stage)
            await leave_behind(stage, node, 0, 1, 2, blocks=7)

            def begin(effects: int) -> None:
                node.snapshots.on_begin = None
                node.crash_at, node.by_power = node.effects + effects, by_power

            node.snapshots.on_begin = partial(begin, number)
            node.start()
            await stage.until(lambda: not node.alive)
            places[node.deaths[-1]] = None
            node.start()
            await stage.until(lambda: taken(stage) > before)  # noqa: B023  awaited here
            await stage.reach(stage.world.chain.height + 1)
            await stage.until(lambda: not stage.observers())
        assert stage.world.stats["snapshots resumed"] > 5

    play(story, pruning(TINY))
    assert {"store write", "store written", "disk rename", "disk sync_folder"} <= set(places)
    assert {"disk remove", "send"} <= set(places)


def test_the_suspended_are_those_of_the_others() -> None:
    """The primary died before the snapshot; its headers say so."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        stage.node(0).die("the primary")
        await stage.reach(4, 1, 2, 3)
        stage.node(0).start()
        await stage.reach(6)
        await leave_behind(stage, node, 0, 1, 2)
        node.start()
        await stage.reach(stage.world.chain.height + 1)
        assert taken(stage) == 1
        schedules = [each.shell.driver.replica._core.hs.schedule for each in stage.nodes.values()]
        assert [schedule.active for schedule in schedules] == [("v01", "v02", "v03")] * 4

    play(story, pruning())


def test_what_entered_before_a_snapshot_enters_no_more_after_it() -> None:
    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        node.die("left behind")
        await stage.reach(8, 0, 1, 2)
        made = stage.pay(0, blocks=20, number=4_711)
        await stage.until(lambda: made.tx_id in stage.world.chain.places)
        await stage.reach(20, 0, 1, 2)
        node.start()
        await stage.until(lambda: taken(stage) == 1 and node.height >= 20)
        entered = stage.world.chain.places[made.tx_id]
        assert entered < node.chain.blocks.floor.blocks
        before = dict(stage.world.workload.answers)
        stage.pay(3, blocks=8, number=4_711)
        await stage.until(lambda: dict(stage.world.workload.answers) != before)
        answers = stage.world.workload.answers
        assert answers["CLIENT_REF_REUSED"] - before.get("CLIENT_REF_REUSED", 0) == 1

    play(story, pruning())


# --- the sign guard (R12) -------------------------------------------------------------------------


def test_a_guard_that_is_gone_observes_after_a_snapshot_too() -> None:
    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(3)
        await leave_behind(stage, node, 0, 1, 2)
        node.disk.effect = no_effect
        node.disk.remove(node.guard_path)
        node.disk.sync_folder(GUARDS)
        stage.world.votes.forgetful[node.name] = "its guard"
        node.start()
        await stage.until(lambda: taken(stage) == 1 and node.height >= stage.world.chain.height)
        assert stage.observers() == ["v03"]
        await stage.reach(stage.world.chain.height + 5)
        await stage.until(lambda: not stage.observers())

    play(story, pruning())


def test_a_store_that_is_gone_beside_its_guard_votes_after_a_snapshot() -> None:
    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(20)
        node.die("for its store")
        node.image.damaged = True
        node.start()
        assert node.height == 0
        await stage.until(lambda: taken(stage) == 1)
        await stage.reach(stage.world.chain.height + 1)
        await stage.until(lambda: not stage.observers())

    play(story, pruning())


def test_a_key_that_took_its_turn_meanwhile_votes_at_once() -> None:
    """The set names another key of the node since a height that it never saw.

    The number in the store is that of the key before, above which the guard of the new one begins:
    it was taken for an old copy, and the node observed.
    """

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(4)
        stage.world.changes.ask("set_rotate", 3)
        assert len(node.keys) == 2
        node.die("left behind")
        await stage.reach(4 + AHEAD, 0, 1, 2)
        assert stage.world.chain.sets[20].members[3].public_key == node.keys[1].public_key
        node.start()
        await stage.until(lambda: taken(stage) == 1)
        assert node.shell.restored.guard_stale is None
        await stage.until(lambda: node.name not in stage.observers())
        stage.node(2).die("so that its vote is needed")
        await stage.reach(stage.world.chain.height + 2, 0, 1, 3)

    play(story, pruning(spare=1, skews=(0,) * 5))


# --- who has a snapshot ---------------------------------------------------------------------------


def test_servers_that_restart_still_have_one() -> None:
    """One is far behind, the power of the others fails, and one of them does not come back.

    Three of four are there, and the far one is needed for the next block: there is none from which
    a snapshot could be taken as long as it has none.
    """

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        node.die("left behind")
        await stage.reach(18, 0, 1, 2)
        await stage.until(lambda: len({each.height for each in map(stage.node, range(3))}) == 1)
        assert stage.node(0).height % FEW.interval != 0
        for index in range(3):
            stage.node(index).by_power = True
            stage.node(index).die("the power fails")
        for index in (0, 1, 3):
            stage.node(index).start()
        await stage.reach(stage.world.chain.height + 2, 0, 1, 3)
        assert taken(stage) == 1

    play(story, pruning())


@pytest.mark.parametrize("apart_ms", [0, 300])
def test_who_keeps_everything_goes_on_with_blocks_while_one_peer_has_them(apart_ms: int) -> None:
    """Those who have thrown them away answer first, some time before the one that has not."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        await leave_behind(stage, node, 0, 1, 2)
        stage.network.spoil("down", [("v02", "v03")])
        node.start()
        await stage.world.wait(stage.world.elapsed_ms() + apart_ms)
        stage.network.mend("down", [("v02", "v03")])
        await stage.reach(stage.world.chain.height + 1)
        assert taken(stage) == 0
        assert node.chain.blocks.floor.blocks == 1

    play(story, pruning(msgspec.structs.replace(FEW, archives=("v02", "v03"))))


def test_false_names_do_not_hide_the_one_true_snapshot() -> None:
    """Only one honest node holds one, and a liar offers as many as it may, all above it."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        await leave_behind(stage, node, 0, 1, 2)
        lie(stage, "false names", 0)
        holder, other = stage.node(1).shell.snapshots, stage.node(2).shell.snapshots
        assert len(holder.heights) == HELD
        other.close()
        node.start()
        await stage.until(lambda: taken(stage) == 1, within_ms=5_000)

    play(story, pruning())
