"""Who sent and who receives, beside a transfer or ramp between institutions (page 04, AML).

Rules of this file:
1. Nothing here is personal: accounts, institutions, a version and the hash of a ciphertext.
2. A transfer waits behind a hold of its own; a ramp waits where it stands, and has none here.
"""

import datetime as dt
from enum import IntEnum

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, AssetId, Count, Hash, PositiveAmount


class TravelStatus(IntEnum):
    """Life of the data that go with a transfer."""

    REQUIRED = 1
    """The originating institution has to send them."""
    SENT = 2
    """The beneficiary institution has to answer."""
    ACCEPTED = 3
    """The transfer was posted; the ramp may go on."""
    REJECTED = 4
    """The beneficiary institution refused; what was held is free."""
    EXPIRED = 5
    """Its date came first; what was held is free."""


class PayloadVersion(IntEnum):
    """Version of IVMS101 that a sealed payload claims."""

    IVMS101 = 1
    """`101`, of 2020."""
    IVMS101_2023 = 2
    """`101.2023`."""


class RejectReason(IntEnum):
    """Why the beneficiary institution refused. None of them speaks of a case."""

    UNREADABLE = 1
    """Its key does not open the ciphertext."""
    INVALID = 2
    """What it opened is no payload of the version claimed."""
    MISMATCH = 3
    """The payload speaks of other people than those of the accounts."""
    DECLINED = 4
    """It does not take this transfer."""


class Travel(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The travel rule of one transfer or ramp. Never deleted."""

    id: Hash
    """Own id of a transfer's; of a ramp's: the ramp's id."""
    number: Count
    """Position in the order of being required, from 1."""
    asset: AssetId
    source: Address
    """Account debited; 16 zero bytes where the bank's money of an on-ramp comes from."""
    target: Address
    """Account credited; 16 zero bytes where an off-ramp leads outside."""
    amount: PositiveAmount
    """Minor units."""
    originator: Address
    """Institution that had to send, when it was required."""
    beneficiary: Address
    """Institution that had to answer, when it was required."""
    is_ramp: bool
    expires_on: dt.date
    """Ends at the first open_day with business date >= this."""
    status: TravelStatus
    lien: Hash | None
    """The hold on the sender's units, while a transfer waits."""
    version: PayloadVersion | None
    """What was sent; None while REQUIRED."""
    sealed_hash: Hash | None
    """SHA-256 of the ciphertext that was sent."""


class TravelCounter(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How often the travel rule was required."""

    count: Count


WAITING = (TravelStatus.REQUIRED, TravelStatus.SENT)
"""A date leads out of each of them."""


def _by_lien(travel: Travel) -> Key | None:
    return None if travel.lien is None else (travel.lien,)


TRAVEL = RecordKind(
    170,
    "travel",
    Travel,
    lambda r: (r.id,),
    (
        Index(170, "travels_of_originator", lambda r: (r.originator, r.number), static=True),
        Index(171, "travels_of_beneficiary", lambda r: (r.beneficiary, r.number), static=True),
        Index(172, "travels_of_source", lambda r: (r.source, r.number), static=True),
        Index(173, "travel_by_lien", _by_lien, static=False),
    ),
)
TRAVEL_COUNTER = RecordKind(171, "travel_counter", TravelCounter, lambda r: ())

TRAVELS_OF_ORIGINATOR = TRAVEL.indexes[0]
TRAVELS_OF_BENEFICIARY = TRAVEL.indexes[1]
TRAVELS_OF_SOURCE = TRAVEL.indexes[2]
TRAVEL_BY_LIEN = TRAVEL.indexes[3]
