"""`mohur keys` from making a key to changing its passphrase."""

from pathlib import Path

import pytest

from node.cli.exits import Exit
from node.cli.root import status_of
from node.keystore import load_key


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A passphrase file."""
    path = tmp_path / "passphrase"
    path.write_text("correct horse\n")
    return path


def keys(*arguments: object) -> int:
    """Status of `mohur keys ...`."""
    return status_of(["keys", *map(str, arguments)])


def test_a_key_is_made_listed_and_shown(
    tmp_path: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "keys"
    assert keys("new", "desk", "--dir", folder, "--passphrase-file", secret) == Exit.OK
    public = capsys.readouterr().out.strip()
    assert keys("list", "--dir", folder) == Exit.OK
    assert capsys.readouterr().out == f"desk  {public}\n"
    assert keys("show", "desk", "--dir", folder) == Exit.OK
    assert capsys.readouterr().out.strip() == public
    assert (folder / "desk.key").stat().st_mode & 0o777 == 0o600


def test_the_passphrase_is_changed(tmp_path: Path, secret: Path) -> None:
    folder, fresh = tmp_path / "keys", tmp_path / "fresh"
    fresh.write_text("battery staple")
    keys("new", "desk", "--dir", folder, "--passphrase-file", secret)
    options = ("--passphrase-file", secret, "--new-passphrase-file", fresh)
    assert keys("passphrase", "desk", "--dir", folder, *options) == Exit.OK
    assert load_key(folder, "desk", "battery staple").public_key


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("show", "absent"), Exit.NO_INPUT, "there is no key"),
        (("new", "Bad Name"), Exit.USAGE, "is no key name"),
        (("passphrase", "damaged"), Exit.BAD_CONFIG, "not a key file"),
    ],
)
def test_refusals_are_sentences(
    tmp_path: Path,
    secret: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    status: Exit,
    words: str,
) -> None:
    """As docs/cli.md lists the statuses: all of these were 77."""
    folder = tmp_path / "keys"
    folder.mkdir()
    if "damaged" in arguments:
        (folder / "damaged.key").touch(mode=0o600)
        arguments = (*arguments, "--new-passphrase-file", str(secret))
    more = () if arguments[0] == "show" else ("--passphrase-file", secret)
    assert keys(*arguments, "--dir", folder, *more) == status
    assert words in capsys.readouterr().err


def test_a_key_is_never_overwritten(
    tmp_path: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--dir", tmp_path / "keys", "--passphrase-file", secret)
    assert keys("new", "desk", *options) == Exit.OK
    assert keys("new", "desk", *options) == Exit.CANNOT_CREATE
    assert "there is a key 'desk'" in capsys.readouterr().err
