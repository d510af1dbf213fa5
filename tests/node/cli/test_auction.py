"""`mohur auction` against a real server."""

import asyncio
import json
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from node.cli import root
from node.cli.exits import Exit
from node.sdk.sealing import public_of
from tests.node.rpc.caller import serving
from tests.node.rpc.fake_genesis import address_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_auction import AUCTION_ID
from tokens import bech32m
from tokens.auctions import key_hash
from tokens.jsonform import PREFIX_TEST


@contextmanager
def served(node: FakeNode | None = None) -> Iterator[str]:
    """URL of the small ledger in a thread of its own: a command runs its own loop."""
    started, port, loop = threading.Event(), 0, asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        nonlocal port
        async with serving(node=node) as running:
            port = running.port
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert started.wait(10)
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def test_a_one_time_key_is_kept_by_its_owner_and_told_by_its_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key.json"
    assert root.status_of(["auction", "key", str(file)]) == Exit.OK
    printed = json.loads(capsys.readouterr().out)
    secret = bytes.fromhex(json.loads(file.read_text())["privateKey"][2:])
    assert printed["publicKey"] == "0x" + public_of(secret).hex()
    assert printed["privateKeyHash"] == "0x" + key_hash(secret).hex()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert root.status_of(["auction", "key", str(file)]) == Exit.CANNOT_CREATE


BIDDER = bech32m.encode(PREFIX_TEST, address_of("bank"))
ACCOUNT = bech32m.encode(PREFIX_TEST, address_of("alice"))
SEAL = ["auction", "seal", AUCTION_ID, "--bidder", BIDDER, "--account", ACCOUNT]


def test_a_sheet_is_sealed_and_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opening = tmp_path / "sheet.json"
    with served() as url:
        words = [*SEAL, "98.5:20000", "--opening", str(opening), "--rpc", url]
        assert root.status_of(words) == Exit.OK
    placed = json.loads(capsys.readouterr().out)
    assert placed["type"] == "place_bid"
    assert "985000" not in json.dumps(placed)
    assert root.status_of(["auction", "open", str(opening)]) == Exit.OK
    revealed = json.loads(capsys.readouterr().out)
    assert revealed["type"] == "reveal_bid"
    assert revealed["lines"] == [{"bid": 985_000, "face": "20000"}]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("98.5:20001", "no multiple"),
        ("98.55555:20000", "at most four decimal places"),
        ("98.5", "a line is BID:FACE"),
    ],
)
def test_a_line_that_the_auction_does_not_take_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    opening = tmp_path / "sheet.json"
    with served() as url:
        words = [*SEAL, line, "--opening", str(opening), "--rpc", url]
        assert root.status_of(words) == Exit.USAGE
    assert not opening.exists()
    assert says in capsys.readouterr().err


def test_recompute_names_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    """The small ledger's auction has made-up keys: they do not belong to the announced ones."""
    with served() as url:
        words = ["auction", "recompute", AUCTION_ID, "--rpc", url]
        assert root.status_of(words) == Exit.FAILED
        told = capsys.readouterr().err
        assert "the published key of the Treasury does not belong to the announced one" in told
        assert "result" not in told
        assert root.status_of(["auction", "recompute", "NONE", "--rpc", url]) == Exit.FAILED
