"""Recoveries at work: new keys take over on their day (page 04, Control).

Rules of this file:
1. The account is RECOVERING from the start: nothing goes out (status.py), and its keys sign nothing
   but an objection and complaints (authority.py). What they had set in motion stops: grants that it
   gave, what is held to go out, offers that somebody else could accept, routes of its money, and
   its word in proposals that have not run. What comes in comes in.
2. The new keys are reserved from the start, so that nobody takes them meanwhile.
3. After an objection the keys change only once the securities regulator has agreed; until then, or
   until the recovery is ended, the account waits.
"""

import msgspec

from tokens import quotes, repo_life, seizing
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.authority import replace_keys
from tokens.context import Context
from tokens.events import CashRouteSet, RecoveryClosed
from tokens.lookup import require_account
from tokens.records.parties import ACCOUNT, KEY_OWNER, Account, KeyOwner, KeyPolicy
from tokens.records.quotes import OPEN_BY_ACCOUNT, QUOTE_REQUEST, QuoteStatus
from tokens.records.recovery import KEY_LOSS, RECOVERY, KeyLoss, Recovery
from tokens.records.repos import PROPOSED_BY_ACCOUNT, REPO, RepoStatus
from tokens.records.settlement import CASH_ROUTE
from tokens.records.system import AgendaItem
from tokens.results import Code
from tokens.state import Overlay
from tokens.types import AccountStatus

HANDLER = "recovery"
ROUTES = CASH_ROUTE.indexes[0]
ROUTES_MAX = 1_024
"""Monies that an account has a route for."""
OFFERS_MAX = 1_024
"""Requests for quote, or proposed repos, that name an account."""

_ITEM = b"mohur/recovery/v1"


def reserve_keys(state: Overlay, account: bytes, policy: KeyPolicy) -> None:
    """Nobody else may take the new keys."""
    for key in policy.keys:
        state.put(KEY_OWNER, KeyOwner(key=key, owner=account))


def stop_outgoing(context: Context, account: bytes) -> None:
    """What lost keys may have set in motion must not outlive them: their thief chose its day."""
    state = context.state
    seizing.end_outgoing(context, account, Code.RECOVERY_OPEN)
    _end_offers(context, account)
    for route in state.scan(CASH_ROUTE, ROUTES, (account,), limit=ROUTES_MAX):
        state.delete(CASH_ROUTE, route.account, route.asset)
        context.emit(CashRouteSet(account=account, asset=route.asset, cash_account=None))
    state.put(KEY_LOSS, KeyLoss(account=account, height=context.height))


def _end_offers(context: Context, account: bytes) -> None:
    """Nothing is held for them yet: the other side alone would bind the account to its old word."""
    state = context.state
    for by_account in OPEN_BY_ACCOUNT:
        for request in state.scan(QUOTE_REQUEST, by_account, (account,), limit=OFFERS_MAX):
            quotes.close(context, request, QuoteStatus.DECLINED)
    for proposed in PROPOSED_BY_ACCOUNT:
        for repo in state.scan(REPO, proposed, (account,), limit=OFFERS_MAX):
            withdrawn = msgspec.structs.replace(repo, status=RepoStatus.WITHDRAWN)
            repo_life.tell_status(context, withdrawn)


def still_agrees(state: Overlay, account: Account, since: int) -> bool:
    """Whether the word of an account in a proposal of a block counts: its keys were not lost."""
    loss = state.get(KEY_LOSS, account.id)
    kept = account.status is not AccountStatus.RECOVERING
    return kept and (loss is None or loss.height < since)


def enqueue(context: Context, recovery: Recovery) -> None:
    """On its day, or as soon as the agenda comes to it."""
    schedule(
        context.state,
        item_for(
            recovery.account,
            handler=HANDLER,
            domain=_ITEM,
            due_on=max(recovery.effective_on, context.business_date),
        ),
    )


def is_due(context: Context, recovery: Recovery) -> bool:
    """Its day has come, and an objection was answered."""
    answered = recovery.agreed or not recovery.objected
    return answered and recovery.effective_on <= context.business_date


def run_recovery(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: the keys change, unless it waits for the regulator."""
    del quota
    recovery = context.state.get(RECOVERY, item.subject)
    if recovery is not None and is_due(context, recovery):
        close(context, recovery, replaced=True)
    return Step(1, None)


def close(context: Context, recovery: Recovery, *, replaced: bool) -> None:
    """The account is OPEN again, with the new keys or the old ones."""
    state = context.state
    account = require_account(state, recovery.account)
    policy = recovery.policy if replaced else account.policy
    for gone in (account.policy, recovery.policy):
        replace_keys(state, account.id, gone, policy)
    state.put(ACCOUNT, msgspec.structs.replace(account, policy=policy, status=AccountStatus.OPEN))
    state.delete(RECOVERY, account.id)
    context.emit(RecoveryClosed(account=account.id, replaced=replaced))


RECOVERY_AGENDA = AgendaHandler(name=HANDLER, family="recovery", run=run_recovery)
