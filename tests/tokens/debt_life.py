"""A ledger of real blocks on which the published sheets are auctioned: who is there, how they act.

Money is conserved and units are those of the supply after every block; `Conserved.check` asks.
"""

import datetime as dt
from decimal import Decimal

import msgspec

from tests.tokens.finance.vectors import load
from tests.tokens.smallworld import ACCOUNTS, PARTICIPANTS, account, genesis, participant
from tests.tokens.support import CHAIN_ID, MONEY, Ledger, addr, digest
from tokens import auctions
from tokens.genesis import Genesis
from tokens.invariants import Snapshot
from tokens.ops.auction_bids import PlaceBid
from tokens.ops.auction_cut_off import CutAuction
from tokens.ops.auction_reveal import PublishAuctionKey, RevealBid
from tokens.ops.auctions import AnnounceAuction, CloseAuction, OpenAuction
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.coupons import SetTaxTable
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.posting import balance_of
from tokens.records.auctions import (
    AuctionMethod,
    AuctionTerms,
    AuctionType,
    BidUnit,
)
from tokens.records.bids import SEALED_BYTES, BidLine
from tokens.records.day import BUSINESS_DAY, TaxEntry
from tokens.records.holdings import POSITION, SUPPLY
from tokens.records.instruments import InstrumentTerms
from tokens.types import Role

VECTORS = load("sbp_auctions.json")
MILLION = 100_000_000
"""Minor units (paisa) in a million rupees."""
INCREMENT = 500_000
"""PKR 5,000."""
DEALERS = ("bank-a", "dealer-1", "dealer-2", "dealer-3")
EACH = 60_000 * MILLION
"""Central-bank money of each dealer and of bank-b at the beginning."""
SECURITY = MILLION
SECRETS = {"treasury": digest("inner secret"), "central-bank": digest("outer secret")}
BOTH = ("treasury", "central-bank")
TAX_E6 = 150_000

Sheet = list[tuple[int, int]]
"""(price x 10^4 for 100 of face, face in minor units), in the order of the published sheet."""


def published(name: str) -> Sheet:
    """The rows of the bill or of the bond."""
    rows = VECTORS[name]["rows"]  # type: ignore[index]
    return [(int(Decimal(row[1]) * 10_000), int(Decimal(row[0]) * MILLION)) for row in rows]


def cash_of(name: str) -> str:
    """Name of a participant's own account."""
    return f"{name}-cash"


def document(start: dt.date) -> Genesis:
    """The small world with three more dealers, on a day of the past."""
    more = [name for name in DEALERS if name != "bank-a"]
    made = genesis(
        participants=(*PARTICIPANTS, *[participant(n, Role.PRIMARY_DEALER) for n in more]),
        accounts=(*ACCOUNTS, *[account(cash_of(n), "bank-a", holder=n) for n in more]),
        balances={cash_of(name): EACH for name in (*DEALERS, "bank-b", "treasury")},
    )
    return msgspec.structs.replace(made, business_date=start)


class Conserved(Ledger):
    """Every block keeps every invariant, all money that there was, and each supply."""

    def check(self) -> None:
        """After each block."""
        super().check()
        held: dict[str, int] = {}
        snapshot = Snapshot(self.store)
        for position in snapshot.all(POSITION):
            held[position.asset] = held.get(position.asset, 0) + position.balance
        assert held[MONEY] == EACH * (len(DEALERS) + 2)
        assert {s.asset: s.amount for s in snapshot.all(SUPPLY) if s.amount} == {
            asset: amount for asset, amount in held.items() if amount
        }

    def money(self, name: str) -> int:
        """Of a participant's own account."""
        return balance_of(self.state, MONEY, addr(cash_of(name)))

    def units(self, asset: str, name: str) -> int:
        """Of a participant's own account."""
        return balance_of(self.state, asset, addr(cash_of(name)))

    def go_to(self, date: dt.date) -> None:
        """Close the open date, open another, and let the agenda finish."""
        day = self.state.get(BUSINESS_DAY)
        assert day is not None
        if day.open:
            self.ok("central-bank", CloseDay(date=day.date))
            self.work()
        self.ok("central-bank", OpenDay(date=date))
        self.work()

    def work(self) -> None:
        """Empty blocks until nothing is due."""
        for _ in range(200):
            if not self.core.agenda_is_due():
                return
            self.block()
        raise AssertionError("the agenda does not end")


def tax_table(ledger: Conserved) -> None:
    """15 percent for everybody here."""
    entry = TaxEntry(tax_class="atl", from_date=dt.date(2020, 7, 1), rate_e6=TAX_E6, above=None)
    made = SetTaxTable(profile="pk", account=addr("tax-cash"), year_month=7, entries=(entry,))
    assert ledger.agree(BOTH, made).code == 0


def instrument(ledger: Conserved, terms: InstrumentTerms) -> None:
    """Drafted by the treasury, agreed with the central bank."""
    ledger.ok("treasury", CreateInstrument(terms=terms))
    approve = ApproveInstrument(asset=terms.isin, terms_digest=terms_digest(terms))
    assert ledger.agree(BOTH, approve).code == 0


def auction_terms(asset: str, settles: dt.date, benchmark: str | None) -> AuctionTerms:
    """Multiple prices, competitive bids only, as the published auctions."""
    return AuctionTerms(
        auction_id=f"AUCTION-{asset}",
        asset=asset,
        auction_type=AuctionType.NEW,
        method=AuctionMethod.MULTIPLE,
        bid_unit=BidUnit.PRICE_E4,
        target_face=EACH,
        settlement_date=settles,
        isin_in=None,
        in_price_e4=0,
        bid_security=SECURITY,
        min_bid=INCREMENT,
        multiple=INCREMENT,
        tick=1,
        fill_first=50 * MILLION,
        prorata_step=50 * MILLION,
        ncb=None,
        benchmark=benchmark,
        treasury_key=digest("inner"),
        central_bank_key=digest("outer"),
        treasury_key_hash=auctions.key_hash(SECRETS["treasury"]),
        central_bank_key_hash=auctions.key_hash(SECRETS["central-bank"]),
    )


def hold_auction(ledger: Conserved, terms: AuctionTerms, sheet: Sheet) -> None:
    """Announce, sealed sheets of four dealers, close, keys, open, cut at the lowest bid."""
    name = terms.auction_id
    sheets = {
        dealer: tuple(BidLine(bid=bid, face=face) for bid, face in sheet[place :: len(DEALERS)])
        for place, dealer in enumerate(DEALERS)
    }
    assert ledger.agree(BOTH, AnnounceAuction(terms=terms)).code == 0
    ledger.ok("central-bank", OpenAuction(auction_id=name))
    for dealer, lines in sheets.items():
        commit = auctions.commitment(CHAIN_ID, name, addr(dealer), lines, digest(dealer))
        made = PlaceBid(
            auction_id=name,
            bidder=addr(dealer),
            account=addr(cash_of(dealer)),
            commit=commit,
            sealed=bytes(SEALED_BYTES),
            hold=SECURITY,
        )
        ledger.ok(dealer, made)
    ledger.ok("central-bank", CloseAuction(auction_id=name))
    for who, secret in SECRETS.items():
        ledger.ok(who, PublishAuctionKey(auction_id=name, private_key=secret))
    for dealer, lines in sheets.items():
        made_known = RevealBid(
            auction_id=name, bidder=addr(dealer), lines=lines, salt=digest(dealer)
        )
        ledger.ok("central-bank", made_known)
    ledger.ok("treasury", CutAuction(auction_id=name, cut_off=min(sheet)[0], quantity=None))
    ledger.work()
