"""The network campaign: `python -m tests.campaigns.network.campaign --size ci --seed 1`.

One execution = one scenario, or one random schedule, on a network of four real processes that is
under load all the time. After each: heal everything; a block is due within the cap of a view and
5 s, and all four are level again. At the end: the four stores are equal, each replays from genesis
with the same roots, and what the clients saw fits the chain (history.py). Ends with 1 at the first
thing that does not hold, and prints the command that tries the same again. A time or rate that
missed its bound is measured once more, because machines are shared; both are printed, and a second
miss fails the campaign at its end.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from node.devnet.network import NodeEnded
from tests.campaigns.network.bad_validator import BAD_VALIDATOR
from tests.campaigns.network.bounds import HEALED_S
from tests.campaigns.network.clocks import NoFaketime, faketime_library
from tests.campaigns.network.history import Broken, TooSlow, judge
from tests.campaigns.network.partitions import PARTITIONS
from tests.campaigns.network.processes import PROCESSES
from tests.campaigns.network.random_faults import draw, play
from tests.campaigns.network.scene import Scenario, Scene
from tests.campaigns.network.site import Site, open_site
from tests.campaigns.network.stores import Finalised, read_alike
from tests.gates import TIME_MISSED

SCENARIOS = {scenario.__name__: scenario for scenario in (*PARTITIONS, *PROCESSES, *BAD_VALIDATOR)}
PER_SECOND = 60.0
"""Transactions that the clients begin a second, while they are answered."""
RANDOM_STEP_SECONDS = 3.0


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much is tried."""

    hold_s: float
    """How long the faults of a scenario last."""
    rounds: int
    """Times that each scenario is tried."""
    schedules: int
    """Random ones."""
    steps: int
    """Of a random schedule."""


SIZES = {
    "ci": Size(hold_s=2.0, rounds=1, schedules=2, steps=4),
    "full": Size(hold_s=8.0, rounds=3, schedules=30, steps=8),
}


class Ran(msgspec.Struct, kw_only=True):
    """What the campaign did."""

    executions: int = 0
    schedules: int = 0
    healed_longest_s: float = 0.0
    """Longest time from healing to the next block."""
    level_longest_s: float = 0.0
    """Longest time from that block until all four were ready and level."""
    missed: list[str] = []
    """Bounds of time or rate that a scenario missed twice."""


async def run(size: Size, seed: int, chosen: tuple[str, ...], folder: Path) -> None:
    """All of it. Broken, NodeEnded."""
    ran = Ran()
    async with open_site(folder, seed=seed, per_second=PER_SECOND) as site:
        async with asyncio.TaskGroup() as group:
            group.create_task(site.workload.run())
            await site.next_block(HEALED_S)
            await _play_all(site, size, seed, chosen, ran)
            site.workload.stop()
        await site.whole()
        site.network.stop()
        folders = {name: site.network.layout.data(name) for name in site.names}
        finalised = await asyncio.to_thread(read_alike, folders)
        operations = site.workload.operations
        judge(operations, finalised.places)
        _expect(size, chosen, ran, site)
        _report(ran, site, finalised)
        if ran.missed:
            raise TooSlow("; ".join(ran.missed))


async def _play_all(site: Site, size: Size, seed: int, chosen: tuple[str, ...], ran: Ran) -> None:
    for number in range(size.rounds):
        order = [name for name in SCENARIOS if name in chosen]
        random.Random(f"{seed} order {number}").shuffle(order)
        for name in order:
            chance = random.Random(f"{seed} {name} {number}")
            await _one(site, Scene(site, chance, size.hold_s), name, SCENARIOS[name], ran)
    if "random" in chosen:
        for number in range(size.schedules):
            steps = draw(seed * 1_000 + number, site.names, size.steps, RANDOM_STEP_SECONDS)
            chance = random.Random(f"{seed} random {number}")

            async def random_schedule(scene: Scene) -> str:
                return await play(scene, steps)  # noqa: B023 - played before the next is drawn

            await _one(
                site, Scene(site, chance, size.hold_s), f"random {number}", random_schedule, ran
            )
            ran.schedules += 1


