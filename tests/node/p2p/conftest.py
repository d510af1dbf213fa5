"""Closes the sockets of nodes that a test made and never ran."""

from collections.abc import Iterator

import pytest

from tests.node.p2p.harness import NODES


@pytest.fixture(autouse=True)
def closed_nodes() -> Iterator[None]:
    yield
    while NODES:
        NODES.pop().transport.close()
