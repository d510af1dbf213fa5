"""Auctions among everybody's other moves: freezes, pauses, seizures, dates that pass over."""

import datetime as dt
import os
from typing import NamedTuple

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import initialize, rule

from tests.tokens.adversary_values import FACE, HOLDERS, ISINS
from tests.tokens.support import CHAIN_ID, addr, digest
from tests.tokens.test_adversary_machine import Adversary
from tokens import auctions
from tokens.ops.auction_bids import PlaceBid, WithdrawBid
from tokens.ops.auction_cut_off import CutAuction, RejectAuction, SettleAllotment
from tokens.ops.auction_ncbs import PlaceNcb
from tokens.ops.auction_reveal import EndReveal, PublishAuctionKey, RevealBid
from tokens.ops.auctions import AnnounceAuction, CancelAuction, CloseAuction, OpenAuction
from tokens.records.auctions import (
    AUCTION,
    LIVE_AUCTIONS,
    Auction,
    AuctionMethod,
    AuctionTerms,
    AuctionType,
    BidUnit,
    NcbMethod,
    NcbTerms,
)
from tokens.records.bids import ALLOTMENT, PENDING_ALLOTMENTS, SEALED_BYTES, BidLine

STEPS = int(os.environ.get("ADVERSARY_STEPS", "500"))
SEED = int(os.environ.get("ADVERSARY_SEED", "16"))
RUN_STEPS = 50

SECRETS = (digest("inner secret"), digest("outer secret"))
BIDDERS = {
    "bank-a-cash": "bank-a",
    "client-a1": "client-a1",
    "client-b1": "client-b1",
    "bank-b-cash": "bank-b-cash",
}
"""Account to the name under which it bids: bank-a is a primary dealer."""

prices = st.sampled_from([1, 900_000, 950_000, 950_000, 1_000_000, 1_200_000])
lines = st.lists(
    st.builds(BidLine, bid=prices, face=st.sampled_from([1, 2, 5]).map(lambda count: count * FACE)),
    min_size=1,
    max_size=3,
).map(tuple)


class Whole(NamedTuple):
    """An auction in one go."""

    kind: AuctionType
    place: int
    """Of the bond, 0 or 1."""
    sheets: dict[str, tuple[BidLine, ...]]
    skip: int
    """What is left out: 0 and 1 a key, 2 and more a sheet."""
    lots: int | None
    """Lots at the cut-off."""
    days: int
    """Until settlement."""


kinds = st.sampled_from([AuctionType.REOPEN] * 3 + [AuctionType.BUYBACK, AuctionType.SWITCH])
whole = st.builds(
    Whole,
    kind=kinds,
    place=st.integers(0, 1),
    sheets=st.dictionaries(st.sampled_from(sorted(BIDDERS)), lines, min_size=1),
    skip=st.sampled_from([9] * 6 + [0, 2, 3]),
    lots=st.one_of(st.none(), st.integers(1, 4)),
    days=st.integers(1, 3),
)


