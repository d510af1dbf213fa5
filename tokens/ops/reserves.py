"""What goes in and out of the reserve of a stablecoin (5.7).

No operation here leaves the value below the supply; while it is below already (BREACH), none
lowers it.
"""

from collections.abc import Iterator

import msgspec

from tokens import posting, reserve
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import EXIT_RULE_CODES, RULE_CODES
from tokens.lookup import require, require_account, require_asset
from tokens.records.cash import CASH_ASSET, CashAsset
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT, Account
from tokens.records.reserves import RESERVE_POLICY
from tokens.registry import OperationSpec
from tokens.reserve_changes import (
    Change,
    incoming_refusals,
    leg_refusals,
    moved_by,
    post,
    travel_refusals,
)
from tokens.reserve_value import BPS, worth_of
from tokens.results import Code, Refusal
from tokens.types import Address, AssetId, Hash, OperationClass, PositiveAmount


class ReserveSwap(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=56,
):
    """Money for a security or the reverse, both or neither: the issuer and the other side agree."""

    asset: AssetId
    """The stablecoin."""
    out: AssetId
    """What the reserve gives: its money, or a security that it holds."""
    out_amount: PositiveAmount
    """Minor units."""
    into: AssetId
    """What it gets: its money, or a security that counts."""
    into_amount: PositiveAmount
    """Minor units."""
    account: Address
    """Account of the other side, for both legs."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data of sender and receiver, where the travel rule asks for them."""


class ReserveAdd(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=57,
):
    """The issuer puts something of its own into the reserve; no tokens come out."""

    asset: AssetId
    """The stablecoin."""
    into: AssetId
    """Money of the reserve, or a security that counts."""
    amount: PositiveAmount
    """Minor units."""
    source: Address
    """An account of the issuer's own."""


class ReserveTake(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=58,
):
    """What the reserve does not need goes to the issuer: by it and the central bank together."""

    asset: AssetId
    """The stablecoin."""
    out: AssetId
    """Money of the reserve, or a security that it holds."""
    amount: PositiveAmount
    """Minor units."""
    target: Address
    """An account of the issuer's own."""


def _found(
    context: Context, asset: str, parts: tuple[str, ...], account: bytes
) -> tuple[CashAsset, Account] | Refusal:
    state = context.state
    cash = state.get(CASH_ASSET, asset)
    if cash is None or any(state.get(ASSET, part) is None for part in parts):
        return Refusal(Code.UNKNOWN_ASSET)
    other = state.get(ACCOUNT, account)
    return Refusal(Code.UNKNOWN_ACCOUNT) if other is None else (cash, other)


def _own_refusal(context: Context, cash: CashAsset, account: Account) -> Iterator[Refusal]:
    """The issuer agrees and the account is its own."""
    issuer = require_asset(context.state, cash.asset).issuer
    agrees = issuer in context.actors.participants
    if not agrees or account.holder != issuer or not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)


def _swap(cash: CashAsset, account: Account, operation: ReserveSwap) -> Change:
    return Change(
        cash,
        operation.out,
        operation.out_amount,
        operation.into,
        operation.into_amount,
        account,
    )


def check_swap(context: Context, operation: ReserveSwap) -> Iterator[Refusal]:
    """Both agree, both legs pass, and afterwards the value covers the supply."""
    state = context.state
    found = _found(context, operation.asset, (operation.out, operation.into), operation.account)
    if isinstance(found, Refusal):
        yield found
        return
    cash, account = found
    issuer = require_asset(state, cash.asset).issuer
    if issuer not in context.actors.participants or not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    if operation.out == operation.into:
        yield Refusal(Code.BAD_FIELD)
    if account.id == cash.reserve_account:
        yield Refusal(Code.SAME_ACCOUNT)
        return
    change = _swap(cash, account, operation)
    yield from incoming_refusals(context, change)
    yield from leg_refusals(context, change)
    yield from travel_refusals(context, change, operation.travel_hash)
    after = worth_of(state, cash, moved_by(change)).value
    if after < min(posting.supply_of(state, cash.asset), reserve.reserve_value(state, cash)):
        yield Refusal(Code.RESERVE_SHORT)


