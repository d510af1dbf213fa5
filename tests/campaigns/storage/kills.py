"""kill -9 of real processes: at twenty named points, and of the whole cluster at seeded moments."""

import random
from pathlib import Path

from tests.campaigns.storage.cluster import Cluster, cluster
from tests.campaigns.storage.report import Tally
from tests.campaigns.storage.victim import POINTS

COUNT_MAX = 4
"""A death comes at the first to the fourth arrival."""
RARE = ("guard.new_file", "guard.renamed", "view_change.before_send")
"""Points that are passed once in a while: the first arrival counts."""
ANYBODY = ("pre_prepare.before_send", "pre_prepare.sent", *RARE)
"""Points that not every node passes soon."""
CUT_CHECKED = 64
"""Acknowledgements looked up after each power cut of all; every one at the end."""
AGAIN_SECONDS = 60
"""After a power cut of all, a payment is final within so long (page 07)."""


async def kill_at_points(folder: Path, seed: int, kills: int) -> Tally:
    """One node at a time dies at a point, comes back, votes; nothing is lost."""
    tally = Tally("kills at named points", kills)
    generator = random.Random(f"kills/{seed}")
    async with cluster(folder) as made:
        for number in range(kills):
            point = POINTS[number % len(POINTS)]
            await _kill(made, point, generator)
            await made.acknowledge(2)
            await made.voting()
            await made.check()
            tally.add(point.split(".")[0])
            print(f"  kill {number + 1} of {kills}: {point}", flush=True)
    tally.notes.append(f"{len(POINTS)} points")
    tally.notes.append(f"{len(made.load.acknowledged)} acknowledged payments, 0 lost")
    tally.notes.append(f"{made.check_votes()} signatures, 0 double votes")
    tally.require_whole()
    return tally


async def _kill(made: Cluster, point: str, generator: random.Random) -> None:
    """A death at that point and the return."""
    victim = generator.choice(made.network.names)
    count = generator.randint(1, COUNT_MAX)
    match point:
        case "sync.applied":
            made.network.kill(victim)
            await made.acknowledge(2 * COUNT_MAX)
            made.arm(point, victim, count)
            made.network.start(victim)
            await made.died()
            await made.back(victim)
        case "view_change.before_send":
            primary = await made.proposer()
            made.network.children[primary].pause()
            made.arm(point, "*", 1)
            dead = await made.died()
            made.network.children[primary].resume()
            await made.back(dead)
        case _:
            made.arm(point, "*" if point in ANYBODY else victim, 1 if point in RARE else count)
            await made.back(await made.died())


async def cut_whole_cluster(folder: Path, seed: int, cuts: int) -> Tally:
    """One node dies at a seeded point and arrival, all others with it; all come back by themselves.

    The page cache survives, so what is lost is what no node had handed to the kernel; what a disk
    loses of it is the campaign of power cuts.
    """
    tally = Tally("power cuts of the whole cluster", cuts)
    generator = random.Random(f"cluster/{seed}")
    points = [point for point in POINTS if point not in (*RARE, "sync.applied")]
    async with cluster(folder) as made:
        for number in range(cuts):
            await made.acknowledge(generator.randint(1, 12))
            point = generator.choice(points)
            made.arm(point, "*", generator.randint(1, COUNT_MAX))
            await made.died()
            made.network.kill(*made.network.names)
            made.network.start()
            await made.network.wait_ready(made.stage.probe, seconds=AGAIN_SECONDS)
            await made.acknowledge(1, seconds=AGAIN_SECONDS)
            await made.voting()
            await made.check(newest=CUT_CHECKED)
            tally.add("cut")
            print(f"  cut {number + 1} of {cuts}: {point}", flush=True)
    tally.notes.append(f"{len(made.load.acknowledged)} acknowledged payments, 0 lost")
    tally.notes.append(f"{made.check_votes()} signatures, 0 double votes")
    tally.require_whole()
    return tally
