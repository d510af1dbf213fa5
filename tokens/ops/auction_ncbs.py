"""Non-competitive bids: an amount, at the average of the others (5.2, point 2)."""

from collections.abc import Iterator

import msgspec

from tokens import auctions
from tokens.authority import may_act_for
from tokens.bidding import HOLDING_CODES, SELLERS, find_open, holding_refusals
from tokens.context import Context
from tokens.events import NonCompetitiveBidPlaced
from tokens.lookup import require, require_account
from tokens.records.auctions import (
    AUCTION,
    Face,
    NcbTerms,
)
from tokens.records.bids import NCB, NCBS_MAX, NonCompetitiveBid
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, Address, OperationClass, Reference, Role

_BANKS = (Role.PRIMARY_DEALER, Role.BANK_CUSTODIAN, Role.CASH_ISSUER)


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


def ncb_cap(ncb: NcbTerms, target_face: int) -> int:
    """min(cap_max, max(cap_min, cap_bps of the target)), rounded down."""
    return min(ncb.cap_max, max(ncb.cap_min, target_face * ncb.cap_bps // 10_000))


def _is_person(context: Context, ncb: NcbTerms, account: Account) -> bool:
    """No bank, DFI or investment bank, and nobody of the other side."""
    holder = context.state.get(PARTICIPANT, account.holder)
    roles = () if holder is None else holder.roles
    barred = any(role in (*SELLERS, *_BANKS) for role in roles)
    return not barred and account.tax_class not in ncb.excluded_classes


def _has_signed(context: Context, account: Account) -> bool:
    """The client's own key, or the holder: a servicer cannot bid so for a client, nor void it."""
    own = account.policy is not None or account.holder != NO_ADDRESS
    return own and may_act_for(context, account)


def check_place_ncb(context: Context, operation: PlaceNcb) -> Iterator[Refusal]:
    """A person with its own key, an amount in steps under the cap, all of it available."""
    auction = find_open(context, operation.auction_id)
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
    yield from holding_refusals(context, auction, account, money, operation.amount, 0)


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


PLACE_NCB = OperationSpec(
    operation=PlaceNcb,
    name="place_ncb",
    family="auction_ncbs",
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
        *HOLDING_CODES,
    ),
)
