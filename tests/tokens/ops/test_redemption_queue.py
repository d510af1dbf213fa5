"""The queue of redemptions never stands still, and nobody waits in it against his will (5.7)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.reserve_world import BILL, BOTH, SUPPLY, WEDNESDAY, add, swap, swapped
from tests.tokens.ops.test_cash import mint, queue, queued, redeem
from tests.tokens.ops.test_lots import BASIS
from tests.tokens.ops.test_recovery import keys
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens.events import RedemptionEnded
from tokens.ops.control import ForceTransfer
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.off_ramps import OpenOffRamp
from tokens.ops.recovery import RecoverAccount
from tokens.ops.redemption_queue import WithdrawRedemption
from tokens.records.parties import ACCOUNT
from tokens.records.ramps import RampPurpose
from tokens.results import Code
from tokens.types import AccountStatus

TOMORROW = WEDNESDAY + dt.timedelta(days=1)
MONEY = 5_300_000
"""What the reserve can pay in `swapped`."""
SECOND = 1_000_000
FREEZE = Freeze(
    order_id=bytes([9]) * 32,
    account=address("a/main"),
    asset=PKRS,
    amount=None,
    expires_on=None,
    basis=BASIS,
)
BACK = swap(out=BILL, out_amount=2_000_000, into=CBM, into_amount=2_000_000)


@pytest.fixture
def world() -> World:
    """bank_a's redemption is paid as far as there is money, bank_b's waits behind it."""
    made = swapped()
    made.act("bank_a", transfer(PKRS, "a/main", "b/main", 2 * SECOND))
    made.act("bank_a", redeem(MONEY + 500_000))
    made.act("bank_b", redeem(SECOND, source=address("b/main"), target=address("b/main")))
    assert [entry.amount for entry in queue(made)] == [500_000, SECOND]
    return made


def ended(world: World) -> RedemptionEnded:
    """The last redemption that left the queue unpaid."""
    event = world.last(RedemptionEnded)
    assert isinstance(event, RedemptionEnded)
    return event


def withdraw(number: int = 1) -> WithdrawRedemption:
    """By whose tokens wait."""
    return WithdrawRedemption(asset=PKRS, number=number)


def test_no_money_lies_idle_while_somebody_waits(world: World) -> None:
    """A redemption of more than there was stood before everybody, and the money beside it."""
    assert world.balance(CBM, "reserve") == 0
    assert world.balance(PKRS, "a/main") == SUPPLY - 2 * SECOND - MONEY
    world.act("issuer", add(100_000))
    assert [entry.amount for entry in queue(world)] == [400_000, SECOND]
    world.act("bank_a", mint(400_001))
    assert [entry.amount for entry in queue(world)] == [SECOND - 1]
    assert queued(world) == SECOND - 1


def test_nobody_passes_the_queue_in_the_block_that_brings_the_money(world: World) -> None:
    """The agenda pays after the block's transactions: one of these would have found money there."""
    assert world.attempt("issuer", add(600_000)) is Code.OK
    assert world.attempt("bank_a", redeem(10)) is Code.OK
    assert world.balance(CBM, "reserve") == 600_000
    world.end_block()
    assert [entry.amount for entry in queue(world)] == [SECOND - 100_000, 10]
    assert world.balance(CBM, "reserve") == 0


def test_a_holder_takes_back_what_waits_and_the_next_moves_up(world: World) -> None:
    """Tokens in the queue of a reserve that never had the money again were lost to their holder."""
    world.refuse(Code.NOT_FOUND, "bank_a", withdraw(3))
    world.refuse(Code.NOT_FOUND, "bank_b", withdraw())
    world.refuse(Code.NOT_AUTHORISED, "fiu", withdraw())
    world.act("bank_a", withdraw())
    told = ended(world)
    assert (told.number, told.amount, told.reason) == (1, 500_000, 0)
    assert told.source == address("a/main")
    world.act("bank_a", transfer(PKRS, "a/main", "b/main", SUPPLY - 2 * SECOND - MONEY))
    assert [entry.number for entry in queue(world)] == [2]
    world.act("issuer", add(1))
    assert [entry.amount for entry in queue(world)] == [SECOND - 1]


