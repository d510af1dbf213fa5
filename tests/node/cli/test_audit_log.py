"""`mohur audit-log`, and the checker that shares no code with it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from node.audit_log import LogRefused, chained, read_log
from node.chain import Chain
from node.cli.root import status_of
from node.storage.leveldb import open_store
from tests.node.support.chains import decide, small_genesis, transfer
from tokens.genesis import genesis_digest

CHECKER = Path(__file__).parents[3] / "docs" / "examples" / "check_audit_log.py"
BLOCKS = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped node of a few blocks, two transactions each."""
    store = open_store(tmp_path / "data" / "store", create=True)
    chain = Chain.open(store, small_genesis())
    for number in range(BLOCKS):
        decide(chain, transfer(2 * number), transfer(2 * number + 1), guard_sequence=number)
    store.close()
    return tmp_path / "data"


@pytest.fixture
def log(folder: Path) -> Path:
    """All of it."""
    out = folder.parent / "log"
    assert status_of(["audit-log", "export", str(folder), "--out", str(out)]) == 0
    return out


def checked(log: Path, **changed: str) -> tuple[int, str]:
    """Status and words of the checker, as a third party runs it."""
    genesis = small_genesis()
    keys = {member.id: member.public_key.hex() for member in genesis.validators} | changed
    words = [f"--validator={name}={key}" for name, key in keys.items()]
    digest = f"--genesis-digest={genesis_digest(genesis).hex()}"
    command = [sys.executable, str(CHECKER), str(log), digest, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def rechained(log: Path, number: int, **changed: object) -> None:
    """A line with other contents, and all that follows chained anew: a forger can do that."""
    chain, lines = bytes(32), []
    for at, line in enumerate(log.read_text().splitlines()):
        content = json.loads(line[65:])
        if at == number:
            content |= changed
        text = json.dumps(content, separators=(",", ":"), sort_keys=True)
        chain = chained(chain, text)
        lines.append(f"{chain.hex()} {text}\n")
    log.write_text("".join(lines))


def content_of(log: Path, number: int) -> dict[str, object]:
    """What a line says."""
    content = json.loads(log.read_text().splitlines()[number][65:])
    assert isinstance(content, dict)
    return content


def test_a_third_party_finds_every_receipt_under_a_quorum(log: Path) -> None:
    status, words = checked(log)
    assert (status, words) == (
        0,
        f"blocks 1 to {BLOCKS}: {2 * BLOCKS} receipts, {3 * BLOCKS} signatures hold\n",
    )


def test_a_part_is_checked_as_well(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "part"
    words = ["--first", "3", "--last", "4", "--out", str(out)]
    assert status_of(["audit-log", "export", str(folder), *words]) == 0
    assert checked(out)[1].startswith("blocks 3 to 4: 4 receipts")


def test_what_it_says_is_printed(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert status_of(["audit-log", "show", str(log)]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [entry["height"] for entry in shown] == [1 + at // 2 for at in range(2 * BLOCKS)]
    assert {entry["code"] for entry in shown} == {0}
    assert shown[0]["events"]


@pytest.mark.parametrize("number", range(BLOCKS + 1))
def test_a_line_that_is_lost_or_turned_shows(log: Path, number: int) -> None:
    lines = log.read_text().splitlines(keepends=True)
    without = lines[:number] + lines[number + 1 :]
    log.write_text("".join(without))
    assert checked(log)[0] == 1
    with pytest.raises(LogRefused):
        list(read_log(iter(without)))


def test_every_bit_of_a_block_is_under_the_chain(log: Path) -> None:
    data = bytearray(log.read_bytes())
    middle = data.index(b"\n", len(data) // 2) + 70
    data[middle] ^= 1
    log.write_bytes(data)
    assert "does not follow the line before it" in checked(log)[1]


def test_a_forger_who_chains_anew_has_no_signatures(log: Path) -> None:
    receipts = content_of(log, 2)["receipts"]
    assert isinstance(receipts, list)
    rechained(log, 2, receipts=receipts[:1])
    assert "block 2: its receipts are not those that were signed" in checked(log)[1]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("header", "another certificate"),
        ("certificate", "another certificate"),
        ("stateRoot", "not those"),
    ],
)
def test_a_field_of_another_block_shows(log: Path, field: str, sentence: str) -> None:
    rechained(log, 3, **{field: content_of(log, 4)[field]})
    status, words = checked(log)
    assert status == 1
    assert sentence in words or "of another place" in words


def test_other_validators_than_those_of_the_contract_are_refused(log: Path) -> None:
    assert "begins with other validators" in checked(log, treasury="00" * 32)[1]
    members = content_of(log, 0)["validators"]
    assert isinstance(members, list)
    rechained(log, 0, validators=[[*each[:2], "00" * 32, each[3]] for each in members])
    assert "another validator set" in checked(log)[1]


@pytest.mark.parametrize(
    "words", [["--first", "7"], ["--first", "2", "--last", "1"], ["--last", "9"]]
)
def test_a_range_that_is_not_here_writes_nothing(
    folder: Path, tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "none"
    assert status_of(["audit-log", "export", str(folder), *words, "--out", str(out)]) != 0
    assert "are here" in capsys.readouterr().err
    assert not out.exists()
