"""Definition of a stablecoin: what backs it and where that lies (5.7)."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import posting
from tokens.authority import with_role
from tokens.context import Context
from tokens.events import AssetDefined
from tokens.records.cash import CASH_ASSET, CASH_BY_RESERVE, CashAsset
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.reserve import CASH_ASSETS_MAX
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    AccountPurpose,
    Address,
    AssetId,
    AssetKind,
    AssetStatus,
    OperationClass,
    PositiveAmount,
    Role,
    Text,
)


class DefineCashAsset(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=42,
):
    """A stablecoin: its issuer and the central bank agree on what backs it and where that lies."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    name: Text
    """What people call it."""
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}\\Z")]
    """ISO 4217."""
    backing: AssetId
    """Central-bank money."""
    reserve_account: Address
    """The issuer's own, purpose RESERVE, of no other asset, empty."""
    max_supply: PositiveAmount
    """Minor units; the supply never exceeds it."""
    kyc_tier_min: Annotated[int, msgspec.Meta(ge=0, le=9)]
    """Tier that an account needs to receive it, 0..9."""


def check_define(context: Context, operation: DefineCashAsset) -> Iterator[Refusal]:
    """Money behind it, an empty reserve account, an issuer."""
    state = context.state
    issuer = with_role(context, Role.CASH_ISSUER)
    if issuer is None:
        yield Refusal(Code.ROLE_REQUIRED)
    if state.get(ASSET, operation.asset) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    if state.count(CASH_BY_RESERVE, (), limit=CASH_ASSETS_MAX) >= CASH_ASSETS_MAX:
        yield Refusal(Code.TOO_MANY_INSTRUMENTS)
    backing = state.get(ASSET, operation.backing)
    if backing is None or backing.kind is not AssetKind.MONEY:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if backing.currency != operation.currency:
        yield Refusal(Code.BAD_FIELD)
    account = state.get(ACCOUNT, operation.reserve_account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if account.purpose is not AccountPurpose.RESERVE:
        yield Refusal(Code.BAD_FIELD)
    if issuer is not None and account.holder != issuer.id:
        yield Refusal(Code.NOT_AUTHORISED)
    if state.scan(CASH_ASSET, CASH_BY_RESERVE, (account.id,), limit=1):
        yield Refusal(Code.ALREADY_EXISTS)
    if posting.balance_of(state, operation.backing, account.id):
        yield Refusal(Code.ACCOUNT_NOT_EMPTY)


def apply_define(context: Context, operation: DefineCashAsset) -> None:
    """The asset and its reserve."""
    issuer = with_role(context, Role.CASH_ISSUER)
    issuer_id = NO_ADDRESS if issuer is None else issuer.id
    context.state.put(
        ASSET,
        Asset(
            id=operation.asset,
            kind=AssetKind.CASH,
            name=operation.name,
            currency=operation.currency,
            issuer=issuer_id,
            status=AssetStatus.OUTSTANDING,
            flags=0,
            paused=0,
            denomination=1,
            increment=1,
            max_supply=operation.max_supply,
            kyc_tier_min=operation.kyc_tier_min,
            record_no=0,
            unpaid_record=0,
        ),
    )
    context.state.put(
        CASH_ASSET,
        CashAsset(
            asset=operation.asset,
            backing=operation.backing,
            reserve_account=operation.reserve_account,
            queue_next=1,
            queued=0,
        ),
    )
    context.emit(AssetDefined(asset=operation.asset, name=operation.name, issuer=issuer_id))


DEFINE_CASH_ASSET = OperationSpec(
    operation=DefineCashAsset,
    name="define_cash_asset",
    family="cash_asset",
    operation_class=OperationClass.GOVERN,
    check=check_define,
    apply=apply_define,
    approval="cash_asset",
    codes=(
        Code.ROLE_REQUIRED,
        Code.ALREADY_EXISTS,
        Code.TOO_MANY_INSTRUMENTS,
        Code.UNKNOWN_ASSET,
        Code.BAD_FIELD,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_NOT_EMPTY,
    ),
)
