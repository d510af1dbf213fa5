"""The business date: opened and closed by the central bank, never back (page 04, Three clocks)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import auction_days, maturing, repo_life, reserve, servicing
from tokens.context import Context
from tokens.events import CalendarSet, DayClosed, DayOpened
from tokens.finance.calendar import DATE_MAX, Calendar, check_calendar, is_business_day
from tokens.lookup import require
from tokens.records.day import (
    BUSINESS_DAY,
    CALENDAR,
    BusinessDay,
    CalendarId,
    CalendarRecord,
)
from tokens.records.day_mark import DAY_MARK, DayMark
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import OperationClass

CALENDARS_MAX = 64
"""Calendars on one ledger."""

CALENDARS = CALENDAR.indexes[0]

DAY_JUMP_DAYS_MAX = 3_660
"""A date that is further away than ten years is a slip of the keyboard."""


class OpenDay(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=30,
):
    """Open a business date. All dated work of it and of dates passed over falls due."""

    date: dt.date
    """Later than the last one, a business day of the ledger's calendar."""


class CloseDay(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=31,
):
    """Close the business date: records of the date are taken, what is unfunded is missed."""

    date: dt.date
    """The date that is open: named, so that nobody closes the wrong one."""


class SetCalendar(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=32,
):
    """The next version of a calendar, in force from a later business date on."""

    id: CalendarId
    """Name of the calendar, for example PK."""
    weekend_mask: int
    """Bit n is set if weekday n is a weekend day; Monday is 0. 0..126."""
    holidays: tuple[dt.date, ...]
    """Ascending. At most 2,000; what goes through a proposal fits into 8 KiB, about 600."""
    effective_on: dt.date
    """Later than the business date."""


def check_open(context: Context, operation: OpenDay) -> Iterator[Refusal]:
    """Monotonic, and a business day of the calendar that is in force on that date."""
    day = require(context.state, BUSINESS_DAY)
    if day.open:
        yield Refusal(Code.DAY_OPEN)
    if operation.date <= day.date:
        yield Refusal(Code.DATE_NOT_LATER)
    elif (operation.date - day.date).days > DAY_JUMP_DAYS_MAX or operation.date > DATE_MAX:
        yield Refusal(Code.BAD_DATE)
    calendar = _calendar_on(require(context.state, CALENDAR, day.calendar), operation.date)
    if not is_business_day(calendar, operation.date):
        yield Refusal(Code.NOT_A_BUSINESS_DAY)


def apply_open(context: Context, operation: OpenDay) -> None:
    """Calendars first, then records of dates never closed, then what falls due today."""
    state = context.state
    day = require(state, BUSINESS_DAY)
    for record in state.scan(CALENDAR, CALENDARS, limit=CALENDARS_MAX):
        current = _calendar_on(record, operation.date)
        if current is not record.current:
            state.put(CALENDAR, CalendarRecord(current=current, pending=None, effective_on=None))
    servicing.take_records(context, operation.date - dt.timedelta(days=1))
    servicing.miss_unfunded(context, day.date)
    auction_days.end_of_date(context, operation.date - dt.timedelta(days=1))
    state.put(BUSINESS_DAY, BusinessDay(date=operation.date, open=True, calendar=day.calendar))
    state.put(DAY_MARK, DayMark(date=operation.date, opened_at=context.height))
    context.emit(DayOpened(date=operation.date))
    maturing.mature(context, operation.date)
    reserve.review_all(context)
    reserve.wake_queues(context)
    repo_life.begin_day(context, operation.date)


def check_close(context: Context, operation: CloseDay) -> Iterator[Refusal]:
    """Only the open date can be closed."""
    day = require(context.state, BUSINESS_DAY)
    if not day.open:
        yield Refusal(Code.DAY_CLOSED)
    if operation.date != day.date:
        yield Refusal(Code.BAD_DATE)


def apply_close(context: Context, operation: CloseDay) -> None:
    """The agenda may still hold work of the date: close_day never waits for it."""
    state = context.state
    day = require(state, BUSINESS_DAY)
    servicing.take_records(context, day.date)
    servicing.miss_unfunded(context, day.date)
    auction_days.end_of_date(context, day.date)
    state.put(BUSINESS_DAY, BusinessDay(date=day.date, open=False, calendar=day.calendar))
    repo_life.end_day(context, day.date)
    context.emit(DayClosed(date=day.date))


def check_set_calendar(context: Context, operation: SetCalendar) -> Iterator[Refusal]:
    """A usable calendar, not for today: today's dates are computed already."""
    record = context.state.get(CALENDAR, operation.id)
    if record is None:
        known = context.state.scan(CALENDAR, CALENDARS, limit=CALENDARS_MAX)
        if len(known) >= CALENDARS_MAX:
            yield Refusal(Code.UNKNOWN_CALENDAR)
    if check_calendar(_next_version(record, operation)) is not None:
        yield Refusal(Code.BAD_FIELD)
    if operation.effective_on <= context.business_date:
        yield Refusal(Code.DATE_NOT_LATER)


def apply_set_calendar(context: Context, operation: SetCalendar) -> None:
    """Replaces a pending version. A new calendar is in force at once: nothing names it yet."""
    record = context.state.get(CALENDAR, operation.id)
    calendar = _next_version(record, operation)
    if record is None:
        changed = CalendarRecord(current=calendar, pending=None, effective_on=None)
    else:
        changed = CalendarRecord(
            current=record.current, pending=calendar, effective_on=operation.effective_on
        )
    context.state.put(CALENDAR, changed)
    context.emit(
        CalendarSet(id=operation.id, version=calendar.version, effective_on=operation.effective_on)
    )


def _next_version(record: CalendarRecord | None, operation: SetCalendar) -> Calendar:
    return Calendar(
        id=operation.id,
        version=1 if record is None else record.current.version + 1,
        weekend_mask=operation.weekend_mask,
        holidays=operation.holidays,
    )


def _calendar_on(record: CalendarRecord, day: dt.date) -> Calendar:
    if record.pending is None or record.effective_on is None or day < record.effective_on:
        return record.current
    return record.pending


OPEN_DAY = OperationSpec(
    operation=OpenDay,
    name="open_day",
    family="business_day",
    operation_class=OperationClass.GOVERN,
    check=check_open,
    apply=apply_open,
    approval="business_day",
    emergency=True,
    codes=(Code.DAY_OPEN, Code.DATE_NOT_LATER, Code.BAD_DATE, Code.NOT_A_BUSINESS_DAY),
)

CLOSE_DAY = OperationSpec(
    operation=CloseDay,
    name="close_day",
    family="business_day",
    operation_class=OperationClass.GOVERN,
    check=check_close,
    apply=apply_close,
    approval="business_day",
    emergency=True,
    codes=(Code.DAY_CLOSED, Code.BAD_DATE),
)

SET_CALENDAR = OperationSpec(
    operation=SetCalendar,
    name="set_calendar",
    family="business_day",
    operation_class=OperationClass.GOVERN,
    check=check_set_calendar,
    apply=apply_set_calendar,
    approval="calendar",
    codes=(Code.UNKNOWN_CALENDAR, Code.BAD_FIELD, Code.DATE_NOT_LATER),
)
