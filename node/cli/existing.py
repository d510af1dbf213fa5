"""Files that a command is given: one that is not there is status 66, whoever reads it."""

import sys
from pathlib import Path

from node.bounded_file import read_bounded
from node.cli.exits import CommandFailed, Exit

STANDARD_INPUT = "-"
BYTES_MAX = 16 * 2**20
"""Of operations as JSON, or of a transaction in hex: a block has 4 MiB."""


def file(word: str) -> Path:
    """A parameter's type: the path of a file that is there. CommandFailed."""
    path = Path(word)
    if not path.is_file():
        raise CommandFailed(f"{path}: there is no such file", Exit.NO_INPUT)
    return path


def text(word: str) -> str:
    """A parameter's type: what a file holds, or standard input, in UTF-8. CommandFailed."""
    if word == STANDARD_INPUT:
        return standard_input()
    read = read_bounded(file(word), BYTES_MAX, lambda told: CommandFailed(told, Exit.NO_INPUT))
    return _decoded(read, word)


def standard_input() -> str:
    """All of it, in UTF-8. CommandFailed, also for more than BYTES_MAX."""
    data = sys.stdin.buffer.read(BYTES_MAX + 1)
    if len(data) > BYTES_MAX:
        raise CommandFailed(f"standard input: more than {BYTES_MAX} bytes", Exit.NO_INPUT)
    return _decoded(data, "standard input")


def _decoded(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CommandFailed(f"{what}: not UTF-8", Exit.USAGE) from None
