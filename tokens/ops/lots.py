"""Lots and their attestation, by somebody who is neither issuer nor vault (5.8)."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import commodities
from tokens.authority import with_role
from tokens.context import Context
from tokens.events import LotDocumentAdded
from tokens.finance.lei import check_lei
from tokens.lookup import require, require_asset
from tokens.records.commodities import (
    COMMODITY,
    LOT,
    LOT_DOCUMENTS_MAX,
    Lot,
    LotDocument,
    LotStatus,
)
from tokens.records.parties import PARTICIPANT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import Amount, AssetId, Hash, OperationClass, Reference, Role, Text

VALID_DAYS_MAX = 731
"""Calendar days that one attestation holds, at most."""


class AttestLot(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=212,
):
    """What lies in the vault now: a new lot, or a lot attested again, higher or lower.

    By a COMMODITY_ATTESTOR of another control group than issuer and vault.
    """

    asset: AssetId
    """The class."""
    lot_id: Reference
    """Serial number or name, unique for ever in its class."""
    grade: Text
    """Grade as found."""
    gross: Amount
    """Minor units as weighed."""
    fine: Amount
    """Minor units that count, at most `gross`; 0 ends the lot."""
    assay_hash: Hash
    """SHA-256 of the assay."""
    custodian_lei: Annotated[str, msgspec.Meta(max_length=20)]
    """ISO 17442, or empty."""
    insurance_hash: Hash
    """SHA-256 of the insurance policy."""
    attest_expiry: dt.date
    """It backs nothing from this business date on, at most 731 days ahead."""


class AddLotDocument(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=216,
):
    """Another paper of a lot, by the issuer, the vault or its attestor. None is ever removed."""

    asset: AssetId
    """The class."""
    lot_id: Reference
    """The lot."""
    name: Text
    """What it is."""
    sha256: Hash
    """Of the paper."""


def check_attest(context: Context, operation: AttestLot) -> Iterator[Refusal]:
    """An independent attestor, figures that can be, a near end."""
    state = context.state
    commodity = state.get(COMMODITY, operation.asset)
    if commodity is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    attestor = with_role(context, Role.COMMODITY_ATTESTOR)
    if attestor is None:
        yield Refusal(Code.ROLE_REQUIRED)
        return
    bound = (require_asset(state, commodity.asset).issuer, commodity.vault)
    groups = [require(state, PARTICIPANT, party).control_group for party in bound]
    if attestor.control_group in groups:
        yield Refusal(Code.NOT_INDEPENDENT)
    if operation.custodian_lei and check_lei(operation.custodian_lei) is not None:
        yield Refusal(Code.BAD_CHECK_DIGIT)
    if operation.fine > operation.gross:
        yield Refusal(Code.BAD_FIELD)
    if not 1 <= (operation.attest_expiry - context.business_date).days <= VALID_DAYS_MAX:
        yield Refusal(Code.BAD_DATE)
    known = state.get(LOT, operation.asset, operation.lot_id)
    if known is None and not operation.fine:
        yield Refusal(Code.AMOUNT_ZERO)
    before = 0 if known is None or known.status is not LotStatus.LIVE else known.fine
    if commodity.attested - before + operation.fine > 2**64 - 1:
        yield Refusal(Code.AMOUNT_OVERFLOW)


def apply_attest(context: Context, operation: AttestLot) -> None:
    """The lot as it was found; BREACH if that is less than the receipts."""
    state = context.state
    attestor = with_role(context, Role.COMMODITY_ATTESTOR)
    if attestor is None:
        raise ValueError("an attestation by nobody")
    known = state.get(LOT, operation.asset, operation.lot_id)
    commodity = require(state, COMMODITY, operation.asset)
    if known is None:
        counted = msgspec.structs.replace(commodity, lot_next=commodity.lot_next + 1)
        state.put(COMMODITY, counted)
    lot = Lot(
        asset=operation.asset,
        lot_id=operation.lot_id,
        number=commodity.lot_next if known is None else known.number,
        grade=operation.grade,
        gross=operation.gross,
        fine=operation.fine,
        assay_hash=operation.assay_hash,
        custodian_lei=operation.custodian_lei,
        insurance_hash=operation.insurance_hash,
        attestor=attestor.id,
        attest_expiry=operation.attest_expiry,
        status=LotStatus.LIVE if operation.fine else LotStatus.EMPTY,
        delivered=0 if known is None else known.delivered,
        documents=() if known is None else known.documents,
    )
    commodities.enqueue_lot(context, lot)
    commodities.put_lot(context, known, lot)
    commodities.review(context, lot.asset)


def check_document(context: Context, operation: AddLotDocument) -> Iterator[Refusal]:
    """A known lot, somebody who has to do with it, room."""
    state = context.state
    lot = state.get(LOT, operation.asset, operation.lot_id)
    if lot is None:
        yield Refusal(Code.NOT_FOUND)
        return
    vault = require(state, COMMODITY, lot.asset).vault
    parties = (require_asset(state, lot.asset).issuer, vault, lot.attestor)
    if not any(party in context.actors.participants for party in parties):
        yield Refusal(Code.NOT_AUTHORISED)
    if len(lot.documents) >= LOT_DOCUMENTS_MAX:
        yield Refusal(Code.TOO_MANY_DOCUMENTS)


def apply_document(context: Context, operation: AddLotDocument) -> None:
    """One more."""
    lot = require(context.state, LOT, operation.asset, operation.lot_id)
    paper = LotDocument(name=operation.name, sha256=operation.sha256)
    added = msgspec.structs.replace(lot, documents=(*lot.documents, paper))
    context.state.put(LOT, added)
    context.emit(LotDocumentAdded(asset=lot.asset, lot_id=lot.lot_id, sha256=operation.sha256))


ATTEST_LOT = OperationSpec(
    operation=AttestLot,
    name="attest_lot",
    family="lots",
    operation_class=OperationClass.GOVERN,
    check=check_attest,
    apply=apply_attest,
    codes=(
        Code.UNKNOWN_ASSET,
        Code.ROLE_REQUIRED,
        Code.NOT_INDEPENDENT,
        Code.BAD_CHECK_DIGIT,
        Code.BAD_FIELD,
        Code.BAD_DATE,
        Code.AMOUNT_ZERO,
        Code.AMOUNT_OVERFLOW,
    ),
)

ADD_LOT_DOCUMENT = OperationSpec(
    operation=AddLotDocument,
    name="add_lot_document",
    family="lots",
    operation_class=OperationClass.GOVERN,
    check=check_document,
    apply=apply_document,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.TOO_MANY_DOCUMENTS),
)
