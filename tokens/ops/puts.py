"""Puts: a holder elects to give units back, within a window (5.4)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens
from tokens.agenda import item_for, schedule
from tokens.authority import may_act_for
from tokens.codec import encode
from tokens.context import Context
from tokens.eligibility import RESERVED, standing
from tokens.events import PutElected
from tokens.lookup import require, require_account, require_asset
from tokens.options import last_day_of, option_of
from tokens.posting import available
from tokens.records.day import CALENDAR
from tokens.records.holdings import LIEN, POSITION
from tokens.records.instruments import INSTRUMENT, PUT_BASE
from tokens.records.options import PUT_BOOK, PUT_ELECTION, PutBook, PutElection
from tokens.records.parties import ACCOUNT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.servicing import PUT_WINDOW_HANDLER
from tokens.state import Overlay
from tokens.status import ACCOUNT_CELLS, Use, asset_refusal
from tokens.types import Address, AgendaClass, AssetId, OperationClass, PositiveAmount

_ITEM = b"mohur/put-window/v1"


class ElectPut(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=243,
):
    """Give units back at a put date. They are on hold until then. By who moves the account."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    date: dt.date
    """A put date of the terms, unadjusted; its window follows the put date before it."""
    account: Address
    """Account that holds the units."""
    face: PositiveAmount
    """Minor units, a multiple of the increment, available now."""


