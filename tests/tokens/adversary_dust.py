"""Dust of a commodity: lots and holdings below the smallest delivery, remainders worth nothing.

Rules of this file:
1. The moves lay many lots of a few minor units in front of a bar, so that a delivery comes in parts
   and through lots that are each too small for one; holders have less than can be delivered.
2. The judge takes no count of the ledger's own where it can make one: goods, receipts and money are
   followed from the records before and after a block and from its postings.
3. What was met is counted (MET): a campaign that met no dust has attacked nothing with it.
"""

import datetime as dt

import hypothesis.strategies as st
from hypothesis.stateful import rule

from tests.tokens.adversary_cash import SILVER, UNIT, CashMoves
from tests.tokens.adversary_values import BASIS, HOLDERS, ORDERS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import addr, digest
from tokens.ops.control import ForceTransfer
from tokens.ops.deliveries import CancelDelivery, ConfirmDelivery, RequestDelivery
from tokens.ops.freezes import Freeze, LiftFreeze
from tokens.ops.lots import AttestLot
from tokens.ops.transfer import Transfer
from tokens.records.commodities import COMMODITY, PARTS_MAX

LOTS = PARTS_MAX + 8
"""Lots of one walk: more than one confirmation may take from."""
ORDER = ORDERS[1]
HARMS = ("none", "freeze", "seize", "lower", "cancel", "expire")
"""What happens between the first part of a delivery and its last."""

clients = st.sampled_from(["client-a1", "client-b1"])
holders = st.sampled_from(["client-a1", "client-b1", "bank-a-cash", "bank-b-cash"])
specks = st.sampled_from([1, 2, 3, UNIT - 1])
wishes = st.sampled_from([1, UNIT - 1, UNIT, UNIT + 1, 2 * UNIT - 1, 3 * UNIT, 5 * UNIT + 7])


class DustRules:
    """Rules of a machine that has a `world` and `moves`."""

    world: AdversaryWorld
    moves: CashMoves
    laid = 0

    def lay(self, count: int, fine: int, days: int = 9) -> None:
        """Lots of `fine` minor units each, all attested in one transaction."""
        lots = []
        for _ in range(count):
            self.laid += 1
            lots.append(self.speck(self.laid, fine, days))
        self.world.submit("attestor", *lots)

    def speck(self, number: int, fine: int, days: int) -> AttestLot:
        """What lies there now: every attestation has an assay of its own."""
        return AttestLot(
            asset=SILVER,
            lot_id=f"SPECK-{number}",
            grade="999",
            gross=max(fine, 1),
            fine=fine,
            assay_hash=self.moves.assay(),
            custodian_lei="",
            insurance_hash=digest("insurance"),
            attest_expiry=self.world.ledger.business_date + dt.timedelta(days=days),
        )

    def ask(self, account: str, amount: int) -> None:
        """For a delivery, whether there is as much or not."""
        made = RequestDelivery(
            asset=SILVER,
            account=addr(account),
            cash_account=addr(account),
            amount=amount,
            expires_on=self.world.ledger.business_date + dt.timedelta(days=3),
        )
        self.world.submit(HOLDERS[account], made)

    def hand_out(self, number: int, parts: int, *, issuer: bool = True) -> None:
        """So many confirmations at once: by the vault, then by it and the issuer, who pays."""
        done = ConfirmDelivery(
            asset=SILVER,
            number=number,
            cash_source=addr("issuer-cash"),
            receipt_hash=digest(f"note {number}"),
        )
        self.world.submit("vault", *[done] * parts)
        if issuer:
            both = [done] * parts
            self.world.propose(["vault", "issuer"], *both, approvers=(addr("issuer"),))

    @rule(count=st.sampled_from([1, 7, LOTS]), fine=specks, days=st.integers(1, 9))
    def lay_dust(self, count: int, fine: int, days: int) -> None:
        self.lay(count, fine, days)

    @rule(place=st.integers(1, LOTS), fine=st.sampled_from([0, 1, UNIT]), days=st.integers(1, 9))
    def attest_a_speck_again(self, place: int, fine: int, days: int) -> None:
        if self.laid:
            self.world.submit("attestor", self.speck(1 + place % self.laid, fine, days))

    @rule(receiver=holders, amount=wishes)
    def receipts_of_dust(self, receiver: str, amount: int) -> None:
        self.moves.receipts(receiver, amount, "fiu", SILVER)

    @rule(giver=holders, receiver=holders, amount=specks)
    def scatter(self, giver: str, receiver: str, amount: int) -> None:
        """Less than a delivery: it goes on from hand to hand, and never out."""
        made = Transfer(
            asset=SILVER,
            source=addr(giver),
            target=addr(receiver),
            amount=amount,
            end_to_end_ref="",
        )
        self.world.submit(HOLDERS[giver], made)

    @rule(account=holders, amount=wishes)
    def ask_for_dust(self, account: str, amount: int) -> None:
        self.ask(account, amount)

    @rule(number=st.integers(1, 9), parts=st.integers(1, 3))
    def hand_out_dust(self, number: int, parts: int) -> None:
        self.hand_out(number, parts)

    @rule(client=clients, harm=st.sampled_from(HARMS), fine=st.sampled_from([1, 2]))
    def walk_through_dust(self, client: str, harm: str, fine: int) -> None:
        """Dust in front of a bar, receipts for both, a delivery in parts, harm in between."""
        self.moves.mark(96)
        self.world.next_day(1)
        self.lay(LOTS, fine)
        self.lay(1, 20 * UNIT)
        self.world.end_block()
        self.moves.receipts(client, LOTS + 10 * UNIT, "fiu", SILVER)
        self.world.end_block()
        for amount in (UNIT - 1, 2 * UNIT + 1):  # too small; a remainder worth nothing
            self.ask(client, amount)
        self.world.end_block()
        silver = self.world.ledger.state.get(COMMODITY, SILVER)
        assert silver is not None
        number = silver.delivery_next
        self.ask(client, (LOTS // UNIT + 6) * UNIT + 7)
        self.world.end_block()
        self.hand_out(number, 1, issuer=False)
        self.world.end_block()
        self.disturb(client, number, harm)
        for _ in range(2):
            self.hand_out(number, 1)
            self.world.end_block()
        self.world.submit("fiu", LiftFreeze(order_id=ORDER))
        self.world.end_block()

    def disturb(self, client: str, number: int, harm: str) -> None:
        """Of a delivery that is handed out in part."""
        held = Freeze(
            order_id=ORDER,
            account=addr(client),
            asset=SILVER,
            amount=10 * UNIT,
            expires_on=None,
            basis=BASIS,
        )
        if harm in ("freeze", "seize"):
            self.world.alone("fiu", held)
        if harm == "seize":
            taken = ForceTransfer(
                order_id=ORDER, asset=SILVER, amount=10 * UNIT, target=addr("treasury-cash")
            )
            self.world.propose(["central-bank", "fiu"], taken, approvers=(addr("fiu"),))
        elif harm == "lower":
            self.world.submit("attestor", self.speck(self.laid - 1, 0, 9))
        elif harm == "cancel":
            self.world.submit("issuer", CancelDelivery(asset=SILVER, number=number))
        elif harm == "expire":
            self.world.next_day(3)
        self.world.end_block()
