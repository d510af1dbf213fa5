"""Classes of commodity receipts: defined by approvals, minted within what is attested (5.8)."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import commodities, posting, reserve
from tokens.context import Context
from tokens.eligibility import ISSUE_RULE_CODES, Movement, movement_refusals
from tokens.events import AssetDefined
from tokens.lookup import require, require_account, require_asset
from tokens.records.commodities import COMMODITY, Commodity, CommodityUnit
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    Address,
    AssetId,
    AssetKind,
    AssetStatus,
    OperationClass,
    PositiveAmount,
    Text,
)


class DefineCommodity(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=211,
):
    """A class of receipts: one specification at one vault. Treasury and central bank approve."""

    asset: AssetId
    """Code of the class."""
    name: Text
    """What people call it."""
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}\\Z")]
    """ISO 4217, of the money that remainders are paid in."""
    issuer: Address
    """Participant that owes delivery; it must agree."""
    unit: CommodityUnit
    """What one minor unit is."""
    specification: Text
    """Grade and standard."""
    vault: Address
    """Participant that keeps it; of another control group than the issuer."""
    settlement_asset: AssetId
    """Money that remainders are paid in."""
    delivery_unit: PositiveAmount
    """Minor units of the smallest delivery."""
    max_supply: PositiveAmount
    """Minor units; the supply never exceeds it."""
    kyc_tier_min: Annotated[int, msgspec.Meta(ge=0, le=9)]
    """Tier that an account needs to receive it, 0..9."""


class MintReceipts(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=213,
):
    """Receipts for what lies in the vault and is attested. By the issuer."""

    asset: AssetId
    """The class."""
    target: Address
    """Account that gets them."""
    amount: PositiveAmount
    """Minor units; with the supply at most what live attestations cover."""


def check_define(context: Context, operation: DefineCommodity) -> Iterator[Refusal]:
    """A new code, known parties that are not one, a money of that currency."""
    state = context.state
    issuer = state.get(PARTICIPANT, operation.issuer)
    vault = state.get(PARTICIPANT, operation.vault)
    if issuer is None or vault is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
        return
    if operation.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if state.get(ASSET, operation.asset) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    if issuer.control_group == vault.control_group:
        yield Refusal(Code.NOT_INDEPENDENT)
    money = state.get(ASSET, operation.settlement_asset)
    if money is None or money.kind not in (AssetKind.MONEY, AssetKind.CASH):
        yield Refusal(Code.UNKNOWN_ASSET)
    elif money.currency != operation.currency:
        yield Refusal(Code.BAD_FIELD)


def apply_define(context: Context, operation: DefineCommodity) -> None:
    """The asset, with nothing attested yet."""
    context.state.put(
        ASSET,
        Asset(
            id=operation.asset,
            kind=AssetKind.COMMODITY,
            name=operation.name,
            currency=operation.currency,
            issuer=operation.issuer,
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
        COMMODITY,
        Commodity(
            asset=operation.asset,
            unit=operation.unit,
            specification=operation.specification,
            vault=operation.vault,
            settlement_asset=operation.settlement_asset,
            delivery_unit=operation.delivery_unit,
            attested=0,
            lot_next=1,
            delivery_next=1,
        ),
    )
    context.emit(AssetDefined(asset=operation.asset, name=operation.name, issuer=operation.issuer))


def check_mint(context: Context, operation: MintReceipts) -> Iterator[Refusal]:
    """By the issuer, within what is attested and not overdue."""
    state = context.state
    commodity = state.get(COMMODITY, operation.asset)
    if commodity is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    target = state.get(ACCOUNT, operation.target)
    if target is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    asset = require_asset(state, commodity.asset)
    if asset.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    movement = Movement(
        asset=asset,
        source=None,
        target=target,
        amount=operation.amount,
        operation_class=OperationClass.ISSUE,
    )
    yield from movement_refusals(context, movement)
    if reserve.is_breached(state, asset.id):
        yield Refusal(Code.IN_BREACH)
    if commodities.is_overdue(context, asset.id):
        yield Refusal(Code.ATTESTATION_STALE)
    supply = posting.supply_of(state, asset.id) + operation.amount
    if supply > asset.max_supply:
        yield Refusal(Code.MAX_SUPPLY_EXCEEDED)
    if supply > commodity.attested:
        yield Refusal(Code.ATTESTED_SHORT)


def apply_mint(context: Context, operation: MintReceipts) -> None:
    """Receipts come into being."""
    state = context.state
    require(state, COMMODITY, operation.asset)
    posting.issue(
        context,
        require_asset(state, operation.asset),
        require_account(state, operation.target),
        operation.amount,
    )


DEFINE_COMMODITY = OperationSpec(
    operation=DefineCommodity,
    name="define_commodity",
    family="commodities",
    operation_class=OperationClass.GOVERN,
    check=check_define,
    apply=apply_define,
    approval="instrument",
    codes=(
        Code.UNKNOWN_PARTICIPANT,
        Code.NOT_AUTHORISED,
        Code.ALREADY_EXISTS,
        Code.NOT_INDEPENDENT,
        Code.UNKNOWN_ASSET,
        Code.BAD_FIELD,
    ),
)

MINT_RECEIPTS = OperationSpec(
    operation=MintReceipts,
    name="mint_receipts",
    family="commodities",
    operation_class=OperationClass.ISSUE,
    check=check_mint,
    apply=apply_mint,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_RESERVED,
        Code.KYC_TIER_TOO_LOW,
        Code.IN_BREACH,
        Code.ATTESTATION_STALE,
        Code.MAX_SUPPLY_EXCEEDED,
        Code.ATTESTED_SHORT,
        *ISSUE_RULE_CODES,
    ),
)
