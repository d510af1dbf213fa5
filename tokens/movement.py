"""A movement: what the order of checks is asked about (page 04)."""

from enum import IntEnum
from typing import NamedTuple

from tokens.records.instruments import Asset
from tokens.records.parties import Account
from tokens.types import OperationClass


class Channel(IntEnum):
    """Where units come from or go to beyond the two accounts."""

    ORDINARY = 1
    """Nowhere: between accounts, or an issue."""
    INWARD = 2
    """Inward remittance: an on-ramp that may credit a non-resident's closed circuit."""
    OFF_RAMP = 3
    """Out of the ledger, to the holder's own account at a bank."""
    REPATRIATE = 4
    """Out of the ledger and out of the country, from a closed circuit only."""


class Movement(NamedTuple):
    """Units of one asset from one account to another; None = they begin or end there."""

    asset: Asset
    source: Account | None
    target: Account | None
    amount: int
    """Minor units, 1 or more."""
    operation_class: OperationClass
    reserve: bytes | None = None
    """The one RESERVE account that this operation may credit (5.7)."""
    from_reserve: bytes | None = None
    """The one RESERVE account that this operation may debit."""
    channel: Channel = Channel.ORDINARY
    in_batch: bool = False
    """A leg of a settlement batch: sums over the whole batch are asked there."""
