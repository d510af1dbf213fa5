"""The business date and its calendars."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import bond, go_to
from tests.tokens.ops.world import START, World
from tokens.ops import business_day
from tokens.ops.business_day import CloseDay, OpenDay, SetCalendar
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import INSTRUMENT
from tokens.results import Code

EID = SetCalendar(
    id="PK",
    weekend_mask=0b1100000,
    holidays=(dt.date(2026, 1, 19),),
    effective_on=dt.date(2025, 7, 2),
)


def test_open_and_close_take_turns() -> None:
    world = World()
    world.refuse(Code.DAY_OPEN, "central", OpenDay(date=dt.date(2025, 7, 2)))
    world.refuse(Code.BAD_DATE, "central", CloseDay(date=dt.date(2025, 7, 2)))
    world.refuse(Code.NEEDS_APPROVAL, "bank_a", CloseDay(date=START))
    world.act("central", CloseDay(date=START))
    world.refuse(Code.DAY_CLOSED, "central", CloseDay(date=START))
    world.refuse(Code.DATE_NOT_LATER, "central", OpenDay(date=START))
    world.refuse(Code.NOT_A_BUSINESS_DAY, "central", OpenDay(date=dt.date(2025, 7, 5)))
    world.refuse(Code.BAD_DATE, "central", OpenDay(date=dt.date(2036, 7, 2)))
    world.act("central", OpenDay(date=dt.date(2025, 7, 2)))
    day = world.state.get(BUSINESS_DAY)
    assert day is not None
    assert day.open
    assert day.date == dt.date(2025, 7, 2)


def test_a_calendar_waits_for_its_day_and_moves_payment_dates() -> None:
    world = World()
    isin = bond(world)
    world.refuse(Code.NEEDS_APPROVAL, "central", EID)
    world.act("central+regulator", EID)
    record = world.state.get(CALENDAR, "PK")
    assert record is not None
    assert record.current.version == 1
    go_to(world, dt.date(2025, 7, 2))
    record = world.state.get(CALENDAR, "PK")
    assert record is not None
    assert record.current.version == 2
    assert record.pending is None
    go_to(world, dt.date(2026, 1, 20))
    assert world.payment(isin, 1).payment_date == dt.date(2026, 1, 20)
    assert world.payment(isin, 1).record_date == dt.date(2026, 1, 15)


def test_the_calendar_of_the_new_date_says_whether_it_is_a_business_day() -> None:
    world = World()
    holiday = msgspec.structs.replace(EID, holidays=(dt.date(2025, 7, 2),))
    world.act("central+regulator", holiday)
    world.act("central", CloseDay(date=START))
    world.refuse(Code.NOT_A_BUSINESS_DAY, "central", OpenDay(date=dt.date(2025, 7, 2)))
    world.act("central", OpenDay(date=dt.date(2025, 7, 3)))


def test_set_calendar_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    who = "central+regulator"
    today = msgspec.structs.replace(EID, effective_on=START)
    world.refuse(Code.DATE_NOT_LATER, who, today)
    whole_week = msgspec.structs.replace(EID, weekend_mask=127)
    world.refuse(Code.BAD_FIELD, who, whole_week)
    twice = msgspec.structs.replace(EID, holidays=EID.holidays * 2)
    world.refuse(Code.BAD_FIELD, who, twice)
    monkeypatch.setattr(business_day, "CALENDARS_MAX", 1)
    world.refuse(Code.UNKNOWN_CALENDAR, who, msgspec.structs.replace(EID, id="XX"))
    monkeypatch.undo()
    world.act(who, msgspec.structs.replace(EID, id="XX"))
    record = world.state.get(CALENDAR, "XX")
    assert record is not None
    assert record.pending is None


def test_a_taken_record_keeps_its_dates() -> None:
    world = World()
    isin = bond(world)
    go_to(world, dt.date(2026, 1, 16))
    frozen = world.payment(isin, 1).payment_date
    moved = msgspec.structs.replace(EID, effective_on=dt.date(2026, 1, 19))
    world.act("central+regulator", moved)
    assert frozen == dt.date(2026, 1, 19)
    go_to(world, dt.date(2026, 1, 20))
    assert world.payment(isin, 1).payment_date == frozen
    stored = world.state.get(INSTRUMENT, isin)
    assert stored is not None
    assert stored.next_coupon == 2
