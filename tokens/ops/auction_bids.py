"""Bids: sealed sheets of dealers and investors, and non-competitive bids (5.2, points 1 and 2)."""

from collections.abc import Iterator

import msgspec

from tokens import auctions, liens
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import Movement, rule_refusals
from tokens.events import BidPlaced, BidWithdrawn, NonCompetitiveBidPlaced
from tokens.lookup import require, require_account, require_asset
from tokens.posting import available
from tokens.records.auctions import (
    AUCTION,
    BID_SHEET,
    NCB,
    NCBS_MAX,
    SHEETS_MAX,
    Auction,
    AuctionType,
    BidSheet,
    Face,
    NcbTerms,
    NonCompetitiveBid,
    Sealed,
    SheetStatus,
)
from tokens.records.holdings import LIEN, POSITION
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, Address, Hash, OperationClass, Reference, Role

_SELLERS = (Role.TREASURY, Role.CENTRAL_BANK)
_NOT_NCB = (Role.PRIMARY_DEALER, Role.BANK_CUSTODIAN, Role.CASH_ISSUER)


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


class PlaceNcb(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=166,
):
    """Bid non-competitively, for an amount. Signed by the account's own key or by its holder.

    One for each person: a second one makes all of the person's void.
    """

    auction_id: Reference
    """Auction that is OPEN."""
    account: Address
    """Pays and receives; its owner is the person."""
    amount: Face
    """Minor units of face, a multiple; all of it is set aside in money."""


Bid = PlaceBid | PlaceNcb


def _open_auction(context: Context, auction_id: str) -> Auction | Refusal:
    auction = context.state.get(AUCTION, auction_id)
    if auction is None:
        return Refusal(Code.NOT_FOUND)
    if not auctions.takes_bids(context, auction):
        return Refusal(Code.AUCTION_NOT_OPEN)
    return auction


def _sells(context: Context, account: Account) -> bool:
    """Whether the holder is on the other side: Treasury or central bank."""
    holder = context.state.get(PARTICIPANT, account.holder)
    return holder is not None and any(role in holder.roles for role in _SELLERS)


def _bidder_code(context: Context, operation: PlaceBid, account: Account) -> Code | None:
    """Why this bidder cannot bid from this account, or None."""
    holder = context.state.get(PARTICIPANT, account.holder)
    dealer = holder is not None and Role.PRIMARY_DEALER in holder.roles
    if _sells(context, account) or operation.bidder != (account.holder if dealer else account.id):
        return Code.NOT_A_BIDDER
    return None if may_act_for(context, account) else Code.NOT_AUTHORISED


def check_place_bid(context: Context, operation: PlaceBid) -> Iterator[Refusal]:
    """An eligible bidder, the right hold, and an account that may hold it and receive."""
    auction = _open_auction(context, operation.auction_id)
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
    yield from _holding_refusals(context, auction, account, asset, operation.hold, own)


def _is_hold_right(auction: Auction, operation: PlaceBid) -> bool:
    """A dealer's is the bid security, to the unit: any other sum would tell something."""
    terms = auction.terms
    if operation.bidder != operation.account:
        return operation.hold == terms.bid_security
    return operation.hold >= terms.min_bid and operation.hold % terms.multiple == 0


def _holding_refusals(
    context: Context, auction: Auction, account: Account, asset: str, amount: int, own: int
) -> Iterator[Refusal]:
    """What the account gives as a hold, and whether it may receive what it wins."""
    state = context.state
    security = require_asset(state, auction.terms.asset)
    if security.paused & OperationClass.BID:
        yield Refusal(Code.ASSET_PAUSED)
    gives = Movement(require_asset(state, asset), account, None, amount, OperationClass.BID)
    yield from rule_refusals(context, gives)
    if auction.terms.auction_type is not AuctionType.BUYBACK:
        face = auction.terms.min_bid
        takes = Movement(security, None, account, face, OperationClass.ISSUE)
        yield from rule_refusals(context, takes)
    if available(state.get(POSITION, asset, account.id)) + own < amount:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)
    if not own and not liens.has_room(state, account.id):
        yield Refusal(Code.LIENS_FULL)


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
    auction = _open_auction(context, operation.auction_id)
    if isinstance(auction, Refusal):
        yield auction
        return
    sheet = context.state.get(BID_SHEET, operation.auction_id, operation.bidder)
    if sheet is None:
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


