"""Suspension of redemption: by approvals, with a reason and an end (5.7)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import reserve
from tokens.authority import with_role
from tokens.context import Context
from tokens.events import RedemptionPaused
from tokens.lookup import require_asset
from tokens.records.cash import CASH_ASSET
from tokens.records.reserves import REDEMPTION_PAUSE, RedemptionPause
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AssetId, OperationClass, Role, Text

DAYS_MAX = 14
"""Calendar days of one suspension."""


class SuspendRedemption(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=59,
):
    """Redemption at par rests until a date: by the issuer and the central bank together."""

    asset: AssetId
    """The stablecoin."""
    reason: Text
    """Told to everybody."""
    until: dt.date
    """It goes on by itself at the first open_day on or after this, at most 14 days ahead."""


class ResumeRedemption(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=210,
):
    """Redemption goes on before its date."""

    asset: AssetId
    """The stablecoin."""


def _issuer_refusal(context: Context, asset: str) -> Iterator[Refusal]:
    issuer = with_role(context, Role.CASH_ISSUER)
    if issuer is None or issuer.id != require_asset(context.state, asset).issuer:
        yield Refusal(Code.NOT_AUTHORISED)


def check_suspend(context: Context, operation: SuspendRedemption) -> Iterator[Refusal]:
    """A stablecoin of this issuer that redeems, and a near end."""
    if context.state.get(CASH_ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    yield from _issuer_refusal(context, operation.asset)
    if reserve.is_paused(context, operation.asset):
        yield Refusal(Code.ALREADY_EXISTS)
    if not 1 <= (operation.until - context.business_date).days <= DAYS_MAX:
        yield Refusal(Code.BAD_DATE)


def apply_suspend(context: Context, operation: SuspendRedemption) -> None:
    """The pause, and its end on the agenda. Who waits in the queue keeps the place."""
    pause = RedemptionPause(asset=operation.asset, reason=operation.reason, until=operation.until)
    context.state.put(REDEMPTION_PAUSE, pause)
    reserve.schedule_queue(context, operation.asset, operation.until)
    context.emit(
        RedemptionPaused(asset=operation.asset, until=operation.until, reason=operation.reason)
    )


def check_resume(context: Context, operation: ResumeRedemption) -> Iterator[Refusal]:
    """It rests."""
    if context.state.get(CASH_ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    yield from _issuer_refusal(context, operation.asset)
    if context.state.get(REDEMPTION_PAUSE, operation.asset) is None:
        yield Refusal(Code.NOT_FOUND)


def apply_resume(context: Context, operation: ResumeRedemption) -> None:
    """Gone, and the queue is looked at in this block."""
    context.state.delete(REDEMPTION_PAUSE, operation.asset)
    context.emit(RedemptionPaused(asset=operation.asset, until=None, reason="resumed by approvals"))
    reserve.wake_queue(context, operation.asset)


SUSPEND_REDEMPTION = OperationSpec(
    operation=SuspendRedemption,
    name="suspend_redemption",
    family="redemption_pauses",
    operation_class=OperationClass.GOVERN,
    check=check_suspend,
    apply=apply_suspend,
    approval="cash_asset",
    codes=(Code.UNKNOWN_ASSET, Code.NOT_AUTHORISED, Code.ALREADY_EXISTS, Code.BAD_DATE),
)

RESUME_REDEMPTION = OperationSpec(
    operation=ResumeRedemption,
    name="resume_redemption",
    family="redemption_pauses",
    operation_class=OperationClass.GOVERN,
    check=check_resume,
    apply=apply_resume,
    approval="cash_asset",
    codes=(Code.UNKNOWN_ASSET, Code.NOT_AUTHORISED, Code.NOT_FOUND),
)
