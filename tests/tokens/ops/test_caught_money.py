"""Money caught under a freeze order is a part of it: it is lifted and ends with the order."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import FACE, go_to
from tests.tokens.ops.test_calls import BASIS, CALL_DATE, FUND_PART, ISIN, ORDER, PART, call, freeze
from tests.tokens.ops.test_calls import start as callable_bond
from tests.tokens.ops.test_coupons import AFTER, FUND, PAYMENT
from tests.tokens.ops.test_coupons import start as plain_bond
from tests.tokens.ops.test_kinds_paid import FIRST, SECOND, THIRD, amortising
from tests.tokens.ops.test_puts import ELECT
from tests.tokens.ops.test_puts import FIRST as PUT
from tests.tokens.ops.test_puts import FUND as FUND_PUT
from tests.tokens.ops.test_puts import start as puttable_bond
from tests.tokens.ops.world import CBM, World, address
from tokens.caught import parts_of_order
from tokens.events import FreezeLifted
from tokens.liens import LIENS_BY_ACCOUNT
from tokens.ops.control import ForceTransfer
from tokens.ops.coupons import PrincipalFund, RedemptionFund
from tokens.ops.freezes import ChangeFreeze, Freeze, LiftFreeze, StopCredits
from tokens.records.holdings import LIEN, POSITION, cash_lien_id
from tokens.records.instruments import REPAYMENT_BASE
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountStatus

LIFT = LiftFreeze(order_id=ORDER)
PREMIUM_PERCENT = 101


def called(amount: int | None = 80 * FACE, **changes: object) -> World:
    """Of 100 units under an order on some of them 30 were called at 101."""
    world = callable_bond()
    world.act("fiu", msgspec.structs.replace(freeze(amount), **changes))
    call(world, PART)
    go_to(world, CALL_DATE)
    world.act("treasury", FUND_PART)
    world.finish_agenda()
    return world


def frozen(world: World, account: bytes = address("a/main")) -> tuple[int, int]:
    """Units and money of an account under orders."""
    places = [world.state.get(POSITION, asset, account) for asset in (ISIN, CBM)]
    units, money = (0 if place is None else place.frozen for place in places)
    return units, money


@pytest.mark.parametrize(("amount", "caught"), [(None, 30), (80 * FACE, 10)])
def test_money_of_a_called_part_is_lifted_with_the_order(amount: int | None, caught: int) -> None:
    """The order was lifted and its money stayed frozen, under an id that nobody was told."""
    world = called(amount)
    assert frozen(world)[1] == caught * FACE * PREMIUM_PERCENT // 100
    world.act("fiu", LIFT)
    assert frozen(world) == (0, 0)
    told = [event.order for event in world.events if isinstance(event, FreezeLifted)]
    assert told == [ORDER, cash_lien_id(ORDER)]
    world.refuse(Code.NOT_FOUND, "fiu", LIFT)


def test_money_of_a_put_is_lifted_with_the_order() -> None:
    """40 of 60 are put at 99; an order on 50 reaches 30 of them."""
    world = puttable_bond()
    world.act("bank_a", ELECT)
    world.act("fiu", freeze(50 * FACE))
    go_to(world, dt.date(2026, 7, 13))
    world.act("treasury", FUND_PUT)
    go_to(world, PUT.date)
    world.finish_agenda()
    assert frozen(world) == (20 * FACE, 30 * FACE * 99 // 100)
    world.act("fiu", LIFT)
    assert frozen(world) == (0, 0)


def test_money_of_repayments_and_of_the_redemption_is_lifted_with_the_order() -> None:
    """A quarter twice under an id of its own, the half under the order's."""
    world = amortising()
    world.act("fiu", freeze(20 * FACE))
    for number, day in ((1, FIRST), (2, SECOND)):
        go_to(world, day)
        world.act("treasury", PrincipalFund(asset=ISIN, payment=REPAYMENT_BASE + number))
    go_to(world, THIRD)
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.finish_agenda()
    amounts = [(part.asset, part.amount) for part in parts_of_order(world.state, ORDER)]
    assert amounts == [(CBM, 10 * FACE), (CBM, 10 * FACE)]
    world.act("fiu", LIFT)
    assert frozen(world) == (0, 0)


