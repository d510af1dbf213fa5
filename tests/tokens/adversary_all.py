"""One world in which everybody does everything: the families that move the same assets.

Bonds are auctioned, traded, put into a reserve, frozen, seized, paid; coins are minted, ramped,
redeemed, routed; all in the same blocks. fuzz.py runs it large, test_adversary_all.py small.
"""

from hypothesis.stateful import rule

from tests.tokens.adversary_cash import CashMoves, CashWorld
from tests.tokens.adversary_cash_rules import CashRules
from tests.tokens.test_adversary_auctions import AuctionAdversary


class Everybody(CashRules, AuctionAdversary):
    """Transfers, deals, orders, quotes, coupons, control; auctions; ramps, reserves, lots."""

    kind = CashWorld

    def __init__(self) -> None:
        super().__init__()
        self.moves = CashMoves(self.world)
        self.moves.open()
        self.moves.mark(96)
        self.moves.attest(0, 200, 20, "attestor")
        self.next_day(1)

    @rule()
    def rest(self) -> None:
        """The agenda of a day is done before the next moves."""
        for _ in range(50):
            if not self.world.ledger.core.agenda_is_due():
                return
            self.world.end_block()
