"""How a repo ends: repaid, recalled, or closed out after a default (5.6)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import repo_life, repo_out, repo_powers
from tokens.context import Context
from tokens.eligibility import MOVEMENT_CODES
from tokens.finance.calendar import is_business_day
from tokens.lookup import require
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.repos import REPO, Repo, RepoKind, RepoStatus
from tokens.registry import OperationSpec
from tokens.repo_life import find_live
from tokens.repo_moves import plan_codes
from tokens.repo_powers import Power
from tokens.repo_value import price_on
from tokens.results import Code, Refusal
from tokens.types import Hash, OperationClass

RECALL_DAYS_MAX = 366
"""A recall names a date at most a year away."""


class CloseRepo(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=197,
):
    """Repurchase: the price to the buyer, the collateral back, at once. By the seller.

    An OPEN repo on any day: its price is fixed now. A TERM repo before its end with both parties.
    """

    repo: Hash
    """Its id."""


class RecallRepo(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=198,
):
    """Set the end of an OPEN repo. By either party; it cannot be put off again."""

    repo: Hash
    """Its id."""
    end: dt.date
    """A later business day, within a year; not after an end set before."""


class CloseOutRepo(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=199,
):
    """After a default: the other party keeps what covers its claim at the last marks.

    What is more goes back, what is less is told as a claim.
    """

    repo: Hash
    """Its id."""


def _closing(context: Context, repo: Repo) -> Power:
    price = price_on(context.state, repo, context.business_date)
    return repo_life.power_of(repo, "close_repo", amount=price, parties=(repo.terms.seller,))


def check_close(context: Context, operation: CloseRepo) -> Iterator[Refusal]:
    """The seller, on an open day, not too early, and everything can move."""
    found = find_live(context, operation.repo, lambda repo: _closing(context, repo))
    if isinstance(found, Refusal):
        yield found
        return
    repo, acting = found
    agreeing = context.actors.participants
    if isinstance(acting, Refusal):
        yield acting
    if not context.day_open:
        yield Refusal(Code.DAY_CLOSED)
    early = repo.end is not None and context.business_date < repo.end
    if repo.terms.kind is RepoKind.TERM and early and repo.terms.buyer not in agreeing:
        yield Refusal(Code.TOO_EARLY)
    plan = repo_life.repurchase(context, repo, context.business_date)
    for code in plan_codes(context, repo, plan):
        yield Refusal(code)


def apply_close(context: Context, operation: CloseRepo) -> None:
    """CLOSED."""
    repo = require(context.state, REPO, operation.repo)
    repo_powers.use(context, _closing(context, repo))
    today = context.business_date
    repo_life.close(context, repo, today, repo_life.repurchase(context, repo, today))


def check_recall(context: Context, operation: RecallRepo) -> Iterator[Refusal]:
    """Of an OPEN repo, by a party, to a business day to come."""
    found = find_live(context, operation.repo, lambda repo: repo_life.power_of(repo, "recall_repo"))
    if isinstance(found, Refusal):
        yield found
        return
    repo, acting = found
    if isinstance(acting, Refusal):
        yield acting
    if repo.terms.kind is not RepoKind.OPEN:
        yield Refusal(Code.BAD_FIELD)
    ahead = (operation.end - context.business_date).days
    day = require(context.state, BUSINESS_DAY)
    calendar = require(context.state, CALENDAR, day.calendar).current
    if not 0 < ahead <= RECALL_DAYS_MAX or (repo.end is not None and operation.end > repo.end):
        yield Refusal(Code.BAD_DATE)
    elif not is_business_day(calendar, operation.end):
        yield Refusal(Code.NOT_A_BUSINESS_DAY)


def apply_recall(context: Context, operation: RecallRepo) -> None:
    """The end is fixed; the status stays."""
    repo = require(context.state, REPO, operation.repo)
    repo_powers.use(context, repo_life.power_of(repo, "recall_repo"))
    repo_life.tell_status(context, msgspec.structs.replace(repo, end=operation.end))


def _closing_out(repo: Repo) -> Power:
    return repo_life.power_of(repo, "close_out_repo", parties=(repo_out.innocent(repo),))


def check_close_out(context: Context, operation: CloseOutRepo) -> Iterator[Refusal]:
    """The party that is not in default; what it takes, it may hold."""
    found = repo_life.find(context, operation.repo, _closing_out)
    if isinstance(found, Refusal):
        yield found
        return
    repo, acting = found
    if repo.status is not RepoStatus.DEFAULTED:
        yield Refusal(Code.NOT_DEFAULTED)
        return
    if isinstance(acting, Refusal):
        yield acting
    for code in plan_codes(context, repo, repo_out.close_out(context, repo).plan):
        yield Refusal(code)


def apply_close_out(context: Context, operation: CloseOutRepo) -> None:
    """CLOSED_OUT."""
    repo = require(context.state, REPO, operation.repo)
    repo_powers.use(context, _closing_out(repo))
    repo_out.carry_close_out(context, repo, repo_out.close_out(context, repo))


_LIVE = (Code.NOT_FOUND, Code.REPO_NOT_OPEN, Code.NOT_A_PARTY)

_RECEIVING = tuple(
    code
    for code in MOVEMENT_CODES
    if code not in (Code.ACCOUNT_FROZEN, Code.INSUFFICIENT_AVAILABLE)
)
"""A close-out takes what is pledged, and gives back only what is free."""

CLOSE_REPO = OperationSpec(
    operation=CloseRepo,
    name="close_repo",
    family="repo_steps",
    operation_class=OperationClass.TRADE,
    check=check_close,
    apply=apply_close,
    grantable=True,
    codes=(*_LIVE, Code.GRANT_EXHAUSTED, Code.DAY_CLOSED, Code.TOO_EARLY, *MOVEMENT_CODES),
)

RECALL_REPO = OperationSpec(
    operation=RecallRepo,
    name="recall_repo",
    family="repo_steps",
    operation_class=OperationClass.TRADE,
    check=check_recall,
    apply=apply_recall,
    grantable=True,
    codes=(*_LIVE, Code.BAD_FIELD, Code.BAD_DATE, Code.NOT_A_BUSINESS_DAY),
)

CLOSE_OUT_REPO = OperationSpec(
    operation=CloseOutRepo,
    name="close_out_repo",
    family="repo_steps",
    operation_class=OperationClass.TRADE,
    check=check_close_out,
    apply=apply_close_out,
    grantable=True,
    codes=(Code.NOT_FOUND, Code.NOT_DEFAULTED, Code.NOT_A_PARTY, *_RECEIVING),
)
