"""Stablecoins: mint against the reserve, redemption at par (5.7)."""

from collections.abc import Iterator

import msgspec

from tokens import grants, liens, posting, reserve
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.eligibility import RULE_CODES, Movement, movement_refusals
from tokens.events import CashMinted, RedemptionQueued
from tokens.limits import NetChange, count_given, count_spending, velocity_refusals
from tokens.lookup import require, require_account, require_asset
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION, CashAsset, QueuedRedemption
from tokens.records.parties import ACCOUNT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.rules import closed_refusals, rules_of
from tokens.travel_legs import Passage, passage_refusals
from tokens.types import (
    NO_ADDRESS,
    Address,
    AssetId,
    Hash,
    OperationClass,
    PositiveAmount,
)


class CashMint(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=43,
):
    """Central-bank money of a bank into the reserve, as many tokens out. Under a mint grant."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    source: Address
    """The bank's account of central-bank money; the sender must be able to act for it."""
    target: Address
    """Account that gets the tokens; on the grant's list."""
    amount: PositiveAmount
    """Minor units, 1..2^64-1."""
    grantor: Address
    """Issuer that gave the grant."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data of sender and receiver, where the travel rule asks for them."""


class CashRedeem(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=44,
):
    """Tokens back at par for central-bank money; queued in order while the reserve is short."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    source: Address
    """Account whose tokens are burned; the sender must be able to act for it."""
    target: Address
    """Account of central-bank money that is paid."""
    amount: PositiveAmount
    """Minor units, 1..2^64-1."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data of sender and receiver, where the travel rule asks for them."""


def _accounts(
    context: Context, operation: CashMint | CashRedeem
) -> tuple[CashAsset, Account, Account] | Refusal:
    state = context.state
    cash = state.get(CASH_ASSET, operation.asset)
    if cash is None:
        return Refusal(Code.UNKNOWN_ASSET)
    source = state.get(ACCOUNT, operation.source)
    target = state.get(ACCOUNT, operation.target)
    if source is None or target is None:
        return Refusal(Code.UNKNOWN_ACCOUNT)
    return cash, source, target


def _use(operation: CashMint) -> grants.Use:
    return grants.Use(
        grantor=operation.grantor,
        operation="cash_mint",
        asset=operation.asset,
        source=operation.source,
        target=operation.target,
        amount=operation.amount,
    )


def check_mint(context: Context, operation: CashMint) -> Iterator[Refusal]:
    """The money leg, the token leg, the ceilings, the grant."""
    state = context.state
    found = _accounts(context, operation)
    if isinstance(found, Refusal):
        yield found
        return
    cash, source, target = found
    if not may_act_for(context, source):
        yield Refusal(Code.NOT_AUTHORISED)
    asset, backing = require_asset(state, cash.asset), require_asset(state, cash.backing)
    yield from movement_refusals(
        context,
        Movement(
            asset=backing,
            source=source,
            target=require_account(state, cash.reserve_account),
            amount=operation.amount,
            operation_class=OperationClass.ISSUE,
            reserve=cash.reserve_account,
        ),
    )
    yield from movement_refusals(
        context,
        Movement(
            asset=asset,
            source=None,
            target=target,
            amount=operation.amount,
            operation_class=OperationClass.ISSUE,
        ),
    )
    paid = Movement(backing, source, target, 1, OperationClass.MOVE, in_batch=True)
    yield from closed_refusals(context, paid)
    yield from passage_refusals(
        context, Passage(asset.id, source, target, operation.amount, operation.travel_hash)
    )
    if reserve.is_breached(state, asset.id):
        yield Refusal(Code.IN_BREACH)
    supply = posting.supply_of(state, asset.id) + operation.amount
    if supply > asset.max_supply:
        yield Refusal(Code.MAX_SUPPLY_EXCEEDED)
    if supply > reserve.reserve_value(state, cash) + operation.amount:
        yield Refusal(Code.RESERVE_SHORT)
    code = grants.grant_refusal(context, _use(operation))
    if operation.grantor != asset.issuer:
        yield Refusal(Code.GRANT_MISSING)
    elif code is not None:
        yield Refusal(code)


def apply_mint(context: Context, operation: CashMint) -> None:
    """Money in, tokens out, grant used."""
    state = context.state
    cash = require(state, CASH_ASSET, operation.asset)
    source = require_account(state, operation.source)
    grants.use_grant(context, _use(operation))
    backing = require_asset(state, cash.backing)
    count_given(context, backing, source, operation.amount)
    posting.move(
        context,
        backing,
        source,
        require_account(state, cash.reserve_account),
        operation.amount,
    )
    posting.issue(
        context,
        require_asset(state, cash.asset),
        require_account(state, operation.target),
        operation.amount,
    )
    context.emit(
        CashMinted(
            asset=operation.asset,
            source=operation.source,
            target=operation.target,
            amount=operation.amount,
        )
    )
    reserve.wake_queue(context, operation.asset)


