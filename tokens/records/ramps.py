"""On- and off-ramps: between a bank account outside and a token here (5.7).

Rules of this file:
1. A ramp moves tokens that exist. It never mints and never burns.
2. What came in = what went out + fee + refund + refund fee. The difference is what the bank still
   owes, and while it owes something the ramp has an exit.
"""

import datetime as dt
from enum import IntEnum

import msgspec

from tokens.records.kind import Index, Key, RecordKind
from tokens.types import Address, Amount, AssetId, Count, Hash, PositiveAmount


class RampDirection(IntEnum):
    """Which way."""

    IN = 1
    """On-ramp: bank money outside becomes tokens of the client."""
    OUT = 2
    """Off-ramp: tokens of the client become bank money outside."""


class RampPurpose(IntEnum):
    """Why; the residency circuits ask it (page 04, non-residents)."""

    CUSTOMER = 1
    """A resident's own money, either way."""
    INWARD_REMITTANCE = 2
    """On-ramp of money from abroad: what it credits may leave again."""
    REPATRIATE = 3
    """Off-ramp to abroad."""


class Rail(IntEnum):
    """Way of the payment outside. With the bank and the reference it names the payment for ever."""

    RTGS = 1
    INSTANT = 2
    """Instant payment scheme."""
    INTERBANK = 3
    """Batch or card-switch transfer between banks."""
    CORRESPONDENT = 4
    """From or to abroad."""
    CHEQUE = 5
    CASH = 6
    """Notes at a counter."""
    BOOK = 7
    """Within the bank itself."""


class RampStatus(IntEnum):
    """Life of a ramp (5.7)."""

    AWAIT_BANK = 1
    """On-ramp: the bank waits for the client's money."""
    RECEIVED = 2
    """The bank has it."""
    SCREENING = 3
    """The institution of the client looks at it."""
    ON_HOLD = 4
    """Somebody who may stopped it; that one lets it go on."""
    CREDITED = 5
    """The client has the tokens."""
    REFUNDED = 6
    """All of it went back outside."""
    EXPIRED = 7
    """Its date came. On-ramp: what the bank received is owed back. Off-ramp: the hold is gone."""
    HELD = 8
    """Off-ramp: the client's tokens are held."""
    BANK_SENT = 9
    """The bank says that it has paid outside."""
    DONE = 10
    """The bank has the tokens."""
    RETURNED = 11
    """Nothing stayed outside: the client has the tokens again."""


class Ramp(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One way in or out. Never deleted."""

    id: Hash
    number: Count
    """Position in the order of opening, from 1."""
    direction: RampDirection
    asset: AssetId
    account: Address
    """The client's."""
    bank: Address
    """Participant that takes or pays the money outside."""
    purpose: RampPurpose
    amount: PositiveAmount
    """Minor units: on-ramp, what the client means to pay; off-ramp, what is held."""
    fee_max: Amount
    """Most that the bank may keep for each of `fee` and `refund_fee`."""
    outside: Hash
    """SHA-256 of the account outside, salted by the client: payer or beneficiary."""
    expires_on: dt.date
    """First business date on which it has ended, whether the agenda has come by or not; sending and
    a hold move it."""
    status: RampStatus
    came_in: Amount
    """On-ramp: money that the bank received; off-ramp: the tokens held."""
    went_out: Amount
    """On-ramp: tokens credited; off-ramp: money that stayed outside."""
    fee: Amount
    refund: Amount
    """On-ramp: money sent back; off-ramp: tokens that the client kept or got back."""
    refund_fee: Amount
    lien: Hash | None
    """The hold on the client's tokens, while there is one."""
    cleared: bool
    """The client's institution has screened it."""
    held_by: Address
    """Who put it ON_HOLD, else 16 zero bytes."""


class RampReference(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A payment outside that has had its effect here. Kept for ever."""

    bank: Address
    rail: Rail
    reference_hash: Hash
    """SHA-256 of the payment's reference at the bank."""
    ramp: Hash


class RampCounter(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How many ramps were opened."""

    count: Count


LIVE = (
    RampStatus.AWAIT_BANK,
    RampStatus.RECEIVED,
    RampStatus.SCREENING,
    RampStatus.ON_HOLD,
    RampStatus.HELD,
    RampStatus.BANK_SENT,
)
"""A date leads out of each of them."""


def owed(ramp: Ramp) -> int:
    """What is neither out nor back yet, minor units."""
    return ramp.came_in - ramp.went_out - ramp.fee - ramp.refund - ramp.refund_fee


def is_open(ramp: Ramp) -> bool:
    """Whether somebody still has to do something about it."""
    return ramp.status in LIVE or owed(ramp) > 0


def _open_of_account(ramp: Ramp) -> Key | None:
    return (ramp.account, ramp.number) if is_open(ramp) else None


def _open_of_bank(ramp: Ramp) -> Key | None:
    return (ramp.bank, ramp.number) if is_open(ramp) else None


def _by_lien(ramp: Ramp) -> Key | None:
    return None if ramp.lien is None else (ramp.lien,)


RAMP = RecordKind(
    52,
    "ramp",
    Ramp,
    lambda r: (r.id,),
    (
        Index(52, "ramps", lambda r: (r.number,), static=True),
        Index(53, "ramps_of_account", lambda r: (r.account, r.number), static=True),
        Index(54, "open_ramps_of_account", _open_of_account, static=False),
        Index(55, "open_ramps_of_bank", _open_of_bank, static=False),
        Index(56, "ramp_by_lien", _by_lien, static=False),
        Index(57, "ramps_of_bank", lambda r: (r.bank, r.number), static=True),
    ),
)
RAMP_REFERENCE = RecordKind(
    53, "ramp_reference", RampReference, lambda r: (r.bank, int(r.rail), r.reference_hash)
)
RAMP_COUNTER = RecordKind(54, "ramp_counter", RampCounter, lambda r: ())

RAMPS = RAMP.indexes[0]
RAMPS_OF_ACCOUNT = RAMP.indexes[1]
OPEN_RAMPS_OF_ACCOUNT = RAMP.indexes[2]
OPEN_RAMPS_OF_BANK = RAMP.indexes[3]
RAMP_BY_LIEN = RAMP.indexes[4]
RAMPS_OF_BANK = RAMP.indexes[5]
