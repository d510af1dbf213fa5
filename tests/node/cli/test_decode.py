"""`mohur tx decode`: what signed bytes say, with no node asked."""

import json

import pytest

from node.cli.exits import Exit
from node.cli.root import status_of
from tests.node.support.chains import transfer


@pytest.mark.parametrize(
    ("chain_id", "words", "beginning"),
    [
        ("mohur-dev-1", (), "tmhr1"),
        ("pk-main-1", (), "mhr1"),
        ("pk-main-1", ("--prefix", "tmhr"), "tmhr1"),
        ("mohur-dev-1", ("--prefix", "mhr"), "mhr1"),
    ],
)
def test_addresses_are_those_of_the_network(
    capsys: pytest.CaptureFixture[str], chain_id: str, words: tuple[str, ...], beginning: str
) -> None:
    """It printed those of test networks for every network, which a main network refuses."""
    data = transfer(1, chain_id=chain_id).data.hex()
    assert status_of(["tx", "decode", data, *words]) == Exit.OK
    said = json.loads(capsys.readouterr().out)["transaction"]
    assert said["sender"].startswith(beginning)
    assert said["operations"][0]["source"].startswith(beginning)
