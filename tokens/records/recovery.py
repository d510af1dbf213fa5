"""Recoveries of accounts whose keys were lost (page 04, Control)."""

import datetime as dt

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.records.parties import KeyPolicy
from tokens.types import Address, BlockHeight, Hash


class Recovery(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """New keys that wait for their day; until then nothing leaves the account."""

    account: Address
    policy: KeyPolicy
    """The new keys; reserved from the start."""
    evidence: Hash
    """SHA-256 of what the servicer has seen."""
    started_on: dt.date
    effective_on: dt.date
    """The keys change at the first open_day on or after it."""
    objected: bool
    """The old keys object: the securities regulator must agree too."""
    agreed: bool
    """It has."""


class KeyLoss(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The last time that keys of an account were given up as lost; it stays."""

    account: Address
    height: BlockHeight
    """Block of the recovery: what the account agreed to up to it counts no more."""


RECOVERY = RecordKind(
    120,
    "recovery",
    Recovery,
    lambda r: (r.account,),
    (Index(120, "recoveries", lambda r: (r.account,), static=True),),
)
KEY_LOSS = RecordKind(123, "key_loss", KeyLoss, lambda r: (r.account,))
