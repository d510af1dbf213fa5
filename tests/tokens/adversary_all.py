"""One world in which everybody does everything: the families that move the same assets.

Bonds are auctioned, traded, pledged, lent in repos, put into a reserve, frozen, seized, paid; coins
are minted, ramped, redeemed, routed; all in the same blocks. fuzz.py runs it large, test_fuzz.py
small.
Rules named `walk_` take a thing through its life without hurry: a life that others only disturb.
"""

import datetime as dt

import hypothesis.strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.tokens.adversary_cash import CashMoves, CashWorld
from tests.tokens.adversary_cash_rules import CashRules
from tests.tokens.adversary_debt import (
    BENCHMARK,
    DATES_OF_OPTIONS,
    FLEX,
    FLOATER,
    PAPER,
    DebtMoves,
    DebtRules,
)
from tests.tokens.adversary_dust import DustRules
from tests.tokens.adversary_guards import GuardRules
from tests.tokens.adversary_late import LateRules
from tests.tokens.adversary_openings import OPENINGS
from tests.tokens.adversary_rulings import RulingRules
from tests.tokens.adversary_values import (
    BASIS,
    FACE,
    ISINS,
    ORDERS,
    PKRS,
    accounts,
    assets,
    lots,
)
from tests.tokens.adversary_waits import WaitRules
from tests.tokens.support import MONEY, addr
from tests.tokens.test_adversary_auctions import BIDDERS
from tests.tokens.test_adversary_collateral import CollateralAdversary
from tokens.ops.batch_steps import CancelBatch
from tokens.ops.freezes import ChangeFreeze, Freeze
from tokens.records.auctions import AuctionType
from tokens.records.bids import BidLine
from tokens.records.commodities import COMMODITY
from tokens.records.holdings import LIEN
from tokens.records.repos import RepoKind, RepoMode

BANK_OF = {"client-a1": "bank-b", "client-b1": "bank-a"}
"""Client of one bank to the bank whose ramp it uses."""
clients = st.sampled_from(sorted(BANK_OF))


