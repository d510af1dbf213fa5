"""Grants that end before their time: with a licence, or with the keys of an account (page 04).

Rules of this file:
1. A grant over a client's account is void from the moment that its grantee is suspended, or that
   its account is in recovery (grants.py asks); the agenda then takes it out of the state.
2. The agenda walks the grants of the one side, page by page.
"""

import msgspec

from tokens import agenda
from tokens.codec import encode
from tokens.context import Context
from tokens.events import GrantEnded
from tokens.records.amend import with_item
from tokens.records.kind import Key
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import GRANT, Grant
from tokens.records.system import AgendaItem

EXPIRY_HANDLER = "grant_expiry"
VOIDING_HANDLER = "grant_voiding"
GRANTS = GRANT.indexes[0]
GRANTS_BY_GRANTEE = GRANT.indexes[1]

_ID = b"mohur/grant/v1"
_VOIDING = b"mohur/grant-voiding/v1"
_subject = msgspec.msgpack.Decoder(tuple[bytes, bool])
_place = msgspec.msgpack.Decoder(tuple[bytes, bytes, str, str])


def expiry_of(grant: Grant) -> AgendaItem:
    """The item that ends a grant on its date."""
    subject = encode(GRANT.key(grant))
    return agenda.item_for(subject, handler=EXPIRY_HANDLER, domain=_ID, due_on=grant.expires_on)


def end_grant(context: Context, grant: Grant) -> None:
    """A grant leaves the state, and so does its date."""
    agenda.cancel(context.state, expiry_of(grant))
    context.state.delete(GRANT, *GRANT.key(grant))
    context.emit(
        GrantEnded(
            grantor=grant.grantor,
            grantee=grant.grantee,
            operation=grant.operation,
            asset=grant.asset,
        )
    )


def enqueue_voiding(context: Context, address: bytes, *, as_grantee: bool) -> None:
    """End the grants over accounts that an institution holds, or that an account gave."""
    subject = encode((address, as_grantee))
    agenda.schedule(
        context.state,
        agenda.item_for(
            subject, handler=VOIDING_HANDLER, domain=_VOIDING, due_on=context.business_date
        ),
    )


def run_voiding(context: Context, item: AgendaItem, quota: int) -> agenda.Step:
    """Agenda: a page of grants, from where the last one ended."""
    state = context.state
    address, as_grantee = _subject.decode(item.subject)
    index = GRANTS_BY_GRANTEE if as_grantee else GRANTS
    after: Key | None = _place.decode(item.cursor) if item.cursor else None
    page = state.scan(GRANT, index, (address,), after=after, limit=quota)
    for grant in page:
        if not as_grantee or state.get(ACCOUNT, grant.grantor) is not None:
            end_grant(context, grant)
    if len(page) < quota:
        return agenda.Step(len(page), None)
    last = page[-1]
    first = (last.grantee, last.grantor) if as_grantee else (last.grantor, last.grantee)
    cursor = encode((*first, last.operation, last.asset))
    return agenda.Step(len(page), with_item(item, cursor))


GRANT_VOIDING = agenda.AgendaHandler(VOIDING_HANDLER, "grants", run_voiding)
