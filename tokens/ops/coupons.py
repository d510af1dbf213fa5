"""Funding of coupons and redemption; withholding tables (5.3, 5.4)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import msgspec

from tokens import posting, servicing
from tokens.authority import has_role
from tokens.context import Context
from tokens.events import PaymentFunded, TaxTableSet
from tokens.lookup import require, require_account, require_asset
from tokens.records.amend import with_payment
from tokens.records.day import TAX_ENTRIES_MAX, TAX_TABLE, TaxEntry, TaxTable
from tokens.records.holdings import POSITION
from tokens.records.instruments import (
    INSTRUMENT,
    PAYMENT,
    Instrument,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.state import Overlay
from tokens.types import (
    AccountPurpose,
    Address,
    AgendaClass,
    AssetId,
    Count,
    OperationClass,
    Role,
    Symbol,
)


class CouponFund(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=75,
):
    """Set aside the money of a coupon, whole, from the instrument's treasury account.

    By the treasury, or by the central bank under its mandate. A pause or freeze of that account
    does not stop it. Paying begins by itself on the payment date, at once if that has come.
    """

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    coupon: Count
    """Number from 1; its record must be taken."""


class RedemptionFund(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=76,
):
    """Set aside the face of a matured instrument, whole; then units are burned and paid."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""


class PrincipalFund(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=240,
):
    """Set aside the money of a repayment, a partial call or a put, whole.

    By the treasury, or by the central bank under its mandate, as for a coupon.
    """

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    payment: Count
    """Repayment with coupon n: 10,000 + n; partial call on call date i: 20,000 + i; put on put
    date i: 30,000 + i."""


class SetTaxTable(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=77,
):
    """A withholding table. By tax authority and one more."""

    profile: Symbol
    """What instruments name in `tax_profile`."""
    account: Address
    """Account of the tax authority, purpose TAX."""
    year_month: Annotated[int, msgspec.Meta(ge=1, le=12)]
    """Month on whose first day a tax year begins, 1..12."""
    entries: tuple[TaxEntry, ...]
    """Strictly ascending by (tax_class, from_date), at most 128."""


def _redemption_of(state: Overlay, asset: str) -> Payment | None:
    instrument = state.get(INSTRUMENT, asset)
    if instrument is None:
        return None
    return state.get(PAYMENT, asset, servicing.redemption_number(instrument))


def _fundable(instrument: Instrument, state: Overlay) -> int:
    """What the treasury account can give: freezes of it do not stop a payment (5.3)."""
    position = state.get(
        POSITION, instrument.terms.settlement_asset, instrument.terms.treasury_account
    )
    return 0 if position is None else position.balance - position.held - position.pledged


