"""Central-bank money: in from the RTGS, out to the RTGS (5.7, wholesale CBDC)."""

from collections.abc import Iterator

import msgspec

from tokens import posting
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import EXIT_RULE_CODES, ISSUE_RULE_CODES, Movement, movement_refusals
from tokens.events import CentralBankMoneyIssued, CentralBankMoneyWithdrawn
from tokens.limits import count_given
from tokens.lookup import require_account, require_asset
from tokens.records.cash import USED_REFERENCE, ReferenceScope, UsedReference
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    Address,
    AssetId,
    AssetKind,
    OperationClass,
    PositiveAmount,
    Reference,
)


class CbIssue(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=40,
):
    """Central-bank money for a bank, against a booking in the RTGS. By the central bank."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    target: Address
    """An own account of the bank."""
    amount: PositiveAmount
    """Minor units, 1..2^64-1."""
    rtgs_ref: Reference
    """Reference of the booking; has its effect once, for ever."""


class CbWithdraw(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=41,
):
    """Central-bank money back to the RTGS. By the bank; the central bank books the event."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    source: Address
    """An own account of the bank."""
    amount: PositiveAmount
    """Minor units, 1..2^64-1."""
    rtgs_ref: Reference
    """Reference of the order to the RTGS, unique for ever per account."""


def _is_money(asset: Asset | None) -> bool:
    return asset is not None and asset.kind is AssetKind.MONEY


def check_issue(context: Context, operation: CbIssue) -> Iterator[Refusal]:
    """The booking counts once; the account is a participant's own."""
    state = context.state
    asset = state.get(ASSET, operation.asset)
    target = state.get(ACCOUNT, operation.target)
    if asset is None or not _is_money(asset):
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if target is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if target.holder == NO_ADDRESS:
        yield Refusal(Code.COUNTERPARTY_NOT_ELIGIBLE)
    scope = int(ReferenceScope.RTGS_ISSUE)
    if state.get(USED_REFERENCE, scope, asset.issuer, operation.rtgs_ref) is not None:
        yield Refusal(Code.REFERENCE_USED)
    movement = Movement(
        asset=asset,
        source=None,
        target=target,
        amount=operation.amount,
        operation_class=OperationClass.ISSUE,
    )
    yield from movement_refusals(context, movement)
    if posting.supply_of(state, asset.id) + operation.amount > asset.max_supply:
        yield Refusal(Code.MAX_SUPPLY_EXCEEDED)


def apply_issue(context: Context, operation: CbIssue) -> None:
    """Units come into being."""
    state = context.state
    asset = require_asset(state, operation.asset)
    state.put(
        USED_REFERENCE,
        UsedReference(
            scope=ReferenceScope.RTGS_ISSUE, owner=asset.issuer, reference=operation.rtgs_ref
        ),
    )
    posting.issue(context, asset, require_account(state, operation.target), operation.amount)
    context.emit(
        CentralBankMoneyIssued(
            asset=operation.asset,
            target=operation.target,
            amount=operation.amount,
            rtgs_ref=operation.rtgs_ref,
        )
    )


def check_withdraw(context: Context, operation: CbWithdraw) -> Iterator[Refusal]:
    """The bank disposes of what is available."""
    state = context.state
    asset = state.get(ASSET, operation.asset)
    source = state.get(ACCOUNT, operation.source)
    if asset is None or not _is_money(asset):
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if source is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not may_act_for(context, source):
        yield Refusal(Code.NOT_AUTHORISED)
    if source.holder == NO_ADDRESS:
        yield Refusal(Code.COUNTERPARTY_NOT_ELIGIBLE)
    scope = int(ReferenceScope.RTGS_WITHDRAW)
    if state.get(USED_REFERENCE, scope, source.id, operation.rtgs_ref) is not None:
        yield Refusal(Code.REFERENCE_USED)
    movement = Movement(
        asset=asset,
        source=source,
        target=None,
        amount=operation.amount,
        operation_class=OperationClass.ISSUE,
    )
    yield from movement_refusals(context, movement)


def apply_withdraw(context: Context, operation: CbWithdraw) -> None:
    """Units cease to be."""
    state = context.state
    state.put(
        USED_REFERENCE,
        UsedReference(
            scope=ReferenceScope.RTGS_WITHDRAW,
            owner=operation.source,
            reference=operation.rtgs_ref,
        ),
    )
    asset = require_asset(state, operation.asset)
    source = require_account(state, operation.source)
    count_given(context, asset, source, operation.amount)
    posting.burn(context, asset, source, operation.amount)
    context.emit(
        CentralBankMoneyWithdrawn(
            asset=operation.asset,
            source=operation.source,
            amount=operation.amount,
            rtgs_ref=operation.rtgs_ref,
        )
    )


CB_ISSUE = OperationSpec(
    operation=CbIssue,
    name="cb_issue",
    family="central_bank_money",
    operation_class=OperationClass.ISSUE,
    check=check_issue,
    apply=apply_issue,
    approval="central_bank_money",
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.REFERENCE_USED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_RESERVED,
        Code.KYC_TIER_TOO_LOW,
        Code.MAX_SUPPLY_EXCEEDED,
        *ISSUE_RULE_CODES,
    ),
)

CB_WITHDRAW = OperationSpec(
    operation=CbWithdraw,
    name="cb_withdraw",
    family="central_bank_money",
    operation_class=OperationClass.ISSUE,
    check=check_withdraw,
    apply=apply_withdraw,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.REFERENCE_USED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_RESERVED,
        Code.INSUFFICIENT_AVAILABLE,
        *EXIT_RULE_CODES,
    ),
)
