"""Off-ramps: HELD, BANK_SENT, then DONE, RETURNED or EXPIRED (5.7)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens, ramps, travel
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import (
    EXIT_RULE_CODES,
    PARTY_RULE_CODES,
    Movement,
    leaving_refusals,
    movement_refusals,
)
from tokens.events import RampOpened
from tokens.limits import count_given
from tokens.lookup import require, require_account, require_asset
from tokens.ramp_opening import opening_refusals
from tokens.record_parties import is_told
from tokens.records.ramps import RAMP, Rail, Ramp, RampDirection, RampPurpose, RampStatus
from tokens.refusing import refusal_about
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
)


class OpenOffRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=50,
):
    """Hold tokens for a bank that is to pay outside. By whoever acts for the account."""

    asset: AssetId
    """Stablecoin."""
    account: Address
    """Account whose tokens are held."""
    bank: Address
    """Bank that pays outside and gets the tokens."""
    purpose: RampPurpose
    """CUSTOMER or REPATRIATE."""
    amount: PositiveAmount
    """Tokens, minor units."""
    fee_max: Amount
    """Most that the bank may keep of it, minor units; as much again of a return."""
    outside: Hash
    """SHA-256 of the beneficiary's account, salted by the client."""
    expires_on: dt.date
    """The hold ends on this business date if the bank has not sent, at most 60 days ahead."""


class SendRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=51,
):
    """The bank has paid outside."""

    ramp: Hash
    """The off-ramp."""
    rail: Rail
    """Way that it went."""
    reference_hash: Hash
    """SHA-256 of the payment's reference; counts once for ever with bank and rail."""
    fee: Amount
    """What the bank keeps; it paid the rest, at least 1."""
    confirm_by: dt.date
    """The hold ends on this business date if the bank has not completed, at most 60 days ahead."""


class RefuseRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=54,
):
    """End a ramp before any money moved outside.

    An off-ramp that is HELD: by the bank. An on-ramp that waits: by the bank or the client.
    """

    ramp: Hash
    """The ramp."""


def check_open(context: Context, operation: OpenOffRamp) -> Iterator[Refusal]:
    """A stablecoin, the account, the bank, room, free tokens."""
    parties = yield from opening_refusals(context, operation, RampPurpose.INWARD_REMITTANCE)
    if parties is None:
        return
    asset, account = parties
    movement = Movement(
        asset=asset,
        source=account,
        target=None,
        amount=operation.amount,
        operation_class=OperationClass.MOVE,
        channel=ramps.channel_of(RampDirection.OUT, operation.purpose),
    )
    yield from movement_refusals(context, movement)
    if not liens.has_room(context.state, account.id):
        yield Refusal(Code.LIENS_FULL)


