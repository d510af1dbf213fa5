"""On-ramps: AWAIT_BANK, RECEIVED, SCREENING or ON_HOLD; on_ramp_ends.py has their ends (5.7)."""

import datetime as dt
from collections.abc import Iterator
from enum import IntEnum

import msgspec

from tokens import ramps, travel
from tokens.authority import has_role
from tokens.context import Context
from tokens.eligibility import ENTRY_RULE_CODES, Movement, rule_refusals
from tokens.events import RampOpened
from tokens.lookup import require, require_account
from tokens.ramp_opening import opening_refusals
from tokens.record_parties import is_told
from tokens.records.parties import PARTICIPANT
from tokens.records.ramps import RAMP, Rail, Ramp, RampDirection, RampPurpose, RampStatus
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    Address,
    Amount,
    AssetId,
    Hash,
    OperationClass,
    PositiveAmount,
    Role,
)


class ScreeningStep(IntEnum):
    """What somebody says of a payment that came in."""

    BEGIN = 1
    """It is being looked at: by the bank or the client's institution."""
    HOLD = 2
    """It must wait, for 60 days from now at most: by either of them or the FIU."""
    CLEAR = 3
    """It may be credited: by the client's institution. On hold: by whoever held it."""


class OpenOnRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=45,
):
    """Tell a bank that money will come for an account. By whoever acts for the account."""

    asset: AssetId
    """Stablecoin that the client wants."""
    account: Address
    """Account that is to receive it."""
    bank: Address
    """Bank that takes the money outside."""
    purpose: RampPurpose
    """CUSTOMER or INWARD_REMITTANCE."""
    amount: PositiveAmount
    """Minor units that the client means to pay."""
    fee_max: Amount
    """Most that the bank may keep, minor units; as much again of a refund."""
    outside: Hash
    """SHA-256 of the payer's account, salted by the client."""
    expires_on: dt.date
    """Void from this business date on, at most 60 days ahead; a hold has 60 days of its own."""


class ReceiveRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=46,
):
    """The money is there, more or less than was meant. By the bank; also after the expiry."""

    ramp: Hash
    """The on-ramp."""
    rail: Rail
    """Way that it came."""
    reference_hash: Hash
    """SHA-256 of the payment's reference; counts once for ever with bank and rail."""
    amount: PositiveAmount
    """Minor units received."""


class ScreenRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=47,
):
    """Begin to screen, hold, or clear what came in."""

    ramp: Hash
    """The on-ramp."""
    step: ScreeningStep
    """What is said of it."""


def check_open(context: Context, operation: OpenOnRamp) -> Iterator[Refusal]:
    """A stablecoin, the account, the bank, room."""
    parties = yield from opening_refusals(context, operation, RampPurpose.REPATRIATE)
    if parties is None:
        return
    asset, account = parties
    movement = Movement(
        asset=asset,
        source=None,
        target=account,
        amount=operation.amount,
        operation_class=OperationClass.MOVE,
        channel=ramps.channel_of(RampDirection.IN, operation.purpose),
    )
    yield from rule_refusals(context, movement)


def apply_open(context: Context, operation: OpenOnRamp) -> None:
    """The ramp, and its end on the agenda."""
    ramp = Ramp(
        id=ramps.new_id(context),
        number=ramps.next_number(context.state),
        direction=RampDirection.IN,
        asset=operation.asset,
        account=operation.account,
        bank=operation.bank,
        purpose=operation.purpose,
        amount=operation.amount,
        fee_max=operation.fee_max,
        outside=operation.outside,
        expires_on=operation.expires_on,
        status=RampStatus.AWAIT_BANK,
        came_in=0,
        went_out=0,
        fee=0,
        refund=0,
        refund_fee=0,
        lien=None,
        cleared=False,
        held_by=NO_ADDRESS,
    )
    context.state.put(RAMP, ramp)
    ramps.enqueue(context, ramp)
    travel.ask_of_ramp(context, ramp, ramp.amount)
    context.emit(
        RampOpened(
            ramp=ramp.id,
            number=ramp.number,
            direction=ramp.direction,
            purpose=ramp.purpose,
            asset=ramp.asset,
            account=ramp.account,
            bank=ramp.bank,
            amount=ramp.amount,
        )
    )


