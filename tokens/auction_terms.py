"""Which terms of an auction can be announced (5.2)."""

from collections.abc import Iterator

from tokens import auctions
from tokens.amount import AmountOverflow
from tokens.context import Context
from tokens.finance.calendar import is_business_day
from tokens.lookup import require
from tokens.posting import supply_of
from tokens.records.auctions import FACE_MAX, AuctionTerms, AuctionType, BidUnit
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.instruments import INSTRUMENT, Asset
from tokens.results import Code, Refusal
from tokens.types import AssetKind, AssetStatus

MONEY_MAX = 2**61
"""Accrued interest of the largest line, minor units: with the price it stays below 2^62."""

_RATE_KINDS = (AssetKind.FIXED, AssetKind.FLOAT, AssetKind.SUKUK_FRR, AssetKind.SUKUK_VRR)


def is_in_state(context: Context, terms: AuctionTerms, asset: Asset, taken: Asset | None) -> bool:
    """NEW: approved, nothing issued. Otherwise outstanding (what a SWITCH gives may be new)."""
    if terms.auction_type is AuctionType.NEW:
        fresh = asset.status is AssetStatus.APPROVED
        return fresh and not supply_of(context.state, asset.id)
    if terms.auction_type is AuctionType.SWITCH:
        ready = asset.status in (AssetStatus.APPROVED, AssetStatus.OUTSTANDING)
        return ready and taken is not None and taken.status is AssetStatus.OUTSTANDING
    return asset.status is AssetStatus.OUTSTANDING


def are_terms_sound(terms: AuctionTerms, asset: Asset, taken: Asset | None) -> bool:
    """Fields that belong together, steps that divide each other."""
    kind = terms.auction_type
    if (kind is AuctionType.SWITCH) != (terms.isin_in is not None and terms.in_price_e4 > 0):
        return False
    if (terms.isin_in is None) != (terms.in_price_e4 == 0) or terms.isin_in == terms.asset:
        return False
    if taken is not None and (taken.currency != asset.currency):
        return False
    rated = terms.bid_unit is BidUnit.RATE_E6
    if rated and (kind is not AuctionType.NEW or asset.kind not in _RATE_KINDS):
        return False
    sells = kind in (AuctionType.NEW, AuctionType.REOPEN)
    if terms.ncb is not None and not (sells and _is_ncb_sound(terms)):
        return False
    if terms.benchmark is not None and not (sells and asset.kind is AssetKind.BILL):
        return False
    assets = [asset] if taken is None else [asset, taken]
    steps = all(
        terms.multiple % one.increment == 0 and terms.min_bid >= one.denomination for one in assets
    )
    return steps and (
        terms.min_bid % terms.multiple == 0
        and terms.prorata_step % terms.multiple == 0
        and terms.target_face <= asset.max_supply
        and (sells or terms.bid_security % terms.multiple == 0)
        and (sells or terms.bid_security >= terms.min_bid)
    )


def _is_ncb_sound(terms: AuctionTerms) -> bool:
    ncb = terms.ncb
    if ncb is None:
        return True
    classes = ncb.excluded_classes
    return ncb.cap_min <= ncb.cap_max and list(classes) == sorted(dict.fromkeys(classes, 0))


def date_refusals(
    context: Context, terms: AuctionTerms, named: tuple[str, ...]
) -> Iterator[Refusal]:
    """Settles on a later business date, in the life of what moves, at an amount that fits."""
    state = context.state
    date = terms.settlement_date
    day = require(state, BUSINESS_DAY)
    calendar = require(state, CALENDAR, day.calendar).current
    lives = [require(state, INSTRUMENT, name) for name in named]
    inside = all(one.terms.issue_date <= date < one.terms.maturity_date for one in lives)
    if date <= context.business_date or not inside or not is_business_day(calendar, date):
        yield Refusal(Code.BAD_DATE)
        return
    try:
        accrued = [auctions.accrued_at(state, one, FACE_MAX, date) for one in lives]
    except AmountOverflow:
        accrued = [None]
    if any(amount is None or abs(amount) > MONEY_MAX for amount in accrued):
        yield Refusal(Code.BAD_DATE)
