"""After the close: opened sheets, published keys, the end of the reveal (5.2, point 1).

Rules of this file:
1. No cut-off while a sheet that could be opened is not: the auction is REVEALED when every sheet
   is open or void, or when both keys have been public for `auction_reveal_blocks` blocks, or when
   its reveal date has ended (ADR 0016). So nobody can be left out selectively.
2. A sheet is opened whole, by whoever can show what its commitment hides.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import auction_days, auctions
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.events import AuctionKeyPublished, BidOpened
from tokens.lookup import require, require_account
from tokens.parameters import parameter
from tokens.record_parties import is_told
from tokens.records.auctions import AUCTION, Auction, AuctionStatus
from tokens.records.bids import BID_SHEET, LINES_MAX, BidLine, BidSheet, SheetStatus
from tokens.records.holdings import LIEN
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Hash, OperationClass, Reference


class RevealBid(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=167,
):
    """Open a sheet, whole.

    By the auctioneer, the Treasury or the bidder; by anybody when both keys are public.
    """

    auction_id: Reference
    """Auction that is CLOSED."""
    bidder: Address
    """Whose sheet it is."""
    lines: Annotated[tuple[BidLine, ...], msgspec.Meta(max_length=LINES_MAX)]
    """All lines, in their order."""
    salt: Hash
    """32 random bytes of the bidder."""


class PublishAuctionKey(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=168,
):
    """Publish a one-time private key after the close.

    By the Treasury its own, by the central bank its own.
    """

    auction_id: Reference
    """Auction that is closed."""
    private_key: Hash
    """X25519 private key; its hash is in the announcement."""


class EndReveal(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=169,
):
    """Void what nobody could open, when both keys have been public long enough.

    By the auctioneer.
    """

    auction_id: Reference
    """Auction that is CLOSED."""


def check_reveal_bid(context: Context, operation: RevealBid) -> Iterator[Refusal]:
    """A sealed sheet of a closed auction, opened by one who may, as it was committed."""
    auction = context.state.get(AUCTION, operation.auction_id)
    sheet = context.state.get(BID_SHEET, operation.auction_id, operation.bidder)
    known = sheet is not None and is_told(context, BID_SHEET, sheet)
    if auction is None or sheet is None or not (known or auction.keys_at):
        yield Refusal(Code.NOT_FOUND)
        return
    if sheet.status is not SheetStatus.SEALED:
        yield Refusal(Code.ALREADY_REVEALED)
    if auction.status is not AuctionStatus.CLOSED:
        yield Refusal(Code.WRONG_STATUS)
    if not _may_open(context, auction, sheet):
        yield Refusal(Code.NOT_AUTHORISED)
    found = auctions.commitment(
        auctions.chain_id_of(context.state),
        operation.auction_id,
        operation.bidder,
        operation.lines,
        operation.salt,
    )
    if found != sheet.commit:
        yield Refusal(Code.COMMITMENT_MISMATCH)


def _may_open(context: Context, auction: Auction, sheet: BidSheet) -> bool:
    if auction.keys_at:
        return True
    if any(party in context.actors.participants for party in (auction.auctioneer, auction.issuer)):
        return True
    return may_act_for(context, require_account(context.state, sheet.account))


def apply_reveal_bid(context: Context, operation: RevealBid) -> None:
    """OPENED, or void with its security lost; with the last sheet the auction is REVEALED."""
    state = context.state
    auction = require(state, AUCTION, operation.auction_id)
    sheet = require(state, BID_SHEET, operation.auction_id, operation.bidder)
    opened = msgspec.structs.replace(sheet, lines=operation.lines, status=SheetStatus.OPENED)
    status = _status_of(context, auction, opened)
    if status is SheetStatus.OPENED:
        state.put(BID_SHEET, opened)
    else:
        auctions.void_sheet(context, auction, opened, status)
    context.emit(BidOpened(auction_id=operation.auction_id, bidder=operation.bidder, status=status))
    auction = msgspec.structs.replace(auction, unopened=auction.unopened - 1)
    done = auction.unopened == 0
    auctions.keep(context, auction, status=AuctionStatus.REVEALED if done else None)


def _status_of(context: Context, auction: Auction, sheet: BidSheet) -> SheetStatus:
    if not auctions.are_lines_valid(auction, sheet.lines):
        return SheetStatus.VOID_LINES
    lien = context.state.get(LIEN, sheet.lien)
    held = 0 if lien is None else lien.amount or 0
    needed = sheet.hold if sheet.secured else sum(line.face for line in sheet.lines)
    return SheetStatus.OPENED if held >= needed else SheetStatus.VOID_FUNDS


_PUBLISHING = (AuctionStatus.CLOSED, AuctionStatus.REVEALED, AuctionStatus.REJECTED_ALL)


def check_publish_key(context: Context, operation: PublishAuctionKey) -> Iterator[Refusal]:
    """After the close, by the one whose key it is, once."""
    auction = context.state.get(AUCTION, operation.auction_id)
    if auction is None:
        yield Refusal(Code.NOT_FOUND)
        return
    parties = (auction.issuer, auction.auctioneer)
    if not any(party in context.actors.participants for party in parties):
        yield Refusal(Code.NOT_AUTHORISED)
        return
    if auction.status not in _PUBLISHING:
        yield Refusal(Code.WRONG_STATUS)
    found = auctions.key_hash(operation.private_key)
    mine = []
    if auction.issuer in context.actors.participants:
        mine.append((auction.terms.treasury_key_hash, auction.treasury_secret))
    if auction.auctioneer in context.actors.participants:
        mine.append((auction.terms.central_bank_key_hash, auction.central_bank_secret))
    if found not in [expected for expected, _ in mine]:
        yield Refusal(Code.KEY_MISMATCH)
    elif all(secret is not None for expected, secret in mine if expected == found):
        yield Refusal(Code.ALREADY_REVEALED)


def apply_publish_key(context: Context, operation: PublishAuctionKey) -> None:
    """Public; with the second one anybody may open every sheet."""
    auction = require(context.state, AUCTION, operation.auction_id)
    secret = operation.private_key
    if auctions.key_hash(secret) == auction.terms.treasury_key_hash:
        auction = msgspec.structs.replace(auction, treasury_secret=secret)
    if auctions.key_hash(secret) == auction.terms.central_bank_key_hash:
        auction = msgspec.structs.replace(auction, central_bank_secret=secret)
    both = auction.treasury_secret is not None and auction.central_bank_secret is not None
    if both:
        auction = msgspec.structs.replace(auction, keys_at=context.height)
    context.state.put(AUCTION, auction)
    context.emit(AuctionKeyPublished(auction_id=operation.auction_id, both=both))


def check_end_reveal(context: Context, operation: EndReveal) -> Iterator[Refusal]:
    """Both keys public for so many blocks that everybody could open every sheet."""
    auction = context.state.get(AUCTION, operation.auction_id)
    if auction is None:
        yield Refusal(Code.NOT_FOUND)
        return
    if auction.auctioneer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if auction.status is not AuctionStatus.CLOSED:
        yield Refusal(Code.WRONG_STATUS)
    if not auction.keys_at:
        yield Refusal(Code.KEYS_NOT_PUBLISHED)
    elif context.height < auction.keys_at + parameter(context.state, "auction_reveal_blocks"):
        yield Refusal(Code.REVEAL_NOT_OVER)


def apply_end_reveal(context: Context, operation: EndReveal) -> None:
    """REVEALED; the agenda voids the rest."""
    auction_days.end_reveal(context, require(context.state, AUCTION, operation.auction_id))


REVEAL_BID = OperationSpec(
    operation=RevealBid,
    name="reveal_bid",
    family="auction_reveal",
    operation_class=OperationClass.BID,
    check=check_reveal_bid,
    apply=apply_reveal_bid,
    codes=(
        Code.NOT_FOUND,
        Code.ALREADY_REVEALED,
        Code.WRONG_STATUS,
        Code.NOT_AUTHORISED,
        Code.COMMITMENT_MISMATCH,
    ),
)

PUBLISH_AUCTION_KEY = OperationSpec(
    operation=PublishAuctionKey,
    name="publish_auction_key",
    family="auction_reveal",
    operation_class=OperationClass.ISSUE,
    check=check_publish_key,
    apply=apply_publish_key,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.KEY_MISMATCH,
        Code.ALREADY_REVEALED,
    ),
)

END_REVEAL = OperationSpec(
    operation=EndReveal,
    name="end_reveal",
    family="auction_reveal",
    operation_class=OperationClass.ISSUE,
    check=check_end_reveal,
    apply=apply_end_reveal,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.KEYS_NOT_PUBLISHED,
        Code.REVEAL_NOT_OVER,
    ),
)
