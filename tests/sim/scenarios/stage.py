"""A world without chance: four nodes, good weather, no clients of its own. For told stories.

    async def story(stage): ...
    play(story)

Blocks are made by `stage.pay(...)` and awaited by `stage.reach(...)`; the checkers of world.py look
on in every story.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from tests.sim import plan
from tests.sim.loop import run_virtually
from tests.sim.network import Weather
from tests.sim.node import SimNode
from tests.sim.plan import Plan
from tests.sim.snapshots import small_answers
from tests.sim.world import World
from tokens.transaction import DecodedTransaction

FINE = Weather(delay_ms=(2, 2), loss_e3=0, duplicates_e3=0, reorder=False, tail_e3=0)


def told_plan(n: int = 4, **changes: object) -> Plan:
    """No fault, no liar, a client that says nothing for an hour."""
    drawn = msgspec.structs.replace(
        plan.draw(1),
        n=n,
        spare=0,
        snapshots=None,
        rotation=100,
        window=20,
        block_max=500,
        real_signatures=False,
        liars=(),
        frail=(),
        away=(),
        timeouts=(250, 2_000, 10_000),
        status_ms=1_000,
        empty_ms=5_000,
        weather=FINE,
        skews=(0,) * n,
        load="idle",
        faults=(),
    )
    return msgspec.structs.replace(drawn, **changes)


class Stage:
    """What a story is told with."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.nodes = world.nodes
        self.network = world.network

    def node(self, index: int) -> SimNode:
        """By number."""
        return list(self.nodes.values())[index]

    def pay(self, *indices: int, blocks: int = 20, number: int | None = None) -> DecodedTransaction:
        """A payment of a client to these nodes, valid for so many blocks from the first one's."""
        made = self.world.workload.make(self.node(indices[0]).height, number, blocks)
        for index in indices:
            self.world.workload.send(self.node(index), (made,))
        return made

    async def until(self, done: Callable[[], bool], within_ms: int = 30_000) -> None:
        """Look each 10 ms. TimeoutError says that it did not come true."""
        limit_ms = self.world.elapsed_ms() + within_ms
        while not done():
            if self.world.elapsed_ms() >= limit_ms:
                raise TimeoutError(self.world.describe())
            await self.world.wait(self.world.elapsed_ms() + 10)

    async def reach(self, height: int, *indices: int, within_ms: int = 30_000) -> None:
        """These nodes, or all, have decided that height; clients pay on the way."""
        those = [self.node(index) for index in indices] or list(self.nodes.values())
        limit_ms = self.world.elapsed_ms() + within_ms
        while any(node.height < height for node in those):
            if self.world.elapsed_ms() >= limit_ms:
                raise TimeoutError(self.world.describe())
            if self.world.chain.height < height and not self.world.workload.waiting:
                alive = next(node for node in those if node.alive)
                self.world.workload.send(
                    alive, (self.world.workload.make(alive.height, blocks=20),)
                )
            await self.world.wait(self.world.elapsed_ms() + 10)

    def observers(self) -> list[str]:
        """Running nodes that do not vote."""
        return [
            name
            for name, node in self.nodes.items()
            if node.alive and not node.shell.driver.replica.is_voting
        ]


def play(story: Callable[[Stage], Awaitable[None]], told: Plan | None = None) -> None:
    """Tell a story to its end; what it or a checker finds is raised."""
    played = told or told_plan()
    with small_answers(played.snapshots):
        run_virtually(lambda: _play(story, played))


async def _play(story: Callable[[Stage], Awaitable[None]], told: Plan) -> None:
    failure: Exception | None = None
    async with asyncio.TaskGroup() as group:
        world = World(told, group)
        world.workload.running = False
        world.begin()
        try:
            await story(Stage(world))
        except Exception as error:  # noqa: BLE001  raised bare, without its group
            failure = error
        finally:
            world.end()
    if failure is not None:
        raise failure
