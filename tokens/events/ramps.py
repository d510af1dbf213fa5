"""Events of on- and off-ramps."""

import msgspec

from tokens.records.ramps import RampDirection, RampPurpose, RampStatus
from tokens.types import Address, Amount, AssetId, Count, Hash


class RampOpened(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=205,
):
    """A client asked a bank for a way in or out."""

    ramp: Hash
    number: Count
    direction: RampDirection
    purpose: RampPurpose
    asset: AssetId
    account: Address
    bank: Address
    amount: Amount


class RampChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=206,
):
    """Where a ramp stands now: in = out + fee + refund + refund fee + what is owed."""

    ramp: Hash
    status: RampStatus
    came_in: Amount
    went_out: Amount
    fee: Amount
    refund: Amount
    refund_fee: Amount
