"""`mohur explorer`: where it may listen, and what it says where it may not."""

import socket
from pathlib import Path

import pytest

from node.cli import explorer as command
from node.cli.exits import Exit
from node.cli.root import status_of
from node.explorer import config, witness
from node.sdk.view_token import new_token
from node.signing import Signer, dev_seed


def token_file(folder: Path) -> Path:
    """A view token as `mohur view create` writes it."""
    text = new_token(
        Signer.from_seed(dev_seed("alice")),
        genesis=bytes(32),
        node="alpha",
        subject=bytes(16),
        valid_until=1,
    )
    found = folder / "alice.view"
    found.write_text(text)
    found.chmod(0o600)
    return found


def test_with_a_view_it_listens_on_this_machine_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["explorer", "--view", str(token_file(tmp_path)), "--host", "0.0.0.0", "--port", "0"]
    assert status_of(words) == Exit.REFUSED
    assert "would read as its subject" in capsys.readouterr().err


def test_a_file_that_is_no_token_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "no.view"
    file.write_text("abc")
    file.chmod(0o600)
    assert status_of(["explorer", "--view", str(file), "--port", "0"]) == Exit.BAD_CONFIG
    assert "not a view token" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["ftp://x", "http://", "127.0.0.1:8645"])
def test_what_is_no_url_of_a_node_is_refused(url: str) -> None:
    assert status_of(["explorer", "--rpc", url]) == Exit.USAGE
    assert status_of(["explorer", "--witness", url]) == Exit.USAGE


def test_more_witnesses_than_validators_are_refused() -> None:
    words = [word for _ in range(32) for word in ("--witness", "http://127.0.0.1:1")]
    assert status_of(["explorer", *words]) == Exit.USAGE


def test_numbers_that_stand_twice_agree() -> None:
    """The command repeats them, so that its help needs no server."""
    assert command.PORT == config.PORT
    assert command.WITNESSES_MAX == witness.WITNESSES_MAX


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert status_of(["explorer", "--port", port]) == Exit.IN_USE
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err
