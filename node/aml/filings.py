"""What a filed report says: the content of a ciphertext that its institution and the unit open.

Rules of this file:
1. An alert leads to a case, a case to a suspicious-transaction report; a cash report stands alone.
   The ledger does not know the chain: who opens the filings checks it (`chain_faults`).
2. Accounts and ramps are named, people never: they stand in the file that goes to the unit.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Annotated

import msgspec

from node.sdk.envelopes import open_sealed, seal_to
from node.sdk.sealing import Unopened
from tokens.codec import Canonical, Malformed, NonCanonical, encode
from tokens.ops.reports import FileReport
from tokens.records.reports import SEALED_BYTES
from tokens.types import Address, Count, Hash

SUBJECTS_MAX = 16
"""Accounts and ramps of one filing."""


class FilingKind(IntEnum):
    """What is filed."""

    CASH = 1
    ALERT = 2
    CASE = 3
    SUSPICIOUS = 4


FOLLOWS: dict[FilingKind, FilingKind | None] = {
    FilingKind.CASH: None,
    FilingKind.ALERT: None,
    FilingKind.CASE: FilingKind.ALERT,
    FilingKind.SUSPICIOUS: FilingKind.CASE,
}
"""What a filing of a kind must follow; None: nothing."""


class Filing(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The content."""

    kind: FilingKind
    follows: Count
    """Number of the institution's report that it follows from; 0 = none."""
    accounts: Annotated[tuple[Address, ...], msgspec.Meta(max_length=SUBJECTS_MAX)]
    """Accounts that it is about."""
    ramps: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=SUBJECTS_MAX)]
    """Ramps that it is about."""
    note: Annotated[str, msgspec.Meta(max_length=280)]
    """A word to the unit, without names."""


_filing = Canonical[Filing](Filing)


def sealed_filing(
    chain_id: str, institution: bytes, filing: Filing, institution_key: bytes, unit_key: bytes
) -> FileReport:
    """The operation. ValueError: it does not fit, or a key is none."""
    bound = _bound(chain_id, institution)
    readers = (institution_key, unit_key)
    sealed = seal_to(bound, encode(filing), readers, SEALED_BYTES)
    return FileReport(institution=institution, sealed=sealed)


def opened_filing(chain_id: str, operation: FileReport, secret: bytes) -> Filing:
    """What was filed. Raises Unopened."""
    bound = _bound(chain_id, operation.institution)
    try:
        return _filing.decode(open_sealed(bound, operation.sealed, secret))
    except (Malformed, NonCanonical) as error:
        raise Unopened(type(error).__name__) from None


def chain_faults(filings: Mapping[int, Filing]) -> list[str]:
    """What is wrong with the filings of one institution, by number: each fault as a sentence."""
    faults: list[str] = []
    followed: dict[int, int] = {}
    for number in sorted(filings):
        filing = filings[number]
        wanted = FOLLOWS[filing.kind]
        name = f"report {number}"
        if wanted is None:
            if filing.follows:
                faults.append(f"{name}: {filing.kind.name} follows nothing")
            continue
        before = filings.get(filing.follows)
        if before is None or filing.follows >= number or before.kind is not wanted:
            faults.append(f"{name}: {filing.kind.name} follows an earlier {wanted.name}")
        elif filing.follows in followed:
            faults.append(f"{name}: {filing.follows} is followed by {followed[filing.follows]}")
        else:
            followed[filing.follows] = number
    return faults


def _bound(chain_id: str, institution: bytes) -> bytes:
    return b"report\x00" + encode((chain_id, institution))
