"""The quickest canary of each layer in each run of the tests; `make canaries` hunts all of them."""

import pytest

from tests.sim.canaries import campaign
from tests.sim.canaries.campaign import CANARIES

QUICK = (
    "quorum 2f",
    "no justification check",
    "evidence dropped",
    "guard without sync",
    "sent before the guard",
    "Commit without its certificate",
    "applied in the order of a set",
    "money on a rare path",
    "synced blocks believed",
    "guard number forgotten",
)


def test_there_are_enough_of_all_layers() -> None:
    """Page 07: at least 15."""
    assert len(CANARIES) >= 15
    assert len({canary.name for canary in CANARIES}) == len(CANARIES)
    assert len({canary.layer for canary in CANARIES}) >= campaign.LAYERS_MIN
    assert {canary.campaign for canary in CANARIES} == set(campaign.ATTEMPTS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", QUICK)
def test_it_is_found_and_its_control_is_good(name: str) -> None:
    canary = next(each for each in CANARIES if each.name == name)
    found = campaign.hunt(canary)
    assert found.due(canary), found
    assert campaign.control(canary, found) is None