def apply_swap(context: Context, operation: ReserveSwap) -> None:
    """Delivery against payment."""
    cash = require(context.state, CASH_ASSET, operation.asset)
    account = require_account(context.state, operation.account)
    post(context, _swap(cash, account, operation))


def check_add(context: Context, operation: ReserveAdd) -> Iterator[Refusal]:
    """The issuer's own, and it counts."""
    found = _found(context, operation.asset, (operation.into,), operation.source)
    if isinstance(found, Refusal):
        yield found
        return
    cash, account = found
    yield from _own_refusal(context, cash, account)
    change = Change(cash, None, 0, operation.into, operation.amount, account)
    yield from incoming_refusals(context, change)
    yield from leg_refusals(context, change)


def apply_add(context: Context, operation: ReserveAdd) -> None:
    """In, for nothing."""
    cash = require(context.state, CASH_ASSET, operation.asset)
    account = require_account(context.state, operation.source)
    post(context, Change(cash, None, 0, operation.into, operation.amount, account))


def check_take(context: Context, operation: ReserveTake) -> Iterator[Refusal]:
    """Nobody waits for money, and afterwards the value covers the supply and the buffer."""
    state = context.state
    found = _found(context, operation.asset, (operation.out,), operation.target)
    if isinstance(found, Refusal):
        yield found
        return
    cash, account = found
    yield from _own_refusal(context, cash, account)
    change = Change(cash, operation.out, operation.amount, None, 0, account)
    yield from leg_refusals(context, change)
    policy = state.get(RESERVE_POLICY, cash.asset)
    buffer = 0 if policy is None else policy.buffer_bps
    after = worth_of(state, cash, moved_by(change)).value
    if cash.queued or after * BPS < posting.supply_of(state, cash.asset) * (BPS + buffer):
        yield Refusal(Code.RESERVE_SHORT)


def apply_take(context: Context, operation: ReserveTake) -> None:
    """Out, for nothing."""
    cash = require(context.state, CASH_ASSET, operation.asset)
    account = require_account(context.state, operation.target)
    post(context, Change(cash, operation.out, operation.amount, None, 0, account))


_OF_A_PERSON = (Code.VELOCITY_EXCEEDED, Code.RECOVERY_OPEN)
"""A reserve gives no velocity of a person's, and has no keys that could be lost."""

LEGS = (
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.ACCOUNT_FROZEN,
    Code.CREDIT_STOPPED,
    Code.ACCOUNT_RESERVED,
    Code.KYC_TIER_TOO_LOW,
    Code.DENOM_NOT_MULTIPLE,
    Code.INSUFFICIENT_AVAILABLE,
)

RESERVE_SWAP = OperationSpec(
    operation=ReserveSwap,
    name="reserve_swap",
    family="reserves",
    operation_class=OperationClass.TRADE,
    check=check_swap,
    apply=apply_swap,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.BAD_FIELD,
        Code.SAME_ACCOUNT,
        Code.RESERVE_NOT_ELIGIBLE,
        Code.MARK_STALE,
        Code.AMOUNT_ZERO,
        Code.CONCENTRATION_EXCEEDED,
        *LEGS,
        Code.ASSET_MATURED,
        Code.RESERVE_SHORT,
        *RULE_CODES,
        Code.TRAVEL_HASH_MISSING,
    ),
)

RESERVE_ADD = OperationSpec(
    operation=ReserveAdd,
    name="reserve_add",
    family="reserves",
    operation_class=OperationClass.TRADE,
    check=check_add,
    apply=apply_add,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.RESERVE_NOT_ELIGIBLE,
        Code.MARK_STALE,
        Code.AMOUNT_ZERO,
        Code.CONCENTRATION_EXCEEDED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_FROZEN,
        Code.INSUFFICIENT_AVAILABLE,
        *EXIT_RULE_CODES,
    ),
)

RESERVE_TAKE = OperationSpec(
    operation=ReserveTake,
    name="reserve_take",
    family="reserves",
    operation_class=OperationClass.TRADE,
    check=check_take,
    apply=apply_take,
    approval="cash_asset",
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.INSUFFICIENT_AVAILABLE,
        Code.RESERVE_SHORT,
        *(code for code in RULE_CODES if code not in _OF_A_PERSON),
    ),
)
