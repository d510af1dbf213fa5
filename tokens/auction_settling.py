"""Settlement of allotments: each one DvP batch, whole or not at all (5.2, 5.5).

Rules of this file:
1. From the opening of the settlement date on the ledger tries; the bidder may ask for a try of its
   own; after the end of the date it tries once more, and what fails then has FAILED.
2. The hold of a bid counts as free for what it covers: a full-face hold shrinks with each
   allotment, a bid security is free with the last one of the sheet.
3. A paused asset is nobody's fault: the allotment waits for the next date. A freeze is no default:
   the allotment fails, the security stays under the freeze. Who is short loses the security.
4. Units come into being, or cease to be, inside of the settled batch only.
5. Bidder, Treasury and auctioneer read why an allotment FAILED: it says no more of an account than
   each of them may know (refusing.py).
"""

import datetime as dt
from typing import NamedTuple

import msgspec

from tokens import auctions, liens, posting, settling
from tokens.agenda import AgendaHandler, Step, schedule
from tokens.auction_days import SETTLE_HANDLER, subject_of
from tokens.batch_parties import parties_at_start
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import AllotmentEnded
from tokens.issue_price import note_issue
from tokens.lookup import require, require_account, require_asset
from tokens.netting import net_effects
from tokens.records.amend import with_item
from tokens.records.auctions import AUCTION, Auction, AuctionStatus, AuctionType
from tokens.records.bids import (
    ALLOTMENT,
    BID_SHEET,
    NCB,
    PENDING_ALLOTMENTS,
    Allotment,
    AllotmentStatus,
    BidSheet,
)
from tokens.records.holdings import LIEN, POSITION
from tokens.records.settlement import (
    BATCH_COUNTER,
    ISSUANCE,
    Batch,
    BatchCounter,
    BatchStatus,
    Leg,
)
from tokens.records.system import AgendaItem
from tokens.refusing import told_to_all
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS

POSTINGS_A_TRY = 8
"""Balances, hold, batch, allotment, sheet: counted alike for every try."""

_DIGEST = b"mohur/auction-batch/v1"


class Try(NamedTuple):
    """What came of one try."""

    refusals: tuple[Refusal, ...]
    """Why it did not settle; empty = it did."""
    bidder_short: bool
    """The bidder had too little of its own, and no freeze is the reason."""


def legs_of(context: Context, auction: Auction, allotment: Allotment) -> tuple[Leg, ...]:
    """Delivery and payment; a side that is zero has no leg."""
    state = context.state
    terms = auctions.instrument_of(state, auction).terms
    account = require_account(state, allotment.account)
    party = account.servicer if account.holder == NO_ADDRESS else account.holder
    bidder, treasury = (party, account.id), (auction.issuer, terms.treasury_account)
    legs = []
    if auction.terms.auction_type is AuctionType.BUYBACK:
        legs.append(_leg(terms.isin, allotment.face, bidder, treasury))
    else:
        issuance = (auction.issuer, ISSUANCE)
        legs.append(_leg(terms.isin, allotment.face, issuance, bidder))
    if auction.terms.isin_in is not None:
        legs.append(_leg(auction.terms.isin_in, allotment.face, bidder, treasury))
    money = terms.settlement_asset
    if allotment.money > 0:
        legs.append(_leg(money, allotment.money, bidder, treasury))
    elif allotment.money < 0:
        legs.append(_leg(money, -allotment.money, treasury, bidder))
    return tuple(legs)


def _leg(asset: str, quantity: int, giver: tuple[bytes, bytes], taker: tuple[bytes, bytes]) -> Leg:
    return Leg(
        asset=asset,
        quantity=quantity,
        giver=giver[0],
        taker=taker[0],
        source=giver[1],
        target=taker[1],
    )