class AuctionAdversary(Adversary):
    """The adversary, and auctions."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.sheets: dict[tuple[str, str], tuple[BidLine, ...]] = {}

    def live(self) -> list[Auction]:
        return self.world.ledger.state.scan(AUCTION, LIVE_AUCTIONS, limit=10)

    @rule(
        kind=kinds,
        place=st.integers(0, 1),
        uniform=st.booleans(),
        days=st.integers(1, 3),
    )
    def announce(self, kind: AuctionType, place: int, uniform: bool, days: int) -> None:
        self.number += 1
        sells = kind is AuctionType.REOPEN
        swaps = kind is AuctionType.SWITCH
        date = self.world.ledger.business_date + dt.timedelta(days=days)
        date += dt.timedelta(days=7 - date.weekday() if date.weekday() > 4 else 0)
        terms = AuctionTerms(
            auction_id=f"A-{self.number}",
            asset=ISINS[place],
            auction_type=kind,
            method=AuctionMethod.UNIFORM if uniform else AuctionMethod.MULTIPLE,
            bid_unit=BidUnit.PRICE_E4,
            target_face=100 * FACE,
            settlement_date=date,
            isin_in=ISINS[1 - place] if swaps else None,
            in_price_e4=950_000 if swaps else 0,
            bid_security=2 * FACE,
            min_bid=FACE,
            multiple=FACE,
            tick=1,
            fill_first=FACE,
            prorata_step=2 * FACE,
            ncb=self.ncb_terms() if sells else None,
            benchmark=None,
            treasury_key=digest("inner"),
            central_bank_key=digest("outer"),
            treasury_key_hash=auctions.key_hash(SECRETS[0]),
            central_bank_key_hash=auctions.key_hash(SECRETS[1]),
        )
        self.world.propose(["treasury", "central-bank"], AnnounceAuction(terms=terms))
        self.world.end_block()
        self.world.submit("central-bank", OpenAuction(auction_id=terms.auction_id))

    def ncb_terms(self) -> NcbTerms:
        return NcbTerms(
            cap_bps=50,
            cap_min=2 * FACE,
            cap_max=5 * FACE,
            total_max=3 * FACE,
            method=NcbMethod.ASCENDING if self.number % 2 else NcbMethod.PRO_RATA,
            excluded_classes=("bank",),
        )

    @rule(account=st.sampled_from(sorted(BIDDERS)), bids=lines, honest=st.sampled_from([1, 1, 0]))
    def bid(self, account: str, bids: tuple[BidLine, ...], honest: int) -> None:
        for auction in self.live():
            bidder = addr(BIDDERS[account])
            dealer = BIDDERS[account] != account
            name = auction.terms.auction_id
            self.sheets[name, account] = bids
            made = PlaceBid(
                auction_id=name,
                bidder=bidder,
                account=addr(account),
                commit=auctions.commitment(CHAIN_ID, name, bidder, bids, bytes(32)),
                sealed=bytes(SEALED_BYTES),
                hold=2 * FACE if dealer else sum(b.face for b in bids) if honest else FACE,
            )
            self.world.submit(HOLDERS[account], made)

    @rule(account=st.sampled_from(sorted(BIDDERS)))
    def withdraw(self, account: str) -> None:
        for auction in self.live():
            made = WithdrawBid(auction_id=auction.terms.auction_id, bidder=addr(BIDDERS[account]))
            self.world.submit(HOLDERS[account], made)

    @rule(account=st.sampled_from(["client-a2", "issuer-cash"]), count=st.integers(1, 3))
    def bid_for_an_amount(self, account: str, count: int) -> None:
        for auction in self.live():
            name = auction.terms.auction_id
            made = PlaceNcb(auction_id=name, account=addr(account), amount=count * FACE)
            self.world.submit(HOLDERS[account], made)

    @rule(skip=st.integers(0, 12))
    def close_and_open_sheets(self, skip: int) -> None:
        """A sheet may be left out, and a key may stay in its vault."""
        for auction in self.live():
            name = auction.terms.auction_id
            self.world.submit("central-bank", CloseAuction(auction_id=name))
            self.world.end_block()
            for place, who in enumerate(("treasury", "central-bank")):
                if skip != place:
                    key = PublishAuctionKey(auction_id=name, private_key=SECRETS[place])
                    self.world.submit(who, key)
            for place, account in enumerate(sorted(BIDDERS)):
                found = self.sheets.get((name, account))
                if found is not None and skip != place + 2:
                    bidder = addr(BIDDERS[account])
                    made = RevealBid(auction_id=name, bidder=bidder, lines=found, salt=bytes(32))
                    self.world.submit("central-bank", made)
            self.world.submit("central-bank", EndReveal(auction_id=name))

    @rule(cut_off=prices, count=st.one_of(st.none(), st.integers(0, 9)), no=st.integers(0, 9))
    def decide(self, cut_off: int, count: int | None, no: int) -> None:
        for auction in self.live():
            name = auction.terms.auction_id
            if no == 0:
                self.world.submit("treasury", RejectAuction(auction_id=name))
            if no == 1:
                made = CancelAuction(auction_id=name)
                self.world.propose(["treasury", "central-bank"], made)
            quantity = None if count is None else count * FACE
            cut = CutAuction(auction_id=name, cut_off=cut_off, quantity=quantity)
            self.world.submit("treasury", cut)

    @rule(days=st.sampled_from([1, 1, 1, 3]))
    def next_day(self, days: int) -> None:
        """Short steps: bonds of three months live through several auctions."""
        super().next_day(days)

    @initialize(whole=whole)
    def first(self, whole: Whole) -> None:
        self.whole_auction(whole)

    @rule(whole=whole)
    def whole_auction(self, whole: Whole) -> None:
        """One that mostly comes to a cut-off; what happens to its winners then is for others."""
        self.announce(whole.kind, whole.place, bool(whole.days % 2), whole.days)
        self.world.end_block()
        for account, bids in whole.sheets.items():
            self.bid(account, bids, 1)
        self.bid_for_an_amount("client-a2", whole.days)
        self.close_and_open_sheets(whole.skip)
        self.world.end_block()
        prices_bid = sorted(line.bid for found in whole.sheets.values() for line in found)
        self.decide(prices_bid[len(prices_bid) // 2], whole.lots, 9)
        self.world.end_block()

    @rule()
    def settle(self) -> None:
        pending = self.world.ledger.state.scan(ALLOTMENT, PENDING_ALLOTMENTS, limit=10)
        for entry in pending:
            made = SettleAllotment(auction_id=entry.auction_id, number=entry.number)
            self.world.submit("treasury", made)


TestAuctionAdversary = hypothesis.seed(SEED)(AuctionAdversary).TestCase
TestAuctionAdversary.settings = hypothesis.settings(
    max_examples=max(1, STEPS // RUN_STEPS),
    stateful_step_count=RUN_STEPS,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
