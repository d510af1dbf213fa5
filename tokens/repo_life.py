"""A repo from its opening to its end: what the ledger does by itself (5.6).

Rules of this file:
1. open_day: what has come to its end is repaid if both can; then the value of the others is looked
   at, on the dates that their margin terms say, at fresh marks only.
2. close_day: INTRADAY must be over, a TERM repo repaid at its end, a call met at its deadline; else
   whoever could not deliver is in default. Who cannot receive keeps the other from no default.
3. The runs over all live repos are on the agenda, in pages; nothing here waits for them.
"""

import datetime as dt
from collections.abc import Callable

import msgspec

from tokens import reserve
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import encode
from tokens.context import Context
from tokens.events.collateral import (
    RepoCallsSuspended,
    RepoMarginCalled,
    RepoPending,
    RepoStatusChanged,
)
from tokens.finance.calendar import add_business_days
from tokens.lookup import require
from tokens.record_parties import is_told
from tokens.records.amend import with_item
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.repos import (
    LIVE,
    LIVE_REPOS,
    REPO,
    REPO_USE,
    Repo,
    RepoClaim,
    RepoKind,
    RepoStatus,
    RepoUse,
)
from tokens.records.system import AgendaItem
from tokens.repo_moves import Move, Plan, both, carry_out, plan_codes, plan_faults, take_out
from tokens.repo_powers import Power, lent
from tokens.repo_value import (
    collateral_value,
    coupons_of,
    forgiven_floor,
    price_on,
    what_lies,
)
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import AgendaClass

DAY_OPEN_HANDLER = "repo_day_open"
DAY_CLOSE_HANDLER = "repo_day_close"
EXPIRY_HANDLER = "repo_expiry"

POSTINGS_PER_REPO = 40
"""Sixteen lines and the money, two positions each, and their liens, rounded up."""

_ITEM = b"mohur/repo-item/v1"
_DAY = dt.timedelta(days=1)
_NOBODYS = (Code.ASSET_PAUSED, Code.ASSET_MATURED, Code.ASSET_NOT_ACTIVE)
"""States of an asset: no party's fault."""
_subject = msgspec.msgpack.Decoder(tuple[str, int])


def tell_status(context: Context, repo: Repo) -> None:
    """Store a repo and say its status."""
    context.state.put(REPO, repo)
    context.emit(
        RepoStatusChanged(
            repo=repo.id, status=repo.status, end=repo.end, price=repo.price, claim=repo.claim
        )
    )


def find(
    context: Context, repo_id: bytes, wanted: Callable[[Repo], Power]
) -> tuple[Repo, Context | Refusal] | Refusal:
    """A repo, and the context as if its party agreed or why none does.

    NOT_FOUND for all but its parties and those whom one of them lent the power.
    """
    repo = context.state.get(REPO, repo_id)
    if repo is None:
        return Refusal(Code.NOT_FOUND)
    acting = lent(context, wanted(repo))
    if acting is Code.NOT_A_PARTY and not is_told(context, REPO, repo):
        return Refusal(Code.NOT_FOUND)
    return repo, Refusal(acting) if isinstance(acting, Code) else acting


def find_live(
    context: Context, repo_id: bytes, wanted: Callable[[Repo], Power]
) -> tuple[Repo, Context | Refusal] | Refusal:
    """The same of a repo under which money is lent."""
    found = find(context, repo_id, wanted)
    if isinstance(found, Refusal) or found[0].status in LIVE:
        return found
    return Refusal(Code.REPO_NOT_OPEN)


def power_of(
    repo: Repo, operation: str, *, amount: int = 0, parties: tuple[bytes | None, ...] | None = None
) -> Power:
    """A step of a repo by any of its parties, or by any of those named: who may lend it."""
    terms = repo.terms
    cash = {terms.seller: repo.seller_cash, terms.buyer: repo.buyer_cash}
    named = (terms.seller, terms.buyer) if parties is None else parties
    sources = tuple(None if name is None else cash.get(name) for name in named)
    return Power(named, operation, terms.cash_asset, sources, amount)


def accounts_of(repo: Repo) -> list[bytes]:
    """Its accounts, each once."""
    named = (repo.seller_securities, repo.seller_cash, repo.buyer_securities, repo.buyer_cash)
    return list(dict.fromkeys(account for account in named if account is not None))