def batch_of(context: Context, auction: Auction, allotment: Allotment) -> Batch:
    """The batch of an allotment, as if its parties had matched and allocated it."""
    legs = legs_of(context, auction, allotment)
    initiator = auctions.address_of(allotment.auction_id)
    counter = context.state.get(BATCH_COUNTER)
    parties = tuple(
        msgspec.structs.replace(party, approved=True, allocated=True)
        for party in parties_at_start(auction.issuer, legs)
    )
    return Batch(
        initiator=initiator,
        batch_id=str(allotment.number),
        trade_date=auction.announced_on,
        isd=auction.terms.settlement_date,
        expires_on=auction.terms.settlement_date + dt.timedelta(days=1),
        legs=legs,
        trade_ref=allotment.auction_id,
        uti="",
        priority=0,
        automatic=True,
        digest=tagged_hash(_DIGEST, initiator, allotment.number.to_bytes(8, "big")),
        status=BatchStatus.ALLOCATED,
        reason=0,
        parties=parties,
        liens=(),
        number=1 if counter is None else counter.count + 1,
    )


def try_refusals(context: Context, auction: Auction, allotment: Allotment) -> tuple[Refusal, ...]:
    """Why an allotment would not settle now. Changes nothing."""
    savepoint, mark = context.state.savepoint(), len(context.events)
    found = _try(context, auction, allotment)
    context.state.rollback(savepoint)
    del context.events[mark:]
    return found.refusals


def settle_one(context: Context, auction: Auction, allotment: Allotment) -> Auction:
    """Try an allotment; it SETTLES, waits, or, when the auction is final, FAILS."""
    savepoint, mark = context.state.savepoint(), len(context.events)
    found = _try(context, auction, allotment)
    if not found.refusals:
        return _end(context, auction, allotment, AllotmentStatus.SETTLED, Code.OK)
    context.state.rollback(savepoint)
    del context.events[mark:]
    if not auction.is_final or all(each.code is Code.ASSET_PAUSED for each in found.refusals):
        return auction
    return _fail(context, auction, allotment, found)


def _try(context: Context, auction: Auction, allotment: Allotment) -> Try:
    """Free what the hold covers; settle if nothing refuses."""
    state = context.state
    _free_hold(context, allotment)
    batch = batch_of(context, auction, allotment)
    refusals = tuple(settling.refusals(context, batch, is_bid=True))
    if refusals:
        return Try(refusals, _is_short(context, batch, allotment.account))
    state.put(BATCH_COUNTER, BatchCounter(count=batch.number))
    settling.deliver(context, batch)
    if auction.terms.auction_type is not AuctionType.BUYBACK:
        note_issue(context, auction.terms.asset, allotment.face, allotment.price_e4)
    _burn(context, auction, allotment)
    return Try((), bidder_short=False)


def _is_short(context: Context, batch: Batch, account: bytes) -> bool:
    """Whether the bidder does not own what it gives: what is frozen counts as its own."""
    for net in net_effects(batch.legs):
        if net.account == account and net.amount < 0:
            position = context.state.get(POSITION, net.asset, account)
            balance, bound = (
                (0, 0) if position is None else (position.balance, position.held + position.pledged)
            )
            if balance - bound < -net.amount:
                return True
    return False


def _free_hold(context: Context, allotment: Allotment) -> None:
    """Shrink the hold by what this allotment may use of it."""
    state = context.state
    sheet = _sheet_of(context, allotment)
    lien = state.get(LIEN, _lien_of(context, allotment))
    if lien is None or lien.amount is None:
        return
    rest = 0
    if sheet is not None and sheet.pending > 1:
        others = sheet.pending_face - allotment.face
        rest = lien.amount if sheet.secured else min(lien.amount, others)
    if rest:
        liens.change(context, lien, msgspec.structs.replace(lien, amount=rest))
    else:
        liens.lift(context, lien)


def _sheet_of(context: Context, allotment: Allotment) -> BidSheet | None:
    if allotment.person is not None:
        return None
    return require(context.state, BID_SHEET, allotment.auction_id, allotment.bidder)


