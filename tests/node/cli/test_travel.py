"""`mohur travel` against a real server: check, seal to the ledger's keys, open."""

import datetime as dt
import json
from pathlib import Path

import pytest

from node.cli import root
from node.cli.exits import Exit
from node.sdk.sealing import new_key
from tests.node.cli.test_auction import served
from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of
from tests.node.rpc.small_aml import travel
from tests.node.sdk.ivms101_samples import payload
from tokens import bech32m
from tokens.jsonform import PREFIX_TEST

BANK = bech32m.encode(PREFIX_TEST, address_of("bank"))
TRAVEL = "0x" + travel().id.hex()


def write(folder: Path, version: str) -> str:
    path = folder / "payload.json"
    path.write_text(json.dumps(payload(version)))
    return str(path)


@pytest.mark.parametrize(("version", "other"), [("101", "101.2023"), ("101.2023", "101")])
def test_a_payload_is_checked_as_the_version_that_it_claims(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str, other: str
) -> None:
    file = write(tmp_path, version)
    assert root.status_of(["travel", "check", file, "--version", version]) == Exit.OK
    printed = json.loads(capsys.readouterr().out)
    assert (printed["version"], len(printed["sha256"])) == (version, 66)
    assert root.status_of(["travel", "check", file, "--version", other]) == Exit.FAILED
    assert "Khan" not in capsys.readouterr().err


def test_a_birth_is_held_against_the_date_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["travel", "check", write(tmp_path, "101"), "--version", "101", "--on"]
    assert root.status_of([*words, "1970-01-01"]) == Exit.FAILED
    assert "born after today" in capsys.readouterr().err
    assert root.status_of([*words, "2026-01-05"]) == Exit.OK
    assert root.status_of([*words, "2026-02-30"]) == Exit.USAGE


@pytest.mark.parametrize("command", ["seal", "seal-hash"])
def test_a_birth_is_held_against_the_business_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """The clock of the machine is months after it: who is born between was taken for a customer."""
    file = tmp_path / "payload.json"
    made = json.dumps(payload("101"))
    for born in (BUSINESS_DATE, BUSINESS_DATE - dt.timedelta(days=1)):
        file.write_text(made.replace("1980-02-03", str(born)))
        assert str(born) in file.read_text()
        words = {"seal": ["seal", TRAVEL, str(file)], "seal-hash": ["seal-hash", str(file)]}
        more = [] if command == "seal" else ["--asset", "DPKR", "--amount", "5", "--giver", BANK]
        more += [] if command == "seal" else ["--out", str(tmp_path / "data.json")]
        with served() as url:
            asked = ["travel", *words[command], "--version", "101", *more, "--rpc", url]
            status = root.status_of(asked)
        told = capsys.readouterr().err
        assert (status == Exit.FAILED) is (born == BUSINESS_DATE)
        assert ("born after today" in told) is (born == BUSINESS_DATE)


def test_it_is_not_sealed_where_nobody_is_the_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The small ledger has no FIU."""
    file = write(tmp_path, "101")
    with served() as url:
        words = ["travel", "seal", TRAVEL, file, "--version", "101", "--rpc", url]
        assert root.status_of(words) == Exit.REFUSED
    assert "financial intelligence unit" in capsys.readouterr().err


def test_what_was_not_sent_is_not_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, sent = tmp_path / "key.json", tmp_path / "sent.json"
    key.write_text(json.dumps({"privateKey": "0x" + new_key().private.hex()}))
    sent.write_text(json.dumps({"type": "send_travel", "sealed": "0x00"}))
    with served() as url:
        words = ["travel", "open", TRAVEL, str(sent), "--key", str(key), "--rpc", url]
        assert root.status_of(words) == Exit.REFUSED
    assert "OtherCiphertext" in capsys.readouterr().err
    key.write_text("{}")
    assert root.status_of(words) == Exit.USAGE


@pytest.mark.parametrize("data", [b"[" * 100_000, b"\xff\xfe", b"{", b'{"type": "transfer"}', b""])
def test_files_that_somebody_spoiled_are_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    good, odd = tmp_path / "good.json", tmp_path / "odd.json"
    odd.write_bytes(data)
    good.write_text(json.dumps({"privateKey": "0x" + new_key().private.hex()}))
    operation = tmp_path / "sent.json"
    operation.write_text(json.dumps({"type": "send_travel", "sealed": "0x00"}))
    for sent, key in ((odd, good), (operation, odd)):
        assert (
            root.status_of(["travel", "open", TRAVEL, str(sent), "--key", str(key)]) == Exit.USAGE
        )
        assert str(odd) in capsys.readouterr().err
    big = tmp_path / "big.json"
    big.write_bytes(b" " * 70_000)
    assert root.status_of(["travel", "check", str(big), "--version", "101"]) == Exit.FAILED
    assert capsys.readouterr().err == f"mohur: {big}: more than 65536 bytes\n"
