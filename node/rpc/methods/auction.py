"""auction_*: everything that a bidder needs to compute a result again."""

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import auction as schema
from node.sdk.schema.common import Page
from tokens.records.auctions import AUCTION, AUCTION_RESULT, Auction, AuctionResult
from tokens.records.bids import (
    ALLOTMENT,
    ALLOTMENTS,
    BID_SHEET,
    BID_SHEETS,
    NCB,
    NCBS,
    Allotment,
    BidSheet,
    NonCompetitiveBid,
)
from tokens.records.kind import Key, Kind


def _require(call: Call, auction_id: str) -> Auction:
    record = call.state.get(AUCTION, auction_id)
    if record is None:
        raise not_found("auction")
    return record


def get(call: Call, params: schema.AuctionParams) -> Auction:
    """Terms of an auction, and how far it has come."""
    return _require(call, params.auction_id)


def list_auctions(call: Call, params: schema.AuctionListParams) -> Page[Auction]:
    """Auctions in order of their ids."""
    index = AUCTION.indexes[1 if params.live_only else 0]
    records, following, pinned = page_of(
        call, AUCTION, index, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_sheets(call: Call, params: schema.AuctionPartParams) -> Page[BidSheet]:
    """Sheets in order of their numbers."""
    _require(call, params.auction_id)
    records, following, pinned = page_of(
        call, BID_SHEET, BID_SHEETS, (params.auction_id,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_bids(call: Call, params: schema.AuctionPartParams) -> Page[NonCompetitiveBid]:
    """Non-competitive bids in order of their numbers."""
    _require(call, params.auction_id)
    records, following, pinned = page_of(
        call, NCB, NCBS, (params.auction_id,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_allotments(call: Call, params: schema.AuctionPartParams) -> Page[Allotment]:
    """Allotments in order of their numbers."""
    _require(call, params.auction_id)
    records, following, pinned = page_of(
        call, ALLOTMENT, ALLOTMENTS, (params.auction_id,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_result(call: Call, params: schema.AuctionParams) -> AuctionResult:
    """What the cut-off decided."""
    _require(call, params.auction_id)
    record = call.state.get(AUCTION_RESULT, params.auction_id)
    if record is None:
        raise not_found("result of that auction")
    return record


def _auction_key(params: schema.AuctionParams) -> tuple[Kind, Key]:
    return AUCTION, (params.auction_id,)


def _result_key(params: schema.AuctionParams) -> tuple[Kind, Key]:
    return AUCTION_RESULT, (params.auction_id,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "auction_get",
        schema.AuctionParams,
        Auction,
        READ,
        get,
        "Terms of an auction, and how far it has come.",
        reads=STATE,
        proves=_auction_key,
    ),
    method(
        "auction_list",
        schema.AuctionListParams,
        Page[Auction],
        READ,
        list_auctions,
        "Auctions in order of their ids.",
        reads=STATE,
    ),
    method(
        "auction_getSheets",
        schema.AuctionPartParams,
        Page[BidSheet],
        READ,
        get_sheets,
        "Bid sheets of an auction in order of their numbers: sealed, opened, void.",
        reads=STATE,
    ),
    method(
        "auction_getNcbs",
        schema.AuctionPartParams,
        Page[NonCompetitiveBid],
        READ,
        get_bids,
        "Non-competitive bids of an auction in order of their numbers.",
        reads=STATE,
    ),
    method(
        "auction_getAllotments",
        schema.AuctionPartParams,
        Page[Allotment],
        READ,
        get_allotments,
        "Allotments of an auction, and what became of each.",
        reads=STATE,
    ),
    method(
        "auction_getResult",
        schema.AuctionParams,
        AuctionResult,
        READ,
        get_result,
        "What the cut-off decided: prices, faces, averages, digest of all sheets.",
        reads=STATE,
        proves=_result_key,
    ),
)
