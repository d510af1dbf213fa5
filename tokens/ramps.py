"""What all steps of a ramp share: its number, its dates, its end, references that count once (5.7).

Rules of this file:
1. A ramp is opened with a date and has ended on it, whatever its state was and whether the agenda
   has come by or not (status_on); the agenda writes it down and lifts the hold. Who puts it on hold
   has DAYS_MAX days from then on: the client chose the date, and it may be the one looked at.
2. An end by date takes nothing from anybody: a hold is lifted, money that a bank received stays
   owed, and the ramp takes refunds until nothing is.
3. A bank, a rail and a reference hash name one payment for ever, over all ramps, both directions.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events import RampChanged
from tokens.lookup import require
from tokens.movement import Channel
from tokens.posting import within_reach
from tokens.record_parties import is_told
from tokens.records.holdings import LIEN, POSITION
from tokens.records.parties import Account
from tokens.records.ramps import (
    LIVE,
    OPEN_RAMPS_OF_ACCOUNT,
    RAMP,
    RAMP_BY_LIEN,
    RAMP_COUNTER,
    RAMP_REFERENCE,
    Rail,
    Ramp,
    RampCounter,
    RampDirection,
    RampPurpose,
    RampReference,
    RampStatus,
)
from tokens.records.system import AgendaItem
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import AccountPurpose

HANDLER = "ramp_expiry"
OPEN_RAMPS_MAX = 64
"""Ramps of one account that wait for something."""
DAYS_MAX = 60
"""Calendar days from opening to expiry, from sending to its confirmation, and of a hold."""

_ID = b"mohur/ramp/v1"
_ITEM = b"mohur/ramp-expiry/v1"


def channel_of(direction: RampDirection, purpose: RampPurpose) -> Channel:
    """What the order of checks calls a ramp (page 04, non-residents)."""
    if direction is RampDirection.IN:
        inward = purpose is RampPurpose.INWARD_REMITTANCE
        return Channel.INWARD if inward else Channel.ORDINARY
    return Channel.REPATRIATE if purpose is RampPurpose.REPATRIATE else Channel.OFF_RAMP


def new_id(context: Context) -> bytes:
    """Id of the ramp that this operation opens."""
    return tagged_hash(_ID, context.tx_id, context.operation_index.to_bytes(2, "big"))


def next_number(state: Overlay) -> int:
    """Number of the next ramp, counted."""
    counter = state.get(RAMP_COUNTER)
    number = 1 if counter is None else counter.count + 1
    state.put(RAMP_COUNTER, RampCounter(count=number))
    return number


def of_bank(context: Context, ramp_id: bytes, direction: RampDirection) -> Ramp | Refusal:
    """The ramp of that direction, if its bank agrees."""
    ramp = context.state.get(RAMP, ramp_id)
    known = ramp is not None and is_told(context, RAMP, ramp)
    if ramp is None or not known or ramp.direction is not direction:
        return Refusal(Code.NOT_FOUND)
    if ramp.bank not in context.actors.participants:
        return Refusal(Code.NOT_AUTHORISED)
    return ramp


def has_room(state: Overlay, account: bytes) -> bool:
    """Whether an account may open another ramp."""
    found = state.count(OPEN_RAMPS_OF_ACCOUNT, (account,), limit=OPEN_RAMPS_MAX)
    return found < OPEN_RAMPS_MAX


def status_on(ramp: Ramp, day: dt.date) -> RampStatus:
    """The status of a ramp on a business date."""
    over = ramp.status in LIVE and ramp.expires_on <= day
    return RampStatus.EXPIRED if over else ramp.status


def date_refusal(context: Context, date: dt.date) -> Iterator[Refusal]:
    """A date ahead, at most DAYS_MAX days."""
    if not 1 <= (date - context.business_date).days <= DAYS_MAX:
        yield Refusal(Code.BAD_DATE)


def reference_refusal(
    state: Overlay, bank: bytes, rail: Rail, reference_hash: bytes
) -> Iterator[Refusal]:
    """The payment has not had its effect yet."""
    if state.get(RAMP_REFERENCE, bank, int(rail), reference_hash) is not None:
        yield Refusal(Code.REFERENCE_USED)


def use_reference(state: Overlay, ramp: Ramp, rail: Rail, reference_hash: bytes) -> None:
    """It has now."""
    entry = RampReference(bank=ramp.bank, rail=rail, reference_hash=reference_hash, ramp=ramp.id)
    state.put(RAMP_REFERENCE, entry)


def bank_account_refusal(ramp: Ramp, account: Account) -> Iterator[Refusal]:
    """Tokens come from and go to a general account of the bank's own."""
    if account.holder != ramp.bank or account.purpose is not AccountPurpose.GENERAL:
        yield Refusal(Code.NOT_AUTHORISED)


