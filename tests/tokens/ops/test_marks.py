"""Marks: who sets them, when they hold, how old they may be, what a holding is worth at them."""

import datetime as dt
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.ops.build import FACE, ISIN, bond, go_to, terms
from tests.tokens.ops.test_cash import DEFINE
from tests.tokens.ops.world import CBM, START, World, address
from tokens.context import Actors
from tokens.events.collateral import MarkSet
from tokens.marks import fresh_mark, mark_of, value_at_floor, value_today_floor
from tokens.ops.marks import MARKS_MAX, MarkEntry, SetMarks
from tokens.records.day import CALENDAR
from tokens.records.instruments import ASSET
from tokens.records.marks import MARK_PRICE_MAX, Mark
from tokens.records.parties import PARTICIPANT
from tokens.records.proposals import APPROVAL_POLICY
from tokens.records.system import PARAMETER, Parameter
from tokens.results import Code
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.terms import accrued_of
from tokens.types import AMOUNT_LIMIT, NO_ADDRESS, AssetStatus, Role

TUESDAY = START
WEDNESDAY = START + dt.timedelta(days=1)
FRIDAY = START + dt.timedelta(days=3)
MONDAY = START + dt.timedelta(days=6)


def entry(price_e4: int, asset: str = ISIN, *, dirty: bool = True) -> MarkEntry:
    return MarkEntry(asset=asset, price_e4=price_e4, dirty=dirty)


def set_marks(price_e4: int, for_date: dt.date = START, *, dirty: bool = True) -> SetMarks:
    return SetMarks(for_date=for_date, marks=(entry(price_e4, dirty=dirty),))


def market() -> World:
    """A bond that is not issued yet."""
    world = World()
    bond(world)
    return world


def price(world: World) -> int | None:
    mark = mark_of(world.state, ISIN)
    return None if mark is None else mark.price_e4


def fresh(world: World) -> Mark | Code:
    return fresh_mark(world.context(Actors(NO_ADDRESS, ())), ISIN)


def test_a_mark_holds_from_the_next_open_day() -> None:
    world = market()
    world.act("marker", set_marks(990_000))
    event = world.last(MarkSet)
    assert isinstance(event, MarkSet)
    assert (event.effective, event.source) == (WEDNESDAY, address("marker"))
    assert price(world) is None
    world.act("marker", set_marks(995_000))  # a correction before it holds
    go_to(world, WEDNESDAY)
    assert price(world) == 995_000
    world.act("marker", set_marks(1_000_000, WEDNESDAY))
    assert price(world) == 995_000
    go_to(world, WEDNESDAY + dt.timedelta(days=1))
    assert price(world) == 1_000_000


def test_who_may_set_marks() -> None:
    world = market()
    world.refuse(Code.NEEDS_APPROVAL, "bank_a", set_marks(990_000))
    policy = world.state.get(APPROVAL_POLICY, "marks")
    assert policy is not None
    central = msgspec.structs.replace(policy, required=((Role.CENTRAL_BANK,),))
    world.state.put(APPROVAL_POLICY, central)
    world.refuse(Code.ROLE_REQUIRED, "central", set_marks(990_000))
    world.act("central+marker", set_marks(990_000))


@pytest.mark.parametrize("same_group", [False, True])
def test_an_issuer_marks_nothing_of_its_own(same_group: bool) -> None:
    world = market()
    marker = world.state.get(PARTICIPANT, address("marker"))
    asset = world.state.get(ASSET, ISIN)
    assert marker is not None
    assert asset is not None
    if same_group:
        changed = msgspec.structs.replace(marker, control_group="treasury")
        world.state.put(PARTICIPANT, changed)
    else:
        world.state.put(ASSET, msgspec.structs.replace(asset, issuer=marker.id))
    world.refuse(Code.MARK_BY_ISSUER, "marker", set_marks(990_000))


@pytest.mark.parametrize("same_group", [False, True])
def test_who_issues_a_coin_marks_nothing_that_may_back_it(same_group: bool) -> None:
    """An issuer with the role valued its own reserve, and took out what the mark had made."""
    world = market()
    world.act("issuer+central", DEFINE)
    name = "marker" if same_group else "issuer"
    party = world.state.get(PARTICIPANT, address(name))
    assert party is not None
    roles = (Role.CASH_ISSUER, Role.MARK_SOURCE)
    changed = msgspec.structs.replace(party, control_group="issuer", roles=roles)
    world.state.put(PARTICIPANT, changed)
    world.refuse(Code.MARK_BY_ISSUER, name, set_marks(990_000))
    world.refuse(Code.MARK_BY_ISSUER, f"{name}+central", set_marks(990_000))


def test_what_can_be_marked() -> None:
    world = market()
    world.refuse(Code.UNKNOWN_ASSET, "marker", SetMarks(for_date=START, marks=(entry(1, "NONE"),)))
    world.refuse(Code.BAD_FIELD, "marker", SetMarks(for_date=START, marks=(entry(1, CBM),)))
    twice = SetMarks(for_date=START, marks=(entry(990_000), entry(990_000)))
    world.refuse(Code.BAD_FIELD, "marker", twice)
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    world.state.put(ASSET, msgspec.structs.replace(asset, status=AssetStatus.MATURED))
    world.refuse(Code.ASSET_NOT_ACTIVE, "marker", set_marks(990_000))