async def _one(site: Site, scene: Scene, name: str, scenario: Scenario, ran: Ran) -> None:
    print(f"{name.replace('_', ' ')} ...", end=" ", flush=True)
    try:
        seen = await measured(site, scene, name, scenario, ran)
        block_s, level_s = await _healed(site)
    except BaseException:
        print("BROKEN", flush=True)
        raise
    ran.executions += 1
    ran.healed_longest_s = max(ran.healed_longest_s, block_s)
    ran.level_longest_s = max(ran.level_longest_s, level_s)
    print(f"{seen}; healed: block {block_s:.2f} s, level {level_s:.2f} s", flush=True)


async def measured(site: Site, scene: Scene, name: str, scenario: Scenario, ran: Ran) -> str:
    """What the scenario saw; tried again if only a time or rate missed its bound."""
    try:
        return await scenario(scene)
    except TooSlow as first:
        print(f"MISSED: {first}; once more:", end=" ", flush=True)
    await _healed(site)
    try:
        return await scenario(scene)
    except TooSlow as second:
        ran.missed.append(f"{name}: {second}")
        return f"MISSED again: {second}"


async def _healed(site: Site) -> tuple[float, float]:
    """Seconds until the next block, and from there until all are level. TooSlow."""
    await site.heal()
    return await site.next_block(HEALED_S), await site.whole()


def _expect(size: Size, chosen: tuple[str, ...], ran: Ran, site: Site) -> None:
    """The campaign did what it was asked to do. Broken."""
    wanted = size.rounds * len([name for name in SCENARIOS if name in chosen])
    wanted += size.schedules if "random" in chosen else 0
    if ran.executions != wanted:
        raise Broken(f"{ran.executions} executions, {wanted} were asked for")
    operations = site.workload.operations
    acked = sum(operation.acked_at is not None for operation in operations)
    refused = {operation.refused for operation in operations if operation.refused}
    if refused:
        raise Broken(f"valid transactions were refused: {sorted(refused)}")
    if acked < ran.executions:
        raise Broken(f"{acked} transactions acknowledged in {ran.executions} executions")


def _report(ran: Ran, site: Site, finalised: Finalised) -> None:
    operations = site.workload.operations
    acked = sum(operation.acked_at is not None for operation in operations)
    print(
        f"{ran.executions} executions ({ran.schedules} random schedules); "
        f"{len(operations)} transactions by unique ids, {acked} acknowledged, "
        f"{site.workload.duplicates} sent again; {finalised.blocks} blocks, "
        f"{finalised.transactions} transactions final, each once, in the order that clients saw; "
        f"four stores equal and replayed; longest to a block after healing "
        f"{ran.healed_longest_s:.2f} s, until level {ran.level_longest_s:.2f} s"
    )


def main() -> int:
    """Arguments, a folder, the run, its end."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.network.campaign")
    parser.add_argument("--size", choices=sorted(SIZES), default="ci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", action="append", choices=sorted((*SCENARIOS, "random")), help="some of them"
    )
    given = parser.parse_args()
    chosen = tuple(given.only or (*SCENARIOS, "random"))
    again = f"python -m tests.campaigns.network.campaign --size {given.size} --seed {given.seed}"
    again += "".join(f" --only {name}" for name in given.only or ())
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="mohur-network-"))
    failures: list[BaseException] = []
    try:
        faketime_library()
        asyncio.run(run(SIZES[given.size], given.seed, chosen, folder))
    except* (Broken, NodeEnded, NoFaketime) as group:
        failures = _leaves(group)
    if failures:
        for error in failures:
            print(f"{type(error).__name__}: {error}")
        print(f"again: {again}\nlogs and stores: {folder}")
        return TIME_MISSED if all(isinstance(each, TooSlow) for each in failures) else 1
    print(f"all held in {time.monotonic() - began:.0f} s: {again}")
    _remove(folder)
    return 0


def _leaves(group: BaseException) -> list[BaseException]:
    if isinstance(group, BaseExceptionGroup):
        return [leaf for error in group.exceptions for leaf in _leaves(error)]
    return [group]


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


if __name__ == "__main__":
    sys.exit(main())