def check_receive(context: Context, operation: ReceiveRamp) -> Iterator[Refusal]:
    """It waits for the bank, or the money came after its date; the payment counts once."""
    ramp = ramps.of_bank(context, operation.ramp, RampDirection.IN)
    if isinstance(ramp, Refusal):
        yield ramp
        return
    status = ramps.status_on(ramp, context.business_date)
    late = status is RampStatus.EXPIRED and ramp.came_in == 0
    if status is not RampStatus.AWAIT_BANK and not late:
        yield Refusal(Code.RAMP_NOT_OPEN)
    yield from ramps.reference_refusal(
        context.state, ramp.bank, operation.rail, operation.reference_hash
    )


def apply_receive(context: Context, operation: ReceiveRamp) -> None:
    """What the bank owes. After the expiry it can only be refunded."""
    ramp = require(context.state, RAMP, operation.ramp)
    ramps.use_reference(context.state, ramp, operation.rail, operation.reference_hash)
    late = ramps.status_on(ramp, context.business_date) is RampStatus.EXPIRED
    status = RampStatus.EXPIRED if late else RampStatus.RECEIVED
    ramps.put(context, msgspec.structs.replace(ramp, status=status, came_in=operation.amount))
    if not late:
        travel.ask_of_ramp(context, ramp, operation.amount)


def check_screen(context: Context, operation: ScreenRamp) -> Iterator[Refusal]:
    """Each step has its states and its people, and none comes after the date."""
    ramp = context.state.get(RAMP, operation.ramp)
    known = ramp is not None and is_told(context, RAMP, ramp)
    if ramp is None or not known or ramp.direction is not RampDirection.IN:
        yield Refusal(Code.NOT_FOUND)
        return
    agree = context.actors.participants
    screener = require_account(context.state, ramp.account).servicer in agree
    step, status = operation.step, ramps.status_on(ramp, context.business_date)
    allowed = screener or ramp.bank in agree
    if step is ScreeningStep.BEGIN:
        fits = status is RampStatus.RECEIVED
    elif step is ScreeningStep.HOLD:
        fits = status in (RampStatus.RECEIVED, RampStatus.SCREENING)
        allowed = allowed or has_role(context, Role.FIU)
    else:
        fits = status in (RampStatus.SCREENING, RampStatus.ON_HOLD)
        allowed = ramp.held_by in agree if status is RampStatus.ON_HOLD else screener
    if not allowed:
        yield Refusal(Code.NOT_AUTHORISED)
    if not fits:
        yield Refusal(Code.RAMP_NOT_OPEN)


def _holder_of(context: Context, ramp: Ramp) -> bytes:
    """Who holds it: the client's institution or the bank, else the FIU that agrees."""
    agree = context.actors.participants
    for party in (require_account(context.state, ramp.account).servicer, ramp.bank):
        if party in agree:
            return party
    for party in agree:
        if Role.FIU in require(context.state, PARTICIPANT, party).roles:
            return party
    raise ValueError("a hold by nobody who may")


def apply_screen(context: Context, operation: ScreenRamp) -> None:
    """A hold undoes a clearing; what is let go on is screened again."""
    ramp = require(context.state, RAMP, operation.ramp)
    on_hold = operation.step is ScreeningStep.HOLD
    if on_hold:
        ramp = ramps.with_days_of_hold(context, ramp)
    clears = operation.step is ScreeningStep.CLEAR and ramp.status is RampStatus.SCREENING
    changed = msgspec.structs.replace(
        ramp,
        status=RampStatus.ON_HOLD if on_hold else RampStatus.SCREENING,
        cleared=clears,
        held_by=_holder_of(context, ramp) if on_hold else NO_ADDRESS,
    )
    ramps.put(context, changed)


OPEN_ON_RAMP = OperationSpec(
    operation=OpenOnRamp,
    name="open_on_ramp",
    family="on_ramps",
    operation_class=OperationClass.MOVE,
    check=check_open,
    apply=apply_open,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.UNKNOWN_PARTICIPANT,
        Code.NOT_AUTHORISED,
        Code.ROLE_REQUIRED,
        Code.BAD_FIELD,
        Code.BAD_DATE,
        Code.RAMPS_FULL,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_RESERVED,
        Code.KYC_TIER_TOO_LOW,
        *ENTRY_RULE_CODES,
    ),
)

RECEIVE_RAMP = OperationSpec(
    operation=ReceiveRamp,
    name="receive_ramp",
    family="on_ramps",
    operation_class=OperationClass.SERVICE,
    check=check_receive,
    apply=apply_receive,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.RAMP_NOT_OPEN, Code.REFERENCE_USED),
)

SCREEN_RAMP = OperationSpec(
    operation=ScreenRamp,
    name="screen_ramp",
    family="on_ramps",
    operation_class=OperationClass.SERVICE,
    check=check_screen,
    apply=apply_screen,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.RAMP_NOT_OPEN),
)
