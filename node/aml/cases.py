"""The private file of a case: what is suspicious, why, and what the ledger is asked for.

A JSON file of mode 0600. docs/aml.md shows one. A case is never an argument of a command: arguments
stand in the process list and in the shell's history.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated

import msgspec

from node.aml.private_file import FileUnreadable, load_private
from tokens.types import AssetId

ACCOUNTS_MAX = 16
"""As node.aml.filings.SUBJECTS_MAX: a filing on the ledger names no more."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=8_000)]
Code = Annotated[str, msgspec.Meta(pattern="^(-|[A-Z0-9]{1,10})\\Z")]
Account = Annotated[str, msgspec.Meta(min_length=1, max_length=90)]


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A suspicion, as its officer wrote it down."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    """The institution's own, for the unit's answer."""
    from_date: dt.date
    to_date: dt.date
    """Business dates, both inclusive."""
    accounts: Annotated[tuple[Account, ...], msgspec.Meta(min_length=1, max_length=ACCOUNTS_MAX)]
    """Accounts of the institution that it is about, as text."""
    assets: Annotated[tuple[AssetId, ...], msgspec.Meta(max_length=16)] = ()
    """Money of the reported currency whose movements on the ledger belong to it."""
    indicators: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=20)]
    """Codes of the unit's list."""
    reason: Text
    """Why it is suspicious."""
    action: Text | None = None
    """What the institution did."""


def load_case(path: Path) -> Case:
    """Read it. Raises FileUnreadable, also for what stands twice: its movements would, too."""
    case = load_private(path, Case)
    for name, entries in (("accounts", case.accounts), ("assets", case.assets)):
        for place, entry in enumerate(entries):
            if entry in entries[:place]:
                raise FileUnreadable(f"{path}: {name}[{place}]: twice")
    return case
