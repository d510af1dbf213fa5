"""payment_*: what instruments owe, who elected, why one is in default."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import AssetId, Count


class PaymentParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which payment: coupons from 1, the redemption after them, others from 10,000 on."""

    asset: AssetId
    number: Count


class PaymentListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which instrument, which part of its list."""

    asset: AssetId
    cursor: Cursor = None
    limit: Limit = 50


class ElectionListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which put (30,000 + its number), which part of its list."""

    asset: AssetId
    number: Count
    cursor: Cursor = None
    limit: Limit = 50
