"""docs/examples/client.mjs, written from the wire page only, makes what the ledger accepts."""

import json
import shutil
import subprocess
from pathlib import Path

import msgpack
import pytest

from tests.node.wire.make_vectors import PATH
from tokens import bech32m
from tokens.transaction import DecodedTransaction, decode_transaction

CLIENT = Path(__file__).parents[3] / "docs" / "examples" / "client.mjs"
VECTORS = json.loads(PATH.read_text())["transactions"]
ORDER = (
    "chain_id",
    "valid_until",
    "client_ref",
    "seed",
    "sender",
    "asset",
    "source",
    "target",
    "amount",
)


def run_client(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("node")
    assert program is not None, "the example needs Node.js 20 on the PATH"
    return subprocess.run(
        [program, str(CLIENT), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def printed(fields: dict[str, object]) -> dict[str, str]:
    done = run_client("--print", *(str(fields[name]) for name in ORDER))
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["fields"]["amount"])
def test_the_client_makes_the_golden_bytes(vector: dict[str, object]) -> None:
    fields = vector["fields"]
    assert isinstance(fields, dict)
    answer = printed(fields)
    names = {"signed": "signed", "txId": "tx_id", "wireId": "wire_id"}
    assert {name: vector[own] for name, own in names.items()} == dict(answer)
    data = bytes.fromhex(answer["signed"])
    decoded = decode_transaction(data)
    assert isinstance(decoded, DecodedTransaction)
    assert decoded.tx_id.hex() == answer["txId"]
    assert msgpack.packb(msgpack.unpackb(data)) == data


def test_addresses_may_be_bech32m() -> None:
    fields = dict(VECTORS[0]["fields"])
    for name in ("sender", "source", "target"):
        fields[name] = bech32m.encode("tmhr", bytes.fromhex(str(fields[name])))
    assert printed(fields)["signed"] == VECTORS[0]["signed"]


def test_a_mistyped_address_is_refused() -> None:
    fields = dict(VECTORS[0]["fields"])
    text = bech32m.encode("tmhr", bytes.fromhex(str(fields["sender"])))
    fields["sender"] = text[:-1] + ("q" if text[-1] != "q" else "p")
    done = run_client("--print", *(str(fields[name]) for name in ORDER))
    assert done.returncode != 0
    assert "not an address" in done.stderr


def test_the_client_is_short_and_needs_no_packages() -> None:
    lines = CLIENT.read_text().splitlines()
    assert len(lines) <= 80
    imports = [line for line in lines if line.startswith("import ")]
    assert imports == [line for line in imports if '"node:' in line]
