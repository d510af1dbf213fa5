"""The private file of a filing: what `mohur aml file` seals, and what `mohur aml open` writes.

A JSON file of mode 0600, for the reason that cases.py gives. docs/aml.md shows one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from node.aml.filings import FOLLOWS, SUBJECTS_MAX, Filing, FilingKind
from node.aml.private_file import FileUnreadable, load_private
from tokens import bech32m
from tokens.types import Count

ADDRESS_BYTES = 16

Kind = Annotated[str, msgspec.Meta(pattern=f"^({'|'.join(FilingKind.__members__)})\\Z")]
Account = Annotated[str, msgspec.Meta(min_length=1, max_length=90)]
Ramp = Annotated[str, msgspec.Meta(pattern="^0x[0-9a-f]{64}\\Z")]


class FilingFile(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """A filing, as its officer wrote it down."""

    kind: Kind
    """Name of a FilingKind."""
    follows: Count = 0
    """Number of the report that it follows from; 0 = none."""
    accounts: Annotated[tuple[Account, ...], msgspec.Meta(max_length=SUBJECTS_MAX)] = ()
    """Accounts that it is about, as text."""
    ramps: Annotated[tuple[Ramp, ...], msgspec.Meta(max_length=SUBJECTS_MAX)] = ()
    """Ramps that it is about."""
    note: Annotated[str, msgspec.Meta(max_length=280)] = ""
    """A word to the unit, without names."""


def load_filing(path: Path, prefix: str) -> Filing:
    """Read it, on a network with an address prefix. Raises FileUnreadable."""
    read = load_private(path, FilingFile)
    kind = FilingKind[read.kind]
    before = FOLLOWS[kind]
    if before is None and read.follows:
        raise FileUnreadable(f"{path}: follows: such a filing follows nothing")
    if before is not None and not read.follows:
        raise FileUnreadable(f"{path}: follows: the number of the report before it is missing")
    return Filing(
        kind=kind,
        follows=read.follows,
        accounts=_addresses(path, prefix, read.accounts),
        ramps=tuple(bytes.fromhex(ramp[2:]) for ramp in read.ramps),
        note=read.note,
    )


def written_filing(filing: Filing, prefix: str) -> bytes:
    """The file of a filing: JSON that load_filing reads."""
    file = FilingFile(
        kind=filing.kind.name,
        follows=filing.follows,
        accounts=tuple(bech32m.encode(prefix, account) for account in filing.accounts),
        ramps=tuple("0x" + ramp.hex() for ramp in filing.ramps),
        note=filing.note,
    )
    return msgspec.json.format(msgspec.json.encode(file)) + b"\n"


def _addresses(path: Path, prefix: str, texts: Sequence[str]) -> tuple[bytes, ...]:
    found = []
    for place, text in enumerate(texts):
        address = bech32m.decode(prefix, text)
        if address is None or len(address) != ADDRESS_BYTES:
            raise FileUnreadable(f"{path}: accounts[{place}]: no address of this network")
        found.append(address)
    return tuple(found)
