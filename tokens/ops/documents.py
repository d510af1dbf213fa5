"""What may still change: documents are added, fields declared mutable are amended (5.1)."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.events import DocumentAdded, TermsAmended
from tokens.lookup import require, require_asset
from tokens.records.amend import with_asset, with_terms
from tokens.records.day import CALENDAR
from tokens.records.documents import DOCUMENT, DOCUMENTS, DOCUMENTS_MAX, Document
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    Instrument,
    InstrumentTerms,
)
from tokens.records.parties import ACCOUNT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.terms import dates_of, periods_of
from tokens.types import Address, AssetId, AssetStatus, Hash, OperationClass, Text


class AddDocument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=73,
):
    """Add a document to an asset, or a new version. By its issuer; nothing is ever removed."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    name: Text
    """What people call it."""
    uri: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    """Where it is published."""
    sha256: Hash
    """Of its bytes."""


class AmendInstrument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=74,
):
    """Change fields that the terms of an instrument declare mutable. By issuer and CENTRAL_BANK."""

    asset: AssetId
    """Asset id: ISIN, or the code of a money."""
    name: Text | None
    """None = unchanged, here and below."""
    treasury_account: Address | None
    """Account of the issuer that funds payments from now on."""
    record_offset_bd: Annotated[int, msgspec.Meta(ge=1, le=15)] | None
    """Business days between record and payment date, 1..15."""
    kyc_tier_min: Annotated[int, msgspec.Meta(ge=0, le=9)] | None
    """Tier that an account needs to receive it, 0..9; who holds keeps."""


def check_document(context: Context, operation: AddDocument) -> Iterator[Refusal]:
    """By the issuer, while there is room."""
    asset = context.state.get(ASSET, operation.asset)
    if asset is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if asset.issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if len(_documents(context, asset.id)) >= DOCUMENTS_MAX:
        yield Refusal(Code.TOO_MANY_DOCUMENTS)


def _documents(context: Context, asset: str) -> list[Document]:
    return context.state.scan(DOCUMENT, DOCUMENTS, (asset,), limit=DOCUMENTS_MAX)


def apply_document(context: Context, operation: AddDocument) -> None:
    """The next number of the asset, the next version of the name."""
    known = _documents(context, operation.asset)
    version = 1 + sum(1 for document in known if document.name == operation.name)
    number = len(known) + 1
    context.state.put(
        DOCUMENT,
        Document(
            asset=operation.asset,
            number=number,
            name=operation.name,
            uri=operation.uri,
            sha256=operation.sha256,
            version=version,
        ),
    )
    context.emit(
        DocumentAdded(
            asset=operation.asset,
            number=number,
            name=operation.name,
            version=version,
            sha256=operation.sha256,
        )
    )


def _changed(operation: AmendInstrument) -> tuple[str, ...]:
    values = (
        ("kyc_tier_min", operation.kyc_tier_min),
        ("name", operation.name),
        ("record_offset_bd", operation.record_offset_bd),
        ("treasury_account", operation.treasury_account),
    )
    return tuple(name for name, value in values if value is not None)


def _amended(terms: InstrumentTerms, operation: AmendInstrument) -> InstrumentTerms:
    name, account = operation.name, operation.treasury_account
    offset, tier = operation.record_offset_bd, operation.kyc_tier_min
    return msgspec.structs.replace(
        terms,
        name=terms.name if name is None else name,
        treasury_account=terms.treasury_account if account is None else account,
        record_offset_bd=terms.record_offset_bd if offset is None else offset,
        kyc_tier_min=terms.kyc_tier_min if tier is None else tier,
    )


def check_amend(context: Context, operation: AmendInstrument) -> Iterator[Refusal]:
    """Declared mutable; a new record date still lies ahead."""
    instrument = context.state.get(INSTRUMENT, operation.asset)
    if instrument is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    asset = require_asset(context.state, operation.asset)
    if asset.status not in (AssetStatus.DRAFT, AssetStatus.APPROVED, AssetStatus.OUTSTANDING):
        yield Refusal(Code.WRONG_STATUS)
    changed = _changed(operation)
    if not changed:
        yield Refusal(Code.BAD_FIELD)
    if any(name not in instrument.terms.mutable_fields for name in changed):
        yield Refusal(Code.IMMUTABLE_FIELD)
    if operation.treasury_account is not None:
        account = context.state.get(ACCOUNT, operation.treasury_account)
        if account is None:
            yield Refusal(Code.UNKNOWN_ACCOUNT)
        elif account.holder != asset.issuer:
            yield Refusal(Code.NOT_AUTHORISED)
        elif account.purpose in RESERVED:
            yield Refusal(Code.ACCOUNT_RESERVED)
    yield from _check_records(context, instrument, operation)


def _check_records(
    context: Context, instrument: Instrument, operation: AmendInstrument
) -> Iterator[Refusal]:
    """No record still to be taken falls into the past, or before the coupon before it."""
    if operation.record_offset_bd is None or instrument.next_coupon_end is None:
        return
    terms = _amended(instrument.terms, operation)
    calendar = require(context.state, CALENDAR, terms.calendar_id).current
    before = context.business_date
    for period in periods_of(terms)[instrument.next_coupon - 1 :]:
        dates = dates_of(terms, calendar, period.end)
        if dates.record_date < before:
            yield Refusal(Code.SCHEDULE_CHANGED_AFTER_RECORD)
            return
        before = dates.payment_date


def apply_amend(context: Context, operation: AmendInstrument) -> None:
    """The terms and what postings ask of them."""
    state = context.state
    asset = require_asset(state, operation.asset)
    instrument = require(state, INSTRUMENT, operation.asset)
    state.put(INSTRUMENT, with_terms(instrument, _amended(instrument.terms, operation)))
    changed = with_asset(asset, name=operation.name, kyc_tier_min=operation.kyc_tier_min)
    state.put(ASSET, changed)
    context.emit(TermsAmended(asset=operation.asset, fields=_changed(operation)))


ADD_DOCUMENT = OperationSpec(
    operation=AddDocument,
    name="add_document",
    family="documents",
    operation_class=OperationClass.GOVERN,
    check=check_document,
    apply=apply_document,
    codes=(Code.UNKNOWN_ASSET, Code.NOT_AUTHORISED, Code.TOO_MANY_DOCUMENTS),
)

AMEND_INSTRUMENT = OperationSpec(
    operation=AmendInstrument,
    name="amend_instrument",
    family="documents",
    operation_class=OperationClass.GOVERN,
    check=check_amend,
    apply=apply_amend,
    approval="instrument",
    codes=(
        Code.UNKNOWN_ASSET,
        Code.WRONG_STATUS,
        Code.BAD_FIELD,
        Code.IMMUTABLE_FIELD,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.SCHEDULE_CHANGED_AFTER_RECORD,
    ),
)
