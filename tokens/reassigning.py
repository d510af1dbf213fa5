"""Accounts that go to another institution: the id, balances and liens stay (page 04, Licences).

Rules of this file:
1. One account is moved whole in one step: bank totals follow its positions, the money that waits
   unclaimed for it goes along, and from then on the new institution services it.
2. Unclaimed money under an order of an authority cannot go along: then the account waits for the
   next business date.
"""

import datetime as dt

import msgspec

from tokens import posting
from tokens.agenda import AgendaHandler, Step, schedule
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import ServicerChanged
from tokens.lookup import require_account, require_asset
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT, Account
from tokens.records.system import AgendaItem
from tokens.types import AccountStatus, AgendaClass
from tokens.unclaimed import unclaimed_account_of

HANDLER = "reassignment"
PAGE = 1_024
"""Positions, or unclaimed payments, of one account read at once."""
HOLDINGS = POSITION.indexes[1]
CLAIMS = UNCLAIMED.indexes[0]

_ITEM = b"mohur/reassignment/v1"


def enqueue(context: Context, account: bytes, to: bytes, on: dt.date) -> None:
    """Move an account when the agenda comes to it; a later word on it replaces an earlier one."""
    schedule(
        context.state,
        AgendaItem(
            due_on=on,
            item_class=AgendaClass.RELEASE,
            id=tagged_hash(_ITEM, account),
            handler=HANDLER,
            subject=account + to,
            cursor=b"",
        ),
    )


def run_reassignment(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: one account."""
    account = require_account(context.state, item.subject[:16])
    to = item.subject[16:]
    if account.status is AccountStatus.CLOSED or account.servicer == to:
        return Step(1, None)
    claims = _claims(context, account.id)
    if not _can_go_along(context, account, claims):
        enqueue(context, account.id, to, context.business_date + dt.timedelta(days=1))
        return Step(1, None)
    postings = _move(context, account, msgspec.structs.replace(account, servicer=to), claims)
    return Step(min(quota, 1 + postings), None)


def _claims(context: Context, account: bytes) -> list[Unclaimed]:
    found: list[Unclaimed] = []
    after = None
    while page := context.state.scan(UNCLAIMED, CLAIMS, (account,), after=after, limit=PAGE):
        found += page
        after = UNCLAIMED.key(page[-1])
    return found


def _can_go_along(context: Context, account: Account, claims: list[Unclaimed]) -> bool:
    """Whether the unclaimed account may give what it keeps for this one."""
    if not claims:
        return True
    state = context.state
    keeper = unclaimed_account_of(state, account)
    sums: dict[str, int] = {}
    for claim in claims:
        sums[claim.asset] = sums.get(claim.asset, 0) + claim.amount
    return all(
        posting.available(state.get(POSITION, asset, keeper.id)) >= amount
        for asset, amount in sums.items()
    )


def _move(context: Context, old: Account, new: Account, claims: list[Unclaimed]) -> int:
    """Bank totals, unclaimed money, the account. Returns how many records were touched."""
    state = context.state
    postings = 0
    after: tuple[bytes, str] | None = None
    while page := state.scan(POSITION, HOLDINGS, (old.id,), after=after, limit=PAGE):
        for position in page:
            posting.move_total(state, old.servicer, new.servicer, position)
        postings += len(page)
        after = (old.id, page[-1].asset)
    for claim in claims:
        posting.move(
            context,
            require_asset(state, claim.asset),
            unclaimed_account_of(state, old),
            unclaimed_account_of(state, new),
            claim.amount,
        )
    state.put(ACCOUNT, new)
    context.emit(ServicerChanged(account=old.id, old=old.servicer, new=new.servicer))
    return postings + 2 * len(claims)


REASSIGNMENT_AGENDA = AgendaHandler(name=HANDLER, family="reassignment", run=run_reassignment)