def enqueue(context: Context, ramp: Ramp) -> None:
    """Its date on the agenda; one that was put there before finds nothing to do."""
    schedule(
        context.state,
        item_for(ramp.id, handler=HANDLER, domain=_ITEM, due_on=ramp.expires_on),
    )


def with_days_of_hold(context: Context, ramp: Ramp) -> Ramp:
    """The ramp with as many days as a hold has, counted from today, its date on the agenda."""
    longest = context.business_date + dt.timedelta(days=DAYS_MAX)
    held = msgspec.structs.replace(ramp, expires_on=max(ramp.expires_on, longest))
    enqueue(context, held)
    return held


def put(context: Context, ramp: Ramp) -> None:
    """Write a step and tell it."""
    context.state.put(RAMP, ramp)
    context.emit(
        RampChanged(
            ramp=ramp.id,
            status=ramp.status,
            came_in=ramp.came_in,
            went_out=ramp.went_out,
            fee=ramp.fee,
            refund=ramp.refund,
            refund_fee=ramp.refund_fee,
        )
    )


def reaches(context: Context, ramp: Ramp, amount: int) -> bool:
    """Whether held tokens can still be taken: a freeze reaches them (page 04, Control)."""
    return within_reach(context.state.get(POSITION, ramp.asset, ramp.account)) >= amount


def lift_hold(context: Context, ramp: Ramp) -> Ramp:
    """The ramp without its hold."""
    if ramp.lien is not None:
        liens.lift(context, require(context.state, LIEN, ramp.lien))
    return msgspec.structs.replace(ramp, lien=None)


def end(context: Context, ramp: Ramp, status: RampStatus) -> None:
    """End without a payment: what is held is free again, what a bank received stays owed."""
    if ramp.lien is not None:
        ramp = lift_hold(context, ramp)
        ramp = msgspec.structs.replace(ramp, fee=0, refund=ramp.came_in)
    put(context, msgspec.structs.replace(ramp, status=status))


def end_seized(context: Context, lien: bytes) -> bool:
    """A seizure takes what was held for an off-ramp: the ramp ends. False: no ramp holds it."""
    for ramp in context.state.scan(RAMP, RAMP_BY_LIEN, (lien,), limit=1):
        end(context, ramp, RampStatus.EXPIRED)
        return True
    return False


def end_unsent(context: Context, lien: bytes) -> bool:
    """End the off-ramp that holds units unless its bank has paid. False: no ramp holds them."""
    for ramp in context.state.scan(RAMP, RAMP_BY_LIEN, (lien,), limit=1):
        if ramp.status is RampStatus.HELD:
            end(context, ramp, RampStatus.EXPIRED)
        return True
    return False


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """Its date has come, unless it ended before or lives longer now."""
    del quota
    ramp = require(context.state, RAMP, item.subject)
    if status_on(ramp, context.business_date) is not ramp.status:
        end(context, ramp, RampStatus.EXPIRED)
    return Step(1, None)


RAMP_EXPIRY_AGENDA = AgendaHandler(name=HANDLER, family="on_ramps", run=run_expiry)
