"""`mohur testnet` and `mohur init`: what they write starts a node."""

import json
import re
import socket
import stat
from pathlib import Path

import pytest

from node.cli.checkup import node_checks
from node.cli.exits import Exit
from node.cli.finding import Finding, Grade
from node.cli.root import status_of
from node.config import load_config
from node.devnet.cast import BANK_2
from node.devnet.profile import dev_genesis
from node.genesis_file import read_genesis
from node.identity import load_keys
from node.sdk.sealing import public_of
from node.storage.lockfile import FolderLock
from tokens.bech32m import encode
from tokens.genesis_checks import check_genesis
from tokens.jsonform import PREFIX_MAIN


@pytest.fixture(scope="module")
def testnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of five validators."""
    folder = tmp_path_factory.mktemp("testnet") / "net"
    words = ["testnet", "--validators", "5", "--out", str(folder), "--profile", "example"]
    assert status_of([*words, "--business-date", "2026-01-05"]) == Exit.OK
    return folder


def test_the_genesis_has_no_fault_and_is_not_for_development(testnet: Path) -> None:
    genesis = read_genesis(testnet / "genesis.json")
    assert check_genesis(genesis) == []
    assert not genesis.is_dev
    assert genesis.dev_balances == ()
    assert len(genesis.validators) == 5


def test_each_node_has_the_keys_that_genesis_names(testnet: Path) -> None:
    for member in read_genesis(testnet / "genesis.json").validators:
        base = testnet / member.id
        config = load_config(base / "node.toml")
        keys = load_keys(config, base / "data", base=base, is_dev=False)
        assert keys.signer.public_key == member.public_key
        assert keys.network_key == member.network_key
        assert {peer.id for peer in config.peers} == {
            other.name for other in testnet.iterdir() if (other / "node.toml").is_file()
        } - {member.id}


@pytest.mark.parametrize(
    ("chain_id", "words"),
    [
        ("", "1 to 32 small letters"),
        ("Bad Id", "1 to 32 small letters"),
        ("-a", "1 to 32 small letters"),
        ("a" * 33, "1 to 32 small letters"),
        ("mohur-dev-1", "that of local networks"),
    ],
)
def test_a_chain_id_that_is_none_makes_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], chain_id: str, words: str
) -> None:
    """It left a folder of keys and a genesis that no node starts from."""
    folder = tmp_path / "net"
    asked = ["testnet", "--profile", "example", "--out", str(folder), "--chain-id", chain_id]
    assert status_of(asked) == Exit.USAGE
    assert words in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize("hosts", [("", "b"), ("a b", "b"), ("a\n", "b"), ("-a", "b"), ("B", "b")])
def test_hosts_that_are_none_or_one_make_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hosts: tuple[str, str]
) -> None:
    """It wrote configurations that no node reads, or four nodes on one port."""
    folder = tmp_path / "net"
    asked = ["testnet", "--profile", "example", "--out", str(folder)]
    for host in (*hosts, "c.example", "::1"):
        asked += ["--host", host]
    assert status_of(asked) == Exit.USAGE
    assert "--host" in capsys.readouterr().err
    assert not folder.exists()


def test_it_says_who_the_institutions_are_on_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--sender mhr1…` of docs/validators.md stood nowhere but in the genesis document."""
    folder = tmp_path / "net"
    words = ["testnet", "--out", str(folder), "--profile", "pk", "--business-date", "2026-01-05"]
    assert status_of(words) == Exit.OK
    out = capsys.readouterr().out
    genesis = read_genesis(folder / "genesis.json")
    for party in genesis.participants:
        assert f"institutions/{party.control_group}: {encode(PREFIX_MAIN, party.id)}\n" in out
    groups = {party.id: party.control_group for party in genesis.participants}
    for account in genesis.accounts:
        line = f"{groups[account.holder]}, {account.purpose.name}: "
        assert f"account  {line}{encode(PREFIX_MAIN, account.id)}\n" in out


