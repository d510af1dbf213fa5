"""One state with something of everything in it, in the middle of its life: what damages start from.

Made by the moves of the adversary, with nobody against them.
"""

import datetime as dt

from tests.tokens.adversary_all import Everybody
from tests.tokens.adversary_debt import PAPER
from tests.tokens.adversary_values import FACE, ISINS, ORDERS, PKRS
from tests.tokens.support import MONEY, addr
from tokens.ops.batch_steps import AllocateBatch
from tokens.ops.cash import CashRedeem
from tokens.ops.orders import PlaceOrder
from tokens.ops.validators import ReportMisbehaviour
from tokens.records.market import Side
from tokens.records.repos import RepoKind, RepoMode
from tokens.store import MemoryStore


def old_store() -> MemoryStore:
    """After a quarter: a bond is redeemed."""
    run = Everybody()
    run.walk_a_quarter()
    return run.world.ledger.store


def full_store() -> MemoryStore:
    """Its records."""
    run = Everybody()
    world, market = run.world, run.market
    run.walk_money_back_to_a_closed_account(False, 40)  # stays unclaimed: a stranger asks for it
    run.walk_a_delivery("client-a1", 1)
    run.walk_a_ramp("client-a1", True, 0)
    run.next_day(31)
    run.rest()
    for isin in (*ISINS[:2], *PAPER):
        run.debt.fund(isin)
    world.end_block()
    run.rest()
    run.lenders.mark(100, dirty=True)
    run.next_day(1)
    run.rest()
    run.debt.put(0, "client-b1", FACE, "fiu")
    run.lenders.lend(0, RepoKind.OPEN, RepoMode.PLEDGE, 2, FACE)
    run.lenders.pledge("bank-a-cash", "bank-b", PKRS, FACE, 0)
    world.end_block()
    lien = next(found for place in range(9) if (found := run.pledgees.some("bank-b", place)))
    run.pledgees.notify(lien, "bank-b", FACE)
    run.lenders.mark(100, dirty=True)
    run.next_day(1)  # the repo is looked at
    run.rest()
    _trade(run)
    market.move_units("bank-a", PKRS, "bank-a-cash", "client-b1", 500)
    world.end_block()
    run.moves.ramp("client-b1", "bank-a", 100, 3, False)
    run.moves.attest(4, 200, 9, "attestor")
    world.end_block()
    run.moves.receipts("client-a1", 100, "fiu")
    world.end_block()
    run.moves.deliver("client-a1", 50, 0, 0)
    run.freeze(ORDERS[0], "issuer-reserve", MONEY, None, 0)
    world.end_block()
    own = addr("bank-a-cash")
    world.alone("bank-a", CashRedeem(asset=PKRS, source=own, target=own, amount=FACE))
    world.submit(
        "treasury",
        ReportMisbehaviour(validator="treasury-node", accused_height=2, evidence=b"two"),
    )
    world.end_block()
    return world.ledger.store


def _trade(run: Everybody) -> None:
    """A trade, an order on each side that waits, and a batch that is allocated."""
    run.both_sides(ISINS[1], 1_000_000, 1)
    run.world.end_block()
    later = run.world.ledger.business_date + dt.timedelta(days=20)
    for side, price in ((Side.BUY, 998_500), (Side.SELL, 1_001_500)):
        made = PlaceOrder(
            account=addr("bank-a-cash"),
            asset=ISINS[1],
            side=side,
            price_e4=price,
            face=FACE,
            expires_on=later,
        )
        run.world.submit("bank-a", made)
    run.market.deal("bank-a", "bank-b", PKRS, "bank-a-cash", "bank-b-cash", FACE, False, wait=1)
    run.world.end_block()
    for who in ("bank-a", "bank-b"):
        step = AllocateBatch(initiator=addr("bank-a"), batch_id=f"T{run.market.batches}")
        run.world.submit(who, step)
    run.world.end_block()