def count_use(state: Overlay, repo: Repo, step: int) -> None:
    """Its accounts are needed for one repo more, or one less."""
    for account in accounts_of(repo):
        known = state.get(REPO_USE, account)
        count = step if known is None else known.count + step
        if count:
            state.put(REPO_USE, RepoUse(account=account, count=count))
        else:
            state.delete(REPO_USE, account)


def business_days_after(state: Overlay, day: dt.date, count: int) -> dt.date:
    """By the ledger's calendar."""
    record = require(state, CALENDAR, require(state, BUSINESS_DAY).calendar)
    return day if count == 0 else add_business_days(record.current, day, count)


def repurchase(context: Context, repo: Repo, on: dt.date) -> Plan:
    """The price to the buyer, the collateral to the seller."""
    price = price_on(context.state, repo, on)
    pay = Move(repo.terms.cash_asset, repo.seller_cash or b"", repo.buyer_cash or b"", price)
    parts = tuple((line, what_lies(context.state, repo, line).amount) for line in repo.lines)
    return both(Plan((pay,) if price else ()), take_out(context, repo, parts))


def close(context: Context, repo: Repo, on: dt.date, plan: Plan) -> None:
    """CLOSED: paid back, collateral returned. The caller has found no code."""
    price = price_on(context.state, repo, on)
    pending = sum(coupons_of(context.state, repo, line, line.amount).pending for line in repo.lines)
    carry_out(context, repo, plan)
    reserve.wake_queues_of(context, repo.buyer_cash or b"")
    count_use(context.state, repo, -1)
    claim = None
    if pending:
        claim = RepoClaim(creditor=repo.terms.seller, debtor=repo.terms.buyer, amount=pending)
    tell_status(
        context,
        msgspec.structs.replace(
            repo,
            status=RepoStatus.CLOSED,
            lines=(),
            coupons=0,
            margin_on=None,
            call=0,
            call_until=None,
            ended_on=on,
            price=price,
            claim=claim,
        ),
    )


def default(context: Context, repo: Repo, defaulter: bytes, on: dt.date) -> None:
    """DEFAULTED: the price is fixed; the collateral waits for the close-out."""
    tell_status(
        context,
        msgspec.structs.replace(
            repo,
            status=RepoStatus.DEFAULTED,
            defaulter=defaulter,
            margin_on=None,
            call=0,
            call_until=None,
            ended_on=on,
            price=price_on(context.state, repo, on),
        ),
    )


def judge(context: Context, repo: Repo, on: dt.date) -> Repo:
    """Look at the value: a call, no call any more, or none can be made at stale marks."""
    value = collateral_value(context.state, repo, repo.lines)
    if isinstance(value, Code):
        context.emit(RepoCallsSuspended(repo=repo.id, call=repo.call))
        return repo
    short = price_on(context.state, repo, on) - value
    judged = msgspec.structs.replace(repo, judged_on=on)
    if repo.status is RepoStatus.MARGIN_CALL and short <= 0:
        return _without_call(context, judged)
    if repo.status is RepoStatus.OPEN and short > forgiven_floor(repo):
        until = business_days_after(context.state, on, repo.terms.margin.deadline_bd)
        context.emit(RepoMarginCalled(repo=repo.id, amount=short, until=until))
        called = msgspec.structs.replace(
            judged, status=RepoStatus.MARGIN_CALL, call=short, call_until=until
        )
        tell_status(context, called)
        return called
    if repo.status is RepoStatus.MARGIN_CALL:
        return msgspec.structs.replace(judged, call=short)
    return judged


def _without_call(context: Context, repo: Repo) -> Repo:
    met = msgspec.structs.replace(repo, status=RepoStatus.OPEN, call=0, call_until=None)
    tell_status(context, met)
    return met


OneRepo = Callable[[Context, Repo, dt.date], None]


def begin_day(context: Context, on: dt.date) -> None:
    """open_day: put the run of the morning on the agenda."""
    _enqueue_run(context, DAY_OPEN_HANDLER, AgendaClass.SETTLE, on)


def end_day(context: Context, on: dt.date) -> None:
    """close_day: put the run of the evening on the agenda."""
    _enqueue_run(context, DAY_CLOSE_HANDLER, AgendaClass.REDEMPTION, on)


