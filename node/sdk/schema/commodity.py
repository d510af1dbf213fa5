"""commodity_*: classes of receipts, their lots and deliveries."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.records.commodities import Commodity
from tokens.types import Amount, AssetId, Reference


class CommodityParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which class."""

    asset: AssetId


class CommodityListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which class, and which part of its list."""

    asset: AssetId
    cursor: Cursor = None
    limit: Limit = 50


class LotParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which lot."""

    asset: AssetId
    lot_id: Reference


class DeliveryListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which class, and which part of its deliveries."""

    asset: AssetId
    open_only: bool = False
    """Only those that wait."""
    cursor: Cursor = None
    limit: Limit = 50


class CommodityInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A class, its receipts and what backs them."""

    commodity: Commodity
    supply: Amount
    """Receipts, minor units; never above what is attested, unless in BREACH."""
    breach: bool
