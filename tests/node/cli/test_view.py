"""`mohur view` and the option --view, against a server of a closed network."""

import asyncio
import json
import stat
from pathlib import Path

import click
import pytest

from node.cli import remote, root
from node.cli.exits import Exit
from node.cli.view import HEIGHTS_MAX
from node.sdk.view_token import HEADER, VALID_HEIGHTS_MAX, read_token
from tests.node.cli.test_auction import served
from tests.node.rpc.closed import closed_node
from tests.node.rpc.fake_genesis import BUSINESS_DATE, NAMES
from tests.node.rpc.small_ledger import ALICE, BANK, COIN
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN

ALICE_TEXT = encode(PREFIX_MAIN, ALICE)
BANK_TEXT = encode(PREFIX_MAIN, BANK)


def made(file: Path, url: str, who: str = "bank", subject: str = BANK_TEXT) -> int:
    """Status of `view create`."""
    words = ["--dev-key", who, "--valid-for", "40", "--out", str(file), "--rpc", url]
    return root.status_of(["view", "create", subject, *words])


def test_a_token_opens_what_its_subject_may_see(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bank.view"
    with served(closed_node()) as url:
        ask = ["query", "balances", ALICE_TEXT, "--rpc", url]
        assert root.status_of(ask) == Exit.FAILED
        assert made(file, url) == Exit.OK
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        capsys.readouterr()
        assert root.status_of([*ask, "--view", str(file)]) == Exit.OK
        assert COIN in capsys.readouterr().out
        monkeypatch.setenv("MOHUR_VIEW", str(file))
        assert root.status_of(ask) == Exit.OK
    token = read_token(file.read_text().strip())
    assert (token.subject, token.node, token.valid_until) == (BANK, NAMES[0], 42)


def test_a_token_is_shown_without_a_node(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "alice.view"
    with served(closed_node()) as url:
        assert made(file, url, "alice", ALICE_TEXT) == Exit.OK
        first = capsys.readouterr().out
        assert made(file, url, "alice", ALICE_TEXT) == Exit.CANNOT_CREATE
    capsys.readouterr()
    assert root.status_of(["view", "show", str(file)]) == Exit.OK
    shown = capsys.readouterr().out
    assert shown == first
    assert json.loads(shown)["subject"][0] == ALICE_TEXT


def test_a_typed_client_of_a_command_reads_with_the_token(tmp_path: Path) -> None:
    """As mohur iso, travel, auction, light and aml ask."""
    file = tmp_path / "bank.view"

    async def balances(url: str) -> object:
        async with remote.connected(url) as client:
            return await client.raw("account_getBalances", {"account": ALICE_TEXT})

    with served(closed_node()) as url:
        assert made(file, url) == Exit.OK
        words = ["semt.002", ALICE_TEXT, BUSINESS_DATE.isoformat(), "--id", "S-1", "--rpc", url]
        assert root.status_of(["iso", "export", *words]) == Exit.FAILED
        assert root.status_of(["iso", "export", *words, "--view", str(file)]) == Exit.OK
        with click.Context(click.Command("any")) as context:
            context.meta["mohur.view"] = file.read_text().strip()
            assert COIN in json.dumps(asyncio.run(balances(url)))


@pytest.mark.parametrize(
    ("text", "mode", "status"),
    [
        ("AAAA", 0o644, Exit.REFUSED),
        ("AAAA", 0o660, Exit.REFUSED),
        ("", 0o600, Exit.BAD_CONFIG),
        ("no token", 0o600, Exit.BAD_CONFIG),
        ("A" * 1_025, 0o600, Exit.BAD_CONFIG),
        ("AAAA", 0o600, Exit.BAD_CONFIG),
    ],
)
def test_a_file_that_is_no_token_or_that_others_read_is_refused(
    tmp_path: Path, text: str, mode: int, status: Exit
) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    file.chmod(mode)
    assert root.status_of(["view", "show", str(file)]) == status


def test_one_key_signs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path / "out"), "--rpc", "http://127.0.0.1:1"]
    keys = ["--dev-key", "bank", "--dev-key", "alice"]
    assert root.status_of(["view", "create", BANK_TEXT, *out]) == Exit.USAGE
    assert root.status_of(["view", "create", BANK_TEXT, *keys, *out]) == Exit.USAGE
    assert "one key signs a token" in capsys.readouterr().err


def test_every_command_that_asks_a_node_takes_a_token() -> None:
    """--rpc without --view would read as nobody."""

    def commands(group: click.Command) -> list[click.Command]:
        if not isinstance(group, click.Group):
            return [group]
        return [one for each in group.commands.values() for one in commands(each)]

    def options(command: click.Command) -> set[str]:
        return {name for param in command.params for name in param.opts}

    asking = [each for each in commands(root.cli) if "--rpc" in options(each)]
    assert len(asking) > 20
    assert [each.name for each in asking if "--view" not in options(each)] == []


def test_names_that_are_written_twice_are_the_same() -> None:
    """Written in the command line again, so that its help loads no cryptography."""
    assert (remote.VIEW_HEADER, HEIGHTS_MAX) == (HEADER, VALID_HEIGHTS_MAX)
