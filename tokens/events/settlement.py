"""Events of settlement batches (sese.024, sese.025)."""

import datetime as dt

import msgspec

from tokens.records.settlement import BatchStatus
from tokens.types import Address, AssetId, Count, Hash, Reference


class BatchInstructed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=150,
):
    """A batch was instructed; it waits for the other parties."""

    initiator: Address
    batch_id: Reference
    digest: Hash
    isd: dt.date
    parties: tuple[Address, ...]
    warnings: tuple[int, ...]
    """Codes that would refuse it if it settled now; binding only at settlement."""


class BatchApproved(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=151,
):
    """A party agreed and named its accounts."""

    initiator: Address
    batch_id: Reference
    participant: Address


class BatchAllocated(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=152,
):
    """A party set aside what it delivers."""

    initiator: Address
    batch_id: Reference
    participant: Address


class BatchStatusChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=153,
):
    """A batch went on in its life."""

    initiator: Address
    batch_id: Reference
    status: BatchStatus
    reason: Count
    """Code why it failed, else 0."""


class BatchPending(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=154,
):
    """A batch that should settle waits: the asset is paused."""

    initiator: Address
    batch_id: Reference
    reason: Count


class PreimageShown(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=155,
):
    """A hash-locked batch was opened; whoever waits on another ledger takes the preimage here."""

    initiator: Address
    batch_id: Reference
    preimage: Hash


class CashRouteSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=156,
):
    """Money of an account goes through another account from now on, or no longer."""

    account: Address
    asset: AssetId
    cash_account: Address | None
