"""How answers look: JSON with two spaces, and plain columns."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click


def write_json(value: object) -> None:
    """One JSON document, with the names in the order in which the server gave them."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


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