def test_secrets_are_readable_by_their_owner_only(testnet: Path) -> None:
    secrets = (*testnet.rglob("passphrase"), *testnet.rglob("*.key"), *testnet.rglob("seal-key*"))
    for path in secrets:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_data_sealed_to_an_institution_open_with_its_key(testnet: Path) -> None:
    institutions = read_genesis(testnet / "genesis.json").participants
    for place in (testnet / "institutions").iterdir():
        held = json.loads((place / "seal-key.json").read_text())
        public = public_of(bytes.fromhex(held["privateKey"].removeprefix("0x")))
        assert [each.encryption_key for each in institutions].count(public) == 1, place


def test_of_a_local_network_the_key_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["devnet", "seal-key", "bank-2"]) == Exit.OK
    held = json.loads(capsys.readouterr().out)["privateKey"]
    (bank,) = (each for each in dev_genesis().participants if each.id == BANK_2.address)
    assert public_of(bytes.fromhex(held.removeprefix("0x"))) == bank.encryption_key
    assert status_of(["devnet", "seal-key", "nobody"]) == Exit.USAGE


def test_the_doctor_finds_nothing_bad(testnet: Path) -> None:
    findings = node_checks(testnet / "treasury" / "node.toml")
    bad = [finding for finding in findings if finding.grade is Grade.BAD]
    # Its ports are fixed ones, and another network on this machine may have them.
    assert [finding for finding in bad if not finding.what.endswith(" port")] == []


def test_the_doctor_sees_open_secrets_and_missing_keys(testnet: Path, tmp_path: Path) -> None:
    config = (testnet / "treasury" / "node.toml").read_text()
    (tmp_path / "node.toml").write_text(config.replace("../genesis.json", "genesis.json"))
    (tmp_path / "passphrase").write_text("x")
    (tmp_path / "passphrase").chmod(0o644)
    (tmp_path / "data").mkdir()
    words = "\n".join(
        finding.sentence
        for finding in node_checks(tmp_path / "node.toml")
        if finding.grade is Grade.BAD
    )
    assert "can be read by others" in words
    assert "no key 'consensus'" in words
    assert "genesis.json" in words


def test_a_second_testnet_overwrites_nothing(testnet: Path) -> None:
    words = ["testnet", "--profile", "example", "--out", str(testnet)]
    assert status_of(words) == Exit.CANNOT_CREATE


def test_a_testnet_takes_no_state_for_granted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its money is in genesis for good: nobody gets that of Pakistan without having said so."""
    assert status_of(["testnet", "--out", str(tmp_path / "net")]) == Exit.USAGE
    assert "--profile example, pk, or a file" in capsys.readouterr().err
    assert not (tmp_path / "net").exists()


def test_init_makes_a_node_beside_a_genesis(testnet: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse")
    folder = tmp_path / "node"
    arguments = ["init", "observer-1", "--dir", str(folder), "--passphrase-file", str(secret)]
    arguments += ["--genesis", str(testnet / "genesis.json")]
    assert status_of(arguments) == Exit.OK
    config = load_config(folder / "node.toml")
    assert config.id == "observer-1"
    assert load_keys(config, folder / "data", base=folder, is_dev=False).network_key
    assert status_of(arguments) == Exit.CANNOT_CREATE


def test_the_doctor_of_a_running_node_does_not_call_its_own_ports_bad(
    testnet: Path, tmp_path: Path
) -> None:
    """The runbook asks for it before a restart; it said that the node could not start."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = (testnet / "treasury" / "node.toml").read_text()
        (tmp_path / "node.toml").write_text(re.sub(r"(?m)^port = \d+$", f"port = {port}", config))
        (tmp_path / "data").mkdir()

        def ports() -> list[Finding]:
            found = node_checks(tmp_path / "node.toml")
            return [each for each in found if each.what.endswith(" port")]

        assert [each.grade for each in ports()] == [Grade.BAD, Grade.BAD]
        lock = FolderLock.acquire(tmp_path / "data")
        try:
            assert [each.grade for each in ports()] == [Grade.GOOD, Grade.GOOD]
        finally:
            lock.release()
