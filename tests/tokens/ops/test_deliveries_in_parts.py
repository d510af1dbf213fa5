"""A delivery behind more lots than one operation may take from (ADR 0025)."""

import datetime as dt

import pytest

from tests.tokens.ops.build import go_to
from tests.tokens.ops.commodity_world import (
    GOLD,
    attest,
    breached,
    commodity,
    confirm,
    delivery,
    give_up,
    lot,
    request,
)
from tests.tokens.ops.test_deliveries import BOTH, FREEZE, marked
from tests.tokens.ops.world import CBM, START, World, address
from tokens.events import DeliveryChanged
from tokens.ops.control import ForceTransfer
from tokens.records.commodities import PARTS_MAX, DeliveryStatus, LotPart, LotStatus
from tokens.records.holdings import LIEN, POSITION
from tokens.results import Code

DUST = 100


def dusty() -> World:
    """A hundred lots of one milligram lie before a bar of 3,000; receipts for all of it."""
    world = marked()
    for name in ("BAR-1", "BAR-2", "BAR-3"):
        world.act("attestor", attest(name, 1))
    for number in range(4, DUST + 1):
        world.act("attestor", attest(f"DUST-{number}", 1))
    world.act("attestor", attest("LAST", 9_950))
    assert commodity(world).attested == DUST + 9_950
    return world


def held(world: World) -> int:
    """Receipts of bank_a that are set aside."""
    position = world.state.get(POSITION, GOLD, address("a/main"))
    assert position is not None
    return position.held


def test_a_hundred_lots_of_dust_do_not_stop_a_delivery() -> None:
    """It was refused for ever with ATTESTED_SHORT, though the class was covered."""
    world = dusty()
    world.act("bank_a", request(3_150))
    seen = []
    for _ in range(3):
        world.act("vault", confirm())
        event = world.last(DeliveryChanged)
        assert isinstance(event, DeliveryChanged)
        seen.append((event.status, event.delivered, held(world)))
    assert seen == [
        (DeliveryStatus.REQUESTED, 32, 3_118),
        (DeliveryStatus.REQUESTED, 64, 3_086),
        (DeliveryStatus.REQUESTED, 96, 3_054),
    ]
    assert len(delivery(world).parts) == PARTS_MAX
    assert (world.supply(GOLD), commodity(world).attested) == (9_904, 9_954)
    # the issuer signs where the remainder is paid: with the last part
    world.refuse(Code.NOT_AUTHORISED, "vault", confirm())
    before = world.balance(CBM, "issuer/main")
    world.act(BOTH, confirm())
    done = delivery(world)
    assert (done.status, done.delivered) == (DeliveryStatus.DELIVERED, 3_000)
    assert done.parts[-1] == LotPart(lot_id="LAST", quantity=2_900)
    assert lot(world, f"DUST-{DUST}").status is LotStatus.EMPTY
    assert (world.supply(GOLD), commodity(world).attested) == (6_850, 7_050)
    assert (held(world), world.state.get(LIEN, done.lien)) == (0, None)
    # 150 mg at 22.55 paisa, once
    assert world.balance(CBM, "issuer/main") == before - 3_382
    world.refuse(Code.DELIVERY_NOT_OPEN, BOTH, confirm())


def test_parts_of_one_transaction_are_all_or_nothing() -> None:
    world = dusty()
    world.act("bank_a", request(3_150))
    many = confirm(), confirm(), confirm(), confirm()
    assert world.attempt("vault", *many) is Code.NOT_AUTHORISED
    assert (delivery(world).delivered, held(world)) == (0, 3_150)
    world.act(BOTH, *many)
    assert delivery(world).status is DeliveryStatus.DELIVERED


def test_what_all_lots_together_do_not_have_is_refused() -> None:
    world = dusty()
    world.act("bank_a", request(6_000))
    world.act("vault", confirm())
    world.act("attestor", attest("LAST", 5_899))
    assert breached(world)
    # 68 + 5,899 are there, 5,968 are asked for
    world.refuse(Code.ATTESTED_SHORT, "vault", confirm())
    world.act("attestor", attest("LAST", 5_900))
    for _ in range(3):
        world.act("vault", confirm())
    assert delivery(world).status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("end", ["holder", "date"])
def test_what_is_not_handed_out_comes_back(end: str) -> None:
    world = dusty()
    world.act("bank_a", request(3_150))
    world.act("vault", confirm())
    if end == "holder":
        world.act("bank_a", give_up())
    else:
        go_to(world, START + dt.timedelta(days=10))
    done = delivery(world)
    assert (done.status, done.delivered) == (DeliveryStatus.CANCELLED, PARTS_MAX)
    assert (held(world), world.balance(GOLD, "a/main")) == (0, 10_000 - PARTS_MAX)


def test_a_seizure_takes_what_is_not_handed_out() -> None:
    world = dusty()
    world.act("bank_a", request(10_000))
    world.act("vault", confirm())
    world.act("fiu", FREEZE)
    # a freeze of a part of what is left stops every part
    world.refuse(Code.UNDER_REVIEW, "vault", confirm())
    seize = ForceTransfer(
        order_id=FREEZE.order_id, asset=GOLD, amount=9_000, target=address("treasury/main")
    )
    world.act("central+fiu", seize)
    done = delivery(world)
    assert (done.status, done.delivered) == (DeliveryStatus.CANCELLED, PARTS_MAX)
    assert world.balance(GOLD, "a/main") == 10_000 - PARTS_MAX - 9_000


def test_two_deliveries_share_the_lots_in_front() -> None:
    world = dusty()
    world.act("bank_a", request(1_000))
    world.act("bank_a", request(2_000))
    for number in (1, 2, 1, 2):
        world.act("vault", confirm(number))
    assert delivery(world, 1).delivered == 64
    assert delivery(world, 1).status is DeliveryStatus.REQUESTED
    assert len(delivery(world, 2).parts) == 5  # four of dust were left
    assert delivery(world, 2).status is DeliveryStatus.DELIVERED
    world.act("vault", confirm(1))
    assert delivery(world, 1).parts == (LotPart(lot_id="LAST", quantity=936),)
    assert delivery(world, 1).status is DeliveryStatus.DELIVERED
    assert (world.supply(GOLD), commodity(world).attested) == (7_000, DUST + 9_950 - 3_000)
