"""The travel rule: what it asks of a transfer or a ramp, and how its waiting ends (A1 to A5).

Rules of this file:
1. Asked where a client's account is on one side and the institutions differ, at or above the
   threshold. Between two institutions on their own behalf it asks nothing (interpretative note to
   FATF recommendation 16), and nothing of SERVICE, ISSUE and BID. What moves by instruction carries
   the hash of its data instead of waiting (travel_legs.py).
2. A waiting transfer is a hold. Its end by rejection or date takes nothing from anybody.
3. The servicer that an account has now acts for it, whoever it was when the rule was asked.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens
from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.codec import tagged_hash
from tokens.context import Context
from tokens.events.travel import TravelEnded, TravelRequired
from tokens.lookup import require
from tokens.parameters import parameter
from tokens.records.holdings import LIEN
from tokens.records.instruments import Asset
from tokens.records.parties import ACCOUNT, Account
from tokens.records.ramps import Ramp, RampDirection
from tokens.records.system import AgendaItem
from tokens.records.travel import (
    TRAVEL,
    TRAVEL_BY_LIEN,
    TRAVEL_COUNTER,
    WAITING,
    RejectReason,
    Travel,
    TravelCounter,
    TravelStatus,
)
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import NO_ADDRESS

HANDLER = "travel_expiry"
THRESHOLD = "travel_threshold"
DAYS = "travel_days"

_ID = b"mohur/travel/v1"
_ITEM = b"mohur/travel-expiry/v1"


def is_in_force(state: Overlay) -> bool:
    """Whether there is a threshold at all."""
    return parameter(state, THRESHOLD) > 0


def reaches(state: Overlay, amount: int) -> bool:
    """Whether an amount, in minor units, is at or above the threshold in force; 0 = no rule."""
    threshold = parameter(state, THRESHOLD)
    return 0 < threshold <= amount


def is_asked(context: Context, source: Account, target: Account, amount: int) -> bool:
    """Whether data of sender and receiver are asked for: a transfer waits for them."""
    if source.servicer == target.servicer:
        return False
    if source.holder != NO_ADDRESS and target.holder != NO_ADDRESS:
        return False
    return reaches(context.state, amount)


def room_refusal(context: Context, source: Account) -> Iterator[Refusal]:
    """A waiting transfer needs room for its hold."""
    if not liens.has_room(context.state, source.id):
        yield Refusal(Code.LIENS_FULL)


def hold(context: Context, asset: Asset, source: Account, target: Account, amount: int) -> None:
    """The outcome of a transfer that waits."""
    lien = liens.hold(context, 0, asset.id, source.id, amount, NO_ADDRESS, None, "travel rule")
    days = dt.timedelta(days=parameter(context.state, DAYS))
    place = context.operation_index.to_bytes(2, "big")
    _ask(
        context,
        Travel(
            id=tagged_hash(_ID, context.tx_id, place),
            number=_next_number(context.state),
            asset=asset.id,
            source=source.id,
            target=target.id,
            amount=amount,
            originator=source.servicer,
            beneficiary=target.servicer,
            is_ramp=False,
            expires_on=context.business_date + days,
            status=TravelStatus.REQUIRED,
            lien=lien.id,
            version=None,
            sealed_hash=None,
        ),
    )


def ask_of_ramp(context: Context, ramp: Ramp, amount: int) -> None:
    """Ask it of a ramp between two institutions, once: when it opens, or when more came in."""
    state = context.state
    account = require(state, ACCOUNT, ramp.account)
    if account.servicer == ramp.bank or account.holder != NO_ADDRESS:
        return
    if not reaches(state, amount) or state.get(TRAVEL, ramp.id) is not None:
        return
    is_in = ramp.direction is RampDirection.IN
    _ask(
        context,
        Travel(
            id=ramp.id,
            number=_next_number(state),
            asset=ramp.asset,
            source=NO_ADDRESS if is_in else ramp.account,
            target=ramp.account if is_in else NO_ADDRESS,
            amount=amount,
            originator=ramp.bank if is_in else account.servicer,
            beneficiary=account.servicer if is_in else ramp.bank,
            is_ramp=True,
            expires_on=ramp.expires_on,
            status=TravelStatus.REQUIRED,
            lien=None,
            version=None,
            sealed_hash=None,
        ),
    )


def ramp_refusal(state: Overlay, ramp: Ramp) -> Iterator[Refusal]:
    """A ramp goes on when the data that it was asked for are accepted."""
    travel = state.get(TRAVEL, ramp.id)
    if travel is not None and travel.status is not TravelStatus.ACCEPTED:
        yield Refusal(Code.TRAVEL_PENDING)


def originator_of(state: Overlay, travel: Travel) -> bytes:
    """Institution that sends, as the accounts are serviced now."""
    account = state.get(ACCOUNT, travel.source)
    return travel.originator if account is None else account.servicer


def beneficiary_of(state: Overlay, travel: Travel) -> bytes:
    """Institution that answers, as the accounts are serviced now."""
    account = state.get(ACCOUNT, travel.target)
    return travel.beneficiary if account is None else account.servicer


def is_waiting(context: Context, travel: Travel, status: TravelStatus) -> bool:
    """Whether it stands there and its date has not come."""
    return travel.status is status and travel.expires_on > context.business_date


def end(
    context: Context, travel: Travel, status: TravelStatus, reason: RejectReason | None = None
) -> None:
    """The hold, if there is one, is lifted; the caller posts what was accepted."""
    if travel.lien is not None:
        liens.lift(context, require(context.state, LIEN, travel.lien))
    context.state.put(TRAVEL, msgspec.structs.replace(travel, status=status, lien=None))
    context.emit(TravelEnded(travel=travel.id, status=status, reason=reason))


def end_seized(context: Context, lien: bytes) -> bool:
    """A seizure takes what a transfer held: it is over. False: no transfer holds it."""
    for travel in context.state.scan(TRAVEL, TRAVEL_BY_LIEN, (lien,), limit=1):
        end(context, travel, TravelStatus.EXPIRED)
        return True
    return False


def _ask(context: Context, travel: Travel) -> None:
    context.state.put(TRAVEL, travel)
    schedule(
        context.state,
        item_for(travel.id, handler=HANDLER, domain=_ITEM, due_on=travel.expires_on),
    )
    context.emit(
        TravelRequired(
            travel=travel.id,
            number=travel.number,
            asset=travel.asset,
            source=travel.source,
            target=travel.target,
            amount=travel.amount,
            originator=travel.originator,
            beneficiary=travel.beneficiary,
            expires_on=travel.expires_on,
        )
    )


def _next_number(state: Overlay) -> int:
    counter = state.get(TRAVEL_COUNTER)
    number = 1 if counter is None else counter.count + 1
    state.put(TRAVEL_COUNTER, TravelCounter(count=number))
    return number


def run_expiry(context: Context, item: AgendaItem, quota: int) -> Step:
    """Its date has come, unless it was answered before."""
    del quota
    travel = require(context.state, TRAVEL, item.subject)
    if travel.status in WAITING:
        end(context, travel, TravelStatus.EXPIRED)
    return Step(1, None)


TRAVEL_EXPIRY_AGENDA = AgendaHandler(name=HANDLER, family="travel", run=run_expiry)
