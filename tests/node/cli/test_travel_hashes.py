"""`mohur travel seal-hash` and `open-hash` against a real server."""

import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.cli.exits import Exit
from node.cli.root import status_of
from node.sdk.sealing import KeyPair, new_key
from tests.node.cli.test_auction import served
from tests.node.rpc.fake_genesis import address_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import batch
from tests.node.sdk.ivms101_samples import payload
from tests.node.sdk.test_travel_readers import ROLES, ledger
from tokens import bech32m
from tokens.jsonform import PREFIX_TEST
from tokens.records.settlement import BATCH

BANK, ISSUER = (bech32m.encode(PREFIX_TEST, address_of(name)) for name in ("bank", "issuer"))
OF_BATCH = ["--batch", BANK, "TRADE-1"]


class Desk:
    """Files of an institution, and a node whose people have keys that are some."""

    def __init__(self, folder: Path, node: FakeNode, url: str, keys: dict[str, KeyPair]) -> None:
        self.folder, self.node, self.url, self.keys = folder, node, url, keys
        self.out = folder / "data.json"
        self.payload = folder / "payload.json"
        self.payload.write_text(json.dumps(payload("101.2023")))

    def seal(self, *words: str, amount: int = 5) -> int:
        """Status; of what the batch of the small ledger moves."""
        what = ["--version", "101.2023", "--asset", "DPKR", "--amount", str(amount)]
        sides = words or ("--giver", BANK, "--taker", ISSUER)
        rest = ["--out", str(self.out), "--rpc", self.url]
        return status_of(["travel", "seal-hash", str(self.payload), *what, *sides, *rest])

    def open(self, who: str, *words: str) -> int:
        """Status."""
        key = self.folder / f"{who}.json"
        key.write_text(json.dumps({"privateKey": "0x" + self.keys[who].private.hex()}))
        rest = ["--key", str(key), "--rpc", self.url]
        return status_of(["travel", "open-hash", str(self.out), *words, *rest])

    def instruct(self, travel_hash: str) -> None:
        """The batch as it is when its first leg carries the hash."""
        overlay, made = self.node.state(), batch()
        leg = replace(made.legs[0], travel_hash=bytes.fromhex(travel_hash[2:]))
        overlay.put(BATCH, replace(made, legs=(leg,)))
        self.node.write(overlay)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    keys = {name: new_key() for name in ROLES}
    node = ledger(keys)
    with served(node) as url:
        yield Desk(tmp_path, node, url, keys)


@pytest.mark.parametrize("who", sorted(ROLES))
def test_a_leg_is_sealed_and_opened_from_the_batch(
    desk: Desk, capsys: pytest.CaptureFixture[str], who: str
) -> None:
    assert desk.seal() == Exit.OK
    told = json.loads(capsys.readouterr().out)["travelHash"]
    assert stat.S_IMODE(desk.out.stat().st_mode) == 0o600
    sealed = bytes.fromhex(json.loads(desk.out.read_text())["sealed"][2:])
    assert told == "0x" + hashlib.sha256(sealed).hexdigest()
    assert desk.open(who, *OF_BATCH) == Exit.REFUSED
    assert "OtherCiphertext" in capsys.readouterr().err
    desk.instruct(told)
    assert desk.open(who, *OF_BATCH) == Exit.OK
    assert "Khan" in capsys.readouterr().out
    assert desk.open(who, *OF_BATCH, "--leg", "1") == Exit.USAGE


def test_data_of_another_sum_do_not_open_though_the_hash_is_theirs(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.seal(amount=4) == Exit.OK
    told = json.loads(capsys.readouterr().out)["travelHash"]
    desk.instruct(told)
    assert desk.open("issuer", *OF_BATCH) == Exit.REFUSED
    assert "Unopened" in capsys.readouterr().err


def test_an_order_has_one_side_and_is_opened_by_its_hash(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.seal("--giver", BANK) == Exit.OK
    told = json.loads(capsys.readouterr().out)["travelHash"]
    assert desk.open("bank", "--hash", told) == Exit.OK
    assert desk.open("issuer", "--hash", told) == Exit.REFUSED
    assert desk.open("bank", "--hash", "0x00") == Exit.USAGE
    assert desk.open("bank", "--hash", "0x" + bytes(32).hex()) == Exit.REFUSED
    assert desk.open("bank") == Exit.USAGE


def test_what_cannot_be_sealed_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = bech32m.encode(PREFIX_TEST, bytes(range(16)))
    assert desk.seal("--giver", BANK, "--taker", stranger) == Exit.REFUSED
    assert "no participant" in capsys.readouterr().err
    assert desk.seal("--giver", "nobody") == Exit.USAGE
    assert not desk.out.exists()
    desk.out.write_text("kept")
    assert desk.seal() == Exit.CANNOT_CREATE
    assert desk.out.read_text() == "kept"
