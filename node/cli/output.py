"""How answers look: JSON with two spaces, and plain columns."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

SENTENCE_CHARACTERS_MAX = 1_000
"""Of an error that is told: what it quotes may have megabytes."""


def write_json(value: object) -> None:
    """One JSON document, with the names in the order in which the server gave them.

    Letters of all scripts stand as they are; what moves a terminal or turns its text is escaped:
    names, memos and references are written by others.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo("\n".join(map(_json_shown, text.split("\n"))))


def _json_shown(line: str) -> str:
    """A line of JSON; characters that are escaped stand in strings, where JSON lets them be."""
    if line.isprintable():
        return line
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)


def one_line(text: str) -> str:
    """A sentence for a terminal, though it quotes what somebody else wrote: a file, a node.

    Blanks and line ends are one blank, other characters that move a terminal are escaped, and of
    more than SENTENCE_CHARACTERS_MAX characters the middle is left out.
    """
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in _words(text))
    if len(shown) <= SENTENCE_CHARACTERS_MAX:
        return shown
    half = SENTENCE_CHARACTERS_MAX // 2
    return f"{shown[:half]} [{len(shown) - 2 * half} characters] {shown[-half:]}"


def _words(text: str) -> str:
    return " ".join(text.split())


def write_columns(rows: Sequence[Sequence[str]]) -> None:
    """Text in columns, two spaces between them; nothing for no rows."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def write_private(file: Path, data: bytes) -> None:
    """A new file that only its owner reads. FileExistsError."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
