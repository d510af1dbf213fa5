"""How an on-ramp ends: the bank's tokens pass to the client, or the money goes back (5.7)."""

from collections.abc import Iterator

import msgspec

from tokens import posting, ramps, travel
from tokens.context import Context
from tokens.eligibility import RULE_CODES, Movement, movement_refusals
from tokens.limits import count_given
from tokens.lookup import require, require_account, require_asset
from tokens.records.parties import ACCOUNT
from tokens.records.ramps import RAMP, Rail, RampDirection, RampStatus, owed
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Amount, Hash, OperationClass, PositiveAmount


class CreditRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=48,
):
    """The bank's tokens pass to the client. By the bank, once it is cleared."""

    ramp: Hash
    """The on-ramp."""
    source: Address
    """A general account of the bank's own."""
    amount: PositiveAmount
    """Tokens, minor units."""
    fee: Amount
    """What the bank keeps; amount + fee is at most what it owes. The rest can be refunded."""


class RefundRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=49,
):
    """Money went back outside, all or a part. By the bank; nothing moves here."""

    ramp: Hash
    """The on-ramp."""
    rail: Rail
    """Way that it went."""
    reference_hash: Hash
    """SHA-256 of the refund's reference; counts once for ever with bank and rail."""
    amount: PositiveAmount
    """Minor units sent back."""
    fee: Amount
    """What the bank keeps of it; all refund fees together are at most `fee_max`."""


def check_credit(context: Context, operation: CreditRamp) -> Iterator[Refusal]:
    """Cleared, within what is owed, from the bank's own tokens."""
    state = context.state
    ramp = ramps.of_bank(context, operation.ramp, RampDirection.IN)
    if isinstance(ramp, Refusal):
        yield ramp
        return
    status = ramps.status_on(ramp, context.business_date)
    if status is not RampStatus.SCREENING or not ramp.cleared:
        yield Refusal(Code.RAMP_NOT_CLEARED)
    source = state.get(ACCOUNT, operation.source)
    if source is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    yield from ramps.bank_account_refusal(ramp, source)
    if operation.fee > ramp.fee_max:
        yield Refusal(Code.FEE_TOO_HIGH)
    if operation.amount + operation.fee > owed(ramp):
        yield Refusal(Code.RAMP_AMOUNT)
    movement = Movement(
        asset=require_asset(state, ramp.asset),
        source=source,
        target=require_account(state, ramp.account),
        amount=operation.amount,
        operation_class=OperationClass.MOVE,
        channel=ramps.channel_of(RampDirection.IN, ramp.purpose),
    )
    yield from movement_refusals(context, movement)
    yield from travel.ramp_refusal(state, ramp)


def apply_credit(context: Context, operation: CreditRamp) -> None:
    """Tokens that exist pass on."""
    state = context.state
    ramp = require(state, RAMP, operation.ramp)
    asset, source = require_asset(state, ramp.asset), require_account(state, operation.source)
    count_given(context, asset, source, operation.amount)
    posting.move(context, asset, source, require_account(state, ramp.account), operation.amount)
    credited = msgspec.structs.replace(
        ramp, status=RampStatus.CREDITED, went_out=operation.amount, fee=operation.fee
    )
    ramps.put(context, credited)


def check_refund(context: Context, operation: RefundRamp) -> Iterator[Refusal]:
    """The bank owes as much; nobody holds it; the refund counts once."""
    ramp = ramps.of_bank(context, operation.ramp, RampDirection.IN)
    if isinstance(ramp, Refusal):
        yield ramp
        return
    status = ramps.status_on(ramp, context.business_date)
    if status is RampStatus.ON_HOLD or not owed(ramp):
        yield Refusal(Code.RAMP_NOT_OPEN)
    yield from ramps.reference_refusal(
        context.state, ramp.bank, operation.rail, operation.reference_hash
    )
    if ramp.refund_fee + operation.fee > ramp.fee_max:
        yield Refusal(Code.FEE_TOO_HIGH)
    if operation.amount + operation.fee > owed(ramp):
        yield Refusal(Code.RAMP_AMOUNT)


def apply_refund(context: Context, operation: RefundRamp) -> None:
    """Parts add up; REFUNDED when nothing is owed and nothing was credited."""
    ramp = require(context.state, RAMP, operation.ramp)
    ramps.use_reference(context.state, ramp, operation.rail, operation.reference_hash)
    ramp = msgspec.structs.replace(
        ramp,
        refund=ramp.refund + operation.amount,
        refund_fee=ramp.refund_fee + operation.fee,
    )
    if not owed(ramp) and not ramp.went_out:
        ramp = msgspec.structs.replace(ramp, status=RampStatus.REFUNDED)
    ramps.put(context, ramp)


CREDIT_RAMP = OperationSpec(
    operation=CreditRamp,
    name="credit_ramp",
    family="on_ramp_ends",
    operation_class=OperationClass.MOVE,
    check=check_credit,
    apply=apply_credit,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.RAMP_NOT_CLEARED,
        Code.UNKNOWN_ACCOUNT,
        Code.FEE_TOO_HIGH,
        Code.RAMP_AMOUNT,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.KYC_TIER_TOO_LOW,
        Code.INSUFFICIENT_AVAILABLE,
        *RULE_CODES,
        Code.TRAVEL_PENDING,
    ),
)

REFUND_RAMP = OperationSpec(
    operation=RefundRamp,
    name="refund_ramp",
    family="on_ramp_ends",
    operation_class=OperationClass.SERVICE,
    check=check_refund,
    apply=apply_refund,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.RAMP_NOT_OPEN,
        Code.REFERENCE_USED,
        Code.FEE_TOO_HIGH,
        Code.RAMP_AMOUNT,
    ),
)
