"""The identity card: who validates, who sees what, which figures; `mohur init` shows it."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from node.cli.exits import Exit
from node.cli.root import status_of
from node.devnet.profile import dev_genesis
from node.genesis_file import read_genesis, write_genesis
from node.network_card import ALL_SEEN, NONE_TRADES, OPEN_READS, SCOPED_READS, first_card, rows_of
from node.profile.reading import path_of, read_profile
from tokens.genesis import genesis_digest
from tokens.types import Role

GENESIS = dev_genesis(profile=read_profile("pk"))


def test_the_card_of_public_institutions() -> None:
    card = first_card(GENESIS)
    assert (card.chain_id, card.genesis) == ("mohur-dev-1", genesis_digest(GENESIS))
    assert card.profile is not None
    assert card.profile.sha256 == hashlib.sha256(path_of("pk").read_bytes()).digest()
    named = {member.id: (member.operator_name, member.roles) for member in card.validators}
    assert len(named) == 4
    assert named["treasury"] == ("Ministry of Finance", (Role.TREASURY,))
    assert card.who_sees == (ALL_SEEN, NONE_TRADES, OPEN_READS)
    real = first_card(msgspec.structs.replace(GENESIS, is_dev=False))
    assert real.who_sees[-1] == SCOPED_READS


@pytest.mark.parametrize("role", [Role.PRIMARY_DEALER, Role.BANK_CUSTODIAN, Role.VASP])
def test_an_operator_that_trades_is_named(role: Role) -> None:
    """Page 04: a network whose validators trade must say that they see all positions."""
    office = next(entry for entry in GENESIS.participants if entry.name == "Debt Office")
    others = tuple(entry for entry in GENESIS.participants if entry is not office)
    trading = msgspec.structs.replace(office, roles=(role,))
    card = first_card(msgspec.structs.replace(GENESIS, participants=(*others, trading)))
    assert card.who_sees[1] == "these operators trade: Debt Office"
    assert [member.id for member in card.validators if member.trades] == ["debt-office"]


def test_the_lines_of_a_card() -> None:
    lines = dict(rows_of(first_card(GENESIS)))
    assert lines["profile"] == "pk: Pakistan, version 1, facts as of 2025-12-31"
    assert lines["protocol"] == "version 1"
    plain = dict(rows_of(first_card(dev_genesis())))
    assert plain["profile"] == "none: figures of local networks"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple\n")
    passphrase.chmod(0o600)
    return ["--dir", str(tmp_path / "one"), "--passphrase-file", str(passphrase)]


def test_init_alone_begins_a_network_of_one_validator(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["init", "one", "--profile", "pk", *words]) == Exit.OK
    genesis = read_genesis(tmp_path / "one" / "genesis.json")
    assert [member.id for member in genesis.validators] == ["one"]
    assert genesis.rules == GENESIS.rules
    out = capsys.readouterr().out
    assert f"sha256 {hashlib.sha256(path_of('pk').read_bytes()).hexdigest()}" in out
    assert f"consensus key  0x{genesis.validators[0].public_key.hex()}" in out


def test_init_joins_a_genesis_only_if_its_figures_are_those_of_the_profile(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "genesis.json"
    write_genesis(GENESIS, path)
    join = ["init", "seven", "--genesis", str(path), *words]
    assert status_of([*join, "--profile", "example"]) == Exit.BAD_CONFIG
    assert not (tmp_path / "one").exists()
    assert status_of([*join, "--profile", "pk"]) == Exit.OK
    assert "who sees" in capsys.readouterr().out


def test_init_needs_a_genesis_or_a_profile(words: list[str], tmp_path: Path) -> None:
    assert status_of(["init", "one", *words]) == Exit.USAGE
    assert not (tmp_path / "one").exists()
