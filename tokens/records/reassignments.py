"""Accounts whose positions still go from one institution's totals to another's (page 04)."""

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import Address


class Reassignment(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """An account that has a new servicer, as far as the totals have followed; gone at the end."""

    account: Address
    old: Address
    """Participant whose totals still hold what comes after the cursor."""
    new: Address
    """The servicer since it began."""
    cursor: str
    """Last asset whose position was moved, in the order of their codes; empty = none yet."""


REASSIGNMENT = RecordKind(
    121,
    "reassignment",
    Reassignment,
    lambda r: (r.account,),
    (Index(122, "reassignments", lambda r: (r.old, r.account), static=False),),
)
REASSIGNMENTS = REASSIGNMENT.indexes[0]
