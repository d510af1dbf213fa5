"""Unclaimed money goes to another account of the same person (5.3)."""

from collections.abc import Iterator

import msgspec

from tokens import posting
from tokens.context import Context
from tokens.eligibility import credit_refusal
from tokens.events import UnclaimedPaid
from tokens.liens import frozen_sum
from tokens.lookup import require, require_account, require_asset
from tokens.movement import Movement
from tokens.posting import available
from tokens.record_parties import is_told
from tokens.records.control import UNCLAIMED
from tokens.records.holdings import POSITION
from tokens.records.parties import ACCOUNT
from tokens.refusing import refusal_about
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.rules import closed_refusals
from tokens.types import AccountPurpose, Address, AssetId, Count, OperationClass


class PayUnclaimed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=78,
):
    """Pay unclaimed money to another account of its owner. By the servicer of the account."""

    account: Address
    """Account that could not be credited."""
    security: AssetId
    """Instrument that the money was paid on."""
    payment: Count
    """Number of its payment."""
    target: Address
    """An account of the same person, at any institution."""


def check(context: Context, operation: PayUnclaimed) -> Iterator[Refusal]:
    """It is there, the servicer says so, the person is the same, and no closed circuit is left."""
    state = context.state
    entry = state.get(UNCLAIMED, operation.account, operation.security, operation.payment)
    if entry is None or not is_told(context, UNCLAIMED, entry):
        yield Refusal(Code.NOT_FOUND)
        return
    account = require_account(state, operation.account)
    if account.servicer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    target = state.get(ACCOUNT, operation.target)
    if target is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if target.owner != account.owner or target.purpose is not AccountPurpose.GENERAL:
        yield Refusal(Code.COUNTERPARTY_NOT_ELIGIBLE)
    asset = require_asset(state, entry.asset)
    paid = Movement(asset, account, target, entry.amount, OperationClass.MOVE)
    yield from closed_refusals(context, paid)
    free = available(state.get(POSITION, entry.asset, entry.keeper))
    if frozen_sum(state, account.id, entry.asset) or free < entry.amount:
        yield Refusal(Code.ACCOUNT_FROZEN)
    code = credit_refusal(context, entry.asset, target)
    if code is not None:
        yield refusal_about(context, target, code)


def apply(context: Context, operation: PayUnclaimed) -> None:
    """Out of the unclaimed account, and off the list."""
    state = context.state
    entry = require(state, UNCLAIMED, operation.account, operation.security, operation.payment)
    state.delete(UNCLAIMED, operation.account, operation.security, operation.payment)
    posting.move(
        context,
        require_asset(state, entry.asset),
        require_account(state, entry.keeper),
        require_account(state, operation.target),
        entry.amount,
    )
    context.emit(
        UnclaimedPaid(
            account=operation.account,
            target=operation.target,
            asset=entry.asset,
            amount=entry.amount,
        )
    )


PAY_UNCLAIMED = OperationSpec(
    operation=PayUnclaimed,
    name="pay_unclaimed",
    family="unclaimed",
    operation_class=OperationClass.SERVICE,
    check=check,
    apply=apply,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.UNKNOWN_ACCOUNT,
        Code.COUNTERPARTY_NOT_ELIGIBLE,
        Code.JURISDICTION_REFUSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.EXIT_ONLY,
        Code.ACCOUNT_CLOSED,
        Code.UNDER_REVIEW,
    ),
)