class Everybody(
    CashRules,
    DustRules,
    DebtRules,
    RulingRules,
    LateRules,
    WaitRules,
    CollateralAdversary,
    GuardRules,
):
    """Deals, orders, coupons, control; auctions; calls, puts, fixings; repos; ramps and lots.

    Beside them the offices: registers, papers, validators; rules, lists, licences, recoveries.
    """

    kind = CashWorld

    def __init__(self) -> None:
        super().__init__()
        self.moves = CashMoves(self.world)
        self.moves.open()
        self.debt = DebtMoves(self.world, self.market)
        self.debt.open()
        self.lenders.marked = (*ISINS[:2], *PAPER)
        self.moves.mark(96)
        self.moves.attest(0, 200, 20, "attestor")
        self.market.move_units("bank-a", MONEY, "bank-a-cash", "client-a2", 100 * FACE)
        self.next_day(1)

    @initialize(openings=st.lists(st.sampled_from(OPENINGS), min_size=1, max_size=3))
    def walks(self, openings: list[tuple[str, tuple[object, ...]]]) -> None:
        """Some that have nobody in their way yet."""
        for name, given in openings:
            getattr(self, name)(*given)

    @rule(client=clients, inward=st.booleans(), ending=st.integers(0, 2))
    def walk_a_ramp(self, client: str, inward: bool, ending: int) -> None:
        """Opened, and each of its steps in a block of its own: done, sent back, or refused."""
        moves = self.moves
        self.market.move_units("bank-a", PKRS, "bank-a-cash", client, 100)
        self.world.end_block()
        moves.ramp(client, BANK_OF[client], 100, 3, inward)
        self.world.end_block()
        mine = [ramp for ramp in moves.ramps() if ramp.account == addr(client)]
        ramp = max(mine, key=lambda ramp: ramp.number, default=None)
        if ramp is None:
            return
        ways = {
            (True, 0): (0, 1, 3, 4),
            (True, 1): (0, 1, 5),
            (True, 2): (9,),
            (False, 0): (6, 7),
            (False, 1): (6, 8),
            (False, 2): (9,),
        }
        for at in ways[inward, ending]:
            moves.step(ramp, at, 99 if at else 100, 1, "fiu")
            self.world.end_block()

    @rule(client=clients, ending=st.sampled_from([1, 1, 2]))
    def walk_a_delivery(self, client: str, ending: int) -> None:
        """A lot attested, receipts minted, asked for, handed out or called off."""
        moves = self.moves
        moves.attest(4, 200, 9, "attestor")
        self.world.end_block()
        moves.receipts(client, 100, "fiu")
        self.world.end_block()
        gold = self.world.ledger.state.get(COMMODITY, "XAU")
        assert gold is not None
        moves.deliver(client, 50, 0, 0)
        self.world.end_block()
        moves.deliver(client, 50, gold.delivery_next, ending)
        self.world.end_block()

    @rule(
        account=st.sampled_from(sorted(BIDDERS)), ending=st.integers(0, 2), days=st.integers(1, 3)
    )
    def walk_an_auction_to_nothing(self, account: str, ending: int, days: int) -> None:
        """A sheet taken back; the auction called off, rejected, or left to its date."""
        self.announce(AuctionType.REOPEN, days % 2, False, days)
        self.world.end_block()
        self.bid(account, (BidLine(bid=950_000, face=FACE),), 1)
        self.bid_for_an_amount("client-a2", 1)
        self.world.end_block()
        if ending == 2:
            self.withdraw(account)
            return
        if ending == 1:
            self.close_and_open_sheets(9)
            self.world.end_block()
        self.decide(950_000, None, 1 - ending)
        self.world.end_block()

    @rule(order=st.sampled_from(ORDERS), account=accounts, asset=assets, lot=lots)
    def walk_an_order(self, order: bytes, account: str, asset: str, lot: int) -> None:
        """An order of a court lowered, then carried out in part."""
        made = Freeze(
            order_id=order,
            account=addr(account),
            asset=asset,
            amount=lot * FACE,
            expires_on=None,
            basis=BASIS,
        )
        self.world.submit("fiu", made)
        self.world.end_block()
        self.world.submit("fiu", ChangeFreeze(order_id=order, amount=lot * FACE, expires_on=None))
        if self.world.ledger.state.get(LIEN, order) is not None:
            less = lot * FACE - 1
            self.world.submit("fiu", ChangeFreeze(order_id=order, amount=less, expires_on=None))
            self.world.end_block()
            self.seize(0, asset, "treasury-cash", lot)

    @rule(asset=st.sampled_from([PKRS, *ISINS[:2]]), lot=lots)
    def walk_a_deal_to_its_cancelling(self, asset: str, lot: int) -> None:
        """Instructed and approved, then both sides want it gone; an order, too."""
        self.market.deal("bank-a", "bank-b", asset, "bank-a-cash", "bank-b-cash", lot * FACE, False)
        self.world.end_block()
        made = CancelBatch(initiator=addr("bank-a"), batch_id=f"T{self.market.batches}")
        for who in ("bank-a", "bank-b"):
            self.world.submit(who, made)
        self.take_back_an_order()
        self.world.end_block()

    @rule(
        seller=st.integers(0, 1),
        mode=st.sampled_from(list(RepoMode)),
        ending=st.sampled_from(["close", "close_out"]),
    )
    def walk_a_repo(self, seller: int, mode: RepoMode, ending: str) -> None:
        """Called; topped up, taken from, substituted and closed, or left to its default."""
        self.lenders.mark(100, dirty=True)
        self.next_day(1)
        self.lenders.lend(seller, RepoKind.OPEN, mode, 12, 20 * FACE)
        acts: tuple[tuple[int, tuple[str, ...]], ...] = (
            (85, ("add", "money")),
            (100, ("take", "swap", "recall")),
        )
        for percent, names in acts if ending == "close" else ((85, ()), (85, ()), (85, ())):
            self.lenders.mark(percent, dirty=True)
            self.next_day(1)
            for name in names:
                self.lenders.step(0, name, 1, "fiu")
                self.world.end_block()
        self.lenders.step(0, ending, 1, "fiu")
        self.world.end_block()

    @rule(asset=assets)
    def walk_a_pledge(self, asset: str) -> None:
        """Given by one bank to the other, and given back."""
        self.lenders.pledge("bank-a-cash", "bank-b", asset, FACE, 0)
        self.world.end_block()
        self.lenders.release("bank-b", None, "fiu")
        self.world.end_block()

    @rule(days=st.integers(1, 5))
    def walk_a_suspension(self, days: int) -> None:
        """Redemption stopped and resumed."""
        for resume in (False, True):
            self.suspend_redemption(days, resume)
            self.world.end_block()

    @rule(lot=lots, price=st.sampled_from([0, FACE]))
    def walk_a_deal(self, lot: int, price: int) -> None:
        """Instructed, approved, allocated by both, settled."""
        self.market.deal(
            "bank-a", "bank-b", ISINS[1], "bank-a-cash", "bank-b-cash", lot * FACE, False, price
        )
        self.world.end_block()
        self.advance(0, False)
        self.world.end_block()

    @precondition(lambda self: self.world.ledger.business_date < dt.date(2027, 6, 1))
    @rule()
    def walk_a_quarter(self) -> None:
        """Three months, each with its payments funded: bonds come to their maturity."""
        for _ in range(3):
            self.next_day(31)
            self.rest()
            for isin in ISINS[:2]:
                self.fund(isin, 3)
            for isin in PAPER:
                self.debt.fund(isin)
            self.world.end_block()
            self.rest()

    @precondition(lambda self: self.options())
    @rule(lot=lots, account=accounts, calls=st.booleans(), asset=st.sampled_from([None, FLEX]))
    def walk_an_option(self, lot: int, account: str, calls: bool, asset: str | None) -> None:
        """A call of a part, or a put, through its date; half the time under an order of a court."""
        place = DATES_OF_OPTIONS.index(self.options()[0])
        if calls:
            self.debt.call(place, lot * FACE, ["treasury", "central-bank"])
        else:
            self.debt.put(place, account, lot * FACE, "fiu")
            self.debt.withdraw(place, account)
            self.debt.put(place, account, lot * FACE, "fiu")
        self.world.end_block()
        if asset is not None:
            self.freeze(ORDERS[3], account, asset, 3 * FACE, 0)
        days = (DATES_OF_OPTIONS[place] - self.world.ledger.business_date).days
        for ahead in (days - 1, 3):
            self.next_day(max(1, ahead))
            self.rest()
            self.debt.fund(FLEX)
            self.world.end_block()
            self.rest()
        self.change_order(ORDERS[3], None, True)
        self.world.end_block()

    def options(self) -> list[dt.date]:
        """Dates of options that are not over, and near."""
        today = self.world.ledger.business_date
        return [day for day in DATES_OF_OPTIONS if 3 < (day - today).days < 70]

    @rule(number=st.integers(2, 9), rate=st.sampled_from([0, 95_000]))
    def walk_a_fixing(self, number: int, rate: int) -> None:
        """A rate published, a month later a coupon fixed on it, by the agenda or by hand."""
        self.debt.publish(BENCHMARK, 1, rate, "marker")
        self.next_day(31)
        self.rest()
        self.debt.fix(number, "treasury")
        self.debt.fund(FLOATER)
        self.world.end_block()

    @rule(
        asset=st.sampled_from(PAPER),
        mode=st.sampled_from(list(RepoMode)),
        lot=lots,
        closes=st.booleans(),
    )
    def walk_a_repo_of_paper(self, asset: str, mode: RepoMode, lot: int, closes: bool) -> None:
        """Lent over what the paper pays, repays or fixes; closed, or left to its default."""
        self.lenders.mark(100, dirty=True)
        self.next_day(1)
        self.lenders.lend(0, RepoKind.OPEN, mode, lot, lot * FACE, asset)
        self.next_day(31)
        self.rest()
        self.debt.fund(asset)
        self.lenders.mark(100 if closes else 60, dirty=True)
        for _ in range(3):
            self.next_day(1)
            self.rest()
        self.lenders.step(0, "close" if closes else "close_out", 1, "fiu")
        self.world.end_block()

    @rule()
    def rest(self) -> None:
        """The agenda of a day is done before the next moves."""
        self.world.rest()