def apply_open(context: Context, operation: OpenOffRamp) -> None:
    """The hold, the ramp, its end on the agenda; what goes out counts today."""
    state = context.state
    account = require_account(state, operation.account)
    count_given(context, require_asset(state, operation.asset), account, operation.amount)
    lien = liens.hold(
        context,
        0,
        operation.asset,
        operation.account,
        operation.amount,
        NO_ADDRESS,
        None,
        "off-ramp",
    )
    ramp = Ramp(
        id=ramps.new_id(context),
        number=ramps.next_number(context.state),
        direction=RampDirection.OUT,
        asset=operation.asset,
        account=operation.account,
        bank=operation.bank,
        purpose=operation.purpose,
        amount=operation.amount,
        fee_max=operation.fee_max,
        outside=operation.outside,
        expires_on=operation.expires_on,
        status=RampStatus.HELD,
        came_in=operation.amount,
        went_out=0,
        fee=0,
        refund=0,
        refund_fee=0,
        lien=lien.id,
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


def check_send(context: Context, operation: SendRamp) -> Iterator[Refusal]:
    """Still held, no freeze or rule stops it by now; the payment counts once."""
    ramp = ramps.of_bank(context, operation.ramp, RampDirection.OUT)
    if isinstance(ramp, Refusal):
        yield ramp
        return
    if ramps.status_on(ramp, context.business_date) is not RampStatus.HELD:
        yield Refusal(Code.RAMP_NOT_OPEN)
    yield from ramps.reference_refusal(
        context.state, ramp.bank, operation.rail, operation.reference_hash
    )
    if operation.fee > ramp.fee_max:
        yield Refusal(Code.FEE_TOO_HIGH)
    if operation.fee >= ramp.amount:
        yield Refusal(Code.RAMP_AMOUNT)
    yield from ramps.date_refusal(context, operation.confirm_by)
    account = require_account(context.state, ramp.account)
    if not ramps.reaches(context, ramp, ramp.amount):
        yield refusal_about(context, account, Code.ACCOUNT_FROZEN)
    movement = Movement(
        asset=require_asset(context.state, ramp.asset),
        source=account,
        target=None,
        amount=ramp.amount,
        operation_class=OperationClass.MOVE,
        channel=ramps.channel_of(RampDirection.OUT, ramp.purpose),
    )
    yield from leaving_refusals(context, movement)
    yield from travel.ramp_refusal(context.state, ramp)


def apply_send(context: Context, operation: SendRamp) -> None:
    """The hold stays until the bank says how it ended. The fee is its, once it did."""
    ramp = require(context.state, RAMP, operation.ramp)
    ramps.use_reference(context.state, ramp, operation.rail, operation.reference_hash)
    ramp = msgspec.structs.replace(
        ramp,
        status=RampStatus.BANK_SENT,
        fee=operation.fee,
        expires_on=operation.confirm_by,
    )
    ramps.enqueue(context, ramp)
    ramps.put(context, ramp)


def check_refuse(context: Context, operation: RefuseRamp) -> Iterator[Refusal]:
    """Nothing has moved outside yet."""
    ramp = context.state.get(RAMP, operation.ramp)
    if ramp is None or not is_told(context, RAMP, ramp):
        yield Refusal(Code.NOT_FOUND)
        return
    allowed = ramp.bank in context.actors.participants
    if ramp.direction is RampDirection.IN:
        account = require_account(context.state, ramp.account)
        allowed = allowed or may_act_for(context, account)
    if not allowed:
        yield Refusal(Code.NOT_AUTHORISED)
    waits = (RampStatus.AWAIT_BANK, RampStatus.HELD)
    if ramps.status_on(ramp, context.business_date) not in waits:
        yield Refusal(Code.RAMP_NOT_OPEN)


def apply_refuse(context: Context, operation: RefuseRamp) -> None:
    """What is held is free again. Money that comes all the same is received and refunded."""
    ramp = require(context.state, RAMP, operation.ramp)
    is_in = ramp.direction is RampDirection.IN
    ramps.end(context, ramp, RampStatus.EXPIRED if is_in else RampStatus.RETURNED)


OPEN_OFF_RAMP = OperationSpec(
    operation=OpenOffRamp,
    name="open_off_ramp",
    family="off_ramps",
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
        Code.ACCOUNT_FROZEN,
        Code.ACCOUNT_RESERVED,
        Code.INSUFFICIENT_AVAILABLE,
        Code.LIENS_FULL,
        *EXIT_RULE_CODES,
    ),
)

SEND_RAMP = OperationSpec(
    operation=SendRamp,
    name="send_ramp",
    family="off_ramps",
    operation_class=OperationClass.SERVICE,
    check=check_send,
    apply=apply_send,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.RAMP_NOT_OPEN,
        Code.REFERENCE_USED,
        Code.FEE_TOO_HIGH,
        Code.RAMP_AMOUNT,
        Code.BAD_DATE,
        Code.ACCOUNT_FROZEN,
        Code.TRAVEL_PENDING,
        *PARTY_RULE_CODES,
    ),
)

REFUSE_RAMP = OperationSpec(
    operation=RefuseRamp,
    name="refuse_ramp",
    family="off_ramps",
    operation_class=OperationClass.SERVICE,
    check=check_refuse,
    apply=apply_refuse,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.RAMP_NOT_OPEN),
)
