"""Instruments: created by the treasury, approved by treasury and central bank (5.1).

DRAFT -> APPROVED -> OUTSTANDING -> MATURED -> REDEEMED, or CANCELLED at supply 0. Units come into
being only inside a settled batch (ops/settlement.py).
"""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from tokens import posting
from tokens.authority import with_role
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.events import AssetDefined
from tokens.finance.cfi import is_cfi
from tokens.finance.isin import is_isin
from tokens.finance.lei import is_lei
from tokens.finance.schedule import ScheduleFault
from tokens.fixings import schedule_fixings
from tokens.kind_terms import coupon_overflows, kind_terms_good
from tokens.lookup import require_asset
from tokens.market_rules import issue_refusals, set_issue_cap
from tokens.records.day import CALENDAR, TAX_TABLE
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    LIVE_INSTRUMENTS,
    LIVE_INSTRUMENTS_MAX,
    MUTABLE_FIELDS,
    Asset,
    Instrument,
    InstrumentTerms,
)
from tokens.records.parties import ACCOUNT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.servicing import set_status, skip_past_records
from tokens.terms import dates_of, paying_account_of, periods_of, schedule_of
from tokens.types import (
    NO_ADDRESS,
    AccountPurpose,
    AccountStatus,
    AssetId,
    AssetKind,
    AssetStatus,
    Hash,
    OperationClass,
    Role,
)
from tokens.withholding import NO_TAX

_TERMS = b"mohur/terms/v1"


class CreateInstrument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=70,
):
    """A debt instrument of any kind as a draft. By the treasury."""

    terms: InstrumentTerms
    """All of it (5.1); the ISIN becomes the asset id."""


class ApproveInstrument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=71,
):
    """The draft may be issued. By treasury and central bank, through a proposal."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    terms_digest: Hash
    """Of the terms as they stand: what both have read."""


class CancelInstrument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=72,
):
    """Give up an instrument of which nothing was issued. By the treasury."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""


def terms_digest(terms: InstrumentTerms) -> bytes:
    """What ApproveInstrument names: SHA-256("mohur/terms/v1", 0, canonical terms)."""
    return tagged_hash(_TERMS, encode(terms))


def check_create(context: Context, operation: CreateInstrument) -> Iterator[Refusal]:
    """Identifiers, units, accounts, schedule, what the market issues."""
    if with_role(context, Role.TREASURY) is None:
        yield Refusal(Code.ROLE_REQUIRED)
    terms = operation.terms
    if not is_isin(terms.isin) or not is_lei(terms.issuer_lei):
        yield Refusal(Code.BAD_CHECK_DIGIT)
        return
    state = context.state
    if state.get(ASSET, terms.isin) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    if len(state.scan(ASSET, LIVE_INSTRUMENTS, limit=LIVE_INSTRUMENTS_MAX)) >= LIVE_INSTRUMENTS_MAX:
        yield Refusal(Code.TOO_MANY_INSTRUMENTS)
    if not is_cfi(terms.cfi) or not _fields_good(terms):
        yield Refusal(Code.BAD_FIELD)
    if terms.denomination % terms.increment or terms.max_supply % terms.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if coupon_overflows(terms, terms.max_supply):
        yield Refusal(Code.AMOUNT_OVERFLOW)
    yield from _check_money(context, terms)
    if terms.tax_profile != NO_TAX and state.get(TAX_TABLE, terms.tax_profile) is None:
        yield Refusal(Code.NOT_FOUND)
    yield from _check_schedule(context, terms)
    yield from issue_refusals(context, terms)


def _fields_good(terms: InstrumentTerms) -> bool:
    if not kind_terms_good(terms):
        return False
    named = terms.mutable_fields
    ascending = all(first < second for first, second in pairwise(named))
    return ascending and all(name in MUTABLE_FIELDS for name in named)


def _check_money(context: Context, terms: InstrumentTerms) -> Iterator[Refusal]:
    """One money pays and is paid, and the treasury has an account for it."""
    state = context.state
    money = state.get(ASSET, terms.settlement_asset)
    if money is None or money.kind not in (AssetKind.MONEY, AssetKind.CASH):
        yield Refusal(Code.UNKNOWN_ASSET)
    elif money.currency != terms.currency:
        yield Refusal(Code.BAD_FIELD)
    yield from _check_treasury(context, terms.treasury_account)


def _check_treasury(context: Context, address: bytes) -> Iterator[Refusal]:
    account = context.state.get(ACCOUNT, address)
    treasury = with_role(context, Role.TREASURY)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
    elif treasury is not None and account.holder != treasury.id:
        yield Refusal(Code.NOT_AUTHORISED)
    elif account.purpose in RESERVED:
        yield Refusal(Code.ACCOUNT_RESERVED)
    elif account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)


def _check_schedule(context: Context, terms: InstrumentTerms) -> Iterator[Refusal]:
    """A schedule exists, lies ahead, and each record follows the coupon before it."""
    calendar = context.state.get(CALENDAR, terms.calendar_id)
    if calendar is None:
        yield Refusal(Code.UNKNOWN_CALENDAR)
        return
    periods = schedule_of(terms)
    if isinstance(periods, ScheduleFault):
        yield Refusal(Code.BAD_SCHEDULE)
        return
    if terms.issue_date < terms.dated_date or terms.issue_date >= terms.maturity_date:
        yield Refusal(Code.BAD_SCHEDULE)
    if terms.maturity_date <= context.business_date:
        yield Refusal(Code.BAD_DATE)
    before = terms.dated_date
    for period in periods_of(terms):
        dates = dates_of(terms, calendar.current, period.end)
        if dates.record_date < before:
            yield Refusal(Code.BAD_SCHEDULE)
            return
        before = dates.payment_date