def test_a_seizure_takes_the_first_and_the_next_moves_up(world: World) -> None:
    """Nothing told that it had left, and the next one waited for money for the first."""
    world.act("fiu", FREEZE)
    seize = ForceTransfer(
        order_id=FREEZE.order_id,
        asset=PKRS,
        amount=SUPPLY - 2 * SECOND - MONEY,
        target=address("treasury/main"),
    )
    world.act("central+fiu", seize)
    assert (ended(world).number, ended(world).reason) == (1, int(Code.ACCOUNT_FROZEN))
    assert queued(world) == SECOND
    world.act("issuer", add(SECOND))
    assert queue(world) == []


def test_who_is_frozen_stands_in_nobodys_way(world: World) -> None:
    """The first could not be paid, and the others waited until there was money for it."""
    world.act("fiu", FREEZE)
    go_to(world, TOMORROW)
    assert [entry.number for entry in queue(world)] == [2]
    assert (ended(world).number, ended(world).reason) == (1, int(Code.ACCOUNT_FROZEN))


def test_a_freeze_reaches_held_tokens_and_not_those_of_another_hold(world: World) -> None:
    """Page 04: a leg of x goes if balance - pledged - frozen >= x. Other holds were counted off."""
    free = SUPPLY - 2 * SECOND - MONEY - 500_000
    hold = OpenOffRamp(
        asset=PKRS,
        account=address("a/main"),
        bank=address("bank_b"),
        purpose=RampPurpose.CUSTOMER,
        amount=free,
        fee_max=0,
        outside=bytes(32),
        expires_on=TOMORROW,
    )
    world.act("bank_a", hold)
    world.act("fiu", msgspec.structs.replace(FREEZE, amount=free))
    world.act("issuer", add(500_000))
    assert [entry.number for entry in queue(world)] == [2]
    assert world.balance(PKRS, "a/main") == free


@pytest.mark.parametrize("status", [AccountStatus.CLOSED, AccountStatus.OPEN])
def test_who_cannot_be_paid_leaves_and_learns_no_more_than_it_may(
    world: World, status: AccountStatus
) -> None:
    """bank_a's money was to go to another bank, which is shut, or whose credits are stopped."""
    world.act("bank_a", withdraw())
    world.act("bank_b", withdraw(2))
    world.act("bank_a", redeem(500_000, target=address("b/main")))
    if status is AccountStatus.CLOSED:
        account = world.state.get(ACCOUNT, address("b/main"))
        assert account is not None
        world.state.put(ACCOUNT, msgspec.structs.replace(account, status=status))
        world.write()
    else:
        world.act("fiu", StopCredits(account=address("b/main"), stopped=True, basis=BASIS))
    go_to(world, TOMORROW)
    assert queue(world) == []
    said = Code.COUNTERPARTY_NOT_ELIGIBLE if status is AccountStatus.CLOSED else Code.UNDER_REVIEW
    assert ended(world).reason == int(said)


def test_nothing_is_paid_to_a_thief_once_the_keys_are_recovered() -> None:
    """A redemption of stolen keys that waited was paid while the account was RECOVERING."""
    world = swapped()
    world.account("client", None, "bank_a", policy=keys("old"))
    world.account("thief", None, "bank_b")
    world.act("bank_a", transfer(PKRS, "a/main", "client", SECOND))
    world.act("bank_a", redeem(MONEY + 1))
    stolen = redeem(SECOND, source=address("client"), target=address("thief"))
    assert world.attempt_account("client", stolen) is Code.OK
    evidence = RecoverAccount(account=address("client"), policy=keys("new"), evidence=bytes(32))
    world.act("bank_a+central", evidence)
    world.act(BOTH, BACK)
    assert world.balance(CBM, "thief") == 0
    assert world.balance(PKRS, "client") == SECOND
    assert (ended(world).number, ended(world).reason) == (2, int(Code.RECOVERY_OPEN))
