"""What authorities ordered beyond liens, and unclaimed money (page 04, Control)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.holdings import LegalBasis
from tokens.records.kind import Index, RecordKind
from tokens.types import Address, AssetId, Count, PositiveAmount


class CreditStop(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Nothing may be credited to the account but what service pays, and that is frozen."""

    account: Address
    authority: Address
    """The only one that lifts it."""
    basis: LegalBasis
    expires_on: dt.date | None
    """Ends at the first open_day on or after it; None = until lifted."""


class AccountFreezes(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How many freezes rest on all assets of an account: a position born later is born frozen."""

    account: Address
    count: Annotated[int, msgspec.Meta(ge=1, le=2**31)]


class Unclaimed(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Money that could not be credited: it lies in the unclaimed account of the servicer."""

    account: Address
    """Whom it belongs to."""
    asset: AssetId
    """The money."""
    security: AssetId
    """What it was paid on."""
    payment: Count
    """Number of the payment."""
    amount: PositiveAmount
    since: dt.date
    keeper: Address
    """Unclaimed account where it lies: that of the servicer when it came, or of a later one."""


CREDIT_STOP = RecordKind(140, "credit_stop", CreditStop, lambda r: (r.account,))
ACCOUNT_FREEZES = RecordKind(141, "account_freezes", AccountFreezes, lambda r: (r.account,))
UNCLAIMED = RecordKind(
    142,
    "unclaimed",
    Unclaimed,
    lambda r: (r.account, r.security, r.payment),
    (Index(142, "unclaimed", lambda r: (r.account, r.security, r.payment), static=True),),
)
