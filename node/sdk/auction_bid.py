"""A dealer's sheet, from the lines that it types to the operation that it signs."""

import re

from node.sdk.sealing import Binding, seal
from tokens.auctions import are_lines_valid, commitment
from tokens.codec import encode
from tokens.ops.auction_bids import PlaceBid
from tokens.ops.auction_reveal import RevealBid
from tokens.records.auctions import Auction
from tokens.records.bids import BidLine

_PRICE = re.compile(r"([0-9]{1,5})(?:\.([0-9]{1,4}))?")
_WHOLE = re.compile(r"[0-9]{1,19}")
"""Digits of ASCII only: int() reads those of every script, blanks and underscores."""


def parse_line(text: str, *, priced: bool) -> BidLine:
    """`98.3815:500000000`, or `71485:500000000` where rates are bid. ValueError says what it is."""
    bid, colon, face = text.partition(":")
    if not colon or _WHOLE.fullmatch(face) is None:
        raise ValueError(f"{text}: a line is BID:FACE, the face in minor units")
    if not priced and _WHOLE.fullmatch(bid) is None:
        raise ValueError(f"{text}: a rate is a whole number, in millionths")
    if not priced:
        return BidLine(bid=int(bid), face=int(face))
    found = _PRICE.fullmatch(bid)
    if found is None:
        raise ValueError(f"{text}: a price has at most four decimal places")
    return BidLine(bid=int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0")), face=int(face))


def sealed_bid(
    chain_id: str,
    auction: Auction,
    bidder: bytes,
    account: bytes,
    lines: tuple[BidLine, ...],
    salt: bytes,
) -> tuple[bytes, bytes]:
    """Canonical bytes of place_bid, and of the reveal_bid that opens it after the close.

    A dealer (bidder is not the account) holds the bid security, others the full face.
    ValueError: a line that the auction would not take.
    """
    if not are_lines_valid(auction, lines):
        raise ValueError("a line is off the tick, below the smallest bid or no multiple")
    terms = auction.terms
    binding = Binding(chain_id, terms.auction_id, bidder)
    place = PlaceBid(
        auction_id=terms.auction_id,
        bidder=bidder,
        account=account,
        commit=commitment(chain_id, terms.auction_id, bidder, lines, salt),
        sealed=seal(binding, lines, salt, terms.treasury_key, terms.central_bank_key),
        hold=terms.bid_security if bidder != account else sum(line.face for line in lines),
    )
    opening = RevealBid(auction_id=terms.auction_id, bidder=bidder, lines=lines, salt=salt)
    return encode(place), encode(opening)
