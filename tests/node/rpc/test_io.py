"""The conformance files: every method has a good and a bad exchange, and all replies hold."""

import json

import pytest

from node.rpc.methods import METHODS
from tests.node.rpc.conformance import exchanges, files, play, rewritten, same

OVER_SOCKET = {"sub_subscribe", "sub_unsubscribe"}
"""Their good exchanges are in test_websocket.py: a file has no socket."""


TEXTS = {f"{path.parent.name}/{path.stem}": path.read_text() for path in files()}


@pytest.mark.parametrize("name", TEXTS)
async def test_replies_hold(name: str) -> None:
    for request, expected, found in await play(TEXTS[name]):
        assert expected is not None, f"{request}: no reply, run the module with --rewrite"
        assert same(expected, found), f"{request}\nexpected {expected}\nfound    {found}"


def test_every_method_has_a_good_and_a_bad_exchange() -> None:
    good: set[str] = set(OVER_SOCKET)
    bad: set[str] = set()
    for path in files():
        for request, reply in exchanges(path.read_text()):
            assert isinstance(reply, dict)
            method = json.loads(request)["method"]
            assert method == path.parent.name
            (bad if "error" in reply else good).add(method)
    names = {method.name for method in METHODS} | {"rpc.discover"}
    assert good == names
    assert bad == names


def test_a_rewrite_keeps_what_matches_and_replaces_what_does_not() -> None:
    text = '// why\n>> {"id":1}\n<< {"id": 1, "result": "*"}\n>> {"id":2}\n'
    found = [('{"id":1}', {"id": 1, "result": "*"}, {"id": 1, "result": 5}), ('{"id":2}', None, 7)]
    assert rewritten(text, found) == (
        '// why\n>> {"id":1}\n<< {"id": 1, "result": "*"}\n>> {"id":2}\n<< 7\n'
    )


def test_a_comparison_that_can_fail() -> None:
    assert same({"a": "*"}, {"a": [1]})
    assert not same({"a": 1}, {"a": True})
    assert not same({"a": 1}, {"a": 1, "b": 2})
    assert not same([1], [1, 2])
