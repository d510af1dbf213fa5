"""Key files in a folder: names, modes, crashes, passphrases."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.keystore import (
    BadPassphrase,
    DevKeyRefused,
    KdfParameters,
    KeyExists,
    KeyFileDamaged,
    KeyMissing,
    StoredKey,
    WeakPassphrase,
    WrongMode,
    WrongName,
    change_passphrase,
    create_key,
    import_key,
    list_keys,
    load_key,
    refuse_dev_key,
    refuse_dev_seal_key,
)
from node.keystore.dev_keys import dev_names
from node.sdk.sealing import public_of
from node.signing import Signer, dev_seed

CHEAP = KdfParameters(memory_kib=8 * 1024, passes=1, lanes=1)
WORDS = "correct horse battery"


def test_a_created_key_is_loaded_again(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    stored = create_key(folder, "validator-key_1", WORDS)
    signer = load_key(folder, "validator-key_1", WORDS)
    assert signer.public_key == stored.public_key
    assert list_keys(folder) == (stored,)
    file = folder / "validator-key_1.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [file.name]


def test_two_created_keys_differ(tmp_path: Path) -> None:
    one = create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    two = create_key(tmp_path, "two", WORDS, kdf=CHEAP)
    assert one.public_key != two.public_key
    assert list_keys(tmp_path) == (one, two)


def test_an_imported_key_is_the_same_key(tmp_path: Path) -> None:
    seed = bytes(range(32))
    stored = import_key(tmp_path, "old", WORDS, seed=seed, kdf=CHEAP)
    assert stored == StoredKey(name="old", public_key=Signer.from_seed(seed).public_key)
    message = b"statement"
    assert load_key(tmp_path, "old", WORDS).sign(message) == Signer.from_seed(seed).sign(message)
    with pytest.raises(ValueError, match="32 bytes"):
        import_key(tmp_path, "short", WORDS, seed=bytes(31), kdf=CHEAP)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    before = (tmp_path / "one.key").read_bytes()
    with pytest.raises(KeyExists, match="one"):
        create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    assert (tmp_path / "one.key").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_leftover_of_a_crash_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "one.key.new").write_bytes(b"half a fi")
    stored = create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    assert list_keys(tmp_path) == (stored,)
    (tmp_path / "one.key.new").write_bytes(b"half a fi")
    change_passphrase(tmp_path, "one", old=WORDS, new="another passphrase", kdf=CHEAP)
    assert [path.name for path in tmp_path.iterdir()] == ["one.key"]


def test_the_passphrase_is_changed_and_the_key_stays(tmp_path: Path) -> None:
    stored = create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    change_passphrase(tmp_path, "one", old=WORDS, new="another passphrase", kdf=CHEAP)
    assert load_key(tmp_path, "one", "another passphrase").public_key == stored.public_key
    with pytest.raises(BadPassphrase):
        load_key(tmp_path, "one", WORDS)
    assert (tmp_path / "one.key").stat().st_mode & 0o777 == 0o600
    for old, new, error in (
        (WORDS, "whatever it is", BadPassphrase),
        ("another passphrase", "short", WeakPassphrase),
    ):
        before = (tmp_path / "one.key").read_bytes()
        with pytest.raises(error):
            change_passphrase(tmp_path, "one", old=old, new=new, kdf=CHEAP)
        assert (tmp_path / "one.key").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    ["", "A", "a" * 65, "../x", "a/b", "a.b", "a b", "a\n", "\u0661", "\u00e9", "a\0", "."],
)
def test_a_wrong_name_touches_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongName):
        create_key(tmp_path / "keys", name, WORDS, kdf=CHEAP)
    with pytest.raises(WrongName):
        load_key(tmp_path, name, WORDS)
    with pytest.raises(WrongName):
        change_passphrase(tmp_path, name, old=WORDS, new=WORDS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "0", "-", "_", "a" * 64])
def test_names_at_the_edges(tmp_path: Path, name: str) -> None:
    assert list_keys(tmp_path) == ()
    stored = create_key(tmp_path, name, WORDS, kdf=CHEAP)
    assert list_keys(tmp_path) == (stored,)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="absent"):
        load_key(tmp_path, "absent", WORDS)
    with pytest.raises(KeyMissing):
        load_key(tmp_path / "no-folder", "absent", WORDS)
    assert list_keys(tmp_path / "no-folder") == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700, 0o644, 0o4600])
def test_a_file_that_others_may_read_is_refused_and_not_repaired(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    (tmp_path / "one.key").chmod(mode)
    with pytest.raises(WrongMode, match=f"{mode:04o}"):
        load_key(tmp_path, "one", WORDS)
    with pytest.raises(WrongMode):
        list_keys(tmp_path)
    assert (tmp_path / "one.key").stat().st_mode & 0o7777 == mode


def test_a_link_or_a_folder_is_no_key_file(tmp_path: Path) -> None:
    create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    (tmp_path / "link.key").symlink_to(tmp_path / "one.key")
    (tmp_path / "folder.key").mkdir()
    for name in ("link", "folder"):
        with pytest.raises(WrongMode):
            load_key(tmp_path, name, WORDS)


def test_a_renamed_file_is_not_taken_for_another_key(tmp_path: Path) -> None:
    create_key(tmp_path, "one", WORDS, kdf=CHEAP)
    (tmp_path / "one.key").rename(tmp_path / "two.key")
    with pytest.raises(KeyFileDamaged, match="holds the key 'one'"):
        load_key(tmp_path, "two", WORDS)


def test_dev_keys_stay_on_dev_networks() -> None:
    for name in ("validator-0", "validator-31", "alice", "central-bank", "bank-99"):
        key = Signer.from_seed(dev_seed(name)).public_key
        refuse_dev_key(key, True)
        with pytest.raises(DevKeyRefused, match=name):
            refuse_dev_key(key, False)


def test_other_keys_pass_everywhere() -> None:
    for seed in (bytes(32), dev_seed("validator-100"), dev_seed("")):
        refuse_dev_key(Signer.from_seed(seed).public_key, False)
    assert len(set(dev_names())) == len(dev_names())


def test_a_dev_key_that_data_are_sealed_to_stays_on_dev_networks() -> None:
    for name in ("treasury", "bank-99"):
        key = public_of(dev_seed(f"{name}-seal"))
        refuse_dev_seal_key(key, True)
        with pytest.raises(DevKeyRefused, match=name):
            refuse_dev_seal_key(key, False)
    refuse_dev_seal_key(public_of(dev_seed("bank-100-seal")), False)
