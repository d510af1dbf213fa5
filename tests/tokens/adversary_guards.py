"""Attacks that a guard stops in every world: made early in a run, so that no guard goes unasked."""

import datetime as dt

from hypothesis.stateful import rule

from tests.tokens.adversary_papers import PaperRules
from tests.tokens.adversary_values import FACE, ISINS, PKRS, opening
from tests.tokens.support import MONEY, addr, digest, policy
from tokens.ops.cash import CashRedeem
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.orders import PlaceOrder
from tokens.ops.proposals import Approve
from tokens.ops.redemption_pauses import ResumeRedemption, SuspendRedemption
from tokens.ops.settlement import InstructBatch
from tokens.records.market import Side
from tokens.records.repos import RepoKind, RepoMode

ISSUERS = ["issuer", "central-bank", "treasury"]


class GuardRules(PaperRules):
    """Rules of a machine."""

    @rule()
    def walk_against_guards(self) -> None:
        """Other bytes, more than may be, a key of another, a leg to itself, too little pledged."""
        today, own = self.world.ledger.business_date, addr("bank-a-cash")
        much = CbIssue(asset=MONEY, target=own, amount=2**64 - 1, rtgs_ref=f"G-{self.count()}")
        self.agree(["central-bank"], much)
        self.world.propose(["treasury"], SuspendRedemption(asset=PKRS, reason="x", until=today))
        self.world.end_block()
        for proposal in self.world.proposals[-1:]:
            wrong = Approve(proposal_id=proposal, operations_digest=digest("other"))
            self.act("central-bank", wrong)
        self.act("bank-a", opening("fresh-2", keys=policy("bank-b")))
        batch = InstructBatch(
            batch_id=f"G{self.count()}",
            trade_date=today,
            isd=today,
            expires_on=today + dt.timedelta(days=4),
            legs=(self.market.leg(PKRS, 5, "bank-a", "bank-a", own, own),),
            trade_ref="",
            uti="",
            priority=0,
            automatic=False,
        )
        self.act("bank-a", batch)
        for side in (Side.BUY, Side.SELL):
            order = PlaceOrder(
                account=own,
                asset=ISINS[1],
                side=side,
                price_e4=1_000_000 if side is Side.BUY else 900_000,
                face=FACE,
                expires_on=today + dt.timedelta(days=3),
            )
            self.act("bank-a", order)
        self.lenders.mark(100, dirty=True)
        self.world.next_day(1)
        self.lenders.lend(0, RepoKind.OPEN, RepoMode.PLEDGE, 1, 9 * FACE)

    @rule()
    def walk_against_a_suspension(self) -> None:
        """Nobody redeems meanwhile."""
        until = self.world.ledger.business_date + dt.timedelta(days=2)
        self.world.propose(ISSUERS, SuspendRedemption(asset=PKRS, reason="x", until=until))
        self.world.end_block()
        own = addr("bank-a-cash")
        self.act("bank-a", CashRedeem(asset=PKRS, source=own, target=own, amount=FACE))
        self.world.propose(ISSUERS, ResumeRedemption(asset=PKRS))
        self.world.end_block()

    @rule()
    def walk_a_reserve_change(self) -> None:
        """Money into the reserve, and out again as far as it is too much."""
        self.moves.change(FACE, False)
        self.world.end_block()
        self.moves.change(FACE // 2, True)
        self.world.end_block()
