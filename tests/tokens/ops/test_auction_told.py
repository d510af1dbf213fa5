"""What those who sell learn of a winner whose allotment does not settle (page 04, Privacy).

Treasury and auctioneer read allotments: an account of a bidder is not theirs to know of.
"""

from collections.abc import Callable

import pytest

from tests.tokens.ops.auction_world import ID, SETTLES, allotments, allotted
from tests.tokens.ops.build import go_to
from tests.tokens.ops.standing import recover
from tests.tokens.ops.test_auction_refusals import change_account, freeze, stop
from tests.tokens.ops.world import CBM, World, address
from tokens.auctions import address_of
from tokens.events import AllotmentEnded
from tokens.ops import SPEC_OF
from tokens.ops.auction_cut_off import SettleAllotment
from tokens.ops.business_day import CloseDay
from tokens.ops.freezes import LiftFreeze
from tokens.records.bids import AllotmentStatus
from tokens.records.settlement import BATCH
from tokens.refusing import revealed
from tokens.results import Code, Refusal

WINNER = "dealer_a/main"
BID = {"dealer_a": ((995_000, 10),)}

Harm = Callable[[World], None]


def settle(number: int) -> SettleAllotment:
    return SettleAllotment(auction_id=ID, number=number)


def winner() -> World:
    """One allotment that could settle: the settlement date is open, the agenda has not come."""
    world = allotted(BID, 995_000)
    freeze(world, WINNER)
    go_to(world, SETTLES)
    world.finish_agenda()
    (pending,) = allotments(world)
    assert pending.status is AllotmentStatus.PENDING
    thaw(world)
    return world


def thaw(world: World) -> None:
    """The freeze that kept it over the morning is lifted."""
    world.act("fiu", LiftFreeze(order_id=bytes([len(WINNER)]) * 32))


def freeze_a_part(world: World) -> None:
    """All but a unit of money."""
    freeze(world, WINNER, world.balance(CBM, WINNER) - 1)


HARMS: tuple[tuple[Code, Code, Harm], ...] = (
    (Code.ACCOUNT_FROZEN, Code.UNDER_REVIEW, lambda world: freeze(world, WINNER)),
    (Code.ACCOUNT_FROZEN, Code.UNDER_REVIEW, freeze_a_part),
    (Code.CREDIT_STOPPED, Code.UNDER_REVIEW, lambda world: stop(world, WINNER)),
    (
        Code.KYC_TIER_TOO_LOW,
        Code.COUNTERPARTY_NOT_ELIGIBLE,
        lambda world: change_account(world, WINNER, kyc_tier=0),
    ),
    (
        Code.RECOVERY_OPEN,
        Code.COUNTERPARTY_NOT_ELIGIBLE,
        lambda world: recover(world, WINNER),
    ),
)

NAMES = ("all", "part", "stop", "tier", "recovery")
"""The last is a status without its record: no block ends in it."""


@pytest.mark.parametrize(("whole", "told", "harm"), HARMS, ids=NAMES)
def test_who_sells_is_told_no_more_of_a_winner_than_anybody(
    whole: Code, told: Code, harm: Harm
) -> None:
    world = winner()
    harm(world)
    world.refuse(whole, "dealer_a", settle(1))
    world.refuse(told, "treasury", settle(1))


@pytest.mark.parametrize(("whole", "told", "harm"), HARMS[:-1], ids=NAMES[:-1])
def test_the_reason_of_a_failed_allotment_is_what_all_its_readers_may_know(
    whole: Code, told: Code, harm: Harm
) -> None:
    """It said ACCOUNT_FROZEN to Treasury and auctioneer; its batch did not."""
    world = winner()
    harm(world)
    world.act("central", CloseDay(date=SETTLES))
    world.finish_agenda()
    (failed,) = allotments(world)
    assert (failed.status, failed.reason) == (AllotmentStatus.FAILED, told)
    assert told is not whole
    event = world.last(AllotmentEnded)
    assert isinstance(event, AllotmentEnded)
    assert event.reason == told
    batch = world.state.get(BATCH, address_of(ID), "1")
    assert batch is not None
    assert batch.reason == told


def test_its_own_institution_and_supervisors_are_told_the_whole() -> None:
    """Beside the code, as of any refusal: a simulation shows it to them."""
    world = winner()
    freeze_a_part(world)
    found = refusals(world, "treasury")
    assert [each.code for each in found] == [Code.UNDER_REVIEW]
    for who, code in (
        ("dealer_a", Code.ACCOUNT_FROZEN),
        ("fiu", Code.ACCOUNT_FROZEN),
        ("treasury", Code.UNDER_REVIEW),
        ("bank_a", Code.UNDER_REVIEW),
    ):
        assert revealed(world.state, found[0], address(who)).code is code


def refusals(world: World, who: str) -> list[Refusal]:
    """Of a try of the allotment."""
    spec = SPEC_OF[SettleAllotment]
    return list(spec.check(world.context(world.actors(who)), settle(1)))
