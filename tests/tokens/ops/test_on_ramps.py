"""On-ramps: the way of the money in, its screening, and every way back (5.7)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.ramp_world import (
    ENDS,
    credit,
    open_in,
    open_out,
    opened,
    ramp_of,
    ramp_world,
    receive,
    refund,
    refuse,
    screen,
)
from tests.tokens.ops.world import CBM, PKRS, START, World, address
from tokens import ramps
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import Freeze, StopCredits
from tokens.ops.on_ramp_ends import CreditRamp, RefundRamp
from tokens.ops.on_ramps import OpenOnRamp, ReceiveRamp, ScreeningStep, ScreenRamp
from tokens.records.holdings import LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.records.ramps import RAMP, Rail, RampPurpose, RampStatus, owed
from tokens.results import Code
from tokens.types import AccountStatus, OperationClass

BASIS = LegalBasis(authority="Court", order_no="1", sha256=bytes(32))
NOWHERE = bytes(32)


@pytest.fixture
def world() -> World:
    return ramp_world()


def cleared(world: World, amount: int = 100, name: str = "IN-1") -> bytes:
    """A ramp that may be credited."""
    ramp = opened(world, open_in())
    world.act("bank_a", receive(ramp, amount, name))
    world.act("bank_b", screen(ramp, ScreeningStep.BEGIN))
    world.act("bank_b", screen(ramp, ScreeningStep.CLEAR))
    return ramp


def close(world: World, name: str) -> None:
    """Close an account whatever is in it."""
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))


def test_the_bank_s_tokens_pass_to_the_client_and_nothing_is_minted(world: World) -> None:
    supply = world.supply(PKRS)
    ramp = cleared(world)
    world.act("bank_a", credit(ramp))
    found = ramp_of(world, ramp)
    assert (found.status, found.came_in, found.went_out, found.fee) == (
        RampStatus.CREDITED,
        100,
        98,
        2,
    )
    assert owed(found) == 0
    assert (world.balance(PKRS, "client"), world.balance(PKRS, "a/main")) == (98, 502)
    assert world.supply(PKRS) == supply


def test_open_is_refused(world: World) -> None:
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", open_in(asset="NONE"))
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", open_in(asset=CBM))
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_b", open_in(account=address("nobody")))
    world.refuse(Code.UNKNOWN_PARTICIPANT, "bank_b", open_in(bank=address("nobody")))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", open_in())
    world.refuse(Code.ROLE_REQUIRED, "bank_b", open_in(bank=address("fiu")))
    world.refuse(Code.BAD_FIELD, "bank_b", open_in(purpose=RampPurpose.REPATRIATE))
    world.refuse(Code.BAD_DATE, "bank_b", open_in(expires_on=START))
    far = START + dt.timedelta(days=ramps.DAYS_MAX + 1)
    world.refuse(Code.BAD_DATE, "bank_b", open_in(expires_on=far))
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", open_in(account=address("reserve")))
    poor = world.account("poor", None, "bank_b", kyc_tier=0)
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_b", open_in(account=poor))
    stop = StopCredits(account=address("client"), stopped=True, basis=BASIS)
    world.act("fiu", stop)
    world.refuse(Code.CREDIT_STOPPED, "bank_b", open_in())
    world.act("fiu", msgspec.structs.replace(stop, stopped=False))
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=OperationClass.MOVE.value))
    world.refuse(Code.ASSET_PAUSED, "bank_b", open_in())
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=0))
    close(world, "client")
    world.refuse(Code.ACCOUNT_CLOSED, "bank_b", open_in())


def test_an_account_opens_so_many_ramps_and_an_ended_one_makes_room(world: World) -> None:
    first = opened(world, open_in())
    for _ in range(ramps.OPEN_RAMPS_MAX - 1):
        assert world.attempt("bank_b", open_in()) is Code.OK
    world.refuse(Code.RAMPS_FULL, "bank_b", open_in())
    world.act("bank_b", refuse(first))
    world.act("bank_b", open_in())


def test_inward_remittance_is_a_purpose_of_its_own(world: World) -> None:
    ramp = opened(world, open_in(purpose=RampPurpose.INWARD_REMITTANCE))
    assert ramp_of(world, ramp).purpose is RampPurpose.INWARD_REMITTANCE


def test_a_payment_counts_once_for_ever_over_all_ramps_of_its_bank(world: World) -> None:
    first, second = opened(world, open_in()), opened(world, open_in())
    world.act("bank_a", receive(first))
    world.refuse(Code.REFERENCE_USED, "bank_a", receive(second))
    world.act("bank_a", receive(second, rail=Rail.RTGS))
    world.refuse(Code.REFERENCE_USED, "bank_a", refund(first, 100, name="IN-1"))
    world.act("bank_a", refund(first, 100))
    world.refuse(Code.REFERENCE_USED, "bank_a", refund(second, 100))
    other = opened(world, open_in(bank=address("bank_b")))
    world.act("bank_b", receive(other))


def test_receive_is_refused(world: World) -> None:
    ramp = opened(world, open_in())
    world.refuse(Code.NOT_FOUND, "bank_a", receive(NOWHERE))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", receive(ramp))
    world.act("bank_a", receive(ramp))
    again = ReceiveRamp(ramp=ramp, rail=Rail.CASH, reference_hash=NOWHERE, amount=1)
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", again)
    world.act("bank_a", transfer(PKRS, "a/main", "client", 50))
    out = opened(world, open_out(amount=50))
    world.refuse(Code.NOT_FOUND, "bank_a", receive(out, name="IN-2"))


def test_each_step_of_screening_has_its_people(world: World) -> None:
    ramp = opened(world, open_in())
    world.refuse(Code.NOT_FOUND, "bank_b", screen(NOWHERE, ScreeningStep.BEGIN))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_b", ScreenRamp(ramp=ramp, step=ScreeningStep.BEGIN))
    world.act("bank_a", receive(ramp))
    world.refuse(Code.NOT_AUTHORISED, "fiu", screen(ramp, ScreeningStep.BEGIN))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_b", screen(ramp, ScreeningStep.CLEAR))
    world.act("bank_a", screen(ramp, ScreeningStep.BEGIN))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", screen(ramp, ScreeningStep.CLEAR))
    world.act("bank_b", screen(ramp, ScreeningStep.CLEAR))
    world.act("fiu", screen(ramp, ScreeningStep.HOLD))
    assert ramp_of(world, ramp).status is RampStatus.ON_HOLD
    world.refuse(Code.RAMP_NOT_CLEARED, "bank_a", credit(ramp))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", screen(ramp, ScreeningStep.CLEAR))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_b", screen(ramp, ScreeningStep.HOLD))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", refund(ramp, 100))
    world.act("fiu", screen(ramp, ScreeningStep.CLEAR))
    world.refuse(Code.RAMP_NOT_CLEARED, "bank_a", credit(ramp))
    world.act("bank_b", screen(ramp, ScreeningStep.CLEAR))
    world.act("bank_a", credit(ramp))


def test_each_who_may_hold_lets_go_of_its_own_hold_only(world: World) -> None:
    for who, other in (("bank_a", "bank_b"), ("bank_b", "bank_a")):
        ramp = opened(world, open_in())
        world.act("bank_a", receive(ramp, name=who))
        world.act(who, screen(ramp, ScreeningStep.HOLD))
        world.refuse(Code.NOT_AUTHORISED, other, screen(ramp, ScreeningStep.CLEAR))
        world.act(who, screen(ramp, ScreeningStep.CLEAR))
        assert ramp_of(world, ramp).status is RampStatus.SCREENING


def test_credit_is_refused(world: World) -> None:
    ramp = opened(world, open_in())
    world.refuse(Code.NOT_FOUND, "bank_a", credit(NOWHERE))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", credit(ramp))
    world.refuse(Code.RAMP_NOT_CLEARED, "bank_a", credit(ramp))
    ramp = cleared(world)
    world.refuse(Code.UNKNOWN_ACCOUNT, "bank_a", credit(ramp, source="nobody"))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", credit(ramp, source="b/main"))
    world.refuse(Code.FEE_TOO_HIGH, "bank_a", credit(ramp, 94, 6))
    world.refuse(Code.RAMP_AMOUNT, "bank_a", credit(ramp, 99, 2))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, "bank_a", credit(ramp, source="a/second"))
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=OperationClass.MOVE.value))
    made = CreditRamp(ramp=ramp, source=address("a/main"), amount=1, fee=0)
    world.refuse(Code.ASSET_PAUSED, "bank_a", made)
    world.act("central+regulator", PauseAsset(asset=PKRS, classes=0))
    freeze = Freeze(
        order_id=bytes([7]) * 32,
        account=address("a/main"),
        asset=None,
        amount=None,
        expires_on=ENDS,
        basis=BASIS,
    )
    world.act("fiu", StopCredits(account=address("client"), stopped=True, basis=BASIS))
    world.refuse(Code.UNDER_REVIEW, "bank_a", credit(ramp))
    account = world.state.get(ACCOUNT, address("client"))
    assert account is not None
    own = msgspec.structs.replace(account, servicer=address("bank_a"))
    world.state.put(ACCOUNT, own)
    world.refuse(Code.CREDIT_STOPPED, "bank_a", credit(ramp))
    world.act("fiu", StopCredits(account=address("client"), stopped=False, basis=BASIS))
    world.state.put(ACCOUNT, msgspec.structs.replace(own, kyc_tier=0))
    world.refuse(Code.KYC_TIER_TOO_LOW, "bank_a", credit(ramp))
    close(world, "client")
    world.refuse(Code.ACCOUNT_CLOSED, "bank_a", credit(ramp))
    world.act("fiu", freeze)
    world.refuse(Code.ACCOUNT_FROZEN, "bank_a", credit(ramp))
    # no dead end: what cannot be credited is refunded
    world.act("bank_a", refund(ramp, 100))
    assert ramp_of(world, ramp).status is RampStatus.REFUNDED


def test_partial_refunds_add_up(world: World) -> None:
    ramp = cleared(world, amount=150)
    world.act("bank_a", refund(ramp, 40, 2, "BACK-1"))
    world.act("bank_a", credit(ramp, 90, 5))
    assert owed(ramp_of(world, ramp)) == 13
    world.refuse(Code.RAMP_AMOUNT, "bank_a", refund(ramp, 13, 1, "BACK-2"))
    world.refuse(Code.FEE_TOO_HIGH, "bank_a", refund(ramp, 9, 4, "BACK-2"))
    world.act("bank_a", refund(ramp, 10, 3, "BACK-2"))
    found = ramp_of(world, ramp)
    assert found.status is RampStatus.CREDITED
    assert found.came_in == 150 == 90 + 5 + 50 + 5
    assert (found.went_out, found.fee, found.refund, found.refund_fee) == (90, 5, 50, 5)
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", refund(ramp, 1, 0, "BACK-3"))


def test_refund_is_refused(world: World) -> None:
    ramp = opened(world, open_in())
    world.refuse(Code.NOT_FOUND, "bank_a", refund(NOWHERE, 1))
    world.refuse(Code.NOT_AUTHORISED, "bank_b", refund(ramp, 1))
    made = RefundRamp(ramp=ramp, rail=Rail.BOOK, reference_hash=NOWHERE, amount=1, fee=0)
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", made)


def test_money_that_comes_after_the_date_is_received_and_goes_back(world: World) -> None:
    ramp = opened(world, open_in())
    go_to(world, ENDS)
    assert ramp_of(world, ramp).status is RampStatus.EXPIRED
    world.act("bank_a", receive(ramp))
    assert owed(ramp_of(world, ramp)) == 100
    world.refuse(Code.RAMP_NOT_CLEARED, "bank_a", credit(ramp))
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", receive(ramp, name="IN-2"))
    world.act("bank_a", refund(ramp, 100))
    assert ramp_of(world, ramp).status is RampStatus.REFUNDED


@pytest.mark.parametrize("steps", range(3))
def test_the_date_ends_every_state_and_what_was_received_stays_owed(
    world: World, steps: int
) -> None:
    ramp = opened(world, open_in())
    way = (
        ("bank_a", receive(ramp)),
        ("bank_b", screen(ramp, ScreeningStep.BEGIN)),
    )
    for who, operation in way[:steps]:
        world.act(who, operation)
    go_to(world, ENDS)
    found = ramp_of(world, ramp)
    assert found.status is RampStatus.EXPIRED
    assert owed(found) == (100 if steps else 0)
    if steps:
        world.act("bank_a", refund(ramp, 100))
        assert ramp_of(world, ramp).status is RampStatus.REFUNDED


def test_a_hold_does_not_end_on_the_date_that_the_client_chose(world: World) -> None:
    """The client may be who is looked at: it could end the hold of the unit on the next day."""
    ramp = opened(world, open_in(expires_on=START + dt.timedelta(days=1)))
    world.act("bank_a", receive(ramp))
    world.act("fiu", screen(ramp, ScreeningStep.HOLD))
    last = START + dt.timedelta(days=ramps.DAYS_MAX)
    assert ramp_of(world, ramp).expires_on == last
    go_to(world, last - dt.timedelta(days=1))
    assert ramp_of(world, ramp).status is RampStatus.ON_HOLD
    world.refuse(Code.RAMP_NOT_OPEN, "bank_a", refund(ramp, 100))
    go_to(world, last + dt.timedelta(days=2))
    assert ramp_of(world, ramp).status is RampStatus.EXPIRED
    world.act("bank_a", refund(ramp, 100))
    assert ramp_of(world, ramp).status is RampStatus.REFUNDED


def test_a_hold_shortens_nothing(world: World) -> None:
    later = START + dt.timedelta(days=ramps.DAYS_MAX)
    ramp = opened(world, open_in(expires_on=later))
    world.act("bank_a", receive(ramp))
    world.act("bank_b", screen(ramp, ScreeningStep.HOLD))
    assert ramp_of(world, ramp).expires_on == later


def test_a_ramp_that_is_over_by_date_is_not_screened(world: World) -> None:
    """Before the agenda has come by: a hold would bring it back."""
    for at, way in enumerate(((), (ScreeningStep.BEGIN,))):
        ramp = opened(world, open_in(expires_on=START + dt.timedelta(days=1 + at)))
        world.act("bank_a", receive(ramp, name=f"IN-{at}"))
        for step in way:
            world.act("bank_b", screen(ramp, step))
        day = START + dt.timedelta(days=at)
        world.act("central", CloseDay(date=day))
        following = OpenDay(date=day + dt.timedelta(days=1))
        assert world.attempt("central", following) is Code.OK
        for who, step in (("fiu", ScreeningStep.HOLD), ("bank_b", ScreeningStep.BEGIN)):
            assert world.attempt(who, screen(ramp, step)) is not Code.OK
        assert world.attempt("fiu", screen(ramp, ScreeningStep.HOLD)) is Code.RAMP_NOT_OPEN
        world.end_block()
        assert ramp_of(world, ramp).status is RampStatus.EXPIRED


def test_a_client_or_bank_gives_up_a_ramp_that_waits(world: World) -> None:
    for who in ("bank_b", "bank_a"):
        ramp = opened(world, open_in())
        world.refuse(Code.NOT_FOUND, "issuer", refuse(ramp))
        world.act(who, refuse(ramp))
        assert ramp_of(world, ramp).status is RampStatus.EXPIRED
        world.refuse(Code.RAMP_NOT_OPEN, who, refuse(ramp))


def test_an_open_on_ramp_names_no_hold_and_numbers_rise(world: World) -> None:
    first = opened(world, OpenOnRamp(**msgspec.structs.asdict(open_in())))
    second = opened(world, open_in())
    numbers = [ramp.number for ramp in world.state.scan(RAMP, RAMP.indexes[0], limit=9)]
    assert numbers == [1, 2]
    assert ramp_of(world, first).lien is None
    assert ramp_of(world, second).number == 2
