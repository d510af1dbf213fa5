"""`mohur light` against a real server over a real chain."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from node.cli import root
from node.cli.exits import Exit
from node.devnet.cast import MONEY
from node.genesis_file import write_genesis
from node.sdk.light.anchor import read_anchor, write_anchor
from tests.node.rpc.caller import serving
from tests.node.rpc.fake_node import FakeNode
from tests.node.sdk.light.history import History, eventful
from tests.node.sdk.light.nodes import api_of
from tests.node.sdk.light.test_follow import anchor_at
from tests.node.support.chains import BALANCE


@contextmanager
def served(history: History) -> Iterator[str]:
    """URL of a node in a thread of its own: a command runs its own loop."""
    started, port, loop = threading.Event(), 0, asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        nonlocal port
        async with serving(node=cast("FakeNode", api_of(history.chain))) as running:
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


@pytest.fixture
def history() -> History:
    return eventful()


@pytest.fixture
def trust(history: History, tmp_path: Path) -> str:
    path = tmp_path / "genesis.json"
    write_genesis(history.chain.genesis, path)
    return str(path)


def test_sync_balance_and_receipt(
    history: History, trust: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "checkpoint.json"
    block = history.chain.blocks.block(4)
    assert block is not None
    tx_id = block.receipts[1].tx_id.hex()

    def answer(*words: str) -> dict[str, object]:
        assert root.status_of(["light", *words]) == Exit.OK
        return cast("dict[str, object]", json.loads(capsys.readouterr().out))

    with served(history) as url:
        synced = answer(
            "sync", "--trust", trust, "--rpc", url, "--witness", url, "--save", str(saved)
        )
        assert synced["height"] == history.height
        assert read_anchor(saved) == anchor_at(history, history.height)
        more = ("--trust", str(saved), "--rpc", url)
        found = answer("balance", MONEY, "@bank-1-account", *more)
        value, proven_by = found["value"], found["provenBy"]
        assert isinstance(value, dict)
        assert isinstance(proven_by, dict)
        assert value["balance"] == str(BALANCE - 12)
        assert proven_by["height"] == history.height
        assert len(proven_by["signers"]) == 3
        outcome = answer("receipt", f"0x{tx_id}", *more)["value"]
        assert isinstance(outcome, dict)
        assert (outcome["txId"], outcome["code"]) == (f"0x{tx_id}", 0)


def test_what_is_not_proven_is_one_sentence(
    history: History, trust: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = History()
    other.idle(2)
    other.pay(2)
    other.idle(5)
    fork = tmp_path / "fork.json"
    write_anchor(anchor_at(other, 8), fork)
    saved = tmp_path / "saved.json"
    block = history.chain.blocks.block(4)
    assert block is not None
    tx_id = block.receipts[1].tx_id.hex()

    def failed(status: Exit, *words: str) -> str:
        assert root.status_of(["light", *words]) == status
        return capsys.readouterr().err

    with served(history) as url, served(other) as witness:
        told = failed(Exit.FAILED, "receipt", tx_id, "--trust", str(fork), "--rpc", url)
        assert "WRONG_BLOCK" in told
        told = failed(Exit.FAILED, "receipt", bytes(32).hex(), "--trust", trust, "--rpc", url)
        assert "NOT_FOUND" in told
        write_anchor(anchor_at(history, 7), fork)
        told = failed(
            Exit.FAILED,
            *("balance", MONEY, "@bank-1-account", "--trust", str(fork), "--rpc", witness),
        )
        assert "WRONG_BLOCK" in told
        told = failed(
            Exit.FAILED,
            *("sync", "--trust", trust, "--rpc", witness, "--witness", url),
            *("--save", str(saved)),
        )
        assert "WITNESS_DIFFERS" in told
        assert not saved.exists()


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("sync",), Exit.USAGE, "--trust"),
        (("sync", "--trust", "absent.json"), Exit.NO_INPUT, "absent.json"),
        (("sync", "--trust", "x", "--rpc", "ftp://x"), Exit.USAGE, "http://"),
        (("receipt", "0x00", "--trust", "x"), Exit.USAGE, "32 bytes"),
        (("receipt", "zz", "--trust", "x"), Exit.USAGE, "32 bytes"),
    ],
)
def test_wrong_words(
    words: tuple[str, ...],
    status: Exit,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x").write_text("{}")
    assert root.status_of(["light", *words]) == status
    assert sentence in capsys.readouterr().err


def test_a_node_that_is_not_there(trust: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["light", "sync", "--trust", trust, "--rpc", "http://127.0.0.1:1"]
    assert root.status_of(words) == Exit.UNAVAILABLE
    assert "127.0.0.1:1" in capsys.readouterr().err
