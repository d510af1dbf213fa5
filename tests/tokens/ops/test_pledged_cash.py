"""Money paid for a part of a pledge is a part of it: found, released, substituted, ended."""

import datetime as dt

import msgspec

from tests.tokens.ops.build import FACE, go_to
from tests.tokens.ops.test_calls import CALL_DATE, FUND_PART, ISIN, PART, call, start
from tests.tokens.ops.test_pledges import BOTH, pledge, pledges
from tests.tokens.ops.world import CBM, World, address
from tokens.events.collateral import PledgeReleased
from tokens.ops.coupons import RedemptionFund
from tokens.ops.pledges import ReleasePledge, SubstitutePledge
from tokens.pledged import parts_of
from tokens.records.holdings import LIEN, POSITION, cash_lien_id
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountStatus

CASH = 20 * FACE * 101 // 100
"""Of 90 pledged of 100, 30 were called at 101: 10 free ones went first."""


def called(expires_on: dt.date | None = None) -> tuple[World, bytes]:
    """70 units and CASH under one pledge of bank_b; its id."""
    world = start()
    world.act(BOTH, pledge(90 * FACE, expires_on=expires_on))
    name = pledges(world)[0].id
    call(world, PART)
    go_to(world, CALL_DATE)
    world.act("treasury", FUND_PART)
    world.finish_agenda()
    assert pledged(world) == (70 * FACE, CASH)
    return world, name


def pledged(world: World) -> tuple[int, int]:
    """Units and money of a/main under pledges."""
    places = [world.state.get(POSITION, asset, address("a/main")) for asset in (ISIN, CBM)]
    units, money = (0 if place is None else place.pledged for place in places)
    return units, money


def test_a_pledge_is_found_with_its_money() -> None:
    world, name = called()
    assert [(part.id, part.asset, part.amount) for part in parts_of(world.state, name)] == [
        (name, ISIN, 70 * FACE),
        (cash_lien_id(name), CBM, CASH),
    ]
    assert parts_of(world.state, bytes(32)) == ()


def test_a_release_of_all_frees_both_and_of_a_part_the_units() -> None:
    world, name = called()
    world.act("bank_b", ReleasePledge(pledge=name, amount=10 * FACE))
    assert pledged(world) == (60 * FACE, CASH)
    world.refuse(Code.NOT_THE_PLEDGEE, "bank_a", ReleasePledge(pledge=name, amount=None))
    before = len(world.events)
    world.act("bank_b", ReleasePledge(pledge=name, amount=None))
    assert pledged(world) == (0, 0)
    told = [e for e in world.events[before:] if isinstance(e, PledgeReleased)]
    assert [(event.pledge, event.amount) for event in told] == [
        (name, 60 * FACE),
        (cash_lien_id(name), CASH),
    ]
    world.refuse(Code.NOT_FOUND, "bank_b", ReleasePledge(pledge=name, amount=None))


def test_the_money_is_released_alone_by_its_own_id_and_found_when_the_units_are_gone() -> None:
    world, name = called()
    world.act("bank_b", ReleasePledge(pledge=cash_lien_id(name), amount=FACE))
    assert pledged(world) == (70 * FACE, CASH - FACE)
    world.act("bank_b", ReleasePledge(pledge=name, amount=70 * FACE))
    assert pledged(world) == (0, CASH - FACE)
    world.act("bank_b", ReleasePledge(pledge=name, amount=None))
    assert pledged(world) == (0, 0)


def test_a_substitution_ends_both_and_counts_the_money_as_free() -> None:
    world, name = called()
    holder = world.state.get(POSITION, CBM, address("a/main"))
    assert holder is not None
    all_money = SubstitutePledge(pledge=name, asset=CBM, amount=holder.balance)
    more = msgspec.structs.replace(all_money, amount=holder.balance + 1)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, BOTH, more)
    world.act(BOTH, all_money)
    assert pledged(world) == (0, holder.balance)
    assert len(pledges(world)) == 1


def test_both_end_on_the_date_of_the_pledge() -> None:
    """The money stayed pledged for ever: its id was on no agenda."""
    ends = CALL_DATE + dt.timedelta(days=3)
    world, _ = called(expires_on=ends)
    go_to(world, ends)
    world.finish_agenda()
    assert pledged(world) == (0, 0)


def test_money_in_another_account_is_found_too() -> None:
    """The pledgor's account was closed by the next payment: its money is unclaimed, and pledged."""
    world, name = called()
    account = world.state.get(ACCOUNT, address("a/main"))
    assert account is not None
    closed = msgspec.structs.replace(account, status=AccountStatus.CLOSED)
    world.state.put(ACCOUNT, closed)
    go_to(world, dt.date(2028, 7, 17))
    world.act("treasury", RedemptionFund(asset=ISIN))
    world.finish_agenda()
    parts = parts_of(world.state, name)
    assert [(part.asset, part.amount) for part in parts] == [(CBM, 70 * FACE), (CBM, CASH)]
    assert [part.account == address("a/main") for part in parts] == [False, True]
    world.act("bank_b", ReleasePledge(pledge=name, amount=None))
    assert all(world.state.get(LIEN, part.id) is None for part in parts)
    assert world.state.get(LIEN, name) is None
