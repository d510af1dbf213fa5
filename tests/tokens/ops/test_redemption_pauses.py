"""Suspension of redemption: two agree, with a reason and an end; who waits keeps the place."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import go_to
from tests.tokens.ops.reserve_world import BOTH, SUPPLY, WEDNESDAY, add, swap, swapped
from tests.tokens.ops.test_cash import queued, redeem
from tests.tokens.ops.world import CBM, PKRS, address
from tokens.events import RedemptionPaused
from tokens.ops.cash import CashRedeem
from tokens.ops.redemption_pauses import DAYS_MAX, ResumeRedemption, SuspendRedemption
from tokens.records.instruments import ASSET
from tokens.records.reserves import REDEMPTION_PAUSE
from tokens.results import Code

UNTIL = WEDNESDAY + dt.timedelta(days=6)
SUSPEND = SuspendRedemption(asset=PKRS, reason="RTGS is down", until=UNTIL)
RESUME = ResumeRedemption(asset=PKRS)


def test_redemption_rests_and_goes_on_by_itself() -> None:
    world = swapped()
    world.act("bank_a", redeem(6_000_000))
    world.act("issuer+central", SUSPEND)
    made = CashRedeem(asset=PKRS, source=address("a/main"), target=address("a/main"), amount=1)
    world.refuse(Code.REDEMPTION_SUSPENDED, "bank_a", made)
    world.act("issuer", add(5_000_000))
    assert queued(world) == 700_000  # there is money, but redemption rests
    go_to(world, UNTIL)
    assert queued(world) == 0
    assert world.state.get(REDEMPTION_PAUSE, PKRS) is None
    assert world.supply(PKRS) == SUPPLY - 6_000_000
    world.act("bank_a", redeem(1))


def test_redemption_goes_on_by_approvals() -> None:
    world = swapped()
    world.act("bank_a", redeem(6_000_000))
    world.act("issuer+central", SUSPEND)
    world.act(BOTH, swap(out=swap().into, out_amount=1_000_000, into=CBM, into_amount=960_000))
    assert queued(world) == 700_000
    world.refuse(Code.NEEDS_APPROVAL, "issuer", RESUME)
    world.act("issuer+central", RESUME)
    assert queued(world) == 0
    event = world.last(RedemptionPaused)
    assert isinstance(event, RedemptionPaused)
    assert event.until is None
    world.refuse(Code.NOT_FOUND, "issuer+central", RESUME)
    go_to(world, UNTIL)  # its old end finds nothing to do
    world.act("bank_a", redeem(1))


def test_a_suspension_is_refused() -> None:
    world = swapped()
    world.refuse(Code.NEEDS_APPROVAL, "issuer", SUSPEND)
    world.refuse(Code.NEEDS_APPROVAL, "central", SUSPEND)
    for asset in (CBM, "NONE"):
        world.refuse(
            Code.UNKNOWN_ASSET, "issuer+central", msgspec.structs.replace(SUSPEND, asset=asset)
        )
        world.refuse(Code.UNKNOWN_ASSET, "issuer+central", ResumeRedemption(asset=asset))
    for days in (0, DAYS_MAX + 1):
        until = WEDNESDAY + dt.timedelta(days=days)
        late = msgspec.structs.replace(SUSPEND, until=until)
        world.refuse(Code.BAD_DATE, "issuer+central", late)
    world.act("issuer+central", SUSPEND)
    world.refuse(Code.ALREADY_EXISTS, "issuer+central", SUSPEND)
    coin = world.state.get(ASSET, PKRS)
    assert coin is not None
    world.state.put(ASSET, msgspec.structs.replace(coin, issuer=address("bank_b")))
    world.refuse(Code.NOT_AUTHORISED, "issuer+central", RESUME)
    world.refuse(Code.NOT_AUTHORISED, "issuer+central", SUSPEND)