def apply_create(context: Context, operation: CreateInstrument) -> None:
    """The asset, its terms, and the account that its payments pass through."""
    state = context.state
    terms = operation.terms
    treasury = with_role(context, Role.TREASURY)
    issuer = NO_ADDRESS if treasury is None else treasury.id
    state.put(
        ASSET,
        Asset(
            id=terms.isin,
            kind=terms.kind,
            name=terms.name,
            currency=terms.currency,
            issuer=issuer,
            status=AssetStatus.DRAFT,
            flags=0,
            paused=0,
            denomination=terms.denomination,
            increment=terms.increment,
            max_supply=terms.max_supply,
            kyc_tier_min=terms.kyc_tier_min,
            record_no=0,
            unpaid_record=0,
        ),
    )
    periods = periods_of(terms)
    paying = _paying_account(context, terms.isin, issuer)
    state.put(
        INSTRUMENT,
        Instrument(
            asset=terms.isin,
            terms=terms,
            paying_account=paying.id,
            next_coupon=1,
            next_coupon_end=periods[0].end if periods else None,
        ),
    )
    state.put(ACCOUNT, paying)
    context.emit(AssetDefined(asset=terms.isin, name=terms.name, issuer=issuer))
    set_issue_cap(context, terms)


def _paying_account(context: Context, asset: str, issuer: bytes) -> Account:
    """At the first free address: anybody may have opened an account at one that he computed."""
    number = 0
    while context.state.get(ACCOUNT, paying_account_of(asset, number)) is not None:
        number += 1
    return Account(
        id=paying_account_of(asset, number),
        owner=bytes(32),
        holder=NO_ADDRESS,
        servicer=issuer,
        purpose=AccountPurpose.RESERVE,
        kyc_tier=0,
        residency="RESIDENT",
        tax_class="exempt",
        policy=None,
        status=AccountStatus.OPEN,
    )


def check_approve(context: Context, operation: ApproveInstrument) -> Iterator[Refusal]:
    """A draft, and both have read the same terms."""
    instrument = context.state.get(INSTRUMENT, operation.asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if require_asset(context.state, operation.asset).status is not AssetStatus.DRAFT:
        yield Refusal(Code.WRONG_STATUS)
    if terms_digest(instrument.terms) != operation.terms_digest:
        yield Refusal(Code.DIGEST_MISMATCH)


def apply_approve(context: Context, operation: ApproveInstrument) -> None:
    """DRAFT -> APPROVED; a floater's fixings begin."""
    skip_past_records(context, operation.asset)
    schedule_fixings(context, operation.asset)
    set_status(context, require_asset(context.state, operation.asset), AssetStatus.APPROVED)


def check_cancel(context: Context, operation: CancelInstrument) -> Iterator[Refusal]:
    """By its issuer, before the first unit exists."""
    asset = context.state.get(ASSET, operation.asset)
    if asset is None or context.state.get(INSTRUMENT, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if asset.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if posting.supply_of(context.state, asset.id):
        yield Refusal(Code.SUPPLY_NOT_ZERO)
    elif asset.status not in (AssetStatus.DRAFT, AssetStatus.APPROVED):
        yield Refusal(Code.WRONG_STATUS)


def apply_cancel(context: Context, operation: CancelInstrument) -> None:
    """-> CANCELLED."""
    set_status(context, require_asset(context.state, operation.asset), AssetStatus.CANCELLED)


CREATE_INSTRUMENT = OperationSpec(
    operation=CreateInstrument,
    name="create_instrument",
    family="instruments",
    operation_class=OperationClass.GOVERN,
    check=check_create,
    apply=apply_create,
    codes=(
        Code.ROLE_REQUIRED,
        Code.BAD_CHECK_DIGIT,
        Code.ALREADY_EXISTS,
        Code.TOO_MANY_INSTRUMENTS,
        Code.BAD_FIELD,
        Code.DENOM_NOT_MULTIPLE,
        Code.AMOUNT_OVERFLOW,
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.ACCOUNT_CLOSED,
        Code.NOT_FOUND,
        Code.UNKNOWN_CALENDAR,
        Code.BAD_SCHEDULE,
        Code.BAD_DATE,
        Code.AGAINST_RULE,
    ),
)

APPROVE_INSTRUMENT = OperationSpec(
    operation=ApproveInstrument,
    name="approve_instrument",
    family="instruments",
    operation_class=OperationClass.GOVERN,
    check=check_approve,
    apply=apply_approve,
    approval="instrument",
    codes=(Code.UNKNOWN_ASSET, Code.WRONG_STATUS, Code.DIGEST_MISMATCH),
)

CANCEL_INSTRUMENT = OperationSpec(
    operation=CancelInstrument,
    name="cancel_instrument",
    family="instruments",
    operation_class=OperationClass.GOVERN,
    check=check_cancel,
    apply=apply_cancel,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.NOT_AUTHORISED,
        Code.SUPPLY_NOT_ZERO,
        Code.WRONG_STATUS,
    ),
)
