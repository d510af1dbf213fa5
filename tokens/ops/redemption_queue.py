"""Leaving the queue of redemptions: nobody's tokens wait against their holder's will (5.7)."""

from collections.abc import Iterator

import msgspec

from tokens import reserve
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.lookup import require, require_account
from tokens.record_parties import is_told
from tokens.records.cash import QUEUED_REDEMPTION
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AssetId, Count, OperationClass


class WithdrawRedemption(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=218,
):
    """Take a redemption back that waits, or what is left of it. The place in the queue is lost."""

    asset: AssetId
    """The stablecoin."""
    number: Count
    """Place in the queue; the sender must be able to act for the account whose tokens wait."""


def check_withdraw(context: Context, operation: WithdrawRedemption) -> Iterator[Refusal]:
    """It waits, and whoever acts for the account says so."""
    entry = context.state.get(QUEUED_REDEMPTION, operation.asset, operation.number)
    if entry is None or not is_told(context, QUEUED_REDEMPTION, entry):
        yield Refusal(Code.NOT_FOUND)
        return
    if not may_act_for(context, require_account(context.state, entry.source)):
        yield Refusal(Code.NOT_AUTHORISED)


def apply_withdraw(context: Context, operation: WithdrawRedemption) -> None:
    """Out of the queue; the tokens are free again."""
    entry = require(context.state, QUEUED_REDEMPTION, operation.asset, operation.number)
    reserve.leave_queue(context, entry, Code.OK)


WITHDRAW_REDEMPTION = OperationSpec(
    operation=WithdrawRedemption,
    name="withdraw_redemption",
    family="redemption_queue",
    operation_class=OperationClass.SERVICE,
    check=check_withdraw,
    apply=apply_withdraw,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED),
)
