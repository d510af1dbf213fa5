"""Each seeded bug is found by the campaign within its seeds, or by a named scenario.

A canary that is not found means that the campaign or the scenario has gone blind.
"""

import pytest

from tests.consensus import campaign
from tests.consensus.canaries.bugs import BUGS, Bug
from tests.consensus.canaries.scenario_bugs import SCENARIO_BUGS, ScenarioBug

LIMIT_MS = 20_000
"""A canary that stops the chain is not watched for longer; healthy seeds take far less."""


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_campaign_finds(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.plant(monkeypatch)
    with pytest.raises(campaign.Failure) as found:
        list(campaign.campaign(bug.first_seed, bug.seeds, bug.n, LIMIT_MS))
    assert bug.finding in str(found.value)


@pytest.mark.parametrize("bug", SCENARIO_BUGS, ids=lambda bug: bug.name)
def test_a_scenario_finds(bug: ScenarioBug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.scenario()
    bug.plant(monkeypatch)
    with pytest.raises((AssertionError, RuntimeError)):
        bug.scenario()


def test_there_are_enough_canaries() -> None:
    assert len(BUGS) + len(SCENARIO_BUGS) >= 15
