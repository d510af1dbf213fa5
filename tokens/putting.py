"""A put at work: its window ends, then the elected units are burned and paid (5.4).

Rules of this file:
1. Elected units are on hold from the election on. A hold that an order took away makes the election
   void: the money for it goes back as residual.
2. The window ends at the end of the date that is the notice before the put date. A calendar that
   changes moves it until then; afterwards the payment is fixed.
3. An instrument that is no longer outstanding has no put: its elections are released.
"""

import datetime as dt

import msgspec

from tokens import liens, redeeming
from tokens.agenda import AgendaHandler, Step, schedule
from tokens.context import Context
from tokens.finance.accrual import FACTOR_ONE_E6
from tokens.finance.calendar import adjust
from tokens.lookup import require, require_account, require_asset
from tokens.options import last_day_of
from tokens.payouts import begin, finish
from tokens.records.amend import with_item
from tokens.records.day import CALENDAR
from tokens.records.holdings import LIEN
from tokens.records.instruments import (
    INSTRUMENT,
    PAYMENT,
    PUT_BASE,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.options import ELECTIONS, PUT_BOOK, PUT_ELECTION, PutElection
from tokens.records.system import AgendaItem
from tokens.servicing import PUT_HANDLER, PUT_WINDOW_HANDLER, open_payment
from tokens.state import Overlay
from tokens.terms import pool_factor_of
from tokens.types import AssetStatus

PAY_POSTINGS = 8
"""A hold, a burn, its money, its tax and its election."""

_subject = msgspec.msgpack.Decoder(tuple[str, int])


def run_window(context: Context, item: AgendaItem, quota: int) -> Step:
    """The window is over: what was elected is owed on the put date."""
    state = context.state
    asset_id, number = _subject.decode(item.subject)
    if require_asset(state, asset_id).status is not AssetStatus.OUTSTANDING:
        return _release_page(state, context, item, quota, asset_id, number)
    terms = require(state, INSTRUMENT, asset_id).terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    option = terms.puts[number - PUT_BASE - 1]
    last = last_day_of(option, terms, calendar)
    if context.business_date <= last:
        schedule(state, msgspec.structs.replace(item, due_on=last + dt.timedelta(days=1)))
        return Step(1, None)
    open_payment(
        context,
        Payment(
            asset=asset_id,
            number=number,
            kind=PaymentKind.PUT,
            status=PaymentStatus.RECORD_TAKEN,
            record_date=last,
            payment_date=adjust(calendar, option.date, terms.bdc),
            fraction=(pool_factor_of(terms, option.date), FACTOR_ONE_E6),
            rate_e6=0,
            factor_e6=FACTOR_ONE_E6,
            price_e4=option.price_e4,
            record_no=0,
            recorded=require(state, PUT_BOOK, asset_id, number).face,
            required=0,
            paid=0,
            withheld=0,
            was_missed=False,
            paid_on=None,
        ),
    )
    return Step(1, None)


def _release_page(
    state: Overlay, context: Context, item: AgendaItem, quota: int, asset_id: str, number: int
) -> Step:
    limit = max(1, quota // 2)
    page = state.scan(PUT_ELECTION, ELECTIONS, (asset_id, number), limit=limit)
    for election in page:
        _close(context, election)
    rest = item if len(page) == limit else None
    return Step(min(quota, 2 * len(page) + 1), rest)


def _close(context: Context, election: PutElection) -> bool:
    """Off the list and free; whether the units were still on hold."""
    state = context.state
    state.delete(PUT_ELECTION, election.asset, election.payment, election.account)
    lien = state.get(LIEN, election.lien)
    if lien is None:
        return False
    liens.lift(context, lien)
    return True


def run_put(context: Context, item: AgendaItem, quota: int) -> Step:
    """Pay one page of elections, in order of account id."""
    state = context.state
    asset_id, number = _subject.decode(item.subject)
    instrument = require(state, INSTRUMENT, asset_id)
    payment = begin(context, require(state, PAYMENT, asset_id, number))
    limit = max(1, quota // PAY_POSTINGS)
    page = state.scan(PUT_ELECTION, ELECTIONS, (asset_id, number), limit=limit)
    lives = require_asset(state, asset_id).status is AssetStatus.OUTSTANDING
    for election in page:
        if _close(context, election) and lives:
            account = require_account(state, election.account)
            payment = redeeming.redeem(context, instrument, payment, account, election.face)
    if len(page) == limit:
        state.put(PAYMENT, payment)
        return Step(min(quota, PAY_POSTINGS * limit), with_item(item, page[-1].account))
    finish(context, instrument, payment)
    return Step(min(quota, PAY_POSTINGS * len(page) + 1), None)


PUT_WINDOW_AGENDA = AgendaHandler(name=PUT_WINDOW_HANDLER, family="puts", run=run_window)
PUT_AGENDA = AgendaHandler(name=PUT_HANDLER, family="puts", run=run_put)
