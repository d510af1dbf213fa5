"""Calls, puts and defaults: what changes the course of an instrument (5.3, 5.4)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import (
    AMOUNT_LIMIT,
    Address,
    Amount,
    AssetId,
    Count,
    Hash,
    PositiveAmount,
    PriceE4,
)

CROSS_DEFAULT_MAX = 64
"""Instruments of one issuer that default together."""


class Called(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Notice of a call of the whole issue: it matures on that date, at that price."""

    asset: AssetId
    date: dt.date
    """Call date of the terms, unadjusted."""
    price_e4: PriceE4
    """Per 100 of what is outstanding, x 10^4."""


class CallShare(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One holder's share of a partial call, while it is drawn and paid."""

    asset: AssetId
    payment: Count
    account: Address
    face: Amount
    """Exact share rounded down to the increment, minor units."""
    remainder: Amount
    """What the rounding left, as a numerator over the supply: the largest get an increment."""


class PutElection(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Units that a holder gives back at a put date."""

    asset: AssetId
    payment: Count
    account: Address
    face: PositiveAmount
    """Minor units, on hold."""
    lien: Hash
    """The hold; where it was taken by an order, the election is void."""


class PutBook(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Sum of the elections of one put date."""

    asset: AssetId
    payment: Count
    face: Amount


class Default(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A cause for which an instrument is in default."""

    asset: AssetId
    cause: AssetId
    """Instrument whose payment was missed: itself, or another of its cross-default list."""
    payment: Count
    since: dt.date
    """Business date."""


class CrossDefault(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Instruments of one issuer that are in default when one of them is."""

    issuer: Address
    assets: Annotated[tuple[AssetId, ...], msgspec.Meta(max_length=CROSS_DEFAULT_MAX)]
    """Strictly ascending."""


def _rank(share: CallShare) -> Key:
    """Largest remainder first, then the lower account id."""
    return (share.asset, share.payment, AMOUNT_LIMIT - share.remainder, share.account)


CALLED = RecordKind(36, "called", Called, lambda r: (r.asset,))
CALL_SHARE = RecordKind(
    37,
    "call_share",
    CallShare,
    lambda r: (r.asset, r.payment, r.account),
    (Index(36, "call_shares", _rank, static=False),),
)
PUT_ELECTION = RecordKind(
    38,
    "put_election",
    PutElection,
    lambda r: (r.asset, r.payment, r.account),
    (Index(37, "put_elections", lambda r: (r.asset, r.payment, r.account), static=True),),
)
PUT_BOOK = RecordKind(
    39,
    "put_book",
    PutBook,
    lambda r: (r.asset, r.payment),
    (Index(38, "put_books", lambda r: (r.asset, r.payment), static=True),),
)
DEFAULT = RecordKind(
    143,
    "default",
    Default,
    lambda r: (r.asset, r.cause, r.payment),
    (
        Index(39, "defaults", lambda r: (r.asset, r.cause, r.payment), static=True),
        Index(143, "defaults_by_cause", lambda r: (r.cause, r.payment, r.asset), static=True),
    ),
)
CROSS_DEFAULT = RecordKind(144, "cross_default", CrossDefault, lambda r: (r.issuer,))

SHARES = CALL_SHARE.indexes[0]
ELECTIONS = PUT_ELECTION.indexes[0]
DEFAULTS = DEFAULT.indexes[0]
DEFAULTS_BY_CAUSE = DEFAULT.indexes[1]
