"""A table as CSV (RFC 4180): amounts in two columns, nothing that a spreadsheet would compute.

Rules of this file:
1. A field that begins with = + - @, a tab or a carriage return gets an apostrophe before it, unless
   it is a plain number: spreadsheets read formulas out of data.
2. Amounts are exact: formatted, and beside it the integer of minor units.
"""

import csv
import io
import re
from collections.abc import Iterable

from node.explorer.page import Cell, Column
from node.explorer.text import plain

ROWS_MAX = 10_000
"""Rows of one file; a longer table goes on with `next` of the last line."""
BYTES_MAX = 4 * 2**20
"""Of one file; cut at a row like above."""
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?")


def safe(text: str) -> str:
    """A field that no spreadsheet takes for a formula."""
    shown = plain(text)
    if text.startswith(_RISKY) and _NUMBER.fullmatch(shown) is None:
        return "'" + shown
    return shown


def header_line(columns: tuple[Column, ...]) -> str:
    """First line of a file."""
    names: list[str] = []
    for column in columns:
        names.append(column.title)
        if column.form == "amount":
            names += [f"{column.title} (minor units)", f"{column.title} (asset)"]
    return _line(names)


def row_line(columns: tuple[Column, ...], row: Iterable[Cell]) -> str:
    """One row."""
    fields: list[str] = []
    for column, cell in zip(columns, row, strict=True):
        if column.form != "amount":
            fields.append(cell.full or cell.text)
            continue
        is_amount = cell.minor is not None
        shown = cell.text.replace(",", "") if is_amount else cell.text
        fields += [shown, str(cell.minor) if is_amount else "", cell.unit]
    return _line(fields)


def _line(fields: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe(field) for field in fields])
    return out.getvalue()
