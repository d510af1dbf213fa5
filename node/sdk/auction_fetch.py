"""Everything that is public of an auction, from one node, and whether its result follows."""

from typing import TypeVar

from node.sdk.auction_check import differences
from node.sdk.client import Client
from node.sdk.schema.common import Page
from tokens.records.auctions import Auction, AuctionResult
from tokens.records.bids import Allotment, BidSheet, NonCompetitiveBid
from tokens.records.instruments import Instrument

T = TypeVar("T")

PAGE = 100
"""Rows that a node gives at once."""
PAGES_MAX = 200
"""More rows than an auction can have."""


async def check_auction(client: Client, auction_id: str) -> list[str]:
    """Sentences of auction_check.differences."""
    params = {"auctionId": auction_id}
    read = await client.read("auction_get", params, of=Auction)
    result = await client.read("auction_getResult", params, of=AuctionResult)
    asset = {"asset": read.value.terms.asset}
    instrument = await client.read("instrument_get", asset, of=Instrument)
    sheets = await all_sheets(client, auction_id)
    allotments = await _all(client, "auction_getAllotments", auction_id, Allotment)
    ncbs = await _all(client, "auction_getNcbs", auction_id, NonCompetitiveBid)
    kind = instrument.value.terms.kind
    return differences(
        read.context.chain_id, kind, read.value, sheets, result.value, allotments, ncbs
    )


async def all_sheets(client: Client, auction_id: str) -> list[BidSheet]:
    """Every sheet of an auction."""
    return await _all(client, "auction_getSheets", auction_id, BidSheet)


async def _all(client: Client, method: str, auction_id: str, of: type[T]) -> list[T]:
    """All pages of a list."""
    rows: list[T] = []
    cursor = None
    for _ in range(PAGES_MAX):
        params = {"auctionId": auction_id, "limit": PAGE, "cursor": cursor}
        page = (await client.read(method, params, of=Page[of])).value  # type: ignore[valid-type]
        rows += page.items
        cursor = page.next
        if cursor is None:
            return rows
    raise ValueError(f"{method}: more than {PAGES_MAX * PAGE} rows")
