"""ramp_*: on- and off-ramps."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.records.ramps import Rail
from tokens.types import Address, Hash


class RampParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which ramp."""

    ramp: Hash


class RampListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose ramps: of an account, or of a bank."""

    account: Address | None = None
    bank: Address | None = None
    open_only: bool = False
    """Only those that wait for something or owe something."""
    cursor: Cursor = None
    limit: Limit = 50


class RampReferenceParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which payment outside."""

    bank: Address
    rail: Rail
    reference_hash: Hash
    """SHA-256 of its reference at the bank."""
