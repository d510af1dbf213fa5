"""Work that the ledger does by itself, in the order (business date, class, id) (page 04).

Rules of this file:
1. Due by business date only. All dated work fires at the first open_day with business date >= its
   date.
2. A handler cannot fail. It does at most `quota` postings and hands back the rest of its item, or
   None if done.
3. A step counts at least one posting, so that a block's work is bounded whatever a handler does.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.records.day import BUSINESS_DAY
from tokens.records.system import AGENDA_ITEM, AgendaItem, agenda_key
from tokens.state import Overlay
from tokens.types import AgendaClass

AGENDA = AGENDA_ITEM.indexes[0]

AgendaKey = tuple[int, int, bytes]
"""(ordinal of the business date, class, id): key and order of an item."""


class Step(NamedTuple):
    """What a handler did."""

    postings: int
    """How many postings (or records written, if it posts nothing), 0..quota."""
    rest: AgendaItem | None
    """The same item with its new cursor, or None if it is done."""


@dataclass(frozen=True, slots=True)
class AgendaHandler:
    """Who does items of one kind; listed in tokens/ops/__init__.py."""

    name: str
    """What items call it, e.g. proposal_expiry."""
    family: str
    """File it lives in."""
    run: Callable[[Context, AgendaItem, int], Step]
    """(context, item, quota) -> Step."""


def item_for(
    subject: bytes,
    *,
    handler: str,
    domain: bytes,
    due_on: dt.date,
    item_class: AgendaClass = AgendaClass.RELEASE,
) -> AgendaItem:
    """Work on one subject (at most 256 bytes), at its beginning.

    Its place among those of its date and class is a hash of the subject: nobody chooses it, and the
    same work for the same date is there once. `domain` is of the kind of work alone.
    """
    return AgendaItem(
        due_on=due_on,
        item_class=item_class,
        id=tagged_hash(domain, subject),
        handler=handler,
        subject=subject,
        cursor=b"",
    )


def schedule_end(
    state: Overlay, subject: bytes, *, handler: str, domain: bytes, on: dt.date | None
) -> None:
    """Put an end by date on the agenda, if there is one.

    A later date adds another item: the handler looks whether the end has come.
    """
    if on is not None:
        schedule(state, item_for(subject, handler=handler, domain=domain, due_on=on))


def schedule(state: Overlay, item: AgendaItem) -> None:
    """Put an item on the agenda; the same (date, class, id) again replaces it."""
    state.put(AGENDA_ITEM, item)


def cancel(state: Overlay, item: AgendaItem) -> None:
    """Take an item off; nothing happens if it is not there."""
    state.delete(AGENDA_ITEM, *agenda_key(item))


def upcoming(state: Overlay, limit: int) -> Sequence[AgendaItem]:
    """The first items, due or not."""
    return state.scan(AGENDA_ITEM, AGENDA, limit=limit)


def next_due(state: Overlay) -> AgendaItem | None:
    """The first item that is due on the business date, or None.

    Not None is a reason to make a block (R1).
    """
    first = state.scan(AGENDA_ITEM, AGENDA, limit=1)
    day = state.get(BUSINESS_DAY)
    if not first or day is None or first[0].due_on > day.date:
        return None
    return first[0]


def run_due(
    state: Overlay,
    handlers: dict[str, AgendaHandler],
    quota: int,
    open_context: Callable[[AgendaItem], Context],
) -> list[Context]:
    """Do due items in order until `quota` postings are used: one context a step."""
    done: list[Context] = []
    left = quota
    last: AgendaKey | None = None
    while left > 0:
        item = _next(state, last)
        if item is None:
            break
        context = open_context(item)
        step = handlers[item.handler].run(context, item, left)
        if step.rest is None:
            cancel(state, item)
            key = agenda_key(item)
            last = key if last is None else max(last, key)
        else:
            schedule(state, step.rest)
        left -= max(1, step.postings)
        done.append(context)
    return done


def _next(state: Overlay, last: AgendaKey | None) -> AgendaItem | None:
    """The first due item, without walking again over those up to `last`, which are done.

    What a step put on the agenda before `last` is among the overlay's own writes.
    """
    day = state.get(BUSINESS_DAY)
    if day is None:
        return None
    found = state.scan(AGENDA_ITEM, AGENDA, after=last, limit=1)
    written = state.first_written(AGENDA_ITEM, AGENDA)
    if written is not None:
        found.append(written)
    item = min(found, key=agenda_key, default=None)
    return None if item is None or item.due_on > day.date else item
