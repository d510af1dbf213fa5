"""A profile in lines: its head, its tables with their sources, every value with its place."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from node.profile.keys import PLACES, settings
from node.profile.ledger import calendar_of
from node.profile.root import Profile, ProfileFile


class Table(NamedTuple):
    """A table that has a source."""

    place: str
    """Where it stands: `auctions[0]`."""
    source: str
    grade: str


def head_of(file: ProfileFile) -> list[tuple[str, str]]:
    """Which state, which file."""
    profile, days = file.profile, calendar_of(file.profile)
    years = f"{profile.calendar.first_year} to {profile.calendar.last_year}"
    return [
        ("state", f"{profile.name} ({profile.jurisdiction}), version {profile.version}"),
        ("facts as of", profile.as_of.isoformat()),
        ("sha256", file.sha256.hex()),
        ("money", f"{profile.money.asset}, {profile.money.currency}"),
        ("calendar", f"{days.id}: {len(days.holidays)} holidays outside of weekends, {years}"),
    ]


def tables_of(profile: Profile) -> list[Table]:
    """Every table with a source, in the order of the schema."""
    found: dict[str, Table] = {}
    for setting in settings(profile):
        if setting.source:
            name = setting.table
            found.setdefault(name, Table(name, setting.source, setting.grade))
    return list(found.values())


def announced_late(profile: Profile) -> Iterator[tuple[str, str]]:
    """Holidays that are announced days before: name, and the dates that are expected."""
    for entry in profile.calendar.holidays:
        if entry.late:
            yield entry.name, ", ".join(day.isoformat() for day in entry.days)


def rows_of(profile: Profile) -> list[tuple[str, str, str]]:
    """(place in the file, value, part of the genesis document) of every value."""
    return [
        (setting.place, value_text(setting.value), PLACES[setting.key])
        for setting in settings(profile)
    ]


def value_text(value: object) -> str:
    """As TOML would have it, nearly."""
    match value:
        case bool():
            return "true" if value else "false"
        case dt.date():
            return value.isoformat()
        case tuple():
            return f"[{', '.join(value_text(entry) for entry in value)}]"
        case _:
            return str(value)
