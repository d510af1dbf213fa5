"""The rules of the market at work: what may be issued, announced, and held as a reserve (5.1, 5.2).

Without a rule everything goes that the operation itself allows.
"""

import calendar
import datetime as dt
from collections.abc import Iterator

from tokens.context import Context
from tokens.finance.calendar import add_business_days
from tokens.holders import begin_count
from tokens.lookup import require, require_asset
from tokens.records.auctions import AuctionTerms, AuctionType, BidUnit
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import INSTRUMENT, InstrumentTerms
from tokens.records.market_rules import (
    MARKET,
    AuctionRow,
    AuctionRule,
    IssueRow,
    IssueRule,
    NcbRow,
    ReserveRule,
)
from tokens.records.reserves import ReservePolicy
from tokens.records.rules import RULE, RULE_TABLE, HolderCapRule, Rule
from tokens.results import Code, Refusal
from tokens.rules import InForce, in_force
from tokens.ruling import change_rule


def market_rules(context: Context) -> list[InForce]:
    """Those in force on the business date, in order."""
    table = context.state.get(RULE_TABLE, MARKET)
    found: list[InForce] = []
    for name in () if table is None else table.rules:
        rule = context.state.get(RULE, name)
        body = None if rule is None else in_force(rule, context.business_date)
        if body is not None:
            found.append(body)
    return found


def _issue_rows(context: Context, terms: InstrumentTerms) -> list[tuple[InForce, IssueRow | None]]:
    """Each rule that says what may be issued, with the first of its rows that fits."""
    found: list[tuple[InForce, IssueRow | None]] = []
    for rule in market_rules(context):
        if isinstance(rule.body, IssueRule):
            rows = (row for row in rule.body.rows if _fits(terms, row))
            found.append((rule, next(rows, None)))
    return found


def issue_refusals(context: Context, terms: InstrumentTerms) -> Iterator[Refusal]:
    """An instrument fits a row of each rule that says what may be issued."""
    rows = _issue_rows(context, terms)
    for rule, row in rows:
        if row is None:
            yield Refusal(Code.AGAINST_RULE, rule.id, rule.version)
    if _cap_of(rows) and context.state.get(RULE, cap_rule_of(terms.isin)) is not None:
        yield Refusal(Code.ALREADY_EXISTS)


def cap_rule_of(asset: str) -> str:
    """Id of the holder cap that the creation of an instrument sets."""
    return f"cap-{asset.lower()}"


def _cap_of(rows: list[tuple[InForce, IssueRow | None]]) -> int:
    """Part of the issue that one person may hold, x 10^6: the least of the rules; 0 = no cap."""
    shares = [row.holder_share_e6 for _, row in rows if row is not None and row.holder_share_e6]
    return min(shares, default=0)


def set_issue_cap(context: Context, terms: InstrumentTerms) -> None:
    """The holder cap that the market's rule asks of a new instrument, from the first unit on."""
    share_e6 = _cap_of(_issue_rows(context, terms))
    if not share_e6:
        return
    begin_count(context, require_asset(context.state, terms.isin))
    rule = Rule(
        id=cap_rule_of(terms.isin),
        asset=terms.isin,
        version=0,
        body=None,
        next_body=None,
        next_on=None,
    )
    cap = HolderCapRule(amount_max=None, share_e6=share_e6, holders_max=None)
    change_rule(context, rule, cap, context.business_date)


def _fits(terms: InstrumentTerms, row: IssueRow) -> bool:
    life = (terms.maturity_date - terms.issue_date).days
    years = (_years_after(terms.issue_date, count) for count in row.tenor_years)
    return (
        terms.kind is row.kind
        and terms.denomination == terms.increment == row.denomination
        and terms.freq == row.freq
        and terms.accrual_daycount is row.accrual
        and (life in row.tenor_days or terms.maturity_date in years)
    )


def _years_after(day: dt.date, count: int) -> dt.date | None:
    """The same day of a later year; 29 February becomes the 28th. None beyond the calendar."""
    if day.year + count > dt.MAXYEAR:
        return None
    year = day.year + count
    lost = (day.month, day.day) == (2, 29) and not calendar.isleap(year)
    return day.replace(year=year, day=28 if lost else day.day)


def auction_refusals(context: Context, terms: AuctionTerms) -> Iterator[Refusal]:
    """An auction that sells fits the row of its method, and its instrument is sold so."""
    if terms.auction_type not in (AuctionType.NEW, AuctionType.REOPEN):
        return
    instrument = require(context.state, INSTRUMENT, terms.asset)
    for rule in market_rules(context):
        match rule.body:
            case IssueRule() as body:
                fitting = [row for row in body.rows if _fits(instrument.terms, row)]
                if fitting and all(row.method is not terms.method for row in fitting):
                    yield Refusal(Code.AGAINST_RULE, rule.id, rule.version)
            case AuctionRule() as body:
                rows = [row for row in body.rows if row.method is terms.method]
                if not any(_agrees(context, terms, row) for row in rows):
                    yield Refusal(Code.AGAINST_RULE, rule.id, rule.version)
            case _:
                pass


def _agrees(context: Context, terms: AuctionTerms, row: AuctionRow) -> bool:
    state = context.state
    days = require(state, CALENDAR, require(state, BUSINESS_DAY).calendar).current
    earliest = add_business_days(days, context.business_date, row.settle_days)
    return (
        terms.settlement_date >= earliest
        and (terms.bid_unit is not BidUnit.PRICE_E4 or terms.tick == row.tick)
        and terms.fill_first == row.fill_first
        and terms.prorata_step == row.prorata_step
        and _ncb_agrees(terms, row.ncb)
    )


def _ncb_agrees(terms: AuctionTerms, row: NcbRow | None) -> bool:
    """An auction may do without non-competitive bids."""
    ncb = terms.ncb
    if ncb is None or row is None:
        return ncb is None
    return (ncb.cap_bps, ncb.cap_min, ncb.cap_max, ncb.excluded_classes) == (
        row.cap_bps,
        row.cap_min,
        row.cap_max,
        row.excluded_classes,
    )


def reserve_refusals(context: Context, policy: ReservePolicy) -> Iterator[Refusal]:
    """A reserve's policy keeps what the rule asks."""
    for rule in market_rules(context):
        body = rule.body
        if isinstance(body, ReserveRule) and (
            policy.haircut_bps < body.haircut_bps_min
            or policy.residual_days_max > body.residual_days_max
            or policy.concentration_bps > body.concentration_bps_max
            or policy.buffer_bps < body.buffer_bps_min
        ):
            yield Refusal(Code.AGAINST_RULE, rule.id, rule.version)
