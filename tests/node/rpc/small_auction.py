"""An auction of the small ledger: two sheets, one of them void, a result, one allotment."""

import datetime

from tests.node.rpc.fake_genesis import address_of, digest_of
from tokens import auctions
from tokens.records.auctions import (
    AUCTION,
    AUCTION_RESULT,
    Auction,
    AuctionMethod,
    AuctionResult,
    AuctionStatus,
    AuctionTerms,
    AuctionType,
    BidUnit,
    NcbMethod,
    NcbTerms,
)
from tokens.records.bids import (
    ALLOTMENT,
    BID_SHEET,
    NCB,
    SEALED_BYTES,
    Allotment,
    AllotmentStatus,
    BidLine,
    BidSheet,
    NonCompetitiveBid,
    SheetStatus,
)
from tokens.state import Overlay

AUCTION_ID = "PIB-1"
FACE = 10_000


def terms(asset: str) -> AuctionTerms:
    """Of a reopening at multiple prices."""
    return AuctionTerms(
        auction_id=AUCTION_ID,
        asset=asset,
        auction_type=AuctionType.REOPEN,
        method=AuctionMethod.MULTIPLE,
        bid_unit=BidUnit.PRICE_E4,
        target_face=100 * FACE,
        settlement_date=datetime.date(2025, 7, 4),
        isin_in=None,
        in_price_e4=0,
        bid_security=FACE,
        min_bid=FACE,
        multiple=FACE,
        tick=1,
        fill_first=0,
        prorata_step=FACE,
        ncb=NcbTerms(
            cap_bps=50,
            cap_min=FACE,
            cap_max=2 * FACE,
            total_max=10 * FACE,
            method=NcbMethod.ASCENDING,
            excluded_classes=("bank",),
        ),
        benchmark=None,
        treasury_key=digest_of("inner"),
        central_bank_key=digest_of("outer"),
        treasury_key_hash=digest_of("inner hash"),
        central_bank_key_hash=digest_of("outer hash"),
    )


def _auction(asset: str) -> Auction:
    return Auction(
        terms=terms(asset),
        issuer=address_of("issuer"),
        auctioneer=address_of("bank"),
        status=AuctionStatus.ALLOTTED,
        reason=0,
        announced_on=datetime.date(2025, 7, 1),
        closed_at=1,
        reveal_by=datetime.date(2025, 7, 4),
        treasury_secret=digest_of("inner secret"),
        central_bank_secret=digest_of("outer secret"),
        keys_at=2,
        sheets=2,
        unopened=0,
        ncbs=1,
        ncb_face=0,
        last_number=3,
        allotments=1,
        pending=1,
        settled_face=0,
        failed_face=0,
        is_final=False,
    )


def _sheet(name: str, number: int, status: SheetStatus, lines: tuple[BidLine, ...]) -> BidSheet:
    return BidSheet(
        auction_id=AUCTION_ID,
        bidder=address_of(name),
        account=address_of(name),
        number=number,
        commit=digest_of(f"commit {name}"),
        sealed=bytes(SEALED_BYTES),
        secured=True,
        hold=FACE,
        lien=digest_of(f"hold {name}"),
        status=status,
        lines=lines,
        pending=1 if lines else 0,
        pending_face=sum(line.face for line in lines),
    )


def put_auction(state: Overlay, asset: str) -> None:
    """The auction is ALLOTTED and waits for its settlement date."""
    sheets = [
        _sheet("alice", 1, SheetStatus.OPENED, (BidLine(bid=990_000, face=5 * FACE),)),
        _sheet("bob", 2, SheetStatus.VOID_UNOPENED, ()),
    ]
    state.put(AUCTION, _auction(asset))
    for sheet in sheets:
        state.put(BID_SHEET, sheet)
    state.put(NCB, _ncb())
    state.put(ALLOTMENT, _allotment())
    state.put(
        AUCTION_RESULT,
        AuctionResult(
            auction_id=AUCTION_ID,
            cut_off=990_000,
            cut_off_face=5 * FACE,
            sheets_digest=auctions.sheets_digest(sheets),
            offered_face=5 * FACE,
            competitive_face=5 * FACE,
            accepted_lines=1,
            average=990_000,
            way_e6=None,
            days=365,
            ncb_offered=0,
            ncb_budget=0,
            ncb_face=0,
            related=(),
        ),
    )


def _ncb() -> NonCompetitiveBid:
    """Void: the person bid twice."""
    return NonCompetitiveBid(
        auction_id=AUCTION_ID,
        person=digest_of("person"),
        account=address_of("alice"),
        number=3,
        amount=FACE,
        lien=digest_of("hold person"),
        is_void=True,
        is_done=False,
    )


def _allotment() -> Allotment:
    return Allotment(
        auction_id=AUCTION_ID,
        number=1,
        bidder=address_of("alice"),
        person=None,
        account=address_of("alice"),
        bid_number=1,
        line=0,
        bid=990_000,
        face=5 * FACE,
        price_e4=990_000,
        money=49_500,
        accrued=0,
        status=AllotmentStatus.PENDING,
        reason=0,
    )
