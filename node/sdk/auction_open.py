"""Opening the sealed sheets of a closed auction, once both of its keys are public (5.2)."""

from collections.abc import Sequence
from typing import NamedTuple

from node.sdk.auction_fetch import all_sheets
from node.sdk.client import Client
from node.sdk.sealing import Binding, Unopened, unseal
from tokens import auctions
from tokens.ops.auction_reveal import RevealBid
from tokens.records.auctions import Auction
from tokens.records.bids import BidSheet, SheetStatus

REVEALS_MAX = 25
"""Sheets opened by one transaction: each may have as many lines as a sheet has, and if one fails
they all do."""


class Openings(NamedTuple):
    """What the keys open."""

    reveals: tuple[RevealBid, ...]
    """One for each sheet that is still sealed and opens, in order of entry."""
    shut: tuple[int, ...]
    """Numbers of sealed sheets that the keys do not open, or not to what was committed: only their
    bidders can open them."""


async def fetch_openings(client: Client, auction_id: str) -> Openings:
    """Of one auction. ValueError: a key is not published yet."""
    read = await client.read("auction_get", {"auctionId": auction_id}, of=Auction)
    sheets = await all_sheets(client, auction_id)
    return openings(read.context.chain_id, read.value, sheets)


def openings(chain_id: str, auction: Auction, sheets: Sequence[BidSheet]) -> Openings:
    """Every sheet that is still sealed, opened. ValueError: a key is not published yet."""
    treasury, central_bank = auction.treasury_secret, auction.central_bank_secret
    if treasury is None or central_bank is None:
        raise ValueError(
            "the sheets open when the Treasury and the central bank publish their keys"
        )
    auction_id = auction.terms.auction_id
    reveals: list[RevealBid] = []
    shut: list[int] = []
    for sheet in sorted(sheets, key=lambda sheet: sheet.number):
        if sheet.status is not SheetStatus.SEALED:
            continue
        try:
            binding = Binding(chain_id, auction_id, sheet.bidder)
            content = unseal(binding, sheet.sealed, treasury, central_bank)
        except Unopened:
            shut.append(sheet.number)
            continue
        lines, salt = content.lines, content.salt
        found = auctions.commitment(chain_id, auction_id, sheet.bidder, lines, salt)
        if found == sheet.commit:
            opened = RevealBid(auction_id=auction_id, bidder=sheet.bidder, lines=lines, salt=salt)
            reveals.append(opened)
        else:
            shut.append(sheet.number)
    return Openings(tuple(reveals), tuple(shut))
