"""Positions, supplies, bank totals and liens: who has how much, and what rests on it (page 04)."""

import datetime
from typing import Annotated

import msgspec

from tokens.codec import tagged_hash
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Amount, AssetId, Count, Hash, LienKind, Text

_CASH = b"mohur/pledged-cash/v1"
CASH_LIENS_MAX = 4
"""Places where the money of one lien may lie: one, and others where an authority chose that id for
an order, or where the account was closed between two payments."""


def cash_lien_id(lien: bytes) -> bytes:
    """Where the cash lies that replaced a part of a pledge, or was caught beside a freeze."""
    return tagged_hash(_CASH, lien)


class Position(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Balance of one asset in one account.

    available = max(0, balance - held - pledged - frozen).
    """

    asset: AssetId
    account: Address
    balance: Amount
    held: Amount
    """Sum of HOLD liens (an invariant says so)."""
    pledged: Amount
    """Sum of PLEDGE liens."""
    frozen: Amount
    """Sum of FREEZE liens with an amount; may exceed the balance."""
    record_no: Count
    """Last record of the asset that this position has answered (5.3: a record is a number)."""
    record_quantity: Amount
    """Balance when that record was taken."""


class Supply(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Units of an asset in existence = sum of its balances."""

    asset: AssetId
    amount: Amount


class BankTotal(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """SGLA: sum of the balances of one asset over the accounts that one participant services."""

    servicer: Address
    asset: AssetId
    amount: Amount


class LegalBasis(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Why an authority may do it."""

    authority: Text
    order_no: Text
    sha256: Hash
    """Of the order document."""


class Lien(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """A claim that rests on an account."""

    id: Hash
    account: Address
    asset: AssetId | None
    """None = ALL assets (freezes only)."""
    amount: Amount | None
    """None = ALL of it (freezes only)."""
    kind: LienKind
    owner: Address
    """Participant, or batch id's first 16 bytes for a settlement hold, that may change or lift
    it."""
    expires_on: datetime.date | None
    """Ends at the first open_day with business date >= this; None = until lifted."""
    basis: LegalBasis | None
    """Freezes only."""
    memo: Annotated[str, msgspec.Meta(max_length=140)]


def _pledged(lien: Lien) -> Key | None:
    """Pledges by pledgee."""
    return (lien.owner, lien.id) if lien.kind is LienKind.PLEDGE else None


def _ordered(lien: Lien) -> Key | None:
    """Freeze orders by the authority that gave them."""
    return (lien.owner, lien.id) if lien.kind is LienKind.FREEZE else None


POSITION = RecordKind(
    10,
    "position",
    Position,
    lambda r: (r.asset, r.account),
    (
        Index(10, "holders", lambda r: (r.asset, r.account), static=True),
        Index(11, "holdings", lambda r: (r.account, r.asset), static=True),
    ),
)
SUPPLY = RecordKind(11, "supply", Supply, lambda r: (r.asset,))
BANK_TOTAL = RecordKind(
    12,
    "bank_total",
    BankTotal,
    lambda r: (r.servicer, r.asset),
    (Index(12, "bank_totals", lambda r: (r.servicer, r.asset), static=True),),
)
LIEN = RecordKind(
    13,
    "lien",
    Lien,
    lambda r: (r.id,),
    (
        Index(13, "liens_by_account", lambda r: (r.account, r.id), static=True),
        Index(191, "pledges", _pledged, static=False),
        Index(68, "freeze_orders", _ordered, static=False),
    ),
)
PLEDGES = LIEN.indexes[1]
FREEZE_ORDERS = LIEN.indexes[2]
