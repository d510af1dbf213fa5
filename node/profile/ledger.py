"""What the ledger takes of a profile: each part of a genesis document that it gives.

Rules of this file:
1. Nothing is filled in: a key that is left out gives no rule and no parameter.
2. Amounts stay minor units, rates parts of 1,000,000; nothing is rounded on the way.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from node.profile.market import AuctionRule, InstrumentRule
from node.profile.root import Profile, ProfileFile, Weekday
from node.profile.scalars import ProfileInvalid
from tokens.finance.calendar import Calendar
from tokens.finance.daycount import DayCount
from tokens.genesis import CentralBankMoney, GenesisRule, ProfileMark
from tokens.records import market_rules, rules
from tokens.records.auctions import AuctionMethod
from tokens.records.day import RateAbove, TaxEntry, TaxTable
from tokens.types import AssetKind, LicenceCategory, LicencePhase, OperationClass, Role

_WEEKDAYS = tuple(Weekday)
_METHODS = {
    "multiple-price": AuctionMethod.MULTIPLE,
    "uniform-price": AuctionMethod.UNIFORM,
}
_PAYLOAD_BITS = {"101": 1, "101.2023": 2}
PRICE_DIGITS_MAX = 4
"""The ledger's prices are x 10^4."""

SET_BY_KEYS = {
    "cash_report_threshold": "cash_report.threshold",
    "freeze_days_max": "freeze.days_max",
    "minor_digits": "money.minor_digits",
    "travel_days": "travel_rule.wait_days",
    "travel_payloads": "travel_rule.payloads",
    "travel_threshold": "travel_rule.threshold",
}
"""Parameter -> the key that gives it."""


def mark_of(file: ProfileFile) -> ProfileMark:
    """Which file it was."""
    profile = file.profile
    return ProfileMark(
        id=profile.id,
        name=profile.name,
        version=profile.version,
        as_of=profile.as_of,
        sha256=file.sha256,
    )


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
    return sum(1 << _WEEKDAYS.index(day) for day in dict.fromkeys(profile.calendar.weekend))


def require_covered(profile: Profile, day: dt.date) -> None:
    """ProfileInvalid for a business date in a year whose holidays are not all known."""
    calendar = profile.calendar
    if not calendar.first_year <= day.year <= calendar.last_year:
        raise ProfileInvalid(
            f"calendar: a network cannot begin on {day}: the holidays of {profile.id} are known "
            f"from {calendar.first_year} to {calendar.last_year}"
        )


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


def parameters_of(profile: Profile) -> dict[str, int]:
    """The parameters of the ledger that a profile gives."""
    travel = profile.travel_rule
    return {
        "cash_report_threshold": profile.cash_report.threshold,
        "freeze_days_max": profile.freeze.days_max,
        "minor_digits": profile.money.minor_digits,
        "travel_days": travel.wait_days,
        "travel_payloads": sum(_PAYLOAD_BITS[name] for name in dict.fromkeys(travel.payloads)),
        "travel_threshold": travel.threshold,
    } | {entry.name: entry.value for entry in profile.parameters}


def money_of(profile: Profile, issuer: bytes) -> CentralBankMoney:
    """The one asset of genesis; `issuer` is the central bank."""
    money = profile.money
    return CentralBankMoney(
        asset=money.asset, name=money.name, currency=money.currency, issuer=issuer
    )


def rules_of(profile: Profile) -> tuple[GenesisRule, ...]:
    """Governed rules in order of id."""
    return tuple(sorted(_rules(profile), key=lambda rule: rule.id))


def _rules(profile: Profile) -> Iterator[GenesisRule]:
    money = profile.money.asset
    yield from _market(profile)
    yield GenesisRule(id="licences", asset=None, body=_licences(profile))
    yield GenesisRule(id="residency", asset=None, body=_residency(profile))
    for need in profile.credentials:
        body = rules.CredentialRule(
            credential=need.credential, gives=need.gives, receives=need.receives
        )
        yield GenesisRule(id=f"credential-{need.credential}", asset=None, body=body)
    if profile.velocity:
        days = tuple(
            rules.TierLimit(tier=entry.kyc_tier, day_max=entry.day) for entry in profile.velocity
        )
        balances = tuple(
            rules.TierBalance(tier=entry.kyc_tier, balance_max=entry.balance)
            for entry in profile.velocity
        )
        yield GenesisRule(id="velocity", asset=money, body=rules.VelocityRule(limits=days))
        yield GenesisRule(id="balance", asset=money, body=rules.BalanceRule(limits=balances))
    if profile.holder_cap is not None:
        cap = rules.HolderCapRule(
            amount_max=profile.holder_cap.amount_max, share_e6=None, holders_max=None
        )
        yield GenesisRule(id="holder-cap", asset=money, body=cap)


def _market(profile: Profile) -> Iterator[GenesisRule]:
    issues = market_rules.IssueRule(rows=tuple(_issue_row(rule) for rule in profile.instruments))
    rows = sorted((_auction_row(rule) for rule in profile.auctions), key=lambda row: row.method)
    auctions = market_rules.AuctionRule(rows=tuple(rows))
    limits = profile.reserve
    reserve = market_rules.ReserveRule(
        haircut_bps_min=limits.haircut_bps_min,
        residual_days_max=limits.residual_days_max,
        concentration_bps_max=limits.concentration_bps_max,
        buffer_bps_min=limits.buffer_bps_min,
    )
    yield GenesisRule(id="issues", asset=None, body=issues)
    yield GenesisRule(id="auctions", asset=None, body=auctions)
    yield GenesisRule(id="reserve", asset=None, body=reserve)


def _issue_row(rule: InstrumentRule) -> market_rules.IssueRow:
    return market_rules.IssueRow(
        name=rule.name,
        kind=AssetKind[rule.kind],
        denomination=rule.denomination,
        tenor_days=rule.tenor_days,
        tenor_years=rule.tenor_years,
        freq=rule.coupons_a_year,
        accrual=DayCount[rule.accrual],
        method=_METHODS[rule.auction],
        holder_share_e6=rule.holder_share_e6,
    )


def _auction_row(rule: AuctionRule) -> market_rules.AuctionRow:
    bids = rule.noncompetitive
    return market_rules.AuctionRow(
        method=_METHODS[rule.method],
        settle_days=rule.settle_business_days,
        tick=10 ** (PRICE_DIGITS_MAX - rule.price_digits),
        fill_first=rule.prorata_filled_up_to,
        prorata_step=rule.prorata_multiple,
        ncb=None
        if bids is None
        else market_rules.NcbRow(
            cap_bps=bids.share_bps,
            cap_min=bids.min,
            cap_max=bids.max,
            excluded_classes=bids.barred,
        ),
    )


def _licences(profile: Profile) -> rules.LicenceRule:
    licences = profile.licences
    return rules.LicenceRule(
        roles=tuple(sorted(Role[name] for name in licences.roles)),
        rows=tuple(
            rules.LicenceRow(
                phase=LicencePhase[row.phase],
                category=_mask(LicenceCategory[name].value for name in row.categories),
                classes=_mask(OperationClass[name].value for name in row.classes),
            )
            for row in licences.phases
        ),
    )


def _residency(profile: Profile) -> rules.JurisdictionRule:
    return rules.JurisdictionRule(
        rows=tuple(
            rules.JurisdictionRow(
                source=row.source_class,
                target=row.target_class,
                classes=_mask(OperationClass[name].value for name in row.classes),
            )
            for row in profile.residency.rows
        ),
        closed=profile.residency.closed,
    )


def _mask(bits: Iterable[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= bit
    return mask
