"""Every command that a page or a help text shows is one: its words and options exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from node.cli.root import cli

ROOT = Path(__file__).parent.parent
GENERATED = ("cli.md", "operations.md", "rpc.md")
PAGES = sorted(
    path
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    if path.name not in GENERATED
)
COMMAND_RE = re.compile(r"(?:^|[`\s|])(?:\.venv/bin/)?(mohur [^`|#>]*)")


def shown_in(text: str) -> list[str]:
    """Commands of a text, each without what its output goes to."""
    text = text.replace("\\\n", " ")
    fenced = [
        line
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    code = [line for line in text.splitlines() if line.startswith("    ")]
    inline = re.findall(r"`([^`\n]+)`", text)
    return [
        match.strip() for line in [*code, *fenced, *inline] for match in COMMAND_RE.findall(line)
    ]


def options_of(command: click.Command) -> set[str]:
    """Of the command, with those that every one has."""
    own = {name for each in command.params if isinstance(each, click.Option) for name in each.opts}
    return own | {"-h", "--help"}


def faults(shown: str) -> Iterator[str]:
    """What of a shown command does not exist."""
    command: click.Command = cli
    words = shlex.split(shown.replace("…", "").replace("'", ""))[1:]
    for word in words:
        if isinstance(command, click.Group):
            # `mohur devnet` alone names the group, `mohur view create|show` two of its commands.
            found = command.commands.get(word)
            if found is None:
                if not word.startswith("-") or word not in options_of(command) | {"--version"}:
                    yield f"{shown}: {word} is no command"
                return
            command = found
        elif word.startswith("--") and word.partition("=")[0] not in options_of(command):
            yield f"{shown}: {word} is no option"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_exist(page: Path) -> None:
    assert [fault for shown in shown_in(page.read_text()) for fault in faults(shown)] == []


def every_command(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from every_command(command.commands[name])


def test_the_commands_of_the_help_exist_and_stand_as_they_are_typed() -> None:
    """A raw docstring showed a mark of click, and ran the lines of its example together."""
    texts = [command.help or "" for command in every_command(cli)]
    assert [text for text in texts if "\\b" in text] == []
    shown = [
        one for text in texts for one in shown_in(re.sub("^  ", "    ", text, flags=re.MULTILINE))
    ]
    assert len(shown) > 10
    assert [fault for one in shown for fault in faults(one)] == []


def test_a_wrong_command_is_found() -> None:
    assert list(faults("mohur verify --config node.toml")) != []
    assert list(faults("mohur verfy data")) != []
    assert list(faults("mohur verify DATA_DIR --genesis genesis.json")) == []
