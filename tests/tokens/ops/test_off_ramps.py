"""Off-ramps: what is held, what the bank says, and every way back (5.7)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.ramp_world import (
    ENDS,
    complete,
    give_back,
    open_in,
    open_out,
    opened,
    ramp_of,
    ramp_world,
    refuse,
    send,
)
from tests.tokens.ops.reserve_world import WEDNESDAY, breached, marks, swapped
from tests.tokens.ops.test_on_ramps import BASIS, NOWHERE, close
from tests.tokens.ops.world import CBM, PKRS, START, World, address
from tokens import liens, ramps
from tokens.ops.accounts import CloseAccount
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.freezes import Freeze, LiftFreeze, StopCredits
from tokens.ops.off_ramp_ends import CompleteRamp, ReturnRamp
from tokens.ops.off_ramps import OpenOffRamp, RefuseRamp, SendRamp
from tokens.ops.unclaimed import PayUnclaimed
from tokens.records.control import UNCLAIMED
from tokens.records.holdings import POSITION
from tokens.records.ramps import RampPurpose, RampStatus, owed
from tokens.results import Code
from tokens.types import AccountPurpose, OperationClass

FREEZE = Freeze(
    order_id=bytes([9]) * 32,
    account=address("client"),
    asset=PKRS,
    amount=50,
    expires_on=None,
    basis=BASIS,
)


@pytest.fixture
def world() -> World:
    """The client has 100 tokens."""
    made = ramp_world()
    made.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    return made


def held(world: World) -> int:
    position = world.state.get(POSITION, PKRS, address("client"))
    return 0 if position is None else position.held


def done(world: World, fee: int = 2) -> bytes:
    """A ramp that the bank has completed."""
    ramp = opened(world, open_out())
    world.act("bank_a", send(ramp, fee))
    world.act("bank_a", complete(ramp))
    return ramp


def test_held_tokens_pass_to_the_bank_and_nothing_is_burned(world: World) -> None:
    supply = world.supply(PKRS)
    ramp = opened(world, open_out())
    assert held(world) == 100
    world.act("bank_a", send(ramp))
    world.act("bank_a", complete(ramp))
    found = ramp_of(world, ramp)
    assert (found.status, found.went_out, found.fee, owed(found)) == (RampStatus.DONE, 98, 2, 0)
    assert (held(world), world.balance(PKRS, "client"), world.balance(PKRS, "a/main")) == (
        0,
        0,
        600,
    )
    assert world.supply(PKRS) == supply


def test_open_is_refused(world: World) -> None:
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", open_out(asset=CBM))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", open_out(account=address("nobody")))
    world.refuse(Code.UNKNOWN_PARTICIPANT, "bank_b", open_out(bank=address("nobody")))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", open_out())
    world.refuse(Code.ROLE_REQUIRED, "bank_b", open_out(bank=address("fiu")))
    world.refuse(Code.BAD_FIELD, "bank_b", open_out(purpose=RampPurpose.INWARD_REMITTANCE))
    world.refuse(Code.BAD_DATE, "bank_b", open_out(expires_on=START))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_b", open_out(amount=101))
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", open_out(account=address("reserve")))
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=OperationClass.MOVE.value))
    world.refuse(Code.ASSET_PAUSED, "bank_b", open_out())
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=0))
    world.act("fiu", msgspec.structs.replace(FREEZE, amount=None))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_b", OpenOffRamp(**msgspec.structs.asdict(open_out())))


def test_an_account_holds_so_many_ramps_and_liens(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liens, "LIENS_MAX", 3)
    for _ in range(3):
        world.act("bank_b", open_out(amount=1))
    world.refuse(Code.LIENS_FULL, "bank_b", open_out(amount=1))
    monkeypatch.setattr(ramps, "OPEN_RAMPS_MAX", 3)
    world.refuse(Code.RAMPS_FULL, "bank_b", open_out(amount=1))


def test_send_is_refused(world: World) -> None:
    ramp = opened(world, open_out(fee_max=200))
    world.refuse(Code.NOT_FOUND, "bank_a", send(NOWHERE))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", send(ramp))
    world.refuse(Code.FEE_TOO_HIGH, "bank_a", send(ramp, 201))
    world.refuse(Code.RAMP_AMOUNT, "bank_a", send(ramp, 100))
    far = START + dt.timedelta(days=ramps.DAYS_MAX + 1)
    world.refuse(Code.BAD_DATE, "bank_a", send(ramp, confirm_by=far))
    world.act("fiu", FREEZE)
    world.refuse(Code.UNDER_REVIEW, "bank_a", send(ramp))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a+bank_b", send(ramp))
    world.act("fiu", LiftFreeze(order_id=FREEZE.order_id))
    world.act("bank_a", send(ramp))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", send(ramp, name="OUT-2"))
    inward = opened(world, open_in())
    made = SendRamp(**msgspec.structs.asdict(send(inward)))
    world.refuse(Code.NOT_FOUND, "bank_a", made)
    world.act("bank_a", complete(ramp))
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    other = opened(world, open_out())
    world.refuse(Code.REFERENCE_USED, "bank_a", send(other))


def test_complete_is_refused(world: World) -> None:
    ramp = opened(world, open_out())
    world.refuse(Code.NOT_FOUND, "bank_a", complete(NOWHERE))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", complete(ramp))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", complete(ramp))
    world.act("bank_a", send(ramp))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", complete(ramp, "nobody"))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", complete(ramp, "b/main"))
    # tokens would lie where no key and no operation of a ramp reaches them
    world.account("a/unclaimed", "bank_a", "bank_a", purpose=AccountPurpose.UNCLAIMED)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", complete(ramp, "a/unclaimed"))
    world.act("fiu", FREEZE)
    world.refuse(Code.UNDER_REVIEW, "bank_a", complete(ramp))
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a+bank_b", complete(ramp))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_a", complete(ramp))
    close(world, "a/second")
    made = CompleteRamp(ramp=ramp, target=address("a/second"))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", made)


def test_a_bank_refuses_and_the_tokens_are_free(world: World) -> None:
    ramp = opened(world, open_out())
    world.refuse(Code.NOT_FOUND, "bank_a", RefuseRamp(ramp=NOWHERE))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", refuse(ramp))
    world.act("bank_a", refuse(ramp))
    found = ramp_of(world, ramp)
    assert (found.status, found.refund, owed(found)) == (RampStatus.RETURNED, 100, 0)
    assert held(world) == 0
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", refuse(ramp))


@pytest.mark.parametrize("sent", [False, True])
def test_the_date_lifts_the_hold(world: World, sent: bool) -> None:
    ramp = opened(world, open_out())
    if sent:
        world.act("bank_a", send(ramp))
        go_to(world, ENDS)
        assert ramp_of(world, ramp).status is RampStatus.BANK_SENT  # sending gave it more time
    go_to(world, ramp_of(world, ramp).expires_on)
    found = ramp_of(world, ramp)
    assert (found.status, found.refund, found.fee) == (RampStatus.EXPIRED, 100, 0)
    assert held(world) == 0
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", send(ramp, name="LATE"))


def test_a_hold_is_not_sent_on_its_last_date_before_the_agenda_ends_it(world: World) -> None:
    ramp = opened(world, open_out())
    world.quota = 0
    go_to(world, ENDS)
    assert ramp_of(world, ramp).status is RampStatus.HELD
    late = send(ramp, confirm_by=ENDS + dt.timedelta(days=1))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", late)


def test_a_payment_that_comes_back_before_completion(world: World) -> None:
    ramp = opened(world, open_out())
    world.act("bank_a", send(ramp))
    world.refuse(Code.RAMP_AMOUNT, "bank_a", give_back(ramp, 97, 2))
    world.act("bank_a", give_back(ramp, 97, 3))
    found = ramp_of(world, ramp)
    assert (found.status, found.fee, found.refund, found.refund_fee) == (
        RampStatus.RETURNED,
        0,
        97,
        3,
    )
    assert owed(found) == 0
    assert (held(world), world.balance(PKRS, "client")) == (0, 97)


def test_returns_after_completion_add_up(world: World) -> None:
    ramp = done(world)
    world.act("bank_a", give_back(ramp, 40, 3, "RET-1"))
    assert ramp_of(world, ramp).status is RampStatus.DONE
    world.refuse(Code.FEE_TOO_HIGH, "bank_a", give_back(ramp, 40, 3, "RET-2"))
    world.refuse(Code.RAMP_AMOUNT, "bank_a", give_back(ramp, 55, 1, "RET-2"))
    world.act("bank_a", give_back(ramp, 54, 1, "RET-2"))
    found = ramp_of(world, ramp)
    assert (found.status, found.went_out, owed(found)) == (RampStatus.RETURNED, 0, 0)
    assert found.came_in == 100 == found.fee + found.refund + found.refund_fee
    assert world.balance(PKRS, "client") == 94
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", give_back(ramp, 1, 0, "RET-3"))


def test_return_is_refused(world: World) -> None:
    ramp = opened(world, open_out())
    world.refuse(Code.NOT_FOUND, "bank_a", give_back(NOWHERE, 1))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", give_back(ramp, 1))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", give_back(ramp, 1))
    world.act("bank_a", send(ramp))
    back = give_back(ramp, 97, 3)
    nobody = msgspec.structs.replace(back, bank_account=address("nobody"))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", nobody)
    not_its_own = ReturnRamp(**msgspec.structs.asdict(back) | {"bank_account": address("b/main")})
    world.refuse(Code.NOT_AUTHORISED, "bank_a", not_its_own)
    world.refuse(Code.REFERENCE_USED, "bank_a", give_back(ramp, 97, 3, "OUT-1"))
    world.act("fiu", msgspec.structs.replace(FREEZE, amount=98))
    world.refuse(Code.UNDER_REVIEW, "bank_a", back)
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a+bank_b", back)
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "bank_a", back)
    close(world, "a/second")
    closed = msgspec.structs.replace(back, bank_account=address("a/second"))
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", closed)
    world.act("bank_a", give_back(ramp, 100))  # what needs no account of the bank still comes back


def test_a_return_needs_the_bank_s_tokens(world: World) -> None:
    ramp = done(world)
    world.act("bank_a", transfer(PKRS, "a/main", "b/main", 600))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", give_back(ramp, 98))
    world.act("bank_b", transfer(PKRS, "b/main", "a/main", 98))
    world.act("bank_a", give_back(ramp, 98))


def test_an_off_ramp_return_works_during_breach_and_pause() -> None:
    world = swapped()
    world.account("client", None, "bank_b")
    world.act("bank_a", transfer(PKRS, "a/main", "client", 100))
    ramp = opened(world, open_out())
    world.act("bank_a", send(ramp))
    world.act("bank_a", complete(ramp))
    world.act("marker", marks(world, 930_000))
    go_to(world, WEDNESDAY + dt.timedelta(days=1))
    assert breached(world)
    every = sum(c.value for c in OperationClass if c.value < OperationClass.SERVICE.value)
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=every))
    supply = world.supply(PKRS)
    world.act("bank_a", give_back(ramp, 98))
    assert world.balance(PKRS, "client") == 98
    assert world.supply(PKRS) == supply


def test_a_return_to_a_closed_account_is_unclaimed_and_reaches_its_owner(world: World) -> None:
    ramp = done(world)
    world.act("bank_b", CloseAccount(id=address("client")))
    world.act("bank_a", give_back(ramp, 40, 0, "RET-1"))
    world.act("bank_a", give_back(ramp, 58, 0, "RET-2"))
    number = ramp_of(world, ramp).number
    entry = world.state.get(UNCLAIMED, address("client"), PKRS, number)
    assert entry is not None
    assert entry.amount == 98
    world.account("client", None, "bank_b")
    second = world.state.get(UNCLAIMED, address("client"), PKRS, number)
    assert second == entry
    claim = PayUnclaimed(
        account=address("client"), security=PKRS, payment=number, target=address("client")
    )
    world.act("bank_b", claim)
    assert world.balance(PKRS, "client") == 98


def test_a_return_into_a_credit_stop_is_frozen(world: World) -> None:
    ramp = done(world)
    world.act("fiu", StopCredits(account=address("client"), stopped=True, basis=BASIS))
    world.act("bank_a", give_back(ramp, 98))
    position = world.state.get(POSITION, PKRS, address("client"))
    assert position is not None
    assert (position.balance, position.frozen) == (98, 98)


def test_a_seizure_ends_the_ramp_that_holds_the_tokens(world: World) -> None:
    ramp = opened(world, open_out())
    world.act("fiu", msgspec.structs.replace(FREEZE, amount=100))
    seize = ForceTransfer(
        order_id=FREEZE.order_id,
        asset=PKRS,
        amount=100,
        target=address("treasury/main"),
        reaches_pledged=False,
    )
    world.act("central+fiu", seize)
    assert ramp_of(world, ramp).status is RampStatus.EXPIRED
    assert (held(world), world.balance(PKRS, "treasury/main")) == (0, 100)
