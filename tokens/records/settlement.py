"""Settlement batches: DvP, PvP and free of payment (5.5)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, AssetId, Count, Hash, PositiveAmount, Reference

LEGS_MAX = 64
"""Legs of one batch."""

ISSUANCE = bytes(16)
"""Source of a leg whose units come into being with the settlement: the issuer's act."""


class BatchStatus(IntEnum):
    """Life of a batch (5.5)."""

    INSTRUCTED = 1
    MATCHED = 2
    ALLOCATED = 3
    SETTLED = 4
    CANCELLED = 5
    EXPIRED = 6
    FAILED = 7


class Leg(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One movement of a batch. Parties are participants; each names its own accounts."""

    asset: AssetId
    quantity: PositiveAmount
    giver: Address
    """Participant that delivers."""
    taker: Address
    """Participant that receives."""
    source: Address | None
    """Account debited; 16 zero bytes = issuance; None until the giver names it."""
    target: Address | None
    """Account credited; None until the taker names it."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data of sender and receiver, where the travel rule asks for them."""


class BatchParty(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What one party of a batch has done."""

    participant: Address
    approved: bool
    allocated: bool
    """True from the start for a party that delivers nothing."""
    cancels: bool
    """It agreed to cancel."""


class Batch(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """A settlement batch: all legs or none. Never deleted: its id is used for ever."""

    initiator: Address
    batch_id: Reference
    """Unique for ever per initiator (sese.023 TxId)."""
    trade_date: dt.date
    isd: dt.date
    """Intended settlement date."""
    expires_on: dt.date
    """Ends at the first open_day with business date >= this."""
    legs: Annotated[tuple[Leg, ...], msgspec.Meta(min_length=1, max_length=LEGS_MAX)]
    trade_ref: Annotated[str, msgspec.Meta(max_length=35)]
    uti: Annotated[str, msgspec.Meta(max_length=52)]
    """ISO 23897 unique transaction identifier, or empty."""
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)]
    automatic: bool
    """The ledger settles it at isd when everything is allocated."""
    digest: Hash
    """What the parties agree to: hash of the instruction."""
    status: BatchStatus
    reason: Annotated[int, msgspec.Meta(ge=0, le=199)]
    """Code why it FAILED, else 0."""
    parties: Annotated[tuple[BatchParty, ...], msgspec.Meta(min_length=1, max_length=2 * LEGS_MAX)]
    """In order of first appearance, the initiator first."""
    liens: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=2 * LEGS_MAX)]
    """Holds placed by allocation."""
    number: Count
    """Position in the order of instruction, for lists."""
    hash_lock: Hash | None = None
    """SHA-256 of what has to be shown before it settles (HTLC); None = nothing."""
    preimage: Hash | None = None
    """What was shown, from then on."""


class BatchCounter(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How many batches were instructed."""

    count: Count


class CashRoute(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Where the money of an account goes that may not hold that money itself (5.5)."""

    account: Address
    asset: AssetId
    """Money that is routed."""
    cash_account: Address
    """Account at the same institution that pays and is paid instead."""


def _open(batch: Batch) -> Key | None:
    live = (BatchStatus.INSTRUCTED, BatchStatus.MATCHED, BatchStatus.ALLOCATED)
    return (batch.number,) if batch.status in live else None


def _open_by_digest(batch: Batch) -> Key | None:
    """From a hold to its batch: the owner of the hold is the beginning of the digest."""
    return None if _open(batch) is None else (batch.digest[:16], batch.number)


BATCH = RecordKind(
    60,
    "batch",
    Batch,
    lambda r: (r.initiator, r.batch_id),
    (
        Index(60, "batches", lambda r: (r.number,), static=True),
        Index(61, "open_batches", _open, static=False),
        Index(62, "open_batches_by_digest", _open_by_digest, static=False),
    ),
)
BATCH_COUNTER = RecordKind(61, "batch_counter", BatchCounter, lambda r: ())

CASH_ROUTE = RecordKind(
    63,
    "cash_route",
    CashRoute,
    lambda r: (r.account, r.asset),
    (Index(67, "cash_routes", lambda r: (r.account, r.asset), static=True),),
)

BATCHES = BATCH.indexes[0]
OPEN_BATCHES = BATCH.indexes[1]
OPEN_BATCHES_BY_DIGEST = BATCH.indexes[2]
