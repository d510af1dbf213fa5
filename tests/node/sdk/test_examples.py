"""The examples under docs/examples run as a reader would run them, against a served ledger."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.signing import dev_seed
from tests.node.rpc.caller import Serving, serving
from tests.node.rpc.small_ledger import ALICE, BANK, BOB, COIN
from tokens.bech32m import encode

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
async def server() -> AsyncIterator[Serving]:
    async with serving() as running:
        yield running


async def run(name: str, *words: str) -> tuple[int, str]:
    """(exit code, standard output) of an example in its own process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLES / name),
        *words,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode()


def text(address: bytes) -> str:
    return encode("tmhr", address)


async def test_pay(server: Serving, tmp_path: Path) -> None:
    seed = tmp_path / "bank.seed"
    seed.write_text(dev_seed("bank").hex())
    stored = tmp_path / "payment.tx"
    words = ["--key-seed-file", str(seed), "--sender", text(BANK), "--source", text(ALICE)]
    words += ["--target", text(BOB), "--asset", COIN, "--amount", "5", "--store", str(stored)]
    async with asyncio.TaskGroup() as tasks:
        paying = tasks.create_task(run("pay.py", f"http://127.0.0.1:{server.port}", *words))
        await server.node.until(lambda: server.node.waiters)
        block = server.node.decide()
    code, output = paying.result()
    assert code == 0, output
    assert "success OK at height 3" in output
    assert stored.read_bytes() in block.transactions


async def test_watch(server: Serving) -> None:
    url = f"http://127.0.0.1:{server.port}"
    code, output = await run("watch.py", url, "--from-height", "1", "--count", "2")
    assert code == 0
    first, second = output.splitlines()
    assert first == f"1 {server.node.blocks[0].digest.hex()} 1 tx"
    assert second == f"2 {server.node.blocks[1].digest.hex()} 2 tx"


@pytest.mark.parametrize("is_honest", [True, False])
async def test_prove_balance(server: Serving, *, is_honest: bool) -> None:
    digest = server.node.genesis_digest if is_honest else bytes(32)
    words = ["--account", text(ALICE), "--genesis-digest", digest.hex()]
    for member in server.node.validators:
        words += ["--validator", f"{member.id}={member.public_key.hex()}"]
    code, output = await run("prove_balance.py", f"http://127.0.0.1:{server.port}", *words)
    assert code == (0 if is_honest else 1)
    assert output.startswith("proven at height 2 by 3 signatures" if is_honest else "NOT proven")
