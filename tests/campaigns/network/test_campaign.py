"""A measured time that misses its bound is tried once more; whatever else is wrong is not."""

import random
from dataclasses import dataclass, field
from typing import cast

import pytest

from tests.campaigns.network.campaign import Ran, measured
from tests.campaigns.network.history import Broken, TooSlow
from tests.campaigns.network.scene import Scene
from tests.campaigns.network.site import Site


@dataclass
class Around:
    """A site that heals, and a scenario that ends as it is told to."""

    outcomes: list[Broken | str]
    healed: list[float] = field(default_factory=list)

    async def heal(self) -> None:
        """Nothing is broken."""

    async def next_block(self, bound_s: float) -> float:
        self.healed.append(bound_s)
        return 0.1

    async def whole(self) -> float:
        return 0.2

    async def scenario(self, scene: Scene) -> str:
        assert scene.hold_s == 1.0
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Broken):
            raise outcome
        return outcome


async def tried(*outcomes: Broken | str) -> tuple[str, list[str], int]:
    """(what was seen, what was missed, how often it was healed in between)."""
    around, ran = Around(list(outcomes)), Ran()
    site = cast("Site", around)
    scene = Scene(site, random.Random(1), 1.0)
    seen = await measured(site, scene, "slow", around.scenario, ran)
    assert around.outcomes == []
    return seen, ran.missed, len(around.healed)


async def test_a_bound_that_holds_is_measured_once() -> None:
    assert await tried("held") == ("held", [], 0)


async def test_a_missed_bound_is_measured_once_more_after_healing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await tried(TooSlow("9 s"), "held") == ("held", [], 1)
    assert "MISSED: 9 s" in capsys.readouterr().out


async def test_a_second_miss_is_remembered_for_the_end() -> None:
    assert await tried(TooSlow("9 s"), TooSlow("8 s")) == ("MISSED again: 8 s", ["slow: 8 s"], 1)


@pytest.mark.parametrize("before", [(), (TooSlow("9 s"),)])
async def test_what_is_wrong_otherwise_ends_it(before: tuple[Broken, ...]) -> None:
    with pytest.raises(Broken, match="two roots"):
        await tried(*before, Broken("two roots"))
