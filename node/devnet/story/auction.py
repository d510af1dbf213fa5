"""Steps about a Treasury bill: sealed bids, an allotment to recompute, T+1, maturity."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from node.devnet.cast import (
    BANK_1_ACCOUNT,
    BANK_2_ACCOUNT,
    BANK_3_ACCOUNT,
    BANKS,
    CENTRAL_BANK,
    CHAIN_ID,
    MONEY,
    TREASURY,
    TREASURY_ACCOUNT,
)
from node.devnet.profile import BUSINESS_DATE
from node.devnet.story.bond import LEI, TERMS
from node.devnet.story.sheet import BIDS, PAISA_PER_MILLION, WEIGHTED_YIELD_E6
from node.devnet.story.stage import Stage, StepFailed, require, rupees
from node.sdk.auction_bid import sealed_bid
from node.sdk.auction_fetch import check_auction
from node.sdk.schema.asset import AssetInfo
from node.sdk.schema.common import Page
from node.sdk.sealing import Binding, new_key, unseal
from tokens import auctions
from tokens.execution import RUNNER
from tokens.finance.daycount import DayCount
from tokens.finance.isin import isin_check_digit
from tokens.finance.yield_basis import Compounding
from tokens.ops.auction_cut_off import CutAuction
from tokens.ops.auction_reveal import PublishAuctionKey, RevealBid
from tokens.ops.auctions import AnnounceAuction, CloseAuction, OpenAuction
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.coupons import RedemptionFund
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.transfer import Transfer
from tokens.records.auctions import (
    Auction,
    AuctionMethod,
    AuctionResult,
    AuctionStatus,
    AuctionTerms,
    AuctionType,
    BidUnit,
)
from tokens.records.bids import BidLine, BidSheet
from tokens.records.instruments import TaxBase
from tokens.types import AssetKind, AssetStatus

BILL = "PK000000002" + isin_check_digit("PK000000002")
AUCTION = "MTB-3M-2026-01-05"
SETTLES = BUSINESS_DATE + dt.timedelta(days=1)
MATURES = SETTLES + dt.timedelta(days=84)
"""31 March 2026, a Tuesday."""
SECURITY = PAISA_PER_MILLION
FUNDED = 60_000 * PAISA_PER_MILLION
"""Central-bank money of each dealer for this auction."""
INCREMENT = 5_000_00
TAXES = 900 * PAISA_PER_MILLION
"""What the treasury takes in before the bill matures: it owes more than it was paid."""
SOLD = sum(int(Decimal(face) * PAISA_PER_MILLION) for _, face in BIDS)
ACCOUNTS = (BANK_1_ACCOUNT, BANK_2_ACCOUNT, BANK_3_ACCOUNT)

BILL_TERMS = type(TERMS)(
    **{name: getattr(TERMS, name) for name in TERMS.__struct_fields__}
    | {
        "kind": AssetKind.BILL,
        "isin": BILL,
        "cfi": "DYZTXR",
        "issuer_lei": LEI,
        "name": "Treasury bill 3 months March 2026",
        "denomination": INCREMENT,
        "increment": INCREMENT,
        "max_supply": 100_000 * PAISA_PER_MILLION,
        "issue_date": SETTLES,
        "dated_date": SETTLES,
        "maturity_date": MATURES,
        "coupon_rate_e6": 0,
        "freq": 0,
        "roll_day": MATURES.day,
        "accrual_daycount": DayCount.ACT_365F,
        "yield_daycount": DayCount.ACT_365F,
        "yield_compounding": Compounding.SIMPLE,
        "settlement_asset": MONEY,
        "tax_base": TaxBase.DISCOUNT,
    }
)


def _lines(place: int) -> tuple[BidLine, ...]:
    """Every third bid of the sheet: the published one does not name its bidders."""
    return tuple(
        BidLine(bid=int(Decimal(price) * 10_000), face=int(Decimal(face) * PAISA_PER_MILLION))
        for price, face in BIDS[place :: len(BANKS)]
    )


async def sealed_auction(stage: Stage) -> str:
    """Announced, bid under two seals, closed, opened with two keys, cut at the lowest bid."""
    await stage.act(TREASURY, CreateInstrument(terms=BILL_TERMS))
    approve = ApproveInstrument(asset=BILL, terms_digest=terms_digest(BILL_TERMS))
    keys = {TREASURY: new_key(), CENTRAL_BANK: new_key()}
    terms = AuctionTerms(
        auction_id=AUCTION,
        asset=BILL,
        auction_type=AuctionType.NEW,
        method=AuctionMethod.MULTIPLE,
        bid_unit=BidUnit.PRICE_E4,
        target_face=60_000 * PAISA_PER_MILLION,
        settlement_date=SETTLES,
        isin_in=None,
        in_price_e4=0,
        bid_security=SECURITY,
        min_bid=INCREMENT,
        multiple=INCREMENT,
        tick=1,
        fill_first=50 * PAISA_PER_MILLION,
        prorata_step=50 * PAISA_PER_MILLION,
        ncb=None,
        benchmark="mtb-84d",
        treasury_key=keys[TREASURY].public,
        central_bank_key=keys[CENTRAL_BANK].public,
        treasury_key_hash=auctions.key_hash(keys[TREASURY].private),
        central_bank_key_hash=auctions.key_hash(keys[CENTRAL_BANK].private),
    )
    await stage.together(TREASURY, [CENTRAL_BANK], approve, AnnounceAuction(terms=terms))
    money = tuple(
        CbIssue(asset=MONEY, target=book.address, amount=FUNDED, rtgs_ref=f"RTGS/2026/{n:06}")
        for n, book in enumerate(ACCOUNTS, start=101)
    )
    await stage.act(CENTRAL_BANK, OpenAuction(auction_id=AUCTION), *money)
    await _bid(stage)
    await stage.act(CENTRAL_BANK, CloseAuction(auction_id=AUCTION))
    for party, key in keys.items():
        await stage.act(party, PublishAuctionKey(auction_id=AUCTION, private_key=key.private))
    secrets = keys[TREASURY].private, keys[CENTRAL_BANK].private
    sheets = await stage.read("auction_getSheets", Page[BidSheet], {"auctionId": AUCTION})
    reveals = [_opened(sheet, *secrets) for sheet in sheets.items]
    await stage.act(CENTRAL_BANK, *reveals)
    lowest = min(line.bid for reveal in reveals for line in reveal.lines)
    await stage.act(TREASURY, CutAuction(auction_id=AUCTION, cut_off=lowest, quantity=None))
    result = await stage.read("auction_getResult", AuctionResult, {"auctionId": AUCTION})
    require(result.way_e6 == WEIGHTED_YIELD_E6, f"weighted yield is {result.way_e6}")
    for client in await stage.clients():
        found = await check_auction(client, AUCTION)
        require(not found, f"recomputed result differs: {'; '.join(found)}")
    return (
        f"{len(BIDS)} bids in {len(sheets.items)} sealed sheets, opened with two keys; weighted "
        f"yield {WEIGHTED_YIELD_E6 / 10_000:.4f} % as published; recomputed from public data alike"
    )


async def _bid(stage: Stage) -> None:
    """Three dealers; before the close nobody, the nodes included, can read a bid."""
    auction = await stage.read("auction_get", Auction, {"auctionId": AUCTION})
    for place, (bank, book) in enumerate(zip(BANKS, ACCOUNTS, strict=True)):
        salt = hashlib.sha256(f"salt of {bank.name}".encode()).digest()
        data, _ = sealed_bid(CHAIN_ID, auction, bank.address, book.address, _lines(place), salt)
        bid = RUNNER.decode(data)
        if bid is None:
            raise StepFailed("a sealed bid does not decode")
        await stage.act(bank, bid)
    sheets = await stage.read("auction_getSheets", Page[BidSheet], {"auctionId": AUCTION})
    require(len(sheets.items) == len(BANKS), f"{len(sheets.items)} sheets")
    require(not any(sheet.lines for sheet in sheets.items), "a bid is readable before the close")


def _opened(sheet: BidSheet, treasury: bytes, central_bank: bytes) -> RevealBid:
    """What the two published keys show of a sheet."""
    binding = Binding(CHAIN_ID, AUCTION, sheet.bidder)
    content = unseal(binding, sheet.sealed, treasury, central_bank)
    return RevealBid(
        auction_id=AUCTION, bidder=sheet.bidder, lines=content.lines, salt=content.salt
    )


async def settled(stage: Stage) -> str:
    """The clock moves by one business day: every allotment is delivered against payment."""
    before = await stage.balance(TREASURY_ACCOUNT, MONEY)
    await stage.go_to(SETTLES)
    await stage.until_status("auction settled", _is_settled)
    require(await stage.supply(BILL) == SOLD, "supply of the bill")
    after = await stage.balance(TREASURY_ACCOUNT, MONEY)
    return (
        f"business date {SETTLES}: {rupees(SOLD)} of face delivered, {MONEY} "
        f"{rupees(after.balance - before.balance)} paid to the treasury"
    )


async def _is_settled(stage: Stage) -> str | None:
    auction = await stage.read("auction_get", Auction, {"auctionId": AUCTION})
    return None if auction.status is AuctionStatus.SETTLED else auction.status.name


async def redeemed(stage: Stage) -> str:
    """At maturity every holder is paid, whoever bought from whom; nothing is left outstanding."""
    taxes = Transfer(
        asset=MONEY,
        source=BANK_3_ACCOUNT.address,
        target=TREASURY_ACCOUNT.address,
        amount=TAXES,
        end_to_end_ref="taxes of the quarter",
    )
    await stage.act(BANKS[2], taxes)
    await stage.go_to(MATURES)
    await stage.until_status("bill matured", _is_matured)
    await stage.act(TREASURY, RedemptionFund(asset=BILL))
    await stage.until_status("bill redeemed", _is_redeemed)
    require(await stage.supply(BILL) == 0, "supply of the bill after redemption")
    return f"business date {MATURES}: {rupees(SOLD)} paid to the holders, supply is 0"


async def _is_matured(stage: Stage) -> str | None:
    return await _missing(stage, AssetStatus.MATURED)


async def _is_redeemed(stage: Stage) -> str | None:
    return await _missing(stage, AssetStatus.REDEEMED)


async def _missing(stage: Stage, wanted: AssetStatus) -> str | None:
    found = await stage.read("asset_get", AssetInfo, {"asset": BILL})
    return None if found.asset.status is wanted else found.asset.status.name
