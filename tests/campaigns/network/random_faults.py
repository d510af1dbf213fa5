"""Faults drawn from a seed, several at once, quorum or not: safety first, then a healed network.

A schedule is a value: the same seed gives the same one, and a printed one can be read.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from tests.campaigns.network.messages import Weather
from tests.campaigns.network.scene import Scene
from tests.campaigns.span import last

FAULTS_MAX = 4
"""At once."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a schedule, of `name`, and towards `other` where it is about a link."""

    kind: str
    name: str
    other: str
    weather: Weather = Weather()
    offset_s: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Faults that begin together, and how long they last before the next step adds others."""

    faults: tuple[Fault, ...]
    heal: bool
    """Whether everything before is healed first."""
    seconds: float


def draw(seed: int, names: tuple[str, ...], steps: int, seconds: float) -> tuple[Step, ...]:
    """The schedule of a seed; each probability is drawn, too."""
    chance = random.Random(f"{seed} schedule")
    heal_of_ten = chance.randint(2, 8)
    found = []
    for _ in range(steps):
        count = chance.randint(1, FAULTS_MAX)
        found.append(
            Step(
                faults=tuple(_fault(chance, names) for _ in range(count)),
                heal=chance.randrange(10) < heal_of_ten,
                seconds=chance.uniform(0.3, 1.7) * seconds,
            )
        )
    return tuple(found)


def _fault(chance: random.Random, names: tuple[str, ...]) -> Fault:
    name, other = chance.sample(names, 2)
    kind = chance.choice(tuple(KINDS))
    return Fault(
        kind=kind,
        name=name,
        other=other,
        weather=KINDS[kind](chance),
        offset_s=chance.choice((-3_600, -20, -8, 8, 20, 3_600)) if kind == "clock" else 0,
    )


def _calm(_: random.Random) -> Weather:
    return Weather()


def _late(chance: random.Random) -> Weather:
    return Weather(
        delay_ms=chance.choice((0, 5, 50, 200)),
        jitter_ms=chance.choice((0, 20, 100, 400)),
        gather_ms=chance.choice((0, 0, 30, 150)),
    )


def _narrow(chance: random.Random) -> Weather:
    return Weather(bytes_per_s=chance.choice((8, 32, 128)) * 1024)


def _held(_: random.Random) -> Weather:
    return Weather(held=True)


def _swallowed(_: random.Random) -> Weather:
    return Weather(swallowed=True)


KINDS: dict[str, Callable[[random.Random], Weather]] = {
    "late": _late,
    "narrow": _narrow,
    "hold one way": _held,
    "hold node": _held,
    "half-open link": _swallowed,
    "half-open node": _swallowed,
    "reset": _calm,
    "stop": _calm,
    "kill": _calm,
    "clock": _calm,
}
"""Kind -> the weather that it draws; those without have none."""


async def begin(scene: Scene, fault: Fault) -> None:
    """Do it to the site. What cannot be done twice (a second kill) is left as it is."""
    site = scene.site
    child = site.network.children[fault.name]
    match fault.kind:
        case "late" | "narrow" | "hold node" | "half-open node":
            await site.links.around(fault.name, fault.weather)
        case "hold one way":
            await site.links.change(fault.name, fault.other, fault.weather)
        case "half-open link":
            await site.links.change(fault.name, fault.other, fault.weather)
            await site.links.change(fault.other, fault.name, fault.weather)
        case "reset":
            await site.links.reset(fault.name, fault.other)
        case "stop":
            if child.running and not child.paused:
                child.pause()
        case "kill":
            if child.running:
                site.network.kill(fault.name)
        case "clock":
            site.clocks.set(fault.name, fault.offset_s)
        case _:
            raise ValueError(fault.kind)


async def play(scene: Scene, steps: tuple[Step, ...]) -> str:
    """The whole schedule; what it leaves broken is healed by the campaign."""
    done = 0
    for step in steps:
        if step.heal:
            await scene.site.heal()
        for fault in step.faults:
            await begin(scene, fault)
            done += 1
        await last(step.seconds)
        await scene.site.heights()
    return f"{done} faults in {len(steps)} steps"
