"""A pledge whose claim was not paid: its notice, and the steps that follow."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import FACE, ISIN, fund, go_to, walk_to
from tests.tokens.ops.repo_build import PAR, mark, market
from tests.tokens.ops.test_pledges import BOTH, pledge, pledges
from tests.tokens.ops.world import CBM, World, address
from tokens.ops.enforcement import NotifyEnforcement
from tokens.ops.enforcement_steps import AppropriatePledge, SellPledge
from tokens.records.holdings import LegalBasis

BASIS = LegalBasis(authority="Loan agreement", order_no="LOAN-1", sha256=bytes(32))
DUE = dt.date(2025, 8, 4)
"""Ten business days after Monday 21 July."""
TAKER, SELLER = "bank_b+regulator", "bank_b+issuer+regulator"
change = msgspec.structs.replace


def notice(world: World, claim: int = 35 * FACE) -> NotifyEnforcement:
    (lien,) = pledges(world)
    return NotifyEnforcement(pledge=lien.id, claim=claim, cash_asset=CBM, basis=BASIS)


def pledged(amount: int = 50 * FACE, asset: str = ISIN) -> World:
    """50 bonds of bank A pledged to bank B; a third bank could buy."""
    world = market()
    world.account("issuer/main", "issuer", "issuer")
    fund(world, "issuer/main", 1_000 * FACE)
    world.act(BOTH, pledge(amount, asset))
    return world


def noticed(claim: int = 35 * FACE, price_e4: int = PAR) -> World:
    """The notice has run; the mark is of the day before."""
    world = pledged()
    world.act("bank_b", notice(world, claim))
    walk_to(world, DUE - dt.timedelta(days=3))
    mark(world, price_e4)
    go_to(world, DUE)
    return world


def title(world: World, **changes: object) -> AppropriatePledge:
    (lien,) = pledges(world)
    made = AppropriatePledge(pledge=lien.id, account=address("b/main"), cash=address("b/main"))
    return change(made, **changes)


def sale(world: World, amount: int, price: int, **changes: object) -> SellPledge:
    lien = pledges(world)[0]
    made = SellPledge(
        pledge=lien.id,
        amount=amount,
        price=price,
        buyer=address("issuer/main"),
        buyer_cash=address("issuer/main"),
        account=address("b/main"),
    )
    return change(made, **changes)