def check_redeem(context: Context, operation: CashRedeem) -> Iterator[Refusal]:
    """No pause stops a redemption; where it goes is asked as of a payment."""
    state = context.state
    found = _accounts(context, operation)
    if isinstance(found, Refusal):
        yield found
        return
    cash, source, target = found
    if not may_act_for(context, source):
        yield Refusal(Code.NOT_AUTHORISED)
    if reserve.is_paused(context, cash.asset):
        yield Refusal(Code.REDEMPTION_SUSPENDED)
    yield from reserve.redemption_refusals(context, cash, source.id, target.id, operation.amount)
    if target.kyc_tier < require_asset(state, cash.backing).kyc_tier_min:
        yield Refusal(Code.KYC_TIER_TOO_LOW)
    yield from movement_refusals(
        context,
        Movement(
            asset=require_asset(state, cash.asset),
            source=source,
            target=None,
            amount=operation.amount,
            operation_class=OperationClass.SERVICE,
        ),
    )
    asset, changes = require_asset(state, cash.asset), _given(source, target, operation.amount)
    yield from velocity_refusals(context, asset, changes, rules_of(context, asset))
    yield from passage_refusals(
        context, Passage(cash.asset, source, target, operation.amount, operation.travel_hash)
    )
    if not liens.has_room(state, source.id):
        yield Refusal(Code.LIENS_FULL)


def _given(source: Account, target: Account, amount: int) -> tuple[NetChange, NetChange]:
    """To oneself nothing is given."""
    return NetChange(source, -amount), NetChange(target, amount)


def apply_redeem(context: Context, operation: CashRedeem) -> None:
    """Pay at once, or queue behind those who wait; what is there pays a part in this block."""
    state = context.state
    cash = require(state, CASH_ASSET, operation.asset)
    source = require_account(state, operation.source)
    target = require_account(state, operation.target)
    count_spending(
        context, require_asset(state, cash.asset), _given(source, target, operation.amount)
    )
    if not cash.queued and reserve.payable_now(context.state, cash) >= operation.amount:
        reserve.redeem(context, cash, operation.source, operation.target, operation.amount, 0)
        return
    lien = liens.hold(
        context,
        0,
        operation.asset,
        operation.source,
        operation.amount,
        NO_ADDRESS,
        None,
        "redemption",
    )
    context.state.put(
        QUEUED_REDEMPTION,
        QueuedRedemption(
            asset=operation.asset,
            number=cash.queue_next,
            source=operation.source,
            target=operation.target,
            amount=operation.amount,
            lien=lien.id,
        ),
    )
    queued = cash.queued + operation.amount
    waiting = msgspec.structs.replace(cash, queue_next=cash.queue_next + 1, queued=queued)
    context.state.put(CASH_ASSET, waiting)
    context.emit(
        RedemptionQueued(
            asset=operation.asset,
            number=cash.queue_next,
            source=operation.source,
            amount=operation.amount,
        )
    )
    if reserve.payable_now(context.state, cash):
        reserve.wake_queue(context, operation.asset)


CASH_MINT = OperationSpec(
    operation=CashMint,
    name="cash_mint",
    family="cash",
    operation_class=OperationClass.ISSUE,
    check=check_mint,
    apply=apply_mint,
    grantable=True,
    grant_policy="mint_grant",
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_RESERVED,
        Code.KYC_TIER_TOO_LOW,
        Code.INSUFFICIENT_AVAILABLE,
        Code.TRAVEL_HASH_MISSING,
        Code.IN_BREACH,
        Code.MAX_SUPPLY_EXCEEDED,
        Code.RESERVE_SHORT,
        Code.GRANT_MISSING,
        Code.GRANT_EXHAUSTED,
        *RULE_CODES,
    ),
)

CASH_REDEEM = OperationSpec(
    operation=CashRedeem,
    name="cash_redeem",
    family="cash",
    operation_class=OperationClass.SERVICE,
    check=check_redeem,
    apply=apply_redeem,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.REDEMPTION_SUSPENDED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.KYC_TIER_TOO_LOW,
        Code.ACCOUNT_RESERVED,
        Code.INSUFFICIENT_AVAILABLE,
        Code.TRAVEL_HASH_MISSING,
        Code.LIENS_FULL,
        *RULE_CODES,
    ),
)
