"""A genesis that is not marked dev names no key that anybody can compute, whoever's it is."""

from pathlib import Path

import msgspec
import pytest

from node.cli.checkup import node_checks
from node.cli.exits import Exit
from node.cli.root import status_of
from node.devnet.cast import BANK_1
from node.devnet.profile import dev_genesis
from node.genesis_file import read_genesis, write_genesis
from node.keystore import DevKeyRefused
from node.profile.reading import read_profile
from node.signing import Signer, dev_seed
from tokens.genesis import Genesis
from tokens.records.parties import KeyPolicy

DEV_KEY = Signer.from_seed(dev_seed("bank-7")).public_key


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a network whose keys are its own."""
    folder = tmp_path_factory.mktemp("real") / "net"
    words = ["testnet", "--out", str(folder), "--profile", "example"]
    assert status_of([*words, "--business-date", "2026-01-05"]) == Exit.OK
    return folder


def planted(genesis: Genesis, table: str, **changes: object) -> Genesis:
    """The document with one field of the first row of a table changed."""
    first, *others = getattr(genesis, table)
    rows = (msgspec.structs.replace(first, **changes), *others)
    return msgspec.structs.replace(genesis, **{table: rows})


@pytest.mark.parametrize(
    ("whose", "table", "field", "value"),
    [
        ("validator", "validators", "public_key", DEV_KEY),
        ("network key", "validators", "network_key", DEV_KEY),
        ("participant", "participants", "policy", KeyPolicy(threshold=1, keys=(DEV_KEY,))),
        ("account", "accounts", "policy", KeyPolicy(threshold=1, keys=(DEV_KEY,))),
        ("sealing", "participants", "encryption_key", BANK_1.seal_key.public),
    ],
)
def test_each_planted_key_is_refused(
    real: Path, tmp_path: Path, whose: str, table: str, field: str, value: object
) -> None:
    genesis = planted(read_genesis(real / "genesis.json"), table, **{field: value})
    path = tmp_path / "genesis.json"
    write_genesis(genesis, path)
    with pytest.raises(DevKeyRefused, match=f"{whose}.*development key 'bank-"):
        read_genesis(path)
    write_genesis(msgspec.structs.replace(genesis, is_dev=True), path)
    assert read_genesis(path).is_dev


def test_the_genesis_of_local_networks_with_the_mark_taken_out_starts_nothing(
    real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nodes with keys of their own on such a document served banks whose keys everybody has."""
    write_genesis(
        msgspec.structs.replace(dev_genesis(profile=read_profile("pk")), is_dev=False),
        tmp_path / "genesis.json",
    )
    own = (real / "treasury" / "node.toml").read_text()
    config = tmp_path / "node.toml"
    config.write_text(own.replace("../genesis.json", "genesis.json"))
    assert status_of(["run", "--config", str(config)]) == Exit.BAD_CONFIG
    assert "which anybody can compute" in capsys.readouterr().err
    (found,) = (each for each in node_checks(config) if each.what == "genesis")
    assert "which anybody can compute" in found.sentence
    words = ["init", "more", "--dir", str(tmp_path / "more"), "--genesis"]
    assert status_of([*words, str(tmp_path / "genesis.json")]) == Exit.REFUSED
    assert not (tmp_path / "more").exists()
