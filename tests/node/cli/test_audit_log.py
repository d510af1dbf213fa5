"""`mohur audit-log`, and the checker that shares no code with it."""

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from node.audit_log import LogRefused, chained, read_log
from node.chain import Chain
from node.cli.exits import Exit
from node.cli.root import status_of
from node.devnet.cast import MONEY
from node.storage.leveldb import open_store
from tests.node.support.chains import decide, small_genesis, transfer
from tokens.codec import encode
from tokens.genesis import Genesis, genesis_digest
from tokens.ops.control import PauseAsset
from tokens.ops.proposals import Propose

CHECKER = Path(__file__).parents[3] / "docs" / "examples" / "check_audit_log.py"
BLOCKS = 6


def stopped_node(
    base: Path, genesis: Genesis, operations: tuple[msgspec.Struct, ...] | None = None
) -> Path:
    """A stopped node of a few blocks: in each a transfer, and one more or the operations."""
    store = open_store(base / "data" / "store", create=True)
    chain = Chain.open(store, genesis)
    for number in range(BLOCKS):
        decide(
            chain,
            transfer(2 * number),
            transfer(2 * number + 1, operations=operations),
            guard_sequence=number,
        )
    store.close()
    return base / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One of a development network."""
    return stopped_node(tmp_path, small_genesis())


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


@pytest.mark.parametrize(
    ("is_dev", "words", "beginning"),
    [(True, (), "tmhr1"), (False, (), "mhr1"), (False, ("--prefix", "tmhr"), "tmhr1")],
)
def test_addresses_are_those_of_the_network(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    is_dev: bool,
    words: tuple[str, ...],
    beginning: str,
) -> None:
    """It printed those of test networks for every network."""
    balances = small_genesis().dev_balances if is_dev else ()
    genesis = msgspec.structs.replace(small_genesis(), is_dev=is_dev, dev_balances=balances)
    until = genesis.business_date + dt.timedelta(days=9)
    proposed = Propose(
        operations=(encode(PauseAsset(asset=MONEY, classes=0)),), approvers=(), expires_on=until
    )
    out = tmp_path / "log"
    folder = stopped_node(tmp_path, genesis, (proposed,))
    assert status_of(["audit-log", "export", str(folder), "--out", str(out)]) == 0
    capsys.readouterr()
    assert status_of(["audit-log", "show", str(out), *words]) == 0
    text = capsys.readouterr().out
    found = set(re.findall('"(t?mhr1)[0-9a-z]+"', text))
    assert found == {beginning}


def test_a_file_that_does_not_say_its_network_asks_for_the_prefix(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rechained(log, 0, isDev=None)
    assert status_of(["audit-log", "show", str(log)]) == Exit.FAILED
    assert "say --prefix" in capsys.readouterr().err
    assert status_of(["audit-log", "show", str(log), "--prefix", "mhr"]) == Exit.OK
    assert status_of(["audit-log", "show", str(log), "--prefix", "MHR"]) == Exit.USAGE


@pytest.mark.parametrize(
    ("number", "changed"),
    [
        (0, {"first": "1"}),
        (0, {"last": None}),
        (0, {"format": 1}),
        (1, {"receipts": [7]}),
        (1, {"receipts": ["zz"]}),
        (1, {"receipts": ["c0"]}),
        (1, {"height": []}),
    ],
)
def test_what_is_no_line_of_a_log_is_said_in_a_sentence(
    log: Path, capsys: pytest.CaptureFixture[str], number: int, changed: dict[str, object]
) -> None:
    """The digits of the lines are right: whoever forges can compute them."""
    rechained(log, number, **changed)
    assert status_of(["audit-log", "show", str(log)]) == Exit.FAILED
    assert f"line {number + 1} is none of a mohur/audit-log/v1" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[]", "[" * 100_000, "7", "nonsense", ""])
def test_a_line_that_is_no_object_is_said_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    log = tmp_path / "log"
    log.write_text(f"{chained(bytes(32), text).hex()} {text}\n")
    assert status_of(["audit-log", "show", str(log)]) == Exit.FAILED
    assert "line 1 is none of" in capsys.readouterr().err


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
