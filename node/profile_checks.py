"""Reading a profile, and what the ledger takes of it at genesis."""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from node.profile import Part, Profile, ProfileInvalid, Weekday
from tokens.finance.calendar import Calendar, check_calendar
from tokens.finance.daycount import DayCount
from tokens.genesis import CentralBankMoney
from tokens.records.day import RateAbove, TaxEntry, TaxTable
from tokens.types import AssetKind, OperationClass

PROFILE_BYTES_MAX = 1024 * 1024
IVMS101 = ("101", "101.2023")
"""Versions of the travel-rule payload that there are."""

_WEEKDAYS = tuple(Weekday)


def load_profile(path: Path) -> Profile:
    """The profile of a file. Raises ProfileInvalid, with the place."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProfileInvalid(f"{path}: {error.strerror}") from None
    if len(data) > PROFILE_BYTES_MAX:
        raise ProfileInvalid(f"{path}: larger than {PROFILE_BYTES_MAX} bytes")
    try:
        profile = msgspec.convert(tomllib.loads(data.decode()), Profile)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ProfileInvalid(f"{path}: {error}") from None
    fault = next((found for check in CHECKS for found in check(profile)), None)
    if fault is not None:
        raise ProfileInvalid(f"{path}: {fault}")
    return profile


def calendar_of(profile: Profile) -> Calendar:
    """The calendar of the ledger: all holidays that are no weekend days, once each."""
    mask = weekend_mask(profile)
    days = sorted({day for entry in profile.calendar.holidays for day in entry.days})
    return Calendar(
        id=profile.calendar.id,
        version=1,
        weekend_mask=mask,
        holidays=tuple(day for day in days if not mask >> day.weekday() & 1),
    )


def weekend_mask(profile: Profile) -> int:
    """Bit n for weekday n, Monday 0."""
    return sum(1 << _WEEKDAYS.index(day) for day in profile.calendar.weekend)


def tax_tables_of(profile: Profile, account: bytes) -> tuple[TaxTable, ...]:
    """Withholding tables in order of name; `account` receives what is withheld."""
    tables = [
        TaxTable(
            profile=rule.profile,
            version=1,
            account=account,
            year_month=rule.year_month,
            entries=tuple(
                TaxEntry(
                    tax_class=line.tax_class,
                    from_date=line.from_date,
                    rate_e6=line.rate_e6,
                    above=None
                    if line.above is None
                    else RateAbove(threshold=line.above.threshold, rate_e6=line.above.rate_e6),
                )
                for line in rule.entries
            ),
        )
        for rule in profile.taxes
    ]
    return tuple(sorted(tables, key=lambda table: table.profile))


def thresholds_of(profile: Profile) -> dict[str, int]:
    """The parameters of the ledger that a profile gives: sums in its own currency."""
    return {
        "cash_report_threshold": profile.cash_report.threshold,
        "travel_threshold": profile.travel_rule.threshold,
    }


def money_of(profile: Profile, issuer: bytes) -> CentralBankMoney:
    """The one asset of genesis; `issuer` is the central bank."""
    money = profile.money
    return CentralBankMoney(
        asset=money.asset, name=money.name, currency=money.currency, issuer=issuer
    )


# --- checks: each yields the places that contradict -----------------------------------------------


def _names(profile: Profile) -> Iterator[str]:
    """A name stands once in its list."""
    lists: tuple[tuple[str, Iterable[object]], ...] = (
        ("instruments", [rule.name for rule in profile.instruments]),
        ("auctions", [rule.method for rule in profile.auctions]),
        ("taxes", [rule.profile for rule in profile.taxes]),
        ("licences.phases", [entry.phase for entry in profile.licences.phases]),
        ("velocity", [entry.kyc_tier for entry in profile.velocity]),
        ("calendar.weekend", profile.calendar.weekend),
        ("calendar.holidays", [entry.name for entry in profile.calendar.holidays]),
    )
    for place, names in lists:
        seen = list(names)
        for name in seen:
            if seen.count(name) > 1:
                yield f"{place}: {name} stands there more than once"


def _calendar(profile: Profile) -> Iterator[str]:
    """Years in order, days inside of them and ascending, each year known."""
    calendar = profile.calendar
    if calendar.first_year > calendar.last_year:
        yield "calendar: first_year is after last_year"
    for entry in calendar.holidays:
        if any(first >= second for first, second in pairwise(entry.days)):
            yield f"calendar.holidays: {entry.name}: days must ascend"
        for day in entry.days:
            if not calendar.first_year <= day.year <= calendar.last_year:
                yield f"calendar.holidays: {entry.name}: {day} is outside of the years"
    fault = check_calendar(calendar_of(profile))
    if fault is not None:
        yield f"calendar: {fault.value}"


def _instruments(profile: Profile) -> Iterator[str]:
    """Kinds and day counts of the ledger, a tenor, coupons where there are some, an auction."""
    methods = [rule.method for rule in profile.auctions]
    for rule in profile.instruments:
        where = f"instruments: {rule.name}"
        if rule.kind not in AssetKind.__members__ or rule.kind in ("MONEY", "CASH", "COMMODITY"):
            yield f"{where}: kind {rule.kind} is no kind of debt"
        if rule.accrual not in DayCount.__members__:
            yield f"{where}: accrual {rule.accrual} is no day count"
        if not rule.tenor_days and not rule.tenor_years:
            yield f"{where}: no tenor"
        for tenors in (rule.tenor_days, rule.tenor_years):
            if any(first >= second for first, second in pairwise(tenors)):
                yield f"{where}: tenors must ascend"
        if rule.coupons_a_year not in (0, 1, 2, 4, 12):
            yield f"{where}: coupons_a_year is 0, 1, 2, 4 or 12"
        if rule.kind in ("BILL", "ZERO", "SUKUK_DISC") and rule.coupons_a_year:
            yield f"{where}: {rule.kind} pays no coupon"
        if rule.auction not in methods:
            yield f"{where}: no auction method {rule.auction}"


def _auctions(profile: Profile) -> Iterator[str]:
    """A range is one."""
    for rule in profile.auctions:
        if rule.noncompetitive_min > rule.noncompetitive_max:
            yield f"auctions: {rule.method}: noncompetitive_min is above noncompetitive_max"
        if rule.noncompetitive_bids and not rule.noncompetitive_share_e6:
            yield f"auctions: {rule.method}: non-competitive bids with a share of 0"


def _taxes(profile: Profile) -> Iterator[str]:
    """Ascending by class and date, as the ledger wants it; a class for whom it does not name."""
    for rule in profile.taxes:
        keys = [(line.tax_class, line.from_date) for line in rule.entries]
        if any(first >= second for first, second in pairwise(keys)):
            yield f"taxes: {rule.profile}: entries must ascend by tax_class and from_date"
        if "default" not in [line.tax_class for line in rule.entries]:
            yield f"taxes: {rule.profile}: no entry for the class default"


def _rules(profile: Profile) -> Iterator[str]:
    """Payload versions and operation classes that there are; limits that rise with the tier."""
    for version in profile.travel_rule.payloads:
        if version not in IVMS101:
            yield f"travel_rule.payloads: {version} is no version of IVMS101"
    for entry in profile.licences.phases:
        for name in entry.classes:
            if name not in OperationClass.__members__:
                yield f"licences.phases: {entry.phase}: {name} is no operation class"
    for low, high in pairwise(profile.velocity):
        if low.kyc_tier >= high.kyc_tier or low.day > high.day or low.balance > high.balance:
            yield f"velocity: tier {high.kyc_tier} must come after {low.kyc_tier} and allow more"


CHECKS: tuple[Callable[[Profile], Iterator[str]], ...] = (
    _names,
    _calendar,
    _instruments,
    _auctions,
    _taxes,
    _rules,
)


def parts_of(profile: Profile) -> Iterator[tuple[str, Part]]:
    """(place, part) of everything that has a source."""
    for holiday in profile.calendar.holidays:
        yield f"calendar.holidays: {holiday.name}", holiday
    for instrument in profile.instruments:
        yield f"instruments: {instrument.name}", instrument
    for auction in profile.auctions:
        yield f"auctions: {auction.method}", auction
    for tax in profile.taxes:
        yield f"taxes: {tax.profile}", tax
    for limit in profile.velocity:
        yield f"velocity: {limit.kyc_tier}", limit
    yield "travel_rule", profile.travel_rule
    yield "cash_report", profile.cash_report
    yield "licences", profile.licences
