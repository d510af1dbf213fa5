"""What a repo owes and what its collateral is worth (5.6).

Rules of this file:
1. Repurchase price = cash + RHU(cash x rate x days / (days of the year x 10^6)), first day in, last
   day out, less the gross coupons of collateral that was the buyer's (TITLE).
2. A coupon counts as received from the moment it is funded: its money lies aside and will be paid.
3. Value = sum of floor(face x mark x (10000 - haircut) / 10^10) over the lines; money counts at par
   without a haircut where a redemption has put it in the place of a bond.
"""

import datetime as dt
from typing import NamedTuple

from msgspec.structs import replace

from tokens.amount import AMOUNT_MAX, AmountOverflow, mul_div_half_up
from tokens.finance.daycount import year_fraction
from tokens.lookup import require, require_asset
from tokens.marks import BPS, MONEY_KINDS, mark_of, value_at_floor, value_today_floor
from tokens.records.holdings import LIEN
from tokens.records.instruments import INSTRUMENT, PAYMENT, PaymentStatus
from tokens.records.repos import Repo, RepoKind, RepoLine, RepoMode
from tokens.results import Code
from tokens.state import Overlay
from tokens.terms import coupon_of
from tokens.types import AssetStatus

_PAID_BACK = (AssetStatus.MATURED, AssetStatus.REDEEMED)

_FUNDED = (
    PaymentStatus.FUNDED,
    PaymentStatus.PAYING,
    PaymentStatus.PAID,
    PaymentStatus.CURED,
)


class Coupons(NamedTuple):
    """Gross coupons whose records found the collateral with the buyer."""

    received: int
    pending: int
    """Of records taken and not yet funded."""


def interest_half_up(repo: Repo, on: dt.date) -> int:
    """Interest from the start to a date, signed; 0 for INTRADAY."""
    terms = repo.terms
    if terms.kind is RepoKind.INTRADAY or on <= terms.start:
        return 0
    part, year = year_fraction(terms.daycount, terms.start, on)
    return mul_div_half_up(terms.cash, terms.rate_e6 * part, year * 10**6)


def price_on(state: Overlay, repo: Repo, on: dt.date) -> int:
    """What the seller pays back on a date, never below 0."""
    price = repo.terms.cash + interest_half_up(repo, on) - repo.coupons
    for line in repo.lines:
        price -= coupons_of(state, repo, line, line.amount).received
    return max(0, price)


def price_most(repo: Repo) -> int:
    """The most that the seller can have to pay back; AMOUNT_MAX where nobody knows the end."""
    terms = repo.terms
    if terms.rate_e6 <= 0:
        return terms.cash
    if terms.end is None:
        return AMOUNT_MAX
    try:
        return terms.cash + interest_half_up(repo, terms.end)
    except AmountOverflow:
        return AMOUNT_MAX


def coupons_of(state: Overlay, repo: Repo, line: RepoLine, amount: int) -> Coupons:
    """Gross coupons of a part of a line, since it came in; nothing under PLEDGE or for money."""
    instrument = state.get(INSTRUMENT, line.asset) if line.next_coupon else None
    if instrument is None or repo.terms.mode is RepoMode.PLEDGE:
        return Coupons(0, 0)
    received = pending = 0
    for number in range(line.next_coupon, instrument.next_coupon):
        payment = state.get(PAYMENT, line.asset, number)
        if payment is None:
            continue
        gross = coupon_of(
            payment.fraction,
            amount,
            rate_e6=payment.rate_e6,
            factor_e6=payment.factor_e6,
        )
        if payment.status in _FUNDED:
            received += gross
        else:
            pending += gross
    return Coupons(received, pending)


def what_lies(state: Overlay, repo: Repo, line: RepoLine) -> RepoLine:
    """The line as it is now: redemption has put money in the place of a bond.

    PLEDGE: the lien says so. TITLE: the buyer was paid the face, and owes that.
    """
    if line.lien is None:
        if require_asset(state, line.asset).status in _PAID_BACK:
            return replace(line, asset=repo.terms.cash_asset, haircut_bps=0)
        return line
    lien = require(state, LIEN, line.lien)
    if lien.asset == line.asset and lien.amount == line.amount:
        return line
    return replace(
        line,
        asset=lien.asset or line.asset,
        amount=lien.amount or line.amount,
        haircut_bps=0 if lien.asset != line.asset else line.haircut_bps,
    )


def collateral_value(state: Overlay, repo: Repo, lines: tuple[RepoLine, ...]) -> int | Code:
    """Value of a basket after haircuts, or MARK_STALE if one line has no fresh mark."""
    total = 0
    for line in lines:
        lies = what_lies(state, repo, line)
        value = value_today_floor(state, lies.asset, lies.amount, lies.haircut_bps)
        if isinstance(value, Code):
            return value
        total += value
    return total


def last_value_floor(state: Overlay, asset: str, amount: int) -> int:
    """Value at the last mark, however old, without a haircut: what a close-out counts (5.6)."""
    if require_asset(state, asset).kind in MONEY_KINDS:
        return amount
    mark = mark_of(state, asset)
    return 0 if mark is None else value_at_floor(state, mark, amount, 0)


def amount_worth(state: Overlay, asset_id: str, amount: int, claim: int) -> int:
    """The smallest part of an amount that can move and is worth a claim above 0, or all of it."""
    if last_value_floor(state, asset_id, amount) <= claim:
        return amount
    asset = require_asset(state, asset_id)
    low, high = 0, -(-amount // asset.increment)
    while low < high:
        middle = (low + high) // 2
        part = min(amount, middle * asset.increment)
        if last_value_floor(state, asset_id, part) >= claim:
            high = middle
        else:
            low = middle + 1
    return min(amount, max(low * asset.increment, asset.denomination))


def as_they_lie(state: Overlay, repo: Repo, lines: tuple[RepoLine, ...]) -> tuple[RepoLine, ...]:
    """Lines that this step leaves alone as their liens say; the lowered one as it will be."""
    return tuple(what_lies(state, repo, line) if line in repo.lines else line for line in lines)


def haircut_of(repo: Repo, asset: str) -> int | None:
    """At which haircut an asset may be added, or None."""
    for line in repo.lines:
        if line.asset == asset:
            return line.haircut_bps
    for entry in repo.terms.substitutions:
        if entry.into == asset:
            return entry.haircut_bps
    return 0 if asset == repo.terms.cash_asset else None


def swap_haircut(repo: Repo, out: str, into: str) -> int | None:
    """At which haircut an asset may take the place of another, or None: not on the matrix."""
    for entry in repo.terms.substitutions:
        if (entry.out, entry.into) == (out, into):
            return entry.haircut_bps
    return None


def forgiven_floor(repo: Repo) -> int:
    """A shortfall up to this is not called."""
    return repo.terms.cash * repo.terms.margin.threshold_bps // BPS