def test_the_date_of_a_mark() -> None:
    world = market()
    world.refuse(Code.BAD_DATE, "marker", set_marks(990_000, WEDNESDAY))
    year = START - dt.timedelta(days=366)
    world.refuse(Code.BAD_DATE, "marker", set_marks(990_000, year - dt.timedelta(days=1)))
    world.act("marker", set_marks(990_000, year))
    world.act("marker", set_marks(990_000, START))
    go_to(world, WEDNESDAY)
    before = START - dt.timedelta(days=1)
    world.refuse(Code.DATE_NOT_LATER, "marker", set_marks(990_000, before))
    world.act("marker", set_marks(990_000, START))


def test_a_jump_is_measured_from_the_mark_in_force() -> None:
    world = market()
    world.act("marker", set_marks(1_000_000))
    world.act("marker", set_marks(10))  # nothing is in force yet
    world.act("marker", set_marks(1_000_000))
    go_to(world, WEDNESDAY)
    for far in (799_999, 1_200_001):
        world.refuse(Code.MARK_JUMP, "marker", set_marks(far, WEDNESDAY))
    world.act("marker", set_marks(1_200_000, WEDNESDAY))
    world.act("marker", set_marks(800_000, WEDNESDAY))
    world.refuse(Code.MARK_JUMP, "marker", set_marks(799_999, WEDNESDAY))
    world.state.put(PARAMETER, Parameter(name="mark_jump_bps", value=5_000))
    world.act("marker", set_marks(500_000, WEDNESDAY))


def test_age_counts_business_days() -> None:
    world = market()
    assert fresh(world) is Code.MARK_STALE
    world.act("marker", set_marks(990_000))
    assert fresh(world) is Code.MARK_STALE
    go_to(world, FRIDAY)
    assert isinstance(fresh(world), Mark)
    world.state.put(PARAMETER, Parameter(name="mark_age_days", value=2))
    assert fresh(world) is Code.MARK_STALE
    world.state.put(PARAMETER, Parameter(name="mark_age_days", value=4))
    go_to(world, MONDAY)
    assert isinstance(fresh(world), Mark)
    go_to(world, MONDAY + dt.timedelta(days=1))
    assert fresh(world) is Code.MARK_STALE


def test_a_clean_mark_is_worth_its_accrued_interest_more() -> None:
    world = market()
    go_to(world, dt.date(2025, 10, 15))
    today = dt.date(2025, 10, 15)
    world.act("marker", set_marks(985_000, today, dirty=False))
    go_to(world, dt.date(2025, 10, 16))
    context = world.context(Actors(NO_ADDRESS, ()))
    calendar = world.state.get(CALENDAR, "PK")
    assert calendar is not None
    accrued = accrued_of(terms(), calendar.current, FACE, dt.date(2025, 10, 16))
    assert accrued is not None
    assert accrued > 0
    whole = FACE * 985_000 // 10**6 + accrued
    assert value_today_floor(context.state, ISIN, FACE, 0) == whole
    assert value_today_floor(context.state, ISIN, FACE, 500) == whole * 95 // 100
    world.act("marker", set_marks(985_000, dt.date(2025, 10, 16), dirty=True))
    go_to(world, dt.date(2025, 10, 17))
    later = world.context(Actors(NO_ADDRESS, ()))
    assert value_today_floor(later.state, ISIN, FACE, 0) == FACE * 985_000 // 10**6


def test_money_counts_at_par_and_a_stale_mark_values_nothing() -> None:
    world = market()
    context = world.context(Actors(NO_ADDRESS, ()))
    assert value_today_floor(context.state, CBM, 12_345, 0) == 12_345
    assert value_today_floor(context.state, CBM, 12_345, 100) == 12_221
    assert value_today_floor(context.state, ISIN, FACE, 0) is Code.MARK_STALE


def test_a_list_of_marks_has_a_limit() -> None:
    entries = tuple(entry(1, f"A{number:03}") for number in range(MARKS_MAX + 1))
    made = SetMarks(for_date=START, marks=entries)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(msgspec.to_builtins(made), SetMarks)


@given(
    face=st.integers(0, AMOUNT_LIMIT),
    price_e4=st.integers(1, MARK_PRICE_MAX),
    haircut_bps=st.integers(0, 10_000),
)
def test_the_value_is_the_exact_rational_rounded_down_once(
    face: int, price_e4: int, haircut_bps: int
) -> None:
    exact = Fraction(face * price_e4, 10**6) * Fraction(10_000 - haircut_bps, 10_000)
    mark = Mark(
        asset=ISIN,
        price_e4=price_e4,
        dirty=True,
        for_date=START,
        effective=START,
        source=NO_ADDRESS,
    )
    state = Overlay(StoreState(MemoryStore()))
    value = value_at_floor(state, mark, face, haircut_bps)
    if value == AMOUNT_LIMIT:
        assert exact >= value
    else:
        assert value <= exact < value + 1
    assert value_at_floor(state, mark, face, 10_000) == 0
