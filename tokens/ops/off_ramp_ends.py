"""How an off-ramp ends: the held tokens pass to the bank, or the payment comes back (5.7).

A return moves tokens that exist: it needs no mint, so it works while the coin is in BREACH or
paused.
"""

from collections.abc import Iterator

import msgspec

from tokens import posting, ramps
from tokens.context import Context
from tokens.eligibility import Movement, credit_refusal, movement_refusals
from tokens.lookup import require, require_account, require_asset
from tokens.ramp_returns import pay_back
from tokens.records.parties import ACCOUNT
from tokens.records.ramps import RAMP, Rail, RampDirection, RampStatus
from tokens.refusing import refusal_about
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Address, Amount, Hash, OperationClass, PositiveAmount


class CompleteRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=52,
):
    """The payment arrived: the tokens pass to the bank. By the bank."""

    ramp: Hash
    """The off-ramp."""
    target: Address
    """A general account of the bank's own."""


class ReturnRamp(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=53,
):
    """The payment came back: the client has its tokens again. By the bank, as often as parts come.

    Before completion all of it comes back and the fee of sending falls away; what is held is free
    again.
    """

    ramp: Hash
    """The off-ramp."""
    bank_account: Address
    """A general account of the bank's own: it pays after completion, or takes the fee before."""
    rail: Rail
    """Way that it came."""
    reference_hash: Hash
    """SHA-256 of the return's reference; counts once for ever with bank and rail."""
    amount: PositiveAmount
    """Tokens for the client, minor units."""
    fee: Amount
    """What the bank keeps of the return; all of them together are at most `fee_max`."""


def check_complete(context: Context, operation: CompleteRamp) -> Iterator[Refusal]:
    """Sent, the bank's account takes it, and no freeze reaches what is held."""
    state = context.state
    ramp = ramps.of_bank(context, operation.ramp, RampDirection.OUT)
    if isinstance(ramp, Refusal):
        yield ramp
        return
    if ramps.status_on(ramp, context.business_date) is not RampStatus.BANK_SENT:
        yield Refusal(Code.RAMP_NOT_OPEN)
        return
    target = state.get(ACCOUNT, operation.target)
    if target is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    yield from ramps.bank_account_refusal(ramp, target)
    code = credit_refusal(context, ramp.asset, target)
    if code is not None:
        yield Refusal(code)
    if not ramps.reaches(context, ramp, ramp.amount):
        yield refusal_about(context, require_account(state, ramp.account), Code.ACCOUNT_FROZEN)


def apply_complete(context: Context, operation: CompleteRamp) -> None:
    """Held tokens pass to the bank."""
    state = context.state
    ramp = ramps.lift_hold(context, require(state, RAMP, operation.ramp))
    posting.move(
        context,
        require_asset(state, ramp.asset),
        require_account(state, ramp.account),
        require_account(state, operation.target),
        ramp.amount,
    )
    done = msgspec.structs.replace(ramp, status=RampStatus.DONE, went_out=ramp.amount - ramp.fee)
    ramps.put(context, done)


def check_return(context: Context, operation: ReturnRamp) -> Iterator[Refusal]:
    """It was sent, as much can come back, and the tokens are there."""
    state = context.state
    ramp = ramps.of_bank(context, operation.ramp, RampDirection.OUT)
    if isinstance(ramp, Refusal):
        yield ramp
        return
    sent = (RampStatus.BANK_SENT, RampStatus.DONE)
    if ramps.status_on(ramp, context.business_date) not in sent:
        yield Refusal(Code.RAMP_NOT_OPEN)
        return
    account = state.get(ACCOUNT, operation.bank_account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    yield from ramps.bank_account_refusal(ramp, account)
    yield from ramps.reference_refusal(state, ramp.bank, operation.rail, operation.reference_hash)
    if ramp.refund_fee + operation.fee > ramp.fee_max:
        yield Refusal(Code.FEE_TOO_HIGH)
    total = operation.amount + operation.fee
    if ramp.status is RampStatus.BANK_SENT:
        if total != ramp.amount:
            yield Refusal(Code.RAMP_AMOUNT)
        code = credit_refusal(context, ramp.asset, account) if operation.fee else None
        if code is not None:
            yield Refusal(code)
        if not ramps.reaches(context, ramp, operation.fee):
            holder = require_account(state, ramp.account)
            yield refusal_about(context, holder, Code.ACCOUNT_FROZEN)
        return
    if total > ramp.went_out:
        yield Refusal(Code.RAMP_AMOUNT)
    movement = Movement(
        asset=require_asset(state, ramp.asset),
        source=account,
        target=None,
        amount=operation.amount,
        operation_class=OperationClass.SERVICE,
    )
    yield from movement_refusals(context, movement)


def apply_return(context: Context, operation: ReturnRamp) -> None:
    """Before completion the hold ends; after it the bank's tokens go back."""
    state = context.state
    ramp = require(state, RAMP, operation.ramp)
    ramps.use_reference(state, ramp, operation.rail, operation.reference_hash)
    bank_account = require_account(state, operation.bank_account)
    if ramp.status is RampStatus.BANK_SENT:
        ramp = msgspec.structs.replace(ramps.lift_hold(context, ramp), fee=0)
        if operation.fee:
            posting.move(
                context,
                require_asset(state, ramp.asset),
                require_account(state, ramp.account),
                bank_account,
                operation.fee,
            )
        left = 0
    else:
        pay_back(context, ramp, bank_account, operation.amount)
        left = ramp.went_out - operation.amount - operation.fee
    returned = msgspec.structs.replace(
        ramp,
        status=RampStatus.DONE if left else RampStatus.RETURNED,
        went_out=left,
        refund=ramp.refund + operation.amount,
        refund_fee=ramp.refund_fee + operation.fee,
    )
    ramps.put(context, returned)


COMPLETE_RAMP = OperationSpec(
    operation=CompleteRamp,
    name="complete_ramp",
    family="off_ramp_ends",
    operation_class=OperationClass.SERVICE,
    check=check_complete,
    apply=apply_complete,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.RAMP_NOT_OPEN,
        Code.UNKNOWN_ACCOUNT,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_FROZEN,
        Code.UNDER_REVIEW,
        Code.EXIT_ONLY,
    ),
)

RETURN_RAMP = OperationSpec(
    operation=ReturnRamp,
    name="return_ramp",
    family="off_ramp_ends",
    operation_class=OperationClass.SERVICE,
    check=check_return,
    apply=apply_return,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.RAMP_NOT_OPEN,
        Code.UNKNOWN_ACCOUNT,
        Code.REFERENCE_USED,
        Code.FEE_TOO_HIGH,
        Code.RAMP_AMOUNT,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_FROZEN,
        Code.UNDER_REVIEW,
        Code.INSUFFICIENT_AVAILABLE,
        Code.RECOVERY_OPEN,
        Code.EXIT_ONLY,
    ),
)
