"""Pledges whose claim was not paid: the moves of pledgees that nobody trusts, and what they say."""

from tests.tokens.adversary_values import BASIS, HOLDERS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import MONEY, addr
from tokens.ops.enforcement import NotifyEnforcement, WithdrawEnforcement
from tokens.ops.enforcement_steps import AppropriatePledge, SellPledge
from tokens.records.holdings import LIEN, PLEDGES, Lien

AUTHORITIES = ["treasury", "central-bank"]
"""Of the policy `enforcement` in the small world."""
SHOWN_MAX = 20


class Pledgees:
    """Two banks that say that they were not paid."""

    def __init__(self, world: AdversaryWorld) -> None:
        self.world = world

    def some(self, pledgee: str, place: int) -> Lien | None:
        """One of the pledges of a bank."""
        found = self.world.ledger.state.scan(LIEN, PLEDGES, (addr(pledgee),), limit=SHOWN_MAX)
        return found[place % len(found)] if found else None

    def notify(self, lien: Lien, who: str, claim: int) -> None:
        """The claim is due, says whoever."""
        made = NotifyEnforcement(pledge=lien.id, claim=claim, cash_asset=MONEY, basis=BASIS)
        self.world.submit(who, made)

    def withdraw(self, lien: Lien, who: str) -> None:
        """It was paid."""
        self.world.submit(who, WithdrawEnforcement(pledge=lien.id))

    def take(self, lien: Lien, pledgee: str) -> None:
        """Title at the mark, into the own account of a bank."""
        own = addr(f"{pledgee}-cash")
        step = AppropriatePledge(pledge=lien.id, account=own, cash=own)
        self.world.propose([pledgee, *AUTHORITIES], step)

    def sell(self, lien: Lien, pledgee: str, buyer: str, amount: int, price: int) -> None:
        """To whoever signs for an account, at any price."""
        step = SellPledge(
            pledge=lien.id,
            amount=amount,
            price=price,
            buyer=addr(buyer),
            buyer_cash=addr(buyer),
            account=addr(f"{pledgee}-cash"),
        )
        holder = HOLDERS[buyer]
        signers = [pledgee, *[name for name in [holder, *AUTHORITIES] if name != pledgee]]
        self.world.propose(list(dict.fromkeys(signers)), step, approvers=(addr(holder),))
