"""The command as a whole: statuses, sentences, and that it starts without the heavy imports."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from node.cli import root
from node.cli.exits import Exit
from node.cli.pages import EXIT_SENTENCES
from node.config import ConfigInvalid

HEAVY = ("aiohttp", "cryptography", "node.app", "rich", "tokens.ops")


def run(*arguments: str) -> int:
    """Status of one command."""
    return root.status_of(arguments)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == Exit.OK
    out = capsys.readouterr().out
    for name in (
        "keys",
        "init",
        "testnet",
        "run",
        "devnet",
        "tx",
        "query",
        "light",
        "verify",
        "doctor",
    ):
        assert f"\n  {name} " in out


def test_nothing_heavy_is_imported_for_help() -> None:
    code = (
        "import sys\nfrom node.cli.root import status_of\nstatus_of(['--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("nonsense",), Exit.USAGE, "No such command"),
        (("run",), Exit.USAGE, "Missing option '--config'"),
        (("run", "--config", "absent.toml"), Exit.NO_INPUT, "there is no such file"),
        (("query", "node_status", "--rpc", "ftp://x"), Exit.USAGE, "http://"),
        (("query", "status", "--rpc", "http://127.0.0.1:1"), Exit.UNAVAILABLE, "does not answer"),
        (("query", "status", "--rpc", "http://127.0.0.1:abc"), Exit.USAGE, "no URL of a node"),
        (("query", "status", "--rpc", "http://"), Exit.USAGE, "no URL of a node"),
        (("query", "status", "--rpc", "http://127.0.0.1:1/a b"), Exit.USAGE, "no URL of a node"),
        (("query", "balances", "@nobody"), Exit.USAGE, "well-known names are"),
        (("tx", "operations", "qqq"), Exit.USAGE, "`mohur tx operations` lists them"),
        (("tx", "operations", "transfr"), Exit.USAGE, "there is transfer"),
        (("init", "a", "--genesis", "absent"), Exit.NO_INPUT, "there is no such file"),
        (
            ("tx", "encode", "--json", "absent", "--sender", "@bank-1"),
            Exit.NO_INPUT,
            "no such file",
        ),
        (("light", "sync", "--trust", "absent"), Exit.NO_INPUT, "there is no such file"),
        (("profile", "check", "pk", "--genesis", "absent"), Exit.NO_INPUT, "there is no such file"),
        (("travel", "check", "absent", "--version", "101"), Exit.NO_INPUT, "no such file"),
        (("iso", "import", "absent", "--rpc", "http://127.0.0.1:1"), Exit.NO_INPUT, "absent"),
        (("tx", "decode", "0x00"), Exit.FAILED, "no transaction: MALFORMED"),
        (("tx", "decode", "zz"), Exit.USAGE, "hexadecimal"),
        (("verify", "absent"), Exit.NO_INPUT, "no data folder"),
        (("devnet", "status", "--dir", "absent"), Exit.NO_INPUT, "no network"),
        (("devnet", "clean", "--dir", "absent"), Exit.NO_INPUT, "no local network"),
        (("doctor", "--config", "absent.toml"), Exit.FAILED, ""),
    ],
)
def test_what_goes_wrong_is_one_sentence_with_a_status(
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    status: Exit,
    words: str,
) -> None:
    assert run(*arguments) == status
    err = capsys.readouterr().err
    assert words in err
    assert "Traceback" not in err
    assert err.count("\n") <= 1


def test_a_known_failure_of_the_shell_keeps_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "node.toml"
    config.write_text("id = 3\n")

    def refuse(path: Path, vote_from: int | None) -> int:
        raise ConfigInvalid(f"{path.name}: id is no name")

    monkeypatch.setattr("node.app.run_node", refuse)
    assert run("run", "--config", str(config)) == Exit.BAD_CONFIG
    assert capsys.readouterr().err == "mohur: node.toml: id is no name\n"


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("a\x1b[31mb\x07\u202ec", "a\\x1b[31mb\\x07\\u202ec"),
        ("two\nlines\r\n", "two lines"),
        ("کراچی é", "کراچی é"),
        ("9" * 5_000, "9" * 500 + " [4000 characters] " + "9" * 500),
    ],
)
def test_a_sentence_that_quotes_others_is_one_line_that_moves_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    sentence: str,
    shown: str,
) -> None:
    config = tmp_path / "node.toml"
    config.write_text("")

    def refuse(path: Path, vote_from: int | None) -> int:
        raise ConfigInvalid(sentence)

    monkeypatch.setattr("node.app.run_node", refuse)
    assert run("run", "--config", str(config)) == Exit.BAD_CONFIG
    assert capsys.readouterr().err == f"mohur: {shown}\n"


def test_a_defect_has_its_own_status_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "node.toml"
    config.write_text("")

    def break_down(path: Path, vote_from: int | None) -> int:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("node.app.run_node", break_down)
    assert run("run", "--config", str(config)) == Exit.INTERNAL
    assert "internal error (ZeroDivisionError: oops)" in capsys.readouterr().err


def test_a_reader_that_has_enough_makes_no_failure() -> None:
    """`mohur profile show pk | head` ended with 1: the command ran and the answer is no."""
    command = [sys.executable, "-m", "node.cli", "profile", "show", "pk"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == Exit.OK


def test_every_status_is_documented() -> None:
    assert set(EXIT_SENTENCES) == set(Exit)


def test_the_generated_pages_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).parents[3] / "docs"
    assert run("docs", "--check", "--dir", str(folder)) == Exit.OK, capsys.readouterr().err


def _groups(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _groups(inner, (*path, name))


def test_examples_of_a_help_text_stand_on_lines_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The mark before them was printed, and the examples ran into one paragraph."""
    for path in _groups(root.cli):
        assert root.status_of([*path, "--help"]) == 0
        text = capsys.readouterr().out
        assert "\\b" not in text, path
    root.status_of(["iso", "--help"])
    assert "\n    mohur iso import in.xml | mohur tx send" in capsys.readouterr().out
