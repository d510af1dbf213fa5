"""Files that a command is given: one that is not there is status 66, whoever reads it."""

import sys
from pathlib import Path

from node.cli.exits import CommandFailed, Exit

STANDARD_INPUT = "-"


def file(word: str) -> Path:
    """A parameter's type: the path of a file that is there. CommandFailed."""
    path = Path(word)
    if not path.is_file():
        raise CommandFailed(f"{path}: there is no such file", Exit.NO_INPUT)
    return path


def text(word: str) -> str:
    """A parameter's type: what a file holds, or standard input. CommandFailed."""
    if word == STANDARD_INPUT:
        return sys.stdin.read()
    try:
        return file(word).read_text()
    except UnicodeDecodeError:
        raise CommandFailed(f"{word}: not UTF-8", Exit.USAGE) from None
