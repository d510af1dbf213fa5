"""Two keys for two purposes; development keys where genesis says so and nowhere else."""

from pathlib import Path

import pytest

from node.config import ConfigInvalid, NodeConfig
from node.identity import CONSENSUS_KEY, NETWORK_KEY, PASSPHRASE_BYTES_MAX, dev_keys, load_keys
from node.keystore import KeystoreError

CONFIG = NodeConfig(id="treasury", data_dir="data", genesis="genesis.json")


def with_passphrase(folder: Path, data: bytes) -> NodeConfig:
    (folder / "secret").write_bytes(data)
    return NodeConfig(
        id="treasury", data_dir="data", genesis="genesis.json", passphrase_file="secret"
    )


def test_development_keys_are_well_known_and_differ_by_purpose_and_name() -> None:
    first, second = dev_keys("treasury"), dev_keys("supervisor")
    assert first.signer.public_key == dev_keys("treasury").signer.public_key
    public = {
        first.signer.public_key,
        first.network_key,
        second.signer.public_key,
        second.network_key,
    }
    assert len(public) == 4


def test_without_a_passphrase_file_only_a_development_network_starts(tmp_path: Path) -> None:
    keys = load_keys(CONFIG, tmp_path, base=tmp_path, is_dev=True)
    assert keys.signer.public_key == dev_keys("treasury").signer.public_key
    with pytest.raises(ConfigInvalid, match="passphrase_file is missing"):
        load_keys(CONFIG, tmp_path, base=tmp_path, is_dev=False)


@pytest.mark.parametrize("data", [b"x" * (PASSPHRASE_BYTES_MAX + 1), b"\xff\xfe"])
def test_a_passphrase_file_that_is_none_is_refused(tmp_path: Path, data: bytes) -> None:
    config = with_passphrase(tmp_path, data)
    with pytest.raises(ConfigInvalid, match="secret"):
        load_keys(config, tmp_path, base=tmp_path, is_dev=True)


def test_a_passphrase_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    config = with_passphrase(tmp_path, b"")
    (tmp_path / "secret").unlink()
    with pytest.raises(ConfigInvalid, match="No such file"):
        load_keys(config, tmp_path, base=tmp_path, is_dev=True)


def test_missing_key_files_are_named(tmp_path: Path) -> None:
    config = with_passphrase(tmp_path, b"a passphrase of some length\n")
    with pytest.raises(KeystoreError, match=CONSENSUS_KEY):
        load_keys(config, tmp_path, base=tmp_path, is_dev=True)


def test_keys_are_never_printed() -> None:
    keys = dev_keys("treasury")
    assert keys.network_seeds[0].hex() not in repr(keys)
    assert NETWORK_KEY != CONSENSUS_KEY
