"""Scoped reads: for each method and kind of caller, that nothing of others is told (page 04).

The main test compares two ledgers that are the same but for what is private: one has all of it, the
other none. A caller who may see none of it must be answered the same bytes by both, good requests
and bad ones, so that neither counts nor cursors nor errors tell the two apart.
"""

import json

import pytest

from node.rpc.methods import METHODS
from node.rpc.scopes import PUBLIC, SCOPES
from tests.node.rpc.closed import bare_node, closed_node, replies
from tests.node.rpc.conformance import exchanges, files

HANDED_IN = {"tx_submit", "tx_submitAndWait", "tx_submitBatch"}
"""Who has the signed bytes knows what is in them: test_scoped_receipts.py."""
NAMES = sorted({method.name for method in METHODS} | {"rpc.discover"})
PRIVATE = [name for name in NAMES if SCOPES.get(name) is not PUBLIC and name not in HANDED_IN]


def requests_of(method: str) -> list[str]:
    """Every request of a method's conformance files."""
    return [
        request
        for path in files()
        if path.parent.name == method
        for request, _ in exchanges(path.read_text())
    ]


def test_every_method_has_a_decision() -> None:
    assert sorted(SCOPES) == NAMES


@pytest.mark.parametrize("reader", ["nobody", "stranger"])
@pytest.mark.parametrize("method", PRIVATE)
async def test_who_is_no_party_cannot_tell_whether_there_is_anything(
    method: str, reader: str
) -> None:
    requests = requests_of(method)
    assert requests
    full = await replies(closed_node(), reader, requests)
    assert full == await replies(bare_node(), reader, requests)


@pytest.mark.parametrize("method", PRIVATE)
async def test_a_regulator_is_answered_as_on_an_open_network(method: str) -> None:
    requests = requests_of(method)
    found = await replies(closed_node(), "regulator", requests)
    assert not any("not in the scope" in json.dumps(reply) for reply in found)
