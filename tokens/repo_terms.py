"""Whether the terms of a repo can be kept (5.6)."""

from collections.abc import Iterator
from itertools import pairwise

from tokens.context import Context
from tokens.finance.daycount import DayCount
from tokens.marks import MONEY_KINDS
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import PARTICIPANT
from tokens.records.repos import RepoKind, RepoMode, RepoTerms
from tokens.results import Code, Refusal
from tokens.types import AssetKind, Role

START_DAYS_MAX = 366
"""A repo is proposed at most a year before it begins."""


def terms_refusals(context: Context, terms: RepoTerms) -> Iterator[Refusal]:
    """Parties, dates, money, collateral and matrix, in this order."""
    yield from _check_parties(context, terms)
    yield from _check_dates(context, terms)
    cash = context.state.get(ASSET, terms.cash_asset)
    if cash is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if not _is_sound(terms, cash):
        yield Refusal(Code.BAD_FIELD)
    yield from _check_assets(context, terms, cash)


def _check_parties(context: Context, terms: RepoTerms) -> Iterator[Refusal]:
    if terms.seller == terms.buyer:
        yield Refusal(Code.BAD_FIELD)
    for name in (terms.seller, terms.buyer):
        if context.state.get(PARTICIPANT, name) is None:
            yield Refusal(Code.UNKNOWN_PARTICIPANT)
    if terms.custodian is None:
        return
    custodian = context.state.get(PARTICIPANT, terms.custodian)
    if custodian is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    elif Role.BANK_CUSTODIAN not in custodian.roles:
        yield Refusal(Code.ROLE_REQUIRED)


def _check_dates(context: Context, terms: RepoTerms) -> Iterator[Refusal]:
    """Not begun yet, near, and with an end where the kind has one."""
    ahead = (terms.start - context.business_date).days
    ends = terms.end is not None and terms.end > terms.start
    fits = ends if terms.kind is RepoKind.TERM else terms.end is None
    if not 0 <= ahead <= START_DAYS_MAX or not fits:
        yield Refusal(Code.BAD_DATE)


def _is_sound(terms: RepoTerms, cash: Asset) -> bool:
    """Money is lent; days can be counted; no interest within a day; the matrix is in order."""
    pairs = [(entry.out, entry.into) for entry in terms.substitutions]
    return (
        cash.kind in MONEY_KINDS
        and terms.daycount is not DayCount.ACT_ACT_ICMA
        and not (terms.kind is RepoKind.INTRADAY and terms.rate_e6)
        and all(one < other for one, other in pairwise(pairs))
        and all(entry.out != entry.into for entry in terms.substitutions)
    )


def _check_assets(context: Context, terms: RepoTerms, cash: Asset) -> Iterator[Refusal]:
    """Collateral of the same currency; what repays in parts cannot be sold and bought back."""
    names = [line.asset for line in terms.collateral]
    names += [name for entry in terms.substitutions for name in (entry.out, entry.into)]
    for name in dict.fromkeys(names):
        asset = context.state.get(ASSET, name)
        if asset is None:
            yield Refusal(Code.UNKNOWN_ASSET)
            return
        parts = asset.kind in (AssetKind.AMORT, AssetKind.COMMODITY)
        if asset.currency != cash.currency or (parts and terms.mode is RepoMode.TITLE):
            yield Refusal(Code.BAD_FIELD)
