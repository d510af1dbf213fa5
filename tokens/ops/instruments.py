"""Bonds: created by the treasury, approved by treasury and central bank (5.1).

DRAFT -> APPROVED -> OUTSTANDING -> MATURED -> REDEEMED, or CANCELLED at supply 0. Units come into
being only inside a settled batch (ops/settlement.py).
"""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from tokens import posting
from tokens.authority import with_role
from tokens.bonds import dates_of, paying_account_of, schedule_of
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import AssetDefined
from tokens.finance.cfi import is_cfi
from tokens.finance.isin import is_isin
from tokens.finance.lei import is_lei
from tokens.finance.schedule import ScheduleFault
from tokens.lookup import require_asset
from tokens.records.day import CALENDAR, TAX_TABLE
from tokens.records.instruments import (
    ASSET,
    BOND,
    LIVE_BONDS,
    LIVE_BONDS_MAX,
    MUTABLE_FIELDS,
    Asset,
    Bond,
    BondTerms,
)
from tokens.records.parties import ACCOUNT, Account
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.servicing import set_status, skip_past_records
from tokens.types import (
    AMOUNT_LIMIT,
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
from tokens.withholding import NO_TAX, RATE_ONE

_TERMS = b"mohur/terms/v1"
YEARS_MAX = 301
"""No coupon period is longer: DATE_MIN to DATE_MAX. So no coupon ever overflows."""


class CreateBond(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=70,
):
    """A fixed-rate bond as a draft. By the treasury."""

    terms: BondTerms
    """All of it (5.1); the ISIN becomes the asset id."""


class ApproveBond(
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


class CancelBond(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=72,
):
    """Give up a bond of which nothing was issued. By the treasury."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""


def terms_digest(terms: BondTerms) -> bytes:
    """What ApproveBond names: SHA-256("mohur/terms/v1", 0, canonical terms)."""
    return tagged_hash(_TERMS, encode(terms))


def check_create(context: Context, operation: CreateBond) -> Iterator[Refusal]:
    """Identifiers, units, accounts, schedule."""
    if with_role(context, Role.TREASURY) is None:
        yield Refusal(Code.ROLE_REQUIRED)
    terms = operation.terms
    if not is_isin(terms.isin) or not is_lei(terms.issuer_lei):
        yield Refusal(Code.BAD_CHECK_DIGIT)
        return
    state = context.state
    if state.get(ASSET, terms.isin) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    if len(state.scan(ASSET, LIVE_BONDS, limit=LIVE_BONDS_MAX)) >= LIVE_BONDS_MAX:
        yield Refusal(Code.TOO_MANY_BONDS)
    if not is_cfi(terms.cfi) or not _fields_good(terms):
        yield Refusal(Code.BAD_FIELD)
    if terms.denomination % terms.increment or terms.max_supply % terms.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if terms.max_supply * terms.coupon_rate_e6 * YEARS_MAX > AMOUNT_LIMIT * RATE_ONE:
        yield Refusal(Code.AMOUNT_OVERFLOW)
    yield from _check_money(context, terms)
    if terms.tax_profile != NO_TAX and state.get(TAX_TABLE, terms.tax_profile) is None:
        yield Refusal(Code.NOT_FOUND)
    yield from _check_schedule(context, terms)


def _fields_good(terms: BondTerms) -> bool:
    named = terms.mutable_fields
    ascending = all(first < second for first, second in pairwise(named))
    return ascending and all(name in MUTABLE_FIELDS for name in named)


def _check_money(context: Context, terms: BondTerms) -> Iterator[Refusal]:
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
    elif account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)


def _check_schedule(context: Context, terms: BondTerms) -> Iterator[Refusal]:
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
    for period in periods:
        dates = dates_of(terms, calendar.current, period.end)
        if dates.record_date < before:
            yield Refusal(Code.BAD_SCHEDULE)
            return
        before = dates.payment_date


def apply_create(context: Context, operation: CreateBond) -> None:
    """The asset, its terms, and the account that its payments pass through."""
    state = context.state
    terms = operation.terms
    treasury = with_role(context, Role.TREASURY)
    issuer = NO_ADDRESS if treasury is None else treasury.id
    state.put(
        ASSET,
        Asset(
            id=terms.isin,
            kind=AssetKind.FIXED,
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
    periods = schedule_of(terms)
    paying = _paying_account(context, terms.isin, issuer)
    state.put(
        BOND,
        Bond(
            asset=terms.isin,
            terms=terms,
            paying_account=paying.id,
            next_coupon=1,
            next_coupon_end=None if isinstance(periods, ScheduleFault) else periods[0].end,
        ),
    )
    state.put(ACCOUNT, paying)
    context.emit(AssetDefined(asset=terms.isin, name=terms.name, issuer=issuer))


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


def check_approve(context: Context, operation: ApproveBond) -> Iterator[Refusal]:
    """A draft, and both have read the same terms."""
    bond = context.state.get(BOND, operation.asset)
    if bond is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if require_asset(context.state, operation.asset).status is not AssetStatus.DRAFT:
        yield Refusal(Code.WRONG_STATUS)
    if terms_digest(bond.terms) != operation.terms_digest:
        yield Refusal(Code.DIGEST_MISMATCH)


def apply_approve(context: Context, operation: ApproveBond) -> None:
    """DRAFT -> APPROVED."""
    skip_past_records(context, operation.asset)
    set_status(context, require_asset(context.state, operation.asset), AssetStatus.APPROVED)


def check_cancel(context: Context, operation: CancelBond) -> Iterator[Refusal]:
    """By its issuer, before the first unit exists."""
    asset = context.state.get(ASSET, operation.asset)
    if asset is None or context.state.get(BOND, operation.asset) is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if asset.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if posting.supply_of(context.state, asset.id):
        yield Refusal(Code.SUPPLY_NOT_ZERO)
    elif asset.status not in (AssetStatus.DRAFT, AssetStatus.APPROVED):
        yield Refusal(Code.WRONG_STATUS)


def apply_cancel(context: Context, operation: CancelBond) -> None:
    """-> CANCELLED."""
    set_status(context, require_asset(context.state, operation.asset), AssetStatus.CANCELLED)


CREATE_BOND = OperationSpec(
    operation=CreateBond,
    name="create_bond",
    family="instruments",
    operation_class=OperationClass.GOVERN,
    check=check_create,
    apply=apply_create,
    codes=(
        Code.ROLE_REQUIRED,
        Code.BAD_CHECK_DIGIT,
        Code.ALREADY_EXISTS,
        Code.TOO_MANY_BONDS,
        Code.BAD_FIELD,
        Code.DENOM_NOT_MULTIPLE,
        Code.AMOUNT_OVERFLOW,
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_CLOSED,
        Code.NOT_FOUND,
        Code.UNKNOWN_CALENDAR,
        Code.BAD_SCHEDULE,
        Code.BAD_DATE,
    ),
)

APPROVE_BOND = OperationSpec(
    operation=ApproveBond,
    name="approve_bond",
    family="instruments",
    operation_class=OperationClass.GOVERN,
    check=check_approve,
    apply=apply_approve,
    approval="instrument",
    codes=(Code.UNKNOWN_ASSET, Code.WRONG_STATUS, Code.DIGEST_MISMATCH),
)

CANCEL_BOND = OperationSpec(
    operation=CancelBond,
    name="cancel_bond",
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
