"""What comes late: sheets that nobody opens, winners who pay late, money back for a closed account.

Rules of a machine that has auctions, ramps and everybody's other moves.
"""

import datetime as dt

import hypothesis.strategies as st
from hypothesis.stateful import rule

from tests.tokens.adversary_cash import CashMoves
from tests.tokens.adversary_values import FACE, ORDERS, PKRS, opening
from tests.tokens.support import MONEY, addr, digest
from tests.tokens.test_adversary_auctions import SECRETS, AuctionAdversary, Whole
from tokens.ops.accounts import CloseAccount
from tokens.ops.auction_reveal import EndReveal, PublishAuctionKey
from tokens.ops.auctions import CloseAuction
from tokens.ops.off_ramp_ends import CompleteRamp, ReturnRamp
from tokens.ops.off_ramps import OpenOffRamp, SendRamp
from tokens.ops.unclaimed import PayUnclaimed
from tokens.records.auctions import AuctionType
from tokens.records.bids import BidLine
from tokens.records.control import UNCLAIMED
from tokens.records.ramps import Rail, RampPurpose

REVEAL_BLOCKS = 3
"""What the world's parameter says."""


class LateRules(AuctionAdversary):
    """Rules of a machine."""

    moves: CashMoves
    late = 0

    @rule(account=st.sampled_from(["bank-a-cash", "client-b1"]), early=st.booleans())
    def walk_an_unopened_sheet(self, account: str, early: bool) -> None:
        """Keys are public, nobody opens: void when its blocks are over, and not before."""
        world = self.world
        self.announce(AuctionType.REOPEN, 0, False, 2)
        world.end_block()
        self.bid(account, (BidLine(bid=950_000, face=FACE),), 1)
        world.end_block()
        for auction in self.live():
            name = auction.terms.auction_id
            world.alone("central-bank", CloseAuction(auction_id=name))
            for place, who in enumerate(("treasury", "central-bank")):
                world.submit(who, PublishAuctionKey(auction_id=name, private_key=SECRETS[place]))
            for _ in range(1 if early else REVEAL_BLOCKS + 1):
                world.end_block()
            world.alone("central-bank", EndReveal(auction_id=name))

    @rule(place=st.integers(0, 1), stays=st.sampled_from([False, False, True]))
    def walk_a_late_winner(self, place: int, stays: bool) -> None:
        """A dealer wins; an order of a court keeps its money over the date, or for some hours."""
        lines = (BidLine(bid=950_000, face=FACE),)
        self.whole_auction(Whole(AuctionType.REOPEN, place, {"bank-a-cash": lines}, 9, None, 1))
        self.freeze(ORDERS[2], "bank-a-cash", MONEY, None, 0)
        self.world.end_block()
        self.next_day(1)
        self.settle()
        self.world.end_block()
        if not stays:
            self.change_order(ORDERS[2], None, True)
            self.settle()
            self.world.end_block()

    @rule(same=st.booleans(), amount=st.sampled_from([40, 100]))
    def walk_money_back_to_a_closed_account(self, same: bool, amount: int) -> None:
        """Paid out, the account closed, the payment comes back: unclaimed until its owner asks."""
        self.late += 1
        name, other = f"left-{self.late}", f"stays-{self.late}"
        for place, owner in ((name, "person"), (other, "person" if same else "stranger")):
            self.world.submit("bank-a", opening(place, owner))
        gone = addr(name)
        self.world.end_block()
        self.market.move_units("bank-a", PKRS, "bank-a-cash", name, 100)
        self.world.end_block()
        later = self.world.ledger.business_date + dt.timedelta(days=7)
        opened = OpenOffRamp(
            asset=PKRS,
            account=gone,
            bank=addr("bank-b"),
            purpose=RampPurpose.CUSTOMER,
            amount=100,
            fee_max=0,
            outside=digest("outside"),
            expires_on=later,
        )
        self.world.alone("bank-a", opened)
        for ramp in [ramp for ramp in self.moves.ramps() if ramp.account == gone]:
            payment = digest(f"late payment {self.late}")
            sent = SendRamp(
                ramp=ramp.id, rail=Rail.RTGS, reference_hash=payment, fee=0, confirm_by=later
            )
            back = ReturnRamp(
                ramp=ramp.id,
                bank_account=addr("bank-b-cash"),
                rail=Rail.RTGS,
                reference_hash=digest(f"late return {self.late}"),
                amount=amount,
                fee=0,
            )
            self.world.alone("bank-b", sent)
            self.world.alone("bank-b", CompleteRamp(ramp=ramp.id, target=addr("bank-b-cash")))
            self.world.alone("bank-a", CloseAccount(id=gone))
            self.world.alone("bank-b", back)
        for entry in self.world.snapshot.all(UNCLAIMED):
            claim = PayUnclaimed(
                account=entry.account,
                security=entry.security,
                payment=entry.payment,
                target=addr(other),
            )
            for who in ("bank-b", "bank-a"):
                self.world.alone(who, claim)
