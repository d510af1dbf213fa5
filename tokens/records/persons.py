"""What the ledger knows of persons: credentials, lists, sums of holdings and of payments (page 04).

Rules of this file:
1. A person is a person_id, the registrar's keyed hash: no personal data.
2. Only supervisors read these records; what a refusal says of them is in refusing.py.
"""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.holdings import LegalBasis
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Amount, AssetId, Count, Hash, PositiveAmount, Symbol

LISTS_MAX = 8
"""Sanctions lists, and lists that one person is on."""


class Credential(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The registrar's word on a person, read by supervisors only."""

    person: Hash
    """person_id."""
    kind: Symbol
    """For example `kyc`."""
    valid_until: dt.date
    """Last business date on which it is valid."""
    revoked: bool


class SanctionsList(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A list of persons, by id and version; its entries are records of their own."""

    id: Symbol
    version: Count
    """Rises by one with each change."""
    authority: Address
    """Participant in whose name holdings are frozen."""
    persons: Count
    """Entries on it."""
    basis: LegalBasis


class Sanctioned(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A person that is on a list: nothing goes out or in but what service pays."""

    person: Hash
    lists: Annotated[tuple[Symbol, ...], msgspec.Meta(min_length=1, max_length=LISTS_MAX)]
    """Ascending."""


class PersonHolding(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a person holds of a counted asset over all its accounts."""

    asset: AssetId
    person: Hash
    amount: PositiveAmount
    """Minor units; the record goes with the last one."""


class HolderBook(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The count of an asset's holders, and how far it has come through the register."""

    asset: AssetId
    holders: Count
    """Persons that hold some of it, among the accounts counted."""
    counted: Address | None
    """Last account counted, in order of address; None = all."""


class LockUp(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Units that an account may not give before a date.

    It stays when it ends, so that a version, which refusals name, is never used twice.
    """

    asset: AssetId
    account: Address
    version: Count
    """Rises by one with each lock-up and each change."""
    amount: Amount
    """Minor units that must stay; 0 = none any more."""
    until: dt.date
    """First business date on which they may be given."""


class Spending(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a person has given of an asset with a velocity limit."""

    person: Hash
    asset: AssetId
    on: dt.date
    """Business date that `amount` belongs to."""
    amount: Amount
    """Minor units."""


def _live_lock_up(lock: LockUp) -> Key | None:
    return (lock.account, lock.asset) if lock.amount else None


CREDENTIAL = RecordKind(72, "credential", Credential, lambda r: (r.person, r.kind))
SANCTIONS_LIST = RecordKind(
    73,
    "sanctions_list",
    SanctionsList,
    lambda r: (r.id,),
    (Index(73, "sanctions_lists", lambda r: (r.id,), static=True),),
)
SANCTIONED = RecordKind(74, "sanctioned", Sanctioned, lambda r: (r.person,))
PERSON_HOLDING = RecordKind(75, "person_holding", PersonHolding, lambda r: (r.asset, r.person))
HOLDER_BOOK = RecordKind(76, "holder_book", HolderBook, lambda r: (r.asset,))
LOCK_UP = RecordKind(
    77,
    "lock_up",
    LockUp,
    lambda r: (r.asset, r.account),
    (Index(77, "lock_ups", _live_lock_up, static=False),),
)
SPENDING = RecordKind(78, "spending", Spending, lambda r: (r.person, r.asset))
