"""What of a profile contradicts itself or the ledger: each check yields (place, what is wrong)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from node.profile.ledger import SET_BY_KEYS, calendar_of, rules_of
from node.profile.root import Profile
from tokens.finance.calendar import check_calendar
from tokens.parameters import PARAMETER_OF
from tokens.ruling import is_sound

DISCOUNTED = ("BILL", "ZERO", "SUKUK_DISC")


def faults_of(profile: Profile) -> Iterator[str]:
    """Sentences that begin with the key."""
    for check in CHECKS:
        for place, fault in check(profile):
            yield f"{place}: {fault}"


Finding = tuple[str, str]


def _names(profile: Profile) -> Iterator[Finding]:
    """A name stands once in its list."""
    lists: tuple[tuple[str, Sequence[object]], ...] = (
        ("instruments.name", [rule.name for rule in profile.instruments]),
        ("auctions.method", [rule.method for rule in profile.auctions]),
        ("taxes.profile", [rule.profile for rule in profile.taxes]),
        ("credentials.credential", [rule.credential for rule in profile.credentials]),
        ("parameters.name", [rule.name for rule in profile.parameters]),
        ("calendar.weekend", profile.calendar.weekend),
        ("calendar.holidays.name", [entry.name for entry in profile.calendar.holidays]),
        ("travel_rule.payloads", profile.travel_rule.payloads),
        ("licences.roles", profile.licences.roles),
    )
    for place, names in lists:
        for name in names:
            if names.count(name) > 1:
                yield place, f"{name} stands there more than once"


def _calendar(profile: Profile) -> Iterator[Finding]:
    """Years in order, days inside of them and ascending, each year known."""
    calendar = profile.calendar
    if calendar.first_year > calendar.last_year:
        yield "calendar.first_year", "is after last_year"
    for index, entry in enumerate(calendar.holidays):
        place = f"calendar.holidays[{index}].days"
        if not _rise(entry.days):
            yield place, "days must ascend"
        for day in entry.days:
            if not calendar.first_year <= day.year <= calendar.last_year:
                yield place, f"{day} is outside of the years"
    fault = check_calendar(calendar_of(profile))
    if fault is not None:
        yield "calendar", fault.value


def _instruments(profile: Profile) -> Iterator[Finding]:
    """A tenor, coupons where there are some, an auction method that is described."""
    methods = [rule.method for rule in profile.auctions]
    for index, rule in enumerate(profile.instruments):
        place = f"instruments[{index}]"
        if not rule.tenor_days and not rule.tenor_years:
            yield f"{place}.tenor_days", f"{rule.name} has no tenor"
        for name, tenors in (("days", rule.tenor_days), ("years", rule.tenor_years)):
            if not _rise(tenors):
                yield f"{place}.tenor_{name}", "tenors must ascend"
        if (rule.kind in DISCOUNTED) is not (rule.coupons_a_year == 0):
            yield f"{place}.coupons_a_year", f"{rule.kind} with {rule.coupons_a_year}"
        if rule.auction not in methods:
            yield f"{place}.auction", f"no auction method {rule.auction} is described"


def _auctions(profile: Profile) -> Iterator[Finding]:
    """A range is one."""
    for index, rule in enumerate(profile.auctions):
        bids = rule.noncompetitive
        if bids is None:
            continue
        place = f"auctions[{index}].noncompetitive"
        if bids.min > bids.max:
            yield f"{place}.min", "is above max"
        if not _rise(bids.barred):
            yield f"{place}.barred", "classes must ascend"


def _taxes(profile: Profile) -> Iterator[Finding]:
    """Ascending by class and date, as the ledger wants it; a class for whom it does not name."""
    for index, rule in enumerate(profile.taxes):
        place = f"taxes[{index}].entries"
        if not _rise([(line.tax_class, line.from_date) for line in rule.entries]):
            yield place, "entries must ascend by tax_class and from_date"
        if "default" not in [line.tax_class for line in rule.entries]:
            yield place, "no entry for the class default"


def _limits(profile: Profile) -> Iterator[Finding]:
    """Limits that rise with the tier; parameters that exist, in range, and that no key sets."""
    for index, (low, high) in enumerate(pairwise(profile.velocity), start=1):
        if low.kyc_tier >= high.kyc_tier or low.day > high.day or low.balance > high.balance:
            tiers = f"tier {high.kyc_tier} must come after {low.kyc_tier}"
            yield f"velocity[{index}]", f"{tiers} and allow as much or more"
    for index, entry in enumerate(profile.parameters):
        place = f"parameters[{index}]"
        spec = PARAMETER_OF.get(entry.name)
        if spec is None:
            yield f"{place}.name", f"the ledger has no parameter {entry.name}"
        elif entry.name in SET_BY_KEYS:
            yield f"{place}.name", f"{entry.name} is set by {SET_BY_KEYS[entry.name]}"
        elif not spec.low <= entry.value <= spec.high:
            yield f"{place}.value", f"{entry.name} is {spec.low}..{spec.high}"


def _rules(profile: Profile) -> Iterator[Finding]:
    """What the ledger's own check of a rule would refuse."""
    for rule in rules_of(profile):
        if not is_sound(rule.body, rule.asset):
            yield _KEY_OF.get(rule.id.partition("-")[0], rule.id), "the ledger would not take it"


_KEY_OF = {"issues": "instruments", "credential": "credentials", "holder": "holder_cap"}


def _rise(values: Sequence[object]) -> bool:
    return all(first < second for first, second in pairwise(values))  # type: ignore[operator]


CHECKS: tuple[Callable[[Profile], Iterator[Finding]], ...] = (
    _names,
    _calendar,
    _instruments,
    _auctions,
    _taxes,
    _limits,
    _rules,
)
