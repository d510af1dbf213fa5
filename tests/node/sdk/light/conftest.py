"""One eventful chain for all tests of the light client; nobody writes to it."""

import pytest

from tests.node.sdk.light.forge import Forge
from tests.node.sdk.light.history import History, eventful


@pytest.fixture(scope="session")
def history() -> History:
    return eventful()


@pytest.fixture
def forge(history: History) -> Forge:
    return Forge(history)