def _funding_refusals(
    context: Context, asset: str, payment: Payment | None, missing: Code
) -> Iterator[Refusal]:
    state = context.state
    instrument = state.get(INSTRUMENT, asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    is_issuer = require_asset(state, asset).issuer in context.actors.participants
    if not is_issuer and not has_role(context, Role.CENTRAL_BANK):
        yield Refusal(Code.NOT_AUTHORISED)
    if payment is None:
        yield Refusal(missing)
        return
    if payment.status in (PaymentStatus.PAID, PaymentStatus.CURED):
        yield Refusal(Code.ALREADY_PAID)
    elif payment.status in (PaymentStatus.FUNDED, PaymentStatus.PAYING):
        yield Refusal(Code.ALREADY_FUNDED)
    elif _fundable(instrument, state) < payment.required:
        yield Refusal(Code.NOT_FUNDED)


def check_coupon(context: Context, operation: CouponFund) -> Iterator[Refusal]:
    """The record says what is required."""
    payment = context.state.get(PAYMENT, operation.asset, operation.coupon)
    if payment is not None and payment.kind is not PaymentKind.COUPON:
        payment = None
    missing = Code.RECORD_NOT_TAKEN
    if payment is None and servicing.waits_for_fixing(context, operation.asset, operation.coupon):
        missing = Code.FIXING_MISSING
    yield from _funding_refusals(context, operation.asset, payment, missing)


def apply_coupon(context: Context, operation: CouponFund) -> None:
    """Money aside; the agenda pays."""
    payment = require(context.state, PAYMENT, operation.asset, operation.coupon)
    _fund(context, payment, servicing.COUPON_HANDLER, AgendaClass.COUPON)


_PRINCIPAL = {
    PaymentKind.REPAYMENT: (servicing.COUPON_HANDLER, AgendaClass.COUPON),
    PaymentKind.PARTIAL_CALL: (servicing.CALL_HANDLER, AgendaClass.REDEMPTION),
    PaymentKind.PUT: (servicing.PUT_HANDLER, AgendaClass.REDEMPTION),
}
"""Who pays what part of the principal."""


def check_principal(context: Context, operation: PrincipalFund) -> Iterator[Refusal]:
    """A record, a call or the end of a put's window says what is required."""
    payment = context.state.get(PAYMENT, operation.asset, operation.payment)
    if payment is not None and payment.kind not in _PRINCIPAL:
        payment = None
    yield from _funding_refusals(context, operation.asset, payment, Code.RECORD_NOT_TAKEN)


def apply_principal(context: Context, operation: PrincipalFund) -> None:
    """Money aside; the agenda pays."""
    payment = require(context.state, PAYMENT, operation.asset, operation.payment)
    handler, item_class = _PRINCIPAL[payment.kind]
    _fund(context, payment, handler, item_class)


def check_redemption(context: Context, operation: RedemptionFund) -> Iterator[Refusal]:
    """Only a matured instrument is redeemed."""
    payment = _redemption_of(context.state, operation.asset)
    yield from _funding_refusals(context, operation.asset, payment, Code.WRONG_STATUS)


def apply_redemption(context: Context, operation: RedemptionFund) -> None:
    """Money aside; the agenda burns and pays."""
    payment = _redemption_of(context.state, operation.asset)
    if payment is not None:
        _fund(context, payment, servicing.REDEMPTION_HANDLER, AgendaClass.REDEMPTION)


def _fund(context: Context, payment: Payment, handler: str, item_class: AgendaClass) -> None:
    state = context.state
    instrument = require(state, INSTRUMENT, payment.asset)
    posting.move(
        context,
        require_asset(state, instrument.terms.settlement_asset),
        require_account(state, instrument.terms.treasury_account),
        require_account(state, instrument.paying_account),
        payment.required,
    )
    state.put(PAYMENT, with_payment(payment, status=PaymentStatus.FUNDED))
    servicing.enqueue(
        context, payment.asset, payment.number, handler, item_class, payment.payment_date
    )
    context.emit(
        PaymentFunded(
            asset=payment.asset,
            payment=payment.number,
            kind=payment.kind,
            amount=payment.required,
            source=instrument.terms.treasury_account,
        )
    )


def check_tax(context: Context, operation: SetTaxTable) -> Iterator[Refusal]:
    """An account of purpose TAX, entries in order."""
    account = context.state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
    elif account.purpose is not AccountPurpose.TAX:
        yield Refusal(Code.BAD_FIELD)
    places = [(entry.tax_class, entry.from_date) for entry in operation.entries]
    if len(places) > TAX_ENTRIES_MAX or any(first >= second for first, second in pairwise(places)):
        yield Refusal(Code.BAD_FIELD)


def apply_tax(context: Context, operation: SetTaxTable) -> None:
    """The next version of the table; coupons already being paid keep their date's rates."""
    known = context.state.get(TAX_TABLE, operation.profile)
    version = 1 if known is None else known.version + 1
    context.state.put(
        TAX_TABLE,
        TaxTable(
            profile=operation.profile,
            version=version,
            account=operation.account,
            year_month=operation.year_month,
            entries=operation.entries,
        ),
    )
    context.emit(TaxTableSet(profile=operation.profile, version=version))


COUPON_FUND = OperationSpec(
    operation=CouponFund,
    name="coupon_fund",
    family="coupons",
    operation_class=OperationClass.SERVICE,
    check=check_coupon,
    apply=apply_coupon,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.RECORD_NOT_TAKEN,
        Code.FIXING_MISSING,
        Code.ALREADY_PAID,
        Code.ALREADY_FUNDED,
        Code.NOT_FUNDED,
    ),
)

PRINCIPAL_FUND = OperationSpec(
    operation=PrincipalFund,
    name="principal_fund",
    family="coupons",
    operation_class=OperationClass.SERVICE,
    check=check_principal,
    apply=apply_principal,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.RECORD_NOT_TAKEN,
        Code.ALREADY_PAID,
        Code.ALREADY_FUNDED,
        Code.NOT_FUNDED,
    ),
)

REDEMPTION_FUND = OperationSpec(
    operation=RedemptionFund,
    name="redemption_fund",
    family="coupons",
    operation_class=OperationClass.SERVICE,
    check=check_redemption,
    apply=apply_redemption,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.WRONG_STATUS,
        Code.ALREADY_PAID,
        Code.ALREADY_FUNDED,
        Code.NOT_FUNDED,
    ),
)

SET_TAX_TABLE = OperationSpec(
    operation=SetTaxTable,
    name="set_tax_table",
    family="coupons",
    operation_class=OperationClass.GOVERN,
    check=check_tax,
    apply=apply_tax,
    approval="tax",
    codes=(Code.UNKNOWN_ACCOUNT, Code.BAD_FIELD),
)
