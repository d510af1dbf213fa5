"""Orders, quotes and repos under the travel rule: what moves by instruction, told and untold.

Rules of a machine that has a world of the travel rule and its moves: clients of two banks trade a
bond for money, with the hash of their data or without. The world judges what passed.
"""

import datetime as dt
import hashlib
from collections.abc import Callable

import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import rule

from tests.tokens.adversary_market import BOTH, Market
from tests.tokens.adversary_travel import TravelMoves, TravelWorld
from tests.tokens.adversary_values import FACE, HOLDERS, ISINS, instrument_terms
from tests.tokens.support import MONEY, addr
from tokens.finance.daycount import DayCount
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.orders import PlaceOrder
from tokens.ops.quote_answers import AcceptQuote, Quote
from tokens.ops.quotes import RequestQuote
from tokens.ops.repo_steps import CloseRepo
from tokens.ops.repos import AcceptRepo, ProposeRepo, repo_id
from tokens.records.instruments import InstrumentTerms
from tokens.records.market import Side
from tokens.records.repos import CollateralLine, MarginTerms, RepoKind, RepoMode, RepoTerms
from tokens.withholding import NO_TAX

BOND = ISINS[0]
PAR = 1_000_000
TOLD = hashlib.sha256(b"sealed").digest()
given = st.sampled_from([None, TOLD])
mine = st.sampled_from(["client-a1", "client-a1", "bank-a-cash"])
theirs = st.sampled_from(["client-b1", "client-b1", "bank-b-cash"])


class TravelMarketRules:
    """Rules of a machine."""

    world: TravelWorld
    moves: TravelMoves
    next_day: Callable[[], None]
    """Opens the next business date, as the machine does it."""
    deals = 0

    def open_market(self, next_day: Callable[[], None]) -> None:
        """A bond in the hands of bank-a and its client; money in those of bank-b and its own."""
        self.next_day = next_day
        market = Market(self.world)
        like = instrument_terms(0, 6)
        assert isinstance(like, InstrumentTerms)
        terms = msgspec.structs.replace(like, tax_profile=NO_TAX)
        self.world.submit("treasury", CreateInstrument(terms=terms))
        approved = ApproveInstrument(asset=BOND, terms_digest=terms_digest(terms))
        self.world.propose(BOTH, approved)
        self.world.end_block()
        for _ in range(3):
            market.issue(BOND, "bank-a-cash", 60)
            self.world.end_block()
        market.move_units("bank-a", BOND, "bank-a-cash", "client-a1", 60 * FACE)
        self.moves.pay("bank-b-cash", "client-b1", 50 * FACE)
        self.world.end_block()

    def later(self, days: int) -> dt.date:
        """From today."""
        return self.world.ledger.business_date + dt.timedelta(days=days)

    @rule(seller=mine, buyer=theirs, sells=given, buys=given)
    def meet_in_the_book(
        self, seller: str, buyer: str, sells: bytes | None, buys: bytes | None
    ) -> None:
        """Both at one price, in one block: whoever is a client has to have told."""
        for account, side, told in ((seller, Side.SELL, sells), (buyer, Side.BUY, buys)):
            made = PlaceOrder(
                account=addr(account),
                asset=BOND,
                side=side,
                price_e4=PAR,
                face=FACE,
                expires_on=self.later(5),
                travel_hash=told,
            )
            self.world.submit(HOLDERS[account], made)
        self.world.end_block()

    @rule(maker=mine, taker=theirs, makes=given, takes=given)
    def trade_on_a_quote(
        self, maker: str, taker: str, makes: bytes | None, takes: bytes | None
    ) -> None:
        """Asked for, answered and taken, each with data or without."""
        self.deals += 1
        name = f"Q{self.deals}"
        asked = RequestQuote(
            rfq_id=name,
            maker=addr("bank-a"),
            asset=BOND,
            side=Side.BUY,
            face=FACE,
            isd=self.world.ledger.business_date,
            expires_on=self.later(1),
            account=addr(taker),
            travel_hash=takes,
        )
        answer = Quote(
            taker=addr("bank-b"),
            rfq_id=name,
            price_e4=PAR,
            account=addr(maker),
            travel_hash=makes,
        )
        steps: tuple[tuple[str, msgspec.Struct], ...] = (
            ("bank-b", asked),
            ("bank-a", answer),
            ("bank-b", AcceptQuote(rfq_id=name, price_e4=PAR)),
        )
        for who, step in steps:
            self.world.alone(who, step)

    @rule(seller=mine, buyer=theirs, told=given, mode=st.sampled_from(list(RepoMode)))
    def lend(self, seller: str, buyer: str, told: bytes | None, mode: RepoMode) -> None:
        """Money of one bank's client for paper of the other's, and back on the same day."""
        self.deals += 1
        marks = (MarkEntry(asset=BOND, price_e4=PAR, dirty=True),)
        made = SetMarks(for_date=self.world.ledger.business_date, marks=marks)
        self.world.alone("marker", made)
        self.next_day()  # from which on the mark holds
        today = self.world.ledger.business_date
        terms = RepoTerms(
            reference=f"R{self.deals}",
            seller=addr("bank-a"),
            buyer=addr("bank-b"),
            custodian=None,
            kind=RepoKind.OPEN,
            mode=mode,
            cash_asset=MONEY,
            cash=FACE // 2,
            rate_e6=100_000,
            daycount=DayCount.ACT_365F,
            start=today,
            end=None,
            collateral=(CollateralLine(asset=BOND, amount=FACE, haircut_bps=500),),
            margin=MarginTerms(frequency_bd=1, threshold_bps=100, deadline_bd=1),
            substitutions=(),
            travel_hash=told,
        )
        one, other = addr(seller), addr(buyer)
        self.world.alone("bank-a", ProposeRepo(terms=terms, securities=one, cash=one))
        repo = repo_id(addr("bank-a"), terms)
        self.world.alone("bank-b", AcceptRepo(repo=repo, securities=other, cash=other))
        self.world.alone("bank-a", CloseRepo(repo=repo))
