"""auction_*: auctions, sheets, bids, results."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Reference


class AuctionParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which auction."""

    auction_id: Reference


class AuctionListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which auctions, and which part of their list."""

    live_only: bool = False
    """Only those between announcement and settlement."""
    cursor: Cursor = None
    limit: Limit = 50


class AuctionPartParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which auction, and which part of its list."""

    auction_id: Reference
    cursor: Cursor = None
    limit: Limit = 50
