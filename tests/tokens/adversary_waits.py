"""What waits: a redemption in its line, a late rate, a payment for a proof of who one is.

Rules of the common world; each is a walk that nobody has to disturb for its last step to count.
"""

import hypothesis.strategies as st
from hypothesis.stateful import rule

from tests.tokens.adversary_debt import BENCHMARK, DebtMoves
from tests.tokens.adversary_values import FACE, ORDERS, PKRS, opening
from tests.tokens.support import MONEY, addr
from tests.tokens.test_adversary_collateral import CollateralAdversary
from tokens.ops.cash import CashRedeem
from tokens.ops.redemption_queue import WithdrawRedemption
from tokens.ops.transfer import Transfer
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION, REDEMPTION_QUEUE
from tokens.records.holdings import POSITION

SHOWN_MAX = 20


class WaitRules(CollateralAdversary):
    """Rules of a machine that has coins and floaters."""

    debt: DebtMoves

    @rule(left=st.sampled_from([0, 7]), cheat=st.sampled_from(["bank-b", "issuer"]))
    def walk_a_redemption_taken_back(self, left: int, cheat: str) -> None:
        """The reserve is frozen but for a little: he waits for the rest, and changes his mind."""
        state, order = self.world.ledger.state, ORDERS[3]
        cash = state.get(CASH_ASSET, PKRS)
        if cash is None:
            return
        reserve = state.get(POSITION, MONEY, cash.reserve_account)
        balance = 0 if reserve is None else reserve.balance
        self.freeze(order, "issuer-reserve", MONEY, max(1, balance - left), 0)
        self.world.end_block()
        own = addr("bank-a-cash")
        self.world.submit("bank-a", CashRedeem(asset=PKRS, source=own, target=own, amount=FACE))
        self.world.end_block()
        for entry in state.scan(QUEUED_REDEMPTION, REDEMPTION_QUEUE, (PKRS,), limit=SHOWN_MAX):
            for who in (cheat, "bank-a"):
                self.world.submit(who, WithdrawRedemption(asset=PKRS, number=entry.number))
                self.world.end_block()
        self.change_order(order, None, True)
        self.world.end_block()

    @rule(number=st.integers(1, 3), rate=st.sampled_from([0, 95_000]))
    def walk_a_fixing_by_hand(self, number: int, rate: int) -> None:
        """The day of a fixing passes without a rate; it is published late, and taken at once."""
        self.next_day(31)
        self.world.rest()
        self.debt.publish(BENCHMARK, 32, rate, "marker")
        for coupon in range(number, number + 4):
            self.debt.fix(coupon, "treasury")
        self.world.end_block()

    @rule(tier=st.integers(0, 1))
    def walk_a_payment_below_the_tier(self, tier: int) -> None:
        """Coins to somebody of whom too little is known; one tier more is enough."""
        name = f"tier-{tier}"
        self.world.submit("bank-a", opening(name, name, tier=tier))
        self.world.end_block()
        self.world.submit(
            "bank-a",
            Transfer(
                asset=PKRS,
                source=addr("bank-a-cash"),
                target=addr(name),
                amount=1,
                end_to_end_ref="",
            ),
        )
        self.world.end_block()
