"""Events of the business date and its calendars."""

import datetime as dt

import msgspec

from tokens.types import Count


class DayOpened(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=300,
):
    """A business date began."""

    date: dt.date


class DayClosed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=301,
):
    """A business date ended."""

    date: dt.date


class CalendarSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=302,
):
    """A calendar gets a new version."""

    id: str
    version: Count
    effective_on: dt.date
