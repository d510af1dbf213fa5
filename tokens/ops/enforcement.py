"""A pledge after a default: the notice, and its end (5.6).

Rules of this file:
1. The pledgee says that its claim is due; from then on the parameter `enforcement_notice_days` runs
   in business days. Until the last step the claim can be paid and the pledge released.
2. What may be taken then is in enforcement_steps.py. A repo closes out by its own rules
   (tokens/repo_out.py).
"""

from collections.abc import Iterator

import msgspec

from tokens.context import Context
from tokens.events.collateral import EnforcementNotified, EnforcementWithdrawn
from tokens.finance.calendar import add_business_days
from tokens.lookup import require
from tokens.marks import MONEY_KINDS
from tokens.notices import notice_of
from tokens.parameters import parameter
from tokens.pledged import parts_of
from tokens.record_parties import is_told
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.enforcements import ENFORCEMENT, Enforcement
from tokens.records.holdings import LIEN, LegalBasis
from tokens.records.instruments import ASSET
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AssetId, Hash, OperationClass, PositiveAmount


class NotifyEnforcement(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=203,
):
    """Say that a secured claim was not paid. By the pledgee; the notice period begins."""

    pledge: Hash
    """Id of the lien."""
    claim: PositiveAmount
    """What is owed, minor units of the cash asset."""
    cash_asset: AssetId
    """Money of the claim."""
    basis: LegalBasis
    """The agreement that was broken."""


class WithdrawEnforcement(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=204,
):
    """Take a notice back: the claim was paid, or put off. By the pledgee."""

    pledge: Hash
    """Id of the lien."""


def check_notify(context: Context, operation: NotifyEnforcement) -> Iterator[Refusal]:
    """A pledge of the sender of which no part has a notice, and money."""
    parts = parts_of(context.state, operation.pledge)
    if not parts or not is_told(context, LIEN, parts[0]):
        yield Refusal(Code.NOT_FOUND)
        return
    if parts[0].owner not in context.actors.participants:
        yield Refusal(Code.NOT_THE_PLEDGEE)
    asset = context.state.get(ASSET, operation.cash_asset)
    if asset is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    elif asset.kind not in MONEY_KINDS:
        yield Refusal(Code.BAD_FIELD)
    if any(notice_of(context.state, part.id) is not None for part in parts):
        yield Refusal(Code.ALREADY_EXISTS)


def apply_notify(context: Context, operation: NotifyEnforcement) -> None:
    """The period runs."""
    state = context.state
    calendar = require(state, CALENDAR, require(state, BUSINESS_DAY).calendar).current
    days = parameter(state, "enforcement_notice_days")
    lien = parts_of(state, operation.pledge)[0]
    notice = Enforcement(
        pledge=operation.pledge,
        account=lien.account,
        pledgee=lien.owner,
        claim=operation.claim,
        cash_asset=operation.cash_asset,
        basis=operation.basis,
        noticed_on=context.business_date,
        from_date=add_business_days(calendar, context.business_date, days),
    )
    state.put(ENFORCEMENT, notice)
    context.emit(
        EnforcementNotified(
            pledge=notice.pledge,
            account=notice.account,
            pledgee=notice.pledgee,
            claim=notice.claim,
            from_date=notice.from_date,
        )
    )


def check_withdraw(context: Context, operation: WithdrawEnforcement) -> Iterator[Refusal]:
    """A notice of the sender."""
    parts = parts_of(context.state, operation.pledge)
    known = parts and is_told(context, LIEN, parts[0])
    if not known or context.state.get(ENFORCEMENT, operation.pledge) is None:
        yield Refusal(Code.NOT_FOUND)
    elif parts[0].owner not in context.actors.participants:
        yield Refusal(Code.NOT_THE_PLEDGEE)


def apply_withdraw(context: Context, operation: WithdrawEnforcement) -> None:
    """As if it had not been given."""
    lien = parts_of(context.state, operation.pledge)[0]
    context.state.delete(ENFORCEMENT, operation.pledge)
    context.emit(EnforcementWithdrawn(pledge=operation.pledge, account=lien.account))


NOTIFY_ENFORCEMENT = OperationSpec(
    operation=NotifyEnforcement,
    name="notify_enforcement",
    family="enforcement",
    operation_class=OperationClass.LIEN,
    check=check_notify,
    apply=apply_notify,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_THE_PLEDGEE,
        Code.UNKNOWN_ASSET,
        Code.BAD_FIELD,
        Code.ALREADY_EXISTS,
    ),
)

WITHDRAW_ENFORCEMENT = OperationSpec(
    operation=WithdrawEnforcement,
    name="withdraw_enforcement",
    family="enforcement",
    operation_class=OperationClass.LIEN,
    check=check_withdraw,
    apply=apply_withdraw,
    codes=(Code.NOT_FOUND, Code.NOT_THE_PLEDGEE),
)