def ncb_cap(ncb: NcbTerms, target_face: int) -> int:
    """min(cap_max, max(cap_min, cap_bps of the target)), rounded down."""
    return min(ncb.cap_max, max(ncb.cap_min, target_face * ncb.cap_bps // 10_000))


def _is_person(context: Context, ncb: NcbTerms, account: Account) -> bool:
    """No bank, DFI or investment bank, and nobody of the other side."""
    holder = context.state.get(PARTICIPANT, account.holder)
    roles = () if holder is None else holder.roles
    barred = any(role in (*_SELLERS, *_NOT_NCB) for role in roles)
    return not barred and account.tax_class not in ncb.excluded_classes


def _has_signed(context: Context, account: Account) -> bool:
    """The client's own key, or the holder: a servicer cannot bid so for a client, nor void it."""
    own = account.policy is not None or account.holder != NO_ADDRESS
    return own and may_act_for(context, account)


def check_place_ncb(context: Context, operation: PlaceNcb) -> Iterator[Refusal]:
    """A person with its own key, an amount in steps under the cap, all of it available."""
    auction = _open_auction(context, operation.auction_id)
    if isinstance(auction, Refusal):
        yield auction
        return
    account = context.state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not _has_signed(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    ncb = auction.terms.ncb
    if ncb is None or not _is_person(context, ncb, account):
        yield Refusal(Code.NOT_A_BIDDER)
        return
    known = context.state.get(NCB, operation.auction_id, account.owner)
    if known is not None and known.is_void:
        yield Refusal(Code.BID_VOID)
    if operation.amount % auction.terms.multiple or operation.amount < auction.terms.min_bid:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if operation.amount > ncb_cap(ncb, auction.terms.target_face):
        yield Refusal(Code.NCB_CAP_EXCEEDED)
    if known is not None:
        return
    if auction.ncbs >= NCBS_MAX:
        yield Refusal(Code.AUCTION_FULL)
    money = auctions.instrument_of(context.state, auction).terms.settlement_asset
    yield from _holding_refusals(context, auction, account, money, operation.amount, 0)


def apply_place_ncb(context: Context, operation: PlaceNcb) -> None:
    """The first one is held; the second one voids both."""
    state = context.state
    auction = require(state, AUCTION, operation.auction_id)
    account = require_account(state, operation.account)
    known = state.get(NCB, operation.auction_id, account.owner)
    number = auction.last_number + 1
    if known is not None:
        auctions.release_hold(context, known.lien)
        state.put(NCB, msgspec.structs.replace(known, is_void=True))
        face, more = auction.ncb_face - known.amount, 0
    else:
        money = auctions.instrument_of(state, auction).terms.settlement_asset
        lien = auctions.place_hold(context, auction, account.id, money, operation.amount)
        state.put(NCB, _made(operation, account, number, lien.id))
        face, more = auction.ncb_face + operation.amount, 1
    changed = msgspec.structs.replace(
        auction, ncb_face=face, ncbs=auction.ncbs + more, last_number=number
    )
    state.put(AUCTION, changed)
    context.emit(
        NonCompetitiveBidPlaced(
            auction_id=operation.auction_id,
            person=account.owner,
            amount=operation.amount,
            is_void=known is not None,
        )
    )


def _made(operation: PlaceNcb, account: Account, number: int, lien: bytes) -> NonCompetitiveBid:
    return NonCompetitiveBid(
        auction_id=operation.auction_id,
        person=account.owner,
        account=account.id,
        number=number,
        amount=operation.amount,
        lien=lien,
        is_void=False,
        is_done=False,
    )


_HOLDING_CODES = (
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.ACCOUNT_FROZEN,
    Code.CREDIT_STOPPED,
    Code.ACCOUNT_RESERVED,
    Code.KYC_TIER_TOO_LOW,
    Code.INSUFFICIENT_AVAILABLE,
    Code.LIENS_FULL,
)

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
        *_HOLDING_CODES,
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

PLACE_NCB = OperationSpec(
    operation=PlaceNcb,
    name="place_ncb",
    family="auction_bids",
    operation_class=OperationClass.BID,
    check=check_place_ncb,
    apply=apply_place_ncb,
    codes=(
        Code.NOT_FOUND,
        Code.AUCTION_NOT_OPEN,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.NOT_A_BIDDER,
        Code.BID_VOID,
        Code.DENOM_NOT_MULTIPLE,
        Code.NCB_CAP_EXCEEDED,
        Code.AUCTION_FULL,
        *_HOLDING_CODES,
    ),
)
