"""Freeze orders and credit stops: acts of one authority, which alone changes and lifts them.

Page 04, Control.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import liens, reserve
from tokens.authority import FREEZING_ROLES, with_role
from tokens.caught import parts_of_order
from tokens.context import Context
from tokens.credit_stops import end_stop, set_stop
from tokens.events import FreezeChanged, FreezeLifted
from tokens.lien_expiry import enqueue_expiry, is_over
from tokens.lookup import require
from tokens.parameters import parameter
from tokens.record_parties import is_told
from tokens.records.control import CREDIT_STOP, CreditStop
from tokens.records.holdings import LIEN, LegalBasis, Lien
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    Address,
    AssetId,
    Hash,
    LienKind,
    OperationClass,
    PositiveAmount,
)


class Freeze(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=120,
):
    """Freeze units of an account by order. It may exceed the balance and reaches held units."""

    order_id: Hash
    """Chosen by the authority, unique."""
    account: Address
    """Account concerned."""
    asset: AssetId | None
    """None = all assets, also those that come later; then the amount is ALL too."""
    amount: PositiveAmount | None
    """None = ALL."""
    expires_on: dt.date | None
    """Ends at the first open_day on or after it; None = until lifted, where the parameter
    freeze_days_max is 0."""
    basis: LegalBasis
    """Order that the authority acts on."""


class ChangeFreeze(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=121,
):
    """Change amount and expiry of an order. By its authority.

    The money that was caught under it ends with it; its amount stays.
    """

    order_id: Hash
    """The freeze order."""
    amount: PositiveAmount | None
    """None = ALL."""
    expires_on: dt.date | None
    """None = until lifted, where the parameter freeze_days_max is 0."""


class LiftFreeze(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=122,
):
    """End an order, and free the money that was caught under it. By its authority."""

    order_id: Hash
    """The freeze order."""


class StopCredits(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=123,
):
    """Stop credits to an account, or allow them again. Coupons still arrive."""

    account: Address
    """Account concerned."""
    stopped: bool
    """True = no credits; False = allowed again."""
    basis: LegalBasis
    """Order that the authority acts on."""
    expires_on: dt.date | None = None
    """Ends at the first open_day on or after it, with what it has caught; None = until lifted,
    where the parameter freeze_days_max is 0. Empty where credits are allowed again."""


def _authority(context: Context) -> bytes | None:
    found = with_role(context, *FREEZING_ROLES)
    return None if found is None else found.id


def check_freeze(context: Context, operation: Freeze) -> Iterator[Refusal]:
    """A new order on a known account."""
    state = context.state
    if _authority(context) is None:
        yield Refusal(Code.ROLE_REQUIRED)
    if state.get(LIEN, operation.order_id) is not None or parts_of_order(state, operation.order_id):
        yield Refusal(Code.ALREADY_EXISTS)
    if state.get(ACCOUNT, operation.account) is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if operation.asset is None:
        if operation.amount is not None:
            yield Refusal(Code.BAD_FIELD)
    elif state.get(ASSET, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
    yield from _check_expiry(context, operation.expires_on)
    if not liens.has_room(state, operation.account, for_freeze=True):
        yield Refusal(Code.LIENS_FULL)


def _check_expiry(context: Context, expires_on: dt.date | None) -> Iterator[Refusal]:
    """Later than today, and no later than the law of the state lets an order run."""
    longest = parameter(context.state, "freeze_days_max")
    if expires_on is None:
        if longest:
            yield Refusal(Code.BAD_DATE)
        return
    days = (expires_on - context.business_date).days
    if days <= 0 or (longest and days > longest):
        yield Refusal(Code.BAD_DATE)


def apply_freeze(context: Context, operation: Freeze) -> None:
    """A FREEZE lien."""
    lien = Lien(
        id=operation.order_id,
        account=operation.account,
        asset=operation.asset,
        amount=operation.amount,
        kind=LienKind.FREEZE,
        owner=_authority(context) or NO_ADDRESS,
        expires_on=operation.expires_on,
        basis=operation.basis,
        memo="",
    )
    liens.place(context, lien)
    enqueue_expiry(context, lien)


def _order_refusals(context: Context, lien: Lien | None) -> Iterator[Refusal]:
    """An order that runs, by the participant that gave it."""
    known = lien is not None and is_told(context, LIEN, lien)
    if lien is None or not known or lien.kind is not LienKind.FREEZE or is_over(context, lien):
        yield Refusal(Code.NOT_FOUND)
    elif lien.owner not in context.actors.participants:
        yield Refusal(Code.NOT_THE_AUTHORITY)


def check_change(context: Context, operation: ChangeFreeze) -> Iterator[Refusal]:
    """By its authority only."""
    lien = context.state.get(LIEN, operation.order_id)
    yield from _order_refusals(context, lien)
    if lien is not None and lien.asset is None and operation.amount is not None:
        yield Refusal(Code.BAD_FIELD)
    yield from _check_expiry(context, operation.expires_on)


def apply_change(context: Context, operation: ChangeFreeze) -> None:
    """The same order with another amount and end."""
    old, *money = parts_of_order(context.state, operation.order_id)
    new = msgspec.structs.replace(old, amount=operation.amount, expires_on=operation.expires_on)
    liens.change(context, old, new)
    enqueue_expiry(context, new)
    for caught in money:
        moved = msgspec.structs.replace(caught, expires_on=operation.expires_on)
        liens.change(context, caught, moved)
        enqueue_expiry(context, moved)
    reserve.wake_queues_of(context, old.account)
    context.emit(FreezeChanged(order=old.id, account=old.account, amount=new.amount))


def check_lift(context: Context, operation: LiftFreeze) -> Iterator[Refusal]:
    """By its authority only; the money may be all that is left of it."""
    lien = next(iter(parts_of_order(context.state, operation.order_id)), None)
    yield from _order_refusals(context, lien)


def apply_lift(context: Context, operation: LiftFreeze) -> None:
    """The lien ends, and those on the money that was caught."""
    for lien in parts_of_order(context.state, operation.order_id):
        liens.lift(context, lien)
        reserve.wake_queues_of(context, lien.account)
        context.emit(FreezeLifted(order=lien.id, account=lien.account))


def check_stop(context: Context, operation: StopCredits) -> Iterator[Refusal]:
    """One stop per account; only its authority lifts it."""
    authority = _authority(context)
    if authority is None:
        yield Refusal(Code.ROLE_REQUIRED)
    if context.state.get(ACCOUNT, operation.account) is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if operation.stopped:
        yield from _check_expiry(context, operation.expires_on)
    elif operation.expires_on is not None:
        yield Refusal(Code.BAD_FIELD)
    known = context.state.get(CREDIT_STOP, operation.account)
    if known is None:
        if not operation.stopped:
            yield Refusal(Code.NOT_FOUND)
    elif known.authority != authority:
        yield Refusal(Code.NOT_THE_AUTHORITY)
    elif operation.stopped:
        yield Refusal(Code.ALREADY_EXISTS)


def apply_stop(context: Context, operation: StopCredits) -> None:
    """The stop stands, or is gone."""
    if not operation.stopped:
        end_stop(context, require(context.state, CREDIT_STOP, operation.account))
        return
    stop = CreditStop(
        account=operation.account,
        authority=_authority(context) or NO_ADDRESS,
        basis=operation.basis,
        expires_on=operation.expires_on,
    )
    set_stop(context, stop)


FREEZE = OperationSpec(
    operation=Freeze,
    name="freeze",
    family="freezes",
    operation_class=OperationClass.CONTROL,
    check=check_freeze,
    apply=apply_freeze,
    codes=(
        Code.ROLE_REQUIRED,
        Code.ALREADY_EXISTS,
        Code.UNKNOWN_ACCOUNT,
        Code.BAD_FIELD,
        Code.UNKNOWN_ASSET,
        Code.BAD_DATE,
        Code.LIENS_FULL,
    ),
)

CHANGE_FREEZE = OperationSpec(
    operation=ChangeFreeze,
    name="change_freeze",
    family="freezes",
    operation_class=OperationClass.CONTROL,
    check=check_change,
    apply=apply_change,
    codes=(Code.NOT_FOUND, Code.NOT_THE_AUTHORITY, Code.BAD_FIELD, Code.BAD_DATE),
)

LIFT_FREEZE = OperationSpec(
    operation=LiftFreeze,
    name="lift_freeze",
    family="freezes",
    operation_class=OperationClass.CONTROL,
    check=check_lift,
    apply=apply_lift,
    codes=(Code.NOT_FOUND, Code.NOT_THE_AUTHORITY),
)

STOP_CREDITS = OperationSpec(
    operation=StopCredits,
    name="stop_credits",
    family="freezes",
    operation_class=OperationClass.CONTROL,
    check=check_stop,
    apply=apply_stop,
    codes=(
        Code.ROLE_REQUIRED,
        Code.UNKNOWN_ACCOUNT,
        Code.BAD_DATE,
        Code.BAD_FIELD,
        Code.NOT_FOUND,
        Code.NOT_THE_AUTHORITY,
        Code.ALREADY_EXISTS,
    ),
)
