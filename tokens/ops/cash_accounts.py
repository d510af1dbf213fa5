"""Accounts that pay and are paid through another account of their institution (5.5)."""

from collections.abc import Iterator

import msgspec

from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.events import CashRouteSet
from tokens.record_parties import is_told
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import CASH_ROUTE, CashRoute
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AccountStatus, Address, AssetId, AssetKind, OperationClass

MONIES = (AssetKind.MONEY, AssetKind.CASH)
"""What settles: securities always lie in the account itself."""


class SetCashAccount(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=106,
):
    """Say which account pays and is paid for one that may not hold the settlement money itself.

    By who may dispose of both accounts; to end it, by who may dispose of one of them.
    """

    account: Address
    """Account of the securities."""
    asset: AssetId
    """Money concerned: batches, orders and quotes route its legs."""
    cash_account: Address | None
    """Open account at the same institution; null = the account pays and is paid itself again."""


def check_route(context: Context, operation: SetCashAccount) -> Iterator[Refusal]:
    """Two accounts of one institution; a route does not lead to another route."""
    state = context.state
    account = state.get(ACCOUNT, operation.account)
    known = state.get(CASH_ROUTE, operation.account, operation.asset)
    named = operation.cash_account
    other = state.get(ACCOUNT, named or (b"" if known is None else known.cash_account))
    if account is None or (other is None and named is not None):
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if named is None:
        if known is None or not is_told(context, CASH_ROUTE, known):
            yield Refusal(Code.NOT_FOUND)
        elif not any(may_act_for(context, one) for one in (account, other) if one is not None):
            yield Refusal(Code.NOT_AUTHORISED)
        return
    asset = state.get(ASSET, operation.asset)
    if asset is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    elif asset.kind not in MONIES:
        yield Refusal(Code.BAD_FIELD)
    for one in (account, other):
        if one is None:
            continue
        if not may_act_for(context, one):
            yield Refusal(Code.NOT_AUTHORISED)
        if one.purpose in RESERVED:
            yield Refusal(Code.ACCOUNT_RESERVED)
        if one.status is AccountStatus.CLOSED:
            yield Refusal(Code.ACCOUNT_CLOSED)
        if one.status is AccountStatus.RECOVERING:
            yield Refusal(Code.RECOVERY_OPEN)
    if account.id == named:
        yield Refusal(Code.SAME_ACCOUNT)
    elif (other is not None and account.servicer != other.servicer) or state.get(
        CASH_ROUTE, named, operation.asset
    ) is not None:
        yield Refusal(Code.BAD_FIELD)


def apply_route(context: Context, operation: SetCashAccount) -> None:
    """Legs named from now on go through it; a batch keeps the accounts it has."""
    if operation.cash_account is None:
        context.state.delete(CASH_ROUTE, operation.account, operation.asset)
    else:
        context.state.put(
            CASH_ROUTE,
            CashRoute(
                account=operation.account,
                asset=operation.asset,
                cash_account=operation.cash_account,
            ),
        )
    context.emit(
        CashRouteSet(
            account=operation.account,
            asset=operation.asset,
            cash_account=operation.cash_account,
        )
    )


SET_CASH_ACCOUNT = OperationSpec(
    operation=SetCashAccount,
    name="set_cash_account",
    family="cash_accounts",
    operation_class=OperationClass.TRADE,
    check=check_route,
    apply=apply_route,
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.UNKNOWN_ASSET,
        Code.BAD_FIELD,
        Code.ACCOUNT_RESERVED,
        Code.ACCOUNT_CLOSED,
        Code.RECOVERY_OPEN,
        Code.SAME_ACCOUNT,
    ),
)
