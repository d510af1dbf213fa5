"""Pausing an asset, and seizure under a freeze order (page 04, Control)."""

from collections.abc import Iterator

import msgspec

from tokens import liens, posting
from tokens.authority import FREEZING_ROLES, has_role, with_role
from tokens.context import Context
from tokens.eligibility import RESERVED, credit_refusal
from tokens.events import AssetPaused, FreezeLifted, Seized
from tokens.lien_expiry import is_over
from tokens.lookup import require, require_account, require_asset
from tokens.records.amend import with_asset
from tokens.records.holdings import LIEN, POSITION, Lien
from tokens.records.instruments import ASSET, ClassMask
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.seizing import free_for_seizure, pledges_in_reach
from tokens.status import PAUSABLE, Use, asset_refusal
from tokens.types import (
    Address,
    AssetId,
    Hash,
    LienKind,
    OperationClass,
    PositiveAmount,
    Role,
)


class PauseAsset(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=124,
):
    """Set which classes of operations are paused for an asset. Service and control never are."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    classes: ClassMask
    """Sum of MOVE 1, TRADE 2, BID 4, LIEN 8, ISSUE 16; 0 ends all pauses."""


class ForceTransfer(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=125,
):
    """Seize units under a freeze order. By the central bank and the authority of the order.

    Takes free units, then held ones, then pledged ones where each pledgee signs too or the order
    says so; the order is lowered by what it moved. No freeze, credit stop or pause of the source
    stops it.
    """

    order_id: Hash
    """The freeze order."""
    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    amount: PositiveAmount
    """Minor units, 1..2^64-1."""
    target: Address
    """Account that receives; not the frozen one."""
    reaches_pledged: bool = False
    """The basis of the order says that it goes before pledges; its authority signs this."""


def check_pause(context: Context, operation: PauseAsset) -> Iterator[Refusal]:
    """Known asset, pausable classes."""
    if context.state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    if operation.classes & ~int(PAUSABLE):
        yield Refusal(Code.BAD_FIELD)


def apply_pause(context: Context, operation: PauseAsset) -> None:
    """The mask as given."""
    asset = require_asset(context.state, operation.asset)
    context.state.put(ASSET, with_asset(asset, paused=operation.classes))
    context.emit(AssetPaused(asset=asset.id, paused=operation.classes))


def check_force(context: Context, operation: ForceTransfer) -> Iterator[Refusal]:
    """Both have signed, the order covers it, the target can receive."""
    state = context.state
    order = state.get(LIEN, operation.order_id)
    if not has_role(context, Role.CENTRAL_BANK):
        yield Refusal(Code.ROLE_REQUIRED)
    if order is None or order.kind is not LienKind.FREEZE or is_over(context, order):
        yield Refusal(Code.NOT_FOUND)
        return
    if not _authority_agrees(context, order):
        yield Refusal(Code.NOT_THE_AUTHORITY)
    asset = state.get(ASSET, operation.asset)
    if asset is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    target = state.get(ACCOUNT, operation.target)
    if target is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if order.account == operation.target:
        yield Refusal(Code.SAME_ACCOUNT)
    code = asset_refusal(asset, OperationClass.CONTROL, Use.CONTROL)
    if code is not None:
        yield Refusal(code)
    code = credit_refusal(context, asset.id, target)
    if code is not None:
        yield Refusal(code)
    if target.purpose in RESERVED or _source(context, order).purpose in RESERVED:
        yield Refusal(Code.ACCOUNT_RESERVED)
    yield from _check_amount(context, operation, order)


def _authority_agrees(context: Context, order: Lien) -> bool:
    """Whose order it is stands behind it, still may freeze, and is not the central bank's own."""
    central = with_role(context, Role.CENTRAL_BANK)
    authority = context.state.get(PARTICIPANT, order.owner)
    if authority is None or order.owner not in context.actors.participants:
        return False
    still = any(role in FREEZING_ROLES for role in authority.roles)
    return still and (central is None or central.control_group != authority.control_group)


def _source(context: Context, order: Lien) -> Account:
    return require_account(context.state, order.account)


def _check_amount(context: Context, operation: ForceTransfer, order: Lien) -> Iterator[Refusal]:
    """Within the order, and there: free, held, or pledged and in reach."""
    limit = operation.amount if order.amount is None else order.amount
    if order.asset not in (None, operation.asset) or limit < operation.amount:
        yield Refusal(Code.ORDER_EXCEEDED)
    position = context.state.get(POSITION, operation.asset, order.account)
    if position is None or position.balance < operation.amount:
        yield Refusal(Code.INSUFFICIENT_AVAILABLE)
        return
    short = operation.amount - (position.balance - position.pledged)
    if short > 0 and _pledged_in_reach(context, operation, order.account) < short:
        yield Refusal(Code.PLEDGEE_MUST_AGREE)


def _pledged_in_reach(context: Context, operation: ForceTransfer, account: bytes) -> int:
    """Pledged units that may be taken: of pledgees that sign, or all under the basis."""
    pledges = pledges_in_reach(
        context, account, operation.asset, basis_says_so=operation.reaches_pledged
    )
    return sum(lien.amount or 0 for lien in pledges)


def apply_force(context: Context, operation: ForceTransfer) -> None:
    """Holds that stand in the way end, units move, the order is lowered."""
    state = context.state
    order = require(state, LIEN, operation.order_id)
    free_for_seizure(
        context,
        order.account,
        operation.asset,
        operation.amount,
        basis_says_so=operation.reaches_pledged,
    )
    posting.move(
        context,
        require_asset(state, operation.asset),
        require_account(state, order.account),
        require_account(state, operation.target),
        operation.amount,
    )
    context.emit(
        Seized(
            order=order.id,
            asset=operation.asset,
            source=order.account,
            target=operation.target,
            amount=operation.amount,
        )
    )
    if order.amount is None:
        return
    if order.amount > operation.amount:
        rest = msgspec.structs.replace(order, amount=order.amount - operation.amount)
        liens.change(context, order, rest)
    else:
        liens.lift(context, order)
        context.emit(FreezeLifted(order=order.id, account=order.account))


PAUSE_ASSET = OperationSpec(
    operation=PauseAsset,
    name="pause_asset",
    family="control",
    operation_class=OperationClass.CONTROL,
    check=check_pause,
    apply=apply_pause,
    approval="pause",
    codes=(Code.UNKNOWN_ASSET, Code.BAD_FIELD),
)

FORCE_TRANSFER = OperationSpec(
    operation=ForceTransfer,
    name="force_transfer",
    family="control",
    operation_class=OperationClass.CONTROL,
    check=check_force,
    apply=apply_force,
    codes=(
        Code.ROLE_REQUIRED,
        Code.NOT_FOUND,
        Code.NOT_THE_AUTHORITY,
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.SAME_ACCOUNT,
        Code.ASSET_NOT_ACTIVE,
        Code.CREDIT_STOPPED,
        Code.EXIT_ONLY,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_RESERVED,
        Code.ORDER_EXCEEDED,
        Code.INSUFFICIENT_AVAILABLE,
        Code.PLEDGEE_MUST_AGREE,
    ),
)
