"""Scalar types and enumerations of the ledger.

Rules of this file:
1. `extra={"form": ...}` names the JSON form of a scalar (docs/spec/wire.md): amount -> decimal
   string, address -> bech32m, hex -> 0x..., operation -> nested operation. msgpack always carries
   the plain value.
2. Enumeration numbers are on the wire: never reused, never renumbered.
"""

from enum import IntEnum, IntFlag
from typing import Annotated

import msgspec

AMOUNT_LIMIT = 2**64 - 1
"""Largest amount: what msgpack can carry."""

Amount = Annotated[int, msgspec.Meta(ge=0, extra={"form": "amount"})]
"""Minor units (PKR: paisa; securities: minor units of face), 0..2^64-1 (msgpack itself bounds
it)."""

PositiveAmount = Annotated[int, msgspec.Meta(ge=1, extra={"form": "amount"})]
"""1..2^64-1. Zero where a positive amount is asked is an error, never a silent success (page
04)."""

Address = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16, extra={"form": "address"})]
"""Stable random id of a participant or an account; one space for both. Not a key hash: keys
rotate."""

Hash = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32, extra={"form": "hex"})]
PublicKey = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32, extra={"form": "hex"})]
SignatureBytes = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64, extra={"form": "hex"})]
ClientRef = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16, extra={"form": "hex"})]
"""The client's own random id of a transaction."""

AssetId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=16, pattern="^[A-Z0-9][A-Z0-9-]*\\Z")
]
"""ISIN for securities, a short code for money."""

Symbol = Annotated[
    str, msgspec.Meta(min_length=1, max_length=32, pattern="^[a-z0-9][a-z0-9_-]*\\Z")
]

ValidatorName = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern="^[a-z0-9-]+\\Z")]
"""Stable name of a validator; survives key rotation."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=140)]
Reference = Annotated[
    str, msgspec.Meta(min_length=1, max_length=35, pattern="^[A-Za-z0-9/:().,'+ -]+\\Z")
]
"""An outside reference (RTGS, bank, order number): ISO 20022 Max35Text of the SWIFT X character
set."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
BlockHeight = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
RateE6 = Annotated[int, msgspec.Meta(ge=-(10**9), le=10**9)]
"""Annual fraction x 10^6."""
PriceE4 = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
"""Per 100 of face, x 10^4."""

EncodedOperation = Annotated[
    bytes, msgspec.Meta(min_length=1, max_length=8_192, extra={"form": "operation"})
]
"""Canonical bytes of one operation, as a proposal stores it."""


NO_ADDRESS = bytes(16)
"""Stands where nobody is."""


class Role(IntEnum):
    """What a participant may be (page 04)."""

    TREASURY = 1
    CENTRAL_BANK = 2
    CASH_ISSUER = 3
    SECURITIES_REGULATOR = 4
    VA_REGULATOR = 5
    FIU = 6
    TAX_AUTHORITY = 7
    MARK_SOURCE = 8
    PRIMARY_DEALER = 9
    BANK_CUSTODIAN = 10
    VASP = 11
    COMMODITY_ATTESTOR = 12
    AUDITOR = 13


class OperationClass(IntFlag):
    """What an operation does to holdings: pause, licences, status and grants speak in these."""

    MOVE = 1
    TRADE = 2
    BID = 4
    LIEN = 8
    ISSUE = 16
    SERVICE = 32
    CONTROL = 64
    GOVERN = 128


class AccountStatus(IntEnum):
    """Life of an account."""

    OPEN = 1
    CLOSED = 2
    RECOVERING = 3
    """Its keys were lost: nothing goes out until it has new ones."""


class AccountPurpose(IntEnum):
    """What an account is for; RESERVE accounts are touched by reserve operations only (5.7)."""

    GENERAL = 1
    RESERVE = 2
    TREASURY = 3
    TAX = 4
    UNCLAIMED = 5


class AssetKind(IntEnum):
    """Kind of an instrument (5.1); MONEY is central-bank money, CASH a stablecoin."""

    MONEY = 1
    CASH = 2
    FIXED = 3
    BILL = 4
    FLOAT = 5
    ZERO = 6
    SUKUK_FRR = 7
    SUKUK_VRR = 8
    SUKUK_DISC = 9
    AMORT = 10
    COMMODITY = 11


class AssetStatus(IntEnum):
    """Life of an asset (04)."""

    DRAFT = 1
    APPROVED = 2
    OUTSTANDING = 3
    MATURED = 4
    REDEEMED = 5
    CANCELLED = 6


class AssetFlag(IntFlag):
    """Conditions beside the status."""

    DEFAULT = 1
    BREACH = 2
    DRAWING = 4
    """Shares of a partial call are being drawn: its units stand still until they are paid."""
    LOCKED_UP = 64
    """Some account has a lock-up: a movement asks for it."""
    COUNTED = 128
    """Its holders are counted by person: a posting tells them."""


class LicencePhase(IntEnum):
    """How far an institution's licence has come (page 04, Licences)."""

    APPLIED = 1
    NOC = 2
    AML_REGISTERED = 3
    INCORPORATED = 4
    LICENSED = 5
    SUSPENDED = 6
    REVOKED = 7
    EXPIRED = 8


class LicenceCategory(IntFlag):
    """What a licence is for."""

    EXCHANGE = 1
    CUSTODY = 2
    BROKERAGE = 4
    """Advisory and brokerage."""
    DERIVATIVES = 8
    ISSUANCE = 16
    BANKING = 32
    """Deposits and payments."""


class AgendaClass(IntEnum):
    """Order of the work of one business date (04); lower first."""

    RELEASE = 1
    """Expiry and release."""
    CHANGE = 2
    """Effective changes."""
    FIXING = 3
    SETTLE = 4
    RECORD = 5
    COUPON = 6
    REDEMPTION = 7


class LienKind(IntEnum):
    """Kinds of lien (04); cached sums held, pledged, frozen follow them."""

    HOLD = 1
    PLEDGE = 2
    FREEZE = 3
