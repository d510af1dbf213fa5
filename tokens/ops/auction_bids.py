"""Competitive bids: the sealed sheets of dealers and investors (5.2, point 1)."""

from collections.abc import Iterator

import msgspec

from tokens import auctions, liens
from tokens.authority import may_act_for
from tokens.bidding import HOLDING_CODES, find_open, holding_refusals, is_seller
from tokens.context import Context
from tokens.events import BidPlaced, BidWithdrawn
from tokens.lookup import require, require_account
from tokens.record_parties import is_told
from tokens.records.auctions import AUCTION, SHEETS_MAX, Auction, Face
from tokens.records.bids import (
    BID_SHEET,
    BidSheet,
    Sealed,
    SheetStatus,
)
from tokens.records.holdings import LIEN
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Hash, OperationClass, Reference, Role


class PlaceBid(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=164,
):
    """Lay a sealed sheet into an auction, or another in its place, until the close.

    A primary dealer bids under its own name and holds the bid security. Others bid under the
    address of their account, through its servicer, and hold the full face.
    """

    auction_id: Reference
    """Auction that is OPEN."""
    bidder: Address
    """Primary dealer, or the account itself."""
    account: Address
    """Pays for what is won and receives it."""
    commit: Hash
    """SHA-256("mohur/bid", 0, [chain_id, auction_id, bidder, lines, salt])."""
    sealed: Sealed
    """Lines and salt, sealed to both keys of the auction (docs/lifecycle.md)."""
    hold: Face
    """Minor units set aside: the bid security, or the full face of all lines."""


class WithdrawBid(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=165,
):
    """Take a sheet back before the close; the hold is released."""

    auction_id: Reference
    """Auction that is OPEN."""
    bidder: Address
    """Whose sheet it is."""


def _bidder_code(context: Context, operation: PlaceBid, account: Account) -> Code | None:
    """Why this bidder cannot bid from this account, or None."""
    holder = context.state.get(PARTICIPANT, account.holder)
    dealer = holder is not None and Role.PRIMARY_DEALER in holder.roles
    if is_seller(context, account) or operation.bidder != (
        account.holder if dealer else account.id
    ):
        return Code.NOT_A_BIDDER
    return None if may_act_for(context, account) else Code.NOT_AUTHORISED


def check_place_bid(context: Context, operation: PlaceBid) -> Iterator[Refusal]:
    """An eligible bidder, the right hold, and an account that may hold it and receive."""
    auction = find_open(context, operation.auction_id)
    if isinstance(auction, Refusal):
        yield auction
        return
    account = context.state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    code = _bidder_code(context, operation, account)
    if code is not None:
        yield Refusal(code)
        return
    known = context.state.get(BID_SHEET, operation.auction_id, operation.bidder)
    if known is None and auction.sheets >= SHEETS_MAX:
        yield Refusal(Code.AUCTION_FULL)
    if not _is_hold_right(auction, operation):
        yield Refusal(Code.BID_SECURITY_WRONG)
    asset = auctions.hold_asset(auction, auctions.instrument_of(context.state, auction))
    before = None if known is None else context.state.get(LIEN, known.lien)
    own = 0
    if before is not None and before.account == account.id:
        own = before.amount or 0
    yield from holding_refusals(context, auction, account, asset, operation.hold, own)


def _is_hold_right(auction: Auction, operation: PlaceBid) -> bool:
    """A dealer's is the bid security, to the unit: any other sum would tell something."""
    terms = auction.terms
    if operation.bidder != operation.account:
        return operation.hold == terms.bid_security
    return operation.hold >= terms.min_bid and operation.hold % terms.multiple == 0


def apply_place_bid(context: Context, operation: PlaceBid) -> None:
    """The youngest sheet counts; it comes last in the order of bids."""
    state = context.state
    auction = require(state, AUCTION, operation.auction_id)
    known = state.get(BID_SHEET, operation.auction_id, operation.bidder)
    lien_id = _keep_hold(context, auction, operation, known)
    number = auction.last_number + 1
    fresh = 1 if known is None else 0
    state.put(
        BID_SHEET,
        BidSheet(
            auction_id=operation.auction_id,
            bidder=operation.bidder,
            account=operation.account,
            number=number,
            commit=operation.commit,
            sealed=operation.sealed,
            secured=operation.bidder != operation.account,
            hold=operation.hold,
            lien=lien_id,
            status=SheetStatus.SEALED,
            lines=(),
            pending=0,
            pending_face=0,
        ),
    )
    state.put(
        AUCTION,
        msgspec.structs.replace(
            auction,
            sheets=auction.sheets + fresh,
            unopened=auction.unopened + fresh,
            last_number=number,
        ),
    )
    context.emit(
        BidPlaced(
            auction_id=operation.auction_id,
            bidder=operation.bidder,
            number=number,
            commit=operation.commit,
        )
    )


def _keep_hold(
    context: Context, auction: Auction, operation: PlaceBid, known: BidSheet | None
) -> bytes:
    """The hold of the sheet before, if it is the same; else a new one in its place."""
    lien = None if known is None else context.state.get(LIEN, known.lien)
    if lien is not None:
        if (lien.account, lien.amount) == (operation.account, operation.hold):
            return lien.id
        liens.lift(context, lien)
    asset = auctions.hold_asset(auction, auctions.instrument_of(context.state, auction))
    return auctions.place_hold(context, auction, operation.account, asset, operation.hold).id


def check_withdraw_bid(context: Context, operation: WithdrawBid) -> Iterator[Refusal]:
    """By the bidder, before the close."""
    auction = find_open(context, operation.auction_id)
    if isinstance(auction, Refusal):
        yield auction
        return
    sheet = context.state.get(BID_SHEET, operation.auction_id, operation.bidder)
    if sheet is None or not is_told(context, BID_SHEET, sheet):
        yield Refusal(Code.NOT_FOUND)
    elif not may_act_for(context, require_account(context.state, sheet.account)):
        yield Refusal(Code.NOT_AUTHORISED)


def apply_withdraw_bid(context: Context, operation: WithdrawBid) -> None:
    """As if it had never been there."""
    state = context.state
    auction = require(state, AUCTION, operation.auction_id)
    sheet = require(state, BID_SHEET, operation.auction_id, operation.bidder)
    auctions.release_hold(context, sheet.lien)
    state.delete(BID_SHEET, operation.auction_id, operation.bidder)
    left = msgspec.structs.replace(
        auction, sheets=auction.sheets - 1, unopened=auction.unopened - 1
    )
    state.put(AUCTION, left)
    context.emit(BidWithdrawn(auction_id=operation.auction_id, bidder=operation.bidder))


PLACE_BID = OperationSpec(
    operation=PlaceBid,
    name="place_bid",
    family="auction_bids",
    operation_class=OperationClass.BID,
    check=check_place_bid,
    apply=apply_place_bid,
    codes=(
        Code.NOT_FOUND,
        Code.AUCTION_NOT_OPEN,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_A_BIDDER,
        Code.NOT_AUTHORISED,
        Code.AUCTION_FULL,
        Code.BID_SECURITY_WRONG,
        *HOLDING_CODES,
    ),
)

WITHDRAW_BID = OperationSpec(
    operation=WithdrawBid,
    name="withdraw_bid",
    family="auction_bids",
    operation_class=OperationClass.BID,
    check=check_withdraw_bid,
    apply=apply_withdraw_bid,
    codes=(Code.NOT_FOUND, Code.AUCTION_NOT_OPEN, Code.NOT_AUTHORISED),
)