def _enqueue_run(context: Context, handler: str, item_class: AgendaClass, on: dt.date) -> None:
    if not context.state.scan(REPO, LIVE_REPOS, limit=1):
        return
    subject = encode((handler, on.toordinal()))
    schedule(
        context.state,
        item_for(subject, handler=handler, domain=_ITEM, due_on=on, item_class=item_class),
    )


def enqueue_expiry(context: Context, repo: Repo) -> None:
    """A repo that is not accepted on its start date is withdrawn at the next open_day."""
    schedule(
        context.state,
        item_for(repo.id, handler=EXPIRY_HANDLER, domain=_ITEM, due_on=repo.terms.start + _DAY),
    )


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """Withdraw what nobody accepted."""
    repo = require(context.state, REPO, item.subject)
    if repo.status is RepoStatus.PROPOSED:
        tell_status(context, msgspec.structs.replace(repo, status=RepoStatus.WITHDRAWN))
    return Step(min(quota, 1), None)


def run_day_open(context: Context, item: AgendaItem, quota: int) -> Step:
    """Repay what ends today, then look at the value of the rest."""
    return _run(context, item, quota, _open_one)


def run_day_close(context: Context, item: AgendaItem, quota: int) -> Step:
    """Default what should be over, or should have been covered."""
    return _run(context, item, quota, _close_one)


def _run(context: Context, item: AgendaItem, quota: int, one: OneRepo) -> Step:
    _, ordinal = _subject.decode(item.subject)
    after = (int.from_bytes(item.cursor, "big"),) if item.cursor else None
    limit = max(1, quota // POSTINGS_PER_REPO)
    page = context.state.scan(REPO, LIVE_REPOS, after=after, limit=limit)
    for repo in page:
        one(context, repo, dt.date.fromordinal(ordinal))
    if len(page) < limit:
        return Step(min(quota, POSTINGS_PER_REPO * len(page) + 1), None)
    rest = with_item(item, page[-1].number.to_bytes(8, "big"))
    return Step(min(quota, POSTINGS_PER_REPO * limit), rest)


def _open_one(context: Context, repo: Repo, on: dt.date) -> None:
    if repo.end is not None and repo.end <= on:
        plan = repurchase(context, repo, on)
        if next(plan_codes(context, repo, plan), None) is None:
            close(context, repo, on, plan)
            return
    if repo.margin_on is None or repo.margin_on > on:
        return
    step = repo.terms.margin.frequency_bd
    following = business_days_after(context.state, on, step)
    judged = judge(context, repo, on)
    context.state.put(REPO, msgspec.structs.replace(judged, margin_on=following))


def _close_one(context: Context, repo: Repo, on: dt.date) -> None:
    if repo.terms.start > on:
        return
    over = repo.end is not None and repo.end <= on
    if over or repo.terms.kind is RepoKind.INTRADAY:
        _must_end(context, repo, on)
        return
    if repo.call_until is None or repo.call_until > on:
        return
    judged = judge(context, repo, on)
    context.state.put(REPO, judged)
    if judged.judged_on == on and judged.status is RepoStatus.MARGIN_CALL:
        default(context, judged, repo.terms.seller, on)


def _must_end(context: Context, repo: Repo, on: dt.date) -> None:
    """Whoever cannot give is in default, the seller first; what hangs on receiving waits."""
    plan = repurchase(context, repo, on)
    faults = list(plan_faults(context, repo, plan))
    if not faults:
        close(context, repo, on, plan)
        return
    short = [fault.account for fault in faults if fault.gives and fault.code not in _NOBODYS]
    if any(account in (repo.seller_cash, repo.seller_securities) for account in short):
        default(context, repo, repo.terms.seller, on)
    elif short:
        default(context, repo, repo.terms.buyer, on)
    else:
        context.emit(RepoPending(repo=repo.id, reason=int(faults[0].code)))


REPO_EXPIRY_AGENDA = AgendaHandler(name=EXPIRY_HANDLER, family="repos", run=run_expiry)
REPO_DAY_OPEN_AGENDA = AgendaHandler(name=DAY_OPEN_HANDLER, family="repos", run=run_day_open)
REPO_DAY_CLOSE_AGENDA = AgendaHandler(name=DAY_CLOSE_HANDLER, family="repos", run=run_day_close)
