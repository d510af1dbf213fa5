"""Redemption of receipts for delivery: lots first in, first out, a remainder in money (5.8).

Rules of this file:
1. A handing out takes from PARTS_MAX lots at most. Where these have less than was asked for, it is
   a part: its receipts are burned, the rest stays held, and the next confirmation goes on.
2. The remainder is paid with the last part.
3. On its date nothing more is handed out, whether the agenda has come by or not.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tokens import commodities, liens, posting
from tokens.authority import may_act_for
from tokens.context import Context
from tokens.deliveries import handing_of, handing_out_refusals, is_open, remainder_of
from tokens.eligibility import (
    EXIT_RULE_CODES,
    PARTY_RULE_CODES,
    RESERVED,
    Movement,
    credit_refusal,
    movement_refusals,
)
from tokens.limits import NetChange, count_given, velocity_refusals
from tokens.lookup import require, require_account, require_asset
from tokens.record_parties import is_told
from tokens.records.commodities import COMMODITY, DELIVERY, Delivery, DeliveryStatus
from tokens.records.holdings import LIEN, POSITION
from tokens.records.parties import ACCOUNT
from tokens.refusing import refusal_about
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.rules import rules_of
from tokens.types import NO_ADDRESS, Address, AssetId, Count, Hash, OperationClass, PositiveAmount

DAYS_MAX = 366
"""Calendar days from request to delivery."""


class RequestDelivery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=214,
):
    """Ask for the goods: the receipts are held. By whoever acts for the account."""

    asset: AssetId
    """The class."""
    account: Address
    """Account whose receipts are held."""
    cash_account: Address
    """Account that the remainder is paid to."""
    amount: PositiveAmount
    """Minor units; at least one delivery unit."""
    expires_on: dt.date
    """What is not handed out is cancelled on this business date, at most 366 days ahead."""


class ConfirmDelivery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=215,
):
    """The goods were handed out: by the vault, and by the issuer where it pays a remainder.

    It takes from the first 32 live lots. Where they have less than is left, this is a part, and the
    delivery stays REQUESTED: `delivered` of its event says how far it is. The vault confirms again,
    in this transaction or a later one; the remainder is paid with the last part.
    """

    asset: AssetId
    """The class."""
    number: Count
    """The delivery."""
    cash_source: Address
    """Account of the issuer that pays the remainder; any account if this part pays none."""
    receipt_hash: Hash
    """SHA-256 of the signed delivery note."""


class CancelDelivery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=217,
):
    """Give up what is not handed out of a request: by the holder or the issuer."""

    asset: AssetId
    """The class."""
    number: Count
    """The delivery."""


def check_request(context: Context, operation: RequestDelivery) -> Iterator[Refusal]:
    """Free receipts of one delivery unit or more, a remainder that has a price, room."""
    state = context.state
    commodity = state.get(COMMODITY, operation.asset)
    if commodity is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    account = state.get(ACCOUNT, operation.account)
    cash_account = state.get(ACCOUNT, operation.cash_account)
    if account is None or cash_account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if not may_act_for(context, account):
        yield Refusal(Code.NOT_AUTHORISED)
    if account.purpose in RESERVED or cash_account.purpose in RESERVED:
        yield Refusal(Code.ACCOUNT_RESERVED)
    if operation.amount < commodity.delivery_unit:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if not 1 <= (operation.expires_on - context.business_date).days <= DAYS_MAX:
        yield Refusal(Code.BAD_DATE)
    remainder, cash = remainder_of(context, commodity, operation.amount)
    money = require_asset(state, commodity.settlement_asset)
    if isinstance(cash, Code):
        yield Refusal(cash)
    elif cash and cash_account.kyc_tier < money.kyc_tier_min:
        yield Refusal(Code.KYC_TIER_TOO_LOW)
    asset = require_asset(state, commodity.asset)
    served = Movement(asset, account, None, operation.amount, OperationClass.SERVICE)
    yield from movement_refusals(context, served)
    paid = cash_account if remainder else None
    yield from handing_out_refusals(context, commodity, account, paid, operation.amount)
    given = (NetChange(account, -operation.amount),)
    yield from velocity_refusals(context, asset, given, rules_of(context, asset))
    if not liens.has_room(state, account.id):
        yield Refusal(Code.LIENS_FULL)


def apply_request(context: Context, operation: RequestDelivery) -> None:
    """The hold, the price of the remainder, the end on the agenda; what goes counts today."""
    state = context.state
    commodity = require(state, COMMODITY, operation.asset)
    account = require_account(state, operation.account)
    count_given(context, require_asset(state, operation.asset), account, operation.amount)
    remainder, cash = remainder_of(context, commodity, operation.amount)
    lien = liens.hold(
        context,
        0,
        operation.asset,
        operation.account,
        operation.amount,
        NO_ADDRESS,
        None,
        "delivery",
    )
    number = commodity.delivery_next
    state.put(COMMODITY, msgspec.structs.replace(commodity, delivery_next=number + 1))
    delivery = Delivery(
        asset=operation.asset,
        number=number,
        account=operation.account,
        cash_account=operation.cash_account,
        amount=operation.amount,
        remainder=remainder,
        cash=0 if isinstance(cash, Code) else cash,
        expires_on=operation.expires_on,
        status=DeliveryStatus.REQUESTED,
        delivered=0,
        lien=lien.id,
        parts=(),
        receipt_hash=bytes(32),
    )
    commodities.enqueue_delivery(context, delivery)
    commodities.put_delivery(context, delivery)


def check_confirm(context: Context, operation: ConfirmDelivery) -> Iterator[Refusal]:
    """Requested, the vault says so, lots have it, no freeze reaches it, the remainder is paid."""
    state = context.state
    delivery = state.get(DELIVERY, operation.asset, operation.number)
    if delivery is None or not is_told(context, DELIVERY, delivery):
        yield Refusal(Code.NOT_FOUND)
        return
    commodity = require(state, COMMODITY, delivery.asset)
    source = state.get(ACCOUNT, operation.cash_source)
    if source is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    asset = require_asset(state, delivery.asset)
    handing = handing_of(context, commodity, delivery)
    pays = source.holder == asset.issuer and may_act_for(context, source)
    if commodity.vault not in context.actors.participants or (handing.cash and not pays):
        yield Refusal(Code.NOT_AUTHORISED)
    if not is_open(delivery, context.business_date):
        yield Refusal(Code.DELIVERY_NOT_OPEN)
        return
    if commodities.is_overdue(context, asset.id):
        yield Refusal(Code.ATTESTATION_STALE)
    account = require_account(state, delivery.account)
    left = delivery.amount - delivery.delivered
    if commodity.attested < left - delivery.remainder:
        yield Refusal(Code.ATTESTED_SHORT)
    position = state.get(POSITION, delivery.asset, delivery.account)
    if posting.within_reach(position) < left:
        yield refusal_about(context, account, Code.ACCOUNT_FROZEN)
    cash_account = require_account(state, delivery.cash_account)
    paid_to = cash_account if handing.cash else None
    yield from handing_out_refusals(context, commodity, account, paid_to, left)
    if not handing.cash:
        return
    code = credit_refusal(context, commodity.settlement_asset, cash_account)
    if code is not None:
        yield refusal_about(context, cash_account, code)
    money = require_asset(state, commodity.settlement_asset)
    paid = Movement(money, source, None, handing.cash, OperationClass.SERVICE)
    yield from movement_refusals(context, paid)


def apply_confirm(context: Context, operation: ConfirmDelivery) -> None:
    """Receipts are burned, lots shrink; with the last part the remainder is paid."""
    state = context.state
    delivery = require(state, DELIVERY, operation.asset, operation.number)
    commodity = require(state, COMMODITY, delivery.asset)
    handing = handing_of(context, commodity, delivery)
    account = require_account(state, delivery.account)
    lien = require(state, LIEN, delivery.lien)
    if handing.ends:
        liens.lift(context, lien)
    else:
        rest = delivery.amount - delivery.delivered - handing.burned
        liens.change(context, lien, msgspec.structs.replace(lien, amount=rest))
    posting.burn(context, require_asset(state, delivery.asset), account, handing.burned)
    commodities.take_from_lots(context, delivery.asset, handing.parts)
    if handing.cash:
        posting.move(
            context,
            require_asset(state, commodity.settlement_asset),
            require_account(state, operation.cash_source),
            require_account(state, delivery.cash_account),
            handing.cash,
        )
    done = msgspec.structs.replace(
        delivery,
        status=DeliveryStatus.DELIVERED if handing.ends else DeliveryStatus.REQUESTED,
        delivered=delivery.delivered + handing.taken,
        parts=handing.parts,
        receipt_hash=operation.receipt_hash,
    )
    commodities.put_delivery(context, done)


def check_cancel(context: Context, operation: CancelDelivery) -> Iterator[Refusal]:
    """Requested, by one of the two."""
    state = context.state
    delivery = state.get(DELIVERY, operation.asset, operation.number)
    if delivery is None or not is_told(context, DELIVERY, delivery):
        yield Refusal(Code.NOT_FOUND)
        return
    issuer = require_asset(state, delivery.asset).issuer
    holder = may_act_for(context, require_account(state, delivery.account))
    if not holder and issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if not is_open(delivery, context.business_date):
        yield Refusal(Code.DELIVERY_NOT_OPEN)


def apply_cancel(context: Context, operation: CancelDelivery) -> None:
    """The receipts that are not handed out are free again."""
    delivery = require(context.state, DELIVERY, operation.asset, operation.number)
    commodities.cancel(context, delivery)


REQUEST_DELIVERY = OperationSpec(
    operation=RequestDelivery,
    name="request_delivery",
    family="deliveries",
    operation_class=OperationClass.SERVICE,
    check=check_request,
    apply=apply_request,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.DENOM_NOT_MULTIPLE,
        Code.BAD_DATE,
        Code.MARK_STALE,
        Code.AMOUNT_ZERO,
        Code.AMOUNT_OVERFLOW,
        Code.KYC_TIER_TOO_LOW,
        Code.INSUFFICIENT_AVAILABLE,
        Code.LIENS_FULL,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        *EXIT_RULE_CODES,
    ),
)

CONFIRM_DELIVERY = OperationSpec(
    operation=ConfirmDelivery,
    name="confirm_delivery",
    family="deliveries",
    operation_class=OperationClass.SERVICE,
    check=check_confirm,
    apply=apply_confirm,
    codes=(
        Code.NOT_FOUND,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.DELIVERY_NOT_OPEN,
        Code.ATTESTATION_STALE,
        Code.ATTESTED_SHORT,
        Code.ACCOUNT_FROZEN,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_RESERVED,
        Code.INSUFFICIENT_AVAILABLE,
        *PARTY_RULE_CODES,
    ),
)

CANCEL_DELIVERY = OperationSpec(
    operation=CancelDelivery,
    name="cancel_delivery",
    family="deliveries",
    operation_class=OperationClass.SERVICE,
    check=check_cancel,
    apply=apply_cancel,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.DELIVERY_NOT_OPEN),
)
