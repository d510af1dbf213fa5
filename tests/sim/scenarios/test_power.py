"""Crashes and power cuts of whole nodes: at each effect of a block, of all at once, far behind."""

import random

import pytest

from tests.sim.disk import SimDisk
from tests.sim.places import DATA
from tests.sim.scenarios.stage import Stage, play, told_plan

EFFECTS = 60
"""More than one block has on one node of four."""


@pytest.mark.parametrize("by_power", [False, True])
@pytest.mark.parametrize("index", [0, 1])
def test_a_crash_before_any_effect_of_a_block_makes_no_observer(index: int, by_power: bool) -> None:
    """The primary and a backup; each effect in turn, so each place between two of them."""
    places: dict[str, None] = {}

    async def story(stage: Stage) -> None:
        node = stage.node(index)
        await stage.reach(2)
        for number in range(1, EFFECTS):
            height = stage.world.chain.height
            node.crash_at, node.by_power = node.effects + number, by_power
            stage.pay(0, 1, 2, 3)
            await stage.reach(height + 1, *[i for i in range(4) if i != index])
            if node.alive:
                node.crash_at = None
            else:
                places[node.deaths[-1]] = None
                node.start()
            await stage.reach(height + 2)
            await stage.until(lambda: not stage.observers())

    play(story)
    assert {"disk write", "disk sync", "send", "event", "store write", "store written"} <= set(
        places
    )


@pytest.mark.parametrize("number", range(1, 40, 3))
def test_the_power_of_all_fails_in_each_phase_of_a_block(number: int) -> None:
    """Blocks within 60 s, nobody an observer, nothing acknowledged lost."""

    async def story(stage: Stage) -> None:
        await stage.reach(3)
        stage.pay(0, 1, 2, 3)
        target = stage.node(1).effects + number
        await stage.until(lambda: stage.node(1).effects >= target, 20_000)
        acknowledged = dict(stage.world.workload.acknowledged)
        for node in stage.nodes.values():
            node.by_power = True
            node.die("blackout")
        for node in stage.nodes.values():
            node.start()
        await stage.reach(stage.world.chain.height + 1, within_ms=60_000)
        assert stage.observers() == []
        for node in stage.nodes.values():
            for tx_id, height in acknowledged.items():
                place = node.chain.blocks.place(tx_id)
                assert place is not None
                assert place.height == height

    play(story)


def test_a_hundred_blocks_behind_and_killed_before_the_first_vote_it_votes() -> None:
    async def story(stage: Stage) -> None:
        last = stage.node(3)
        await stage.reach(1)
        last.die("away")
        await stage.reach(101, 0, 1, 2, within_ms=200_000)
        last.start()
        await stage.until(lambda: last.height >= 100, 60_000)
        last.by_power = True
        last.die("before its first vote")
        last.start()
        await stage.until(lambda: not stage.observers())
        stage.node(2).die("so that its vote is needed")
        await stage.reach(105, 0, 1, 3)

    play(story, told_plan(window=100))


def test_a_minute_apart_and_one_dead_then_a_block_within_two_seconds() -> None:
    """The longest partition, with whole nodes: views do not drift (R2)."""

    async def story(stage: Stage) -> None:
        await stage.reach(2)
        stage.node(3).die("for good")
        pairs = [("v02", other) for other in stage.nodes if other != "v02"]
        stage.network.spoil("down", pairs)
        stage.pay(0, 1)
        await stage.world.wait(60_000)
        height = stage.world.chain.height
        stage.network.mend("down", pairs)
        await stage.reach(height + 1, 0, 1, 2, within_ms=2_000)

    play(story)


@pytest.mark.parametrize("number", range(1, 12))
def test_the_first_start_may_lose_its_power_anywhere(number: int) -> None:
    """From an empty disk: folders, guard, store. A new machine never becomes an observer."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        node.die("before it was born")
        node.disk = SimDisk(random.Random(number))
        node.disk.make_folder(DATA)
        node.disk.sync_folder(DATA.parent)
        node.crash_at, node.by_power = node.effects + number, True
        node.start()
        assert not node.alive
        node.start()
        await stage.until(lambda: not stage.observers())
        stage.node(2).die("so that its vote is needed")
        await stage.reach(2, 0, 1, 3)

    play(story)
