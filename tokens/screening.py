"""Sanctions lists at work: what a listed person holds already is frozen (page 04, check 6).

Rules of this file:
1. From the block that lists a person no movement of it passes (rules.py). What it holds is frozen
   whole by an order in the name of the list's authority, which can then be seized under it.
2. The agenda does it, account by account; a person taken off the list is released the same way.
"""

import msgspec

from tokens import liens
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import AccountScreened
from tokens.lookup import require
from tokens.records.amend import with_item
from tokens.records.holdings import LIEN, Lien
from tokens.records.parties import ACCOUNT, ACCOUNTS_BY_OWNER
from tokens.records.persons import SANCTIONED, SANCTIONS_LIST, SanctionsList
from tokens.records.system import AgendaItem
from tokens.state import Overlay
from tokens.types import LienKind

HANDLER = "screening"

_MEMO = "sanctions list "
_ITEM = b"mohur/screening-item/v1"
_ORDER = b"mohur/screening/v1"
_subject = msgspec.msgpack.Decoder(tuple[str, bytes])


def enqueue(context: Context, name: str, person: bytes) -> None:
    """Look at a person's accounts as soon as the agenda comes to it."""
    subject = encode((name, person))
    schedule(
        context.state,
        item_for(subject, handler=HANDLER, domain=_ITEM, due_on=context.business_date),
    )


def is_listed(state: Overlay, name: str, person: bytes) -> bool:
    """Whether a person is on a list."""
    entry = state.get(SANCTIONED, person)
    return entry is not None and name in entry.lists


def run_screening(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: freeze or release a page of a person's accounts."""
    state = context.state
    name, person = _subject.decode(item.subject)
    after = (person, item.cursor) if item.cursor else None
    limit = max(1, quota // 2)
    page = state.scan(ACCOUNT, ACCOUNTS_BY_OWNER, (person,), after=after, limit=limit)
    known = require(state, SANCTIONS_LIST, name)
    for account in page:
        _screen(context, known, account.id, listed=is_listed(state, name, person))
    done = len(page) < limit
    return Step(min(quota, 2 * len(page)), None if done else with_item(item, page[-1].id))


def _screen(context: Context, known: SanctionsList, account: bytes, *, listed: bool) -> None:
    order, lien = _order_of(context.state, known.id, account)
    if listed and lien is None:
        lien = Lien(
            id=order,
            account=account,
            asset=None,
            amount=None,
            kind=LienKind.FREEZE,
            owner=known.authority,
            expires_on=None,
            basis=known.basis,
            memo=_memo(known.id),
        )
        liens.place(context, lien)
    elif not listed and lien is not None:
        liens.lift(context, lien)
    else:
        return
    context.emit(
        AccountScreened(
            list=known.id, version=known.version, account=account, order=order, frozen=listed
        )
    )


def _order_of(state: Overlay, name: str, account: bytes) -> tuple[bytes, Lien | None]:
    """Id of the order of a list on an account, and the order if it stands.

    An authority chooses the ids of its own orders and may have computed this one: then the next.
    """
    order = tagged_hash(_ORDER, account + name.encode())
    lien = state.get(LIEN, order)
    while lien is not None and (lien.account, lien.memo) != (account, _memo(name)):
        order = tagged_hash(_ORDER, order)
        lien = state.get(LIEN, order)
    return order, lien


def is_of_list(lien: Lien) -> bool:
    """Whether a freeze was placed because of a list: no other order has such a memo."""
    return lien.kind is LienKind.FREEZE and lien.memo.startswith(_MEMO)


def _memo(name: str) -> str:
    return _MEMO + name


SCREENING_AGENDA = AgendaHandler(name=HANDLER, family="persons", run=run_screening)