def _lien_of(context: Context, allotment: Allotment) -> bytes:
    if allotment.person is not None:
        return require(context.state, NCB, allotment.auction_id, allotment.person).lien
    return require(context.state, BID_SHEET, allotment.auction_id, allotment.bidder).lien


def _burn(context: Context, auction: Auction, allotment: Allotment) -> None:
    """What the Treasury took in ceases to be, in the same step."""
    state = context.state
    terms = auctions.instrument_of(state, auction).terms
    taken = auction.terms.isin_in
    if auction.terms.auction_type is AuctionType.BUYBACK:
        taken = terms.isin
    if taken is not None:
        treasury = require_account(state, terms.treasury_account)
        posting.burn(context, require_asset(state, taken), treasury, allotment.face)


def _fail(context: Context, auction: Auction, allotment: Allotment, found: Try) -> Auction:
    """FAILED, whole; the face is not offered again."""
    state = context.state
    reason = told_to_all(found.refusals[0].code)
    batch = batch_of(context, auction, allotment)
    state.put(BATCH_COUNTER, BatchCounter(count=batch.number))
    settling.close(context, batch, BatchStatus.FAILED, reason)
    sheet = _sheet_of(context, allotment)
    if sheet is not None and found.bidder_short:
        auctions.forfeit(context, auction, sheet)
    else:
        _free_hold(context, allotment)
    return _end(context, auction, allotment, AllotmentStatus.FAILED, reason)


def _end(
    context: Context, auction: Auction, allotment: Allotment, status: AllotmentStatus, reason: Code
) -> Auction:
    """The last word on an allotment, and on the auction if it was the last."""
    state = context.state
    ended = msgspec.structs.replace(allotment, status=status, reason=reason.value)
    state.put(ALLOTMENT, ended)
    sheet = _sheet_of(context, allotment)
    if sheet is not None:
        left = sheet.pending_face - allotment.face
        changed = msgspec.structs.replace(sheet, pending=sheet.pending - 1, pending_face=left)
        state.put(BID_SHEET, changed)
    context.emit(
        AllotmentEnded(
            auction_id=allotment.auction_id,
            number=allotment.number,
            status=status,
            reason=reason.value,
        )
    )
    settled = allotment.face if status is AllotmentStatus.SETTLED else 0
    auction = msgspec.structs.replace(
        auction,
        pending=auction.pending - 1,
        settled_face=auction.settled_face + settled,
        failed_face=auction.failed_face + allotment.face - settled,
    )
    if auction.pending == 0 and auction.status is AuctionStatus.SETTLING:
        return auctions.keep(context, auction, status=AuctionStatus.SETTLED)
    state.put(AUCTION, auction)
    return auction


def run_settle(context: Context, item: AgendaItem, quota: int) -> Step:
    """Try the pending allotments, page by page; the last try of the date ends them."""
    state = context.state
    auction_id = subject_of.decode(item.subject)
    auction = require(state, AUCTION, auction_id)
    if auction.status is AuctionStatus.ALLOTTED:
        status = AuctionStatus.SETTLING if auction.pending else AuctionStatus.SETTLED
        auction = auctions.keep(context, auction, status=status)
    after = (auction_id, int.from_bytes(item.cursor, "big")) if item.cursor else None
    limit = max(1, quota // POSTINGS_A_TRY)
    page = state.scan(ALLOTMENT, PENDING_ALLOTMENTS, (auction_id,), after=after, limit=limit)
    for allotment in page:
        auction = settle_one(context, auction, allotment)
    if len(page) == limit:
        rest = with_item(item, page[-1].number.to_bytes(8, "big"))
        return Step(min(quota, POSTINGS_A_TRY * limit), rest)
    if auction.is_final and auction.pending:
        again = context.business_date + dt.timedelta(days=1)
        schedule(state, msgspec.structs.replace(item, due_on=again, cursor=b""))
    return Step(min(quota, POSTINGS_A_TRY * len(page) + 1), None)


AUCTION_SETTLE_AGENDA = AgendaHandler(name=SETTLE_HANDLER, family="auctions", run=run_settle)