class WithdrawPut(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=244,
):
    """Take an election back, whole, until the window ends. By who moves the account."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    date: dt.date
    """The put date that was elected."""
    account: Address
    """Account that elected."""


def _number(state: Overlay, asset: str, date: dt.date) -> int | None:
    instrument = state.get(INSTRUMENT, asset)
    found = None if instrument is None else option_of(instrument.terms.puts, date)
    return None if found is None else PUT_BASE + found[0]


def _window_refusals(context: Context, asset: str, date: dt.date) -> Iterator[Refusal]:
    """After the put date before it, until the notice; no put of this asset on this date: none."""
    state = context.state
    instrument = state.get(INSTRUMENT, asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    found = option_of(instrument.terms.puts, date)
    if found is None:
        yield Refusal(Code.NO_SUCH_OPTION)
        return
    number, option = found
    calendar = require(state, CALENDAR, instrument.terms.calendar_id).current
    opens = instrument.terms.puts[number - 2].date if number > 1 else dt.date.min
    last = last_day_of(option, instrument.terms, calendar)
    if not opens < context.business_date <= last:
        yield Refusal(Code.WINDOW_CLOSED)


def check_elect(context: Context, operation: ElectPut) -> Iterator[Refusal]:
    """Inside the window, with units that are free, once."""
    state = context.state
    account = state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    yield from _window_refusals(context, operation.asset, operation.date)
    number = _number(state, operation.asset, operation.date)
    if number is None:
        return
    if state.get(PUT_ELECTION, operation.asset, number, operation.account) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    yield from _units_refusals(context, account, operation)
    if not liens.has_room(state, operation.account):
        yield Refusal(Code.LIENS_FULL)


def _units_refusals(context: Context, account: Account, operation: ElectPut) -> Iterator[Refusal]:
    """Checks 1, 2, 9 and 11. A put is a right of the holder: rules of transfers do not bar it."""
    asset = require_asset(context.state, operation.asset)
    codes = [
        asset_refusal(asset, OperationClass.LIEN, Use.LIEN),
        ACCOUNT_CELLS[standing(context, asset.id, account, Use.LIEN)][Use.LIEN],
        Code.ACCOUNT_RESERVED if account.purpose in RESERVED else None,
    ]
    yield from (Refusal(code) for code in codes if code is not None)
    if operation.face < asset.denomination or operation.face % asset.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if available(context.state.get(POSITION, asset.id, account.id)) < operation.face:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)


def apply_elect(context: Context, operation: ElectPut) -> None:
    """A hold, a line in the book, and the end of the window on the agenda."""
    state = context.state
    number = _number(state, operation.asset, operation.date) or 0
    holder = require_account(state, operation.account)
    lien = liens.hold(
        context,
        0,
        operation.asset,
        operation.account,
        operation.face,
        holder.servicer,
        None,
        f"put {operation.date}",
    )
    state.put(
        PUT_ELECTION,
        PutElection(
            asset=operation.asset,
            payment=number,
            account=operation.account,
            face=operation.face,
            lien=lien.id,
        ),
    )
    _add_to_book(context, operation.asset, number, operation.face)
    _tell(context, operation.asset, operation.date, operation.account, operation.face)


def _add_to_book(context: Context, asset: str, number: int, change: int) -> None:
    state = context.state
    book = state.get(PUT_BOOK, asset, number)
    if book is None:
        _schedule_end(state, asset, number)
    face = change if book is None else book.face + change
    state.put(PUT_BOOK, PutBook(asset=asset, payment=number, face=face))


def _schedule_end(state: Overlay, asset: str, number: int) -> None:
    terms = require(state, INSTRUMENT, asset).terms
    calendar = require(state, CALENDAR, terms.calendar_id).current
    last = last_day_of(terms.puts[number - PUT_BASE - 1], terms, calendar)
    subject = encode((asset, number))
    schedule(
        state,
        item_for(
            subject,
            handler=PUT_WINDOW_HANDLER,
            domain=_ITEM,
            due_on=last + dt.timedelta(days=1),
            item_class=AgendaClass.RECORD,
        ),
    )


def _tell(context: Context, asset: str, date: dt.date, account: bytes, face: int) -> None:
    context.emit(PutElected(asset=asset, date=date, account=account, face=face))


def check_withdraw(context: Context, operation: WithdrawPut) -> Iterator[Refusal]:
    """It is there, and the window has not ended."""
    state = context.state
    account = state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    yield from _window_refusals(context, operation.asset, operation.date)
    number = _number(state, operation.asset, operation.date)
    if number is None:
        return
    if state.get(PUT_ELECTION, operation.asset, number, operation.account) is None:
        yield Refusal(Code.NOT_FOUND)


def apply_withdraw(context: Context, operation: WithdrawPut) -> None:
    """Free again; a hold that an order took away meanwhile is gone already."""
    state = context.state
    number = _number(state, operation.asset, operation.date) or 0
    election = require(state, PUT_ELECTION, operation.asset, number, operation.account)
    state.delete(PUT_ELECTION, operation.asset, number, operation.account)
    lien = state.get(LIEN, election.lien)
    if lien is not None:
        liens.lift(context, lien)
    _add_to_book(context, operation.asset, number, -election.face)
    _tell(context, operation.asset, operation.date, operation.account, 0)


ELECT_PUT = OperationSpec(
    operation=ElectPut,
    name="elect_put",
    family="puts",
    operation_class=OperationClass.LIEN,
    check=check_elect,
    apply=apply_elect,
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.UNKNOWN_ASSET,
        Code.NO_SUCH_OPTION,
        Code.WINDOW_CLOSED,
        Code.ALREADY_EXISTS,
        Code.ASSET_NOT_ACTIVE,
        Code.ASSET_PAUSED,
        Code.ASSET_MATURED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.EXIT_ONLY,
        Code.RECOVERY_OPEN,
        Code.ACCOUNT_RESERVED,
        Code.DENOM_NOT_MULTIPLE,
        Code.INSUFFICIENT_AVAILABLE,
        Code.LIENS_FULL,
    ),
)

WITHDRAW_PUT = OperationSpec(
    operation=WithdrawPut,
    name="withdraw_put",
    family="puts",
    operation_class=OperationClass.LIEN,
    check=check_withdraw,
    apply=apply_withdraw,
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.UNKNOWN_ASSET,
        Code.NO_SUCH_OPTION,
        Code.WINDOW_CLOSED,
        Code.NOT_FOUND,
    ),
)
