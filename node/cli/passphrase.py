"""Where a passphrase comes from: a file, or the terminal. Never an argument, never the environment.

Arguments are in the process list and in the shell's history; the environment is inherited.
"""

import sys
from pathlib import Path

import click

from node.cli.exits import CommandFailed, Exit

FILE_BYTES_MAX = 4_096

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read the passphrase from the first line of this file instead of asking for it.",
)


def read_passphrase(file: Path | None, question: str, *, confirm: bool = False) -> str:
    """The passphrase. CommandFailed where there is neither a file nor a terminal."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise CommandFailed("there is no terminal to ask on: give --passphrase-file", Exit.USAGE)
    answer = click.prompt(question, hide_input=True, confirmation_prompt=confirm, err=True)
    return str(answer)


def _first_line(file: Path) -> str:
    if not file.is_file():
        raise CommandFailed(f"{file}: there is no such file", Exit.NO_INPUT)
    data = file.read_bytes()[: FILE_BYTES_MAX + 1]
    if len(data) > FILE_BYTES_MAX:
        raise CommandFailed(f"{file}: a passphrase file has at most {FILE_BYTES_MAX} bytes")
    try:
        line = data.decode().split("\n", 1)[0].removesuffix("\r")
    except UnicodeDecodeError:
        raise CommandFailed(f"{file}: not UTF-8 text", Exit.BAD_CONFIG) from None
    if not line:
        raise CommandFailed(f"{file}: the first line is empty", Exit.BAD_CONFIG)
    return line