def test_money_that_lies_unclaimed_is_lifted_with_the_order() -> None:
    """The account was closed between two payments: each part rests where its money went."""
    world = called(None)
    account = world.state.get(ACCOUNT, address("a/main"))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
    go_to(world, dt.date(2028, 7, 17))
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.finish_agenda()
    redeemed, was_called = parts_of_order(world.state, ORDER)
    assert was_called.account == address("a/main") != redeemed.account
    assert frozen(world, redeemed.account)[1] == 70 * FACE
    world.act("fiu", LIFT)
    assert frozen(world) == frozen(world, redeemed.account) == (0, 0)


def test_the_money_may_be_all_that_is_left_of_an_order() -> None:
    """The units were seized: the order was gone, and nobody could free its money by its name."""
    world = called()
    seizure = ForceTransfer(
        order_id=ORDER, asset=ISIN, amount=70 * FACE, target=address("treasury/main")
    )
    world.act("central+fiu", seizure)
    assert world.state.get(LIEN, ORDER) is None
    world.refuse(Code.ALREADY_EXISTS, "fiu", freeze(FACE))
    world.refuse(Code.NOT_THE_AUTHORITY, "regulator", LIFT)
    world.act("fiu", LIFT)
    assert frozen(world) == (0, 0)
    world.act("fiu", freeze(FACE))


def test_the_money_can_be_lifted_alone() -> None:
    world = called()
    world.act("fiu", LiftFreeze(order_id=cash_lien_id(ORDER)))
    assert frozen(world) == (70 * FACE, 0)


def test_another_order_of_that_id_is_no_part_of_it() -> None:
    """An authority has chosen, for another order, the id where the money would lie."""
    world = callable_bond()
    basis = msgspec.structs.replace(BASIS, order_no="8/2025")
    other = msgspec.structs.replace(
        freeze(FACE), order_id=cash_lien_id(ORDER), asset=CBM, basis=basis
    )
    world.act("fiu", other)
    world.act("fiu", freeze(80 * FACE))
    call(world, PART)
    go_to(world, CALL_DATE)
    world.act("treasury", FUND_PART)
    world.finish_agenda()
    caught = 10 * FACE * PREMIUM_PERCENT // 100
    assert frozen(world) == (70 * FACE, FACE + caught)
    world.act("fiu", LIFT)
    assert frozen(world) == (0, FACE)


def test_a_changed_end_is_the_end_of_the_money_too() -> None:
    """It kept the end that the order had when it was paid."""
    first, last = CALL_DATE + dt.timedelta(days=3), CALL_DATE + dt.timedelta(days=6)
    world = called(expires_on=first)
    change = ChangeFreeze(order_id=ORDER, amount=60 * FACE, expires_on=last)
    world.act("fiu", change)
    go_to(world, first)
    world.finish_agenda()
    assert frozen(world) == (60 * FACE, 10 * FACE * PREMIUM_PERCENT // 100)
    go_to(world, last)
    world.finish_agenda()
    assert frozen(world) == (0, 0)


def test_a_coupon_under_a_credit_stop_is_freed_by_the_id_of_its_lien() -> None:
    world = plain_bond()
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    go_to(world, AFTER)
    world.act("treasury", FUND)
    go_to(world, PAYMENT)
    world.finish_agenda()
    (lien,) = world.state.scan(LIEN, LIENS_BY_ACCOUNT, (address("a/main"),), limit=10)
    assert frozen(world) == (0, lien.amount)
    world.act("fiu", LiftFreeze(order_id=lien.id))
    assert frozen(world) == (0, 0)


def test_a_freeze_of_everything_catches_by_itself() -> None:
    """No money has a lien of its own: all of the account is stuck until the order is lifted."""
    world = callable_bond()
    everything = Freeze(
        order_id=ORDER,
        account=address("a/main"),
        asset=None,
        amount=None,
        expires_on=None,
        basis=BASIS,
    )
    world.act("fiu", everything)
    call(world, PART)
    go_to(world, CALL_DATE)
    world.act("treasury", FUND_PART)
    world.finish_agenda()
    assert len(parts_of_order(world.state, ORDER)) == 1
    world.act("fiu", LIFT)
    assert frozen(world) == (0, 0)
