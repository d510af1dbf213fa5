"""Sending and answering the data of sender and receiver (A4, A5)."""

import hashlib
from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import limits, posting, travel
from tokens.context import Context
from tokens.eligibility import RULE_CODES, Movement, rule_refusals
from tokens.events.travel import TravelSent
from tokens.limits import NetChange
from tokens.lookup import require, require_account, require_asset
from tokens.parameters import parameter
from tokens.record_parties import is_told
from tokens.records.holdings import POSITION
from tokens.records.travel import TRAVEL, PayloadVersion, RejectReason, Travel, TravelStatus
from tokens.refusing import refusal_about
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.rules import rules_of
from tokens.types import Hash, OperationClass

SEALED_BYTES_MAX = 8_192
_PAYLOAD_BIT = {PayloadVersion.IVMS101: 1, PayloadVersion.IVMS101_2023: 2}
"""In the parameter travel_payloads."""

SealedPayload = Annotated[
    bytes, msgspec.Meta(min_length=1, max_length=SEALED_BYTES_MAX, extra={"form": "hex"})
]


class SendTravel(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=250,
):
    """Send the data of a transfer or ramp. By the originating institution, once."""

    travel: Hash
    """Which; of a ramp: the ramp's id."""
    version: PayloadVersion
    """Version of IVMS101 that the payload claims."""
    sealed: SealedPayload
    """Payload sealed to both institutions and the FIU, 1..8,192 bytes; its hash stays in state."""


class AcceptTravel(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=251,
):
    """Accept the data: the transfer is posted, the ramp goes on. By the beneficiary institution."""

    travel: Hash
    """Which."""
    sealed_hash: Hash
    """SHA-256 of the ciphertext that it opened."""


class RejectTravel(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=252,
):
    """Reject the data: what was held is free again. By the beneficiary institution."""

    travel: Hash
    """Which."""
    sealed_hash: Hash
    """SHA-256 of the ciphertext that it rejects."""
    reason: RejectReason
    """Why; never that there is a case."""


def check_send(context: Context, operation: SendTravel) -> Iterator[Refusal]:
    """Required, and in time."""
    record = context.state.get(TRAVEL, operation.travel)
    if record is None or not is_told(context, TRAVEL, record):
        yield Refusal(Code.NOT_FOUND)
        return
    if travel.originator_of(context.state, record) not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if not travel.is_waiting(context, record, TravelStatus.REQUIRED):
        yield Refusal(Code.TRAVEL_NOT_OPEN)
    if not parameter(context.state, "travel_payloads") & _PAYLOAD_BIT[operation.version]:
        yield Refusal(Code.AGAINST_RULE, "travel_payloads")


def apply_send(context: Context, operation: SendTravel) -> None:
    """Its hash stays; the ciphertext is in the block."""
    record = require(context.state, TRAVEL, operation.travel)
    digest = hashlib.sha256(operation.sealed).digest()
    sent = msgspec.structs.replace(
        record, status=TravelStatus.SENT, version=operation.version, sealed_hash=digest
    )
    context.state.put(TRAVEL, sent)
    context.emit(TravelSent(travel=record.id, version=operation.version, sealed_hash=digest))


def _answered(context: Context, travel_id: bytes, sealed_hash: bytes) -> Iterator[Refusal]:
    record = context.state.get(TRAVEL, travel_id)
    if record is None or not is_told(context, TRAVEL, record):
        yield Refusal(Code.NOT_FOUND)
        return
    if travel.beneficiary_of(context.state, record) not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if not travel.is_waiting(context, record, TravelStatus.SENT):
        yield Refusal(Code.TRAVEL_NOT_OPEN)
    if record.sealed_hash != sealed_hash:
        yield Refusal(Code.TRAVEL_MISMATCH)


def check_accept(context: Context, operation: AcceptTravel) -> Iterator[Refusal]:
    """Sent, the same bytes; a transfer meets the order of checks again, for the world went on."""
    yield from _answered(context, operation.travel, operation.sealed_hash)
    record = context.state.get(TRAVEL, operation.travel)
    if record is not None and not record.is_ramp:
        yield from _transfer_refusals(context, record)


def _transfer_refusals(context: Context, record: Travel) -> Iterator[Refusal]:
    """Checks 1 to 9. Velocity was counted when it was held; the balance is the hold."""
    state = context.state
    asset = require_asset(state, record.asset)
    source = require_account(state, record.source)
    target = require_account(state, record.target)
    movement = Movement(
        asset=asset,
        source=source,
        target=target,
        amount=record.amount,
        operation_class=OperationClass.MOVE,
    )
    yield from rule_refusals(context, movement)
    changes = (NetChange(source, -record.amount), NetChange(target, record.amount))
    yield from limits.cap_refusals(context, asset, changes, rules_of(context, asset))
    yield from limits.lock_up_refusals(context, asset, changes)
    position = state.get(POSITION, asset.id, source.id)
    if position is None or position.balance - position.pledged - position.frozen < record.amount:
        yield refusal_about(context, source, Code.ACCOUNT_FROZEN)


def apply_accept(context: Context, operation: AcceptTravel) -> None:
    """The hold ends and the units move."""
    state = context.state
    record = require(state, TRAVEL, operation.travel)
    travel.end(context, record, TravelStatus.ACCEPTED)
    if record.is_ramp:
        return
    posting.move(
        context,
        require_asset(state, record.asset),
        require_account(state, record.source),
        require_account(state, record.target),
        record.amount,
    )


def check_reject(context: Context, operation: RejectTravel) -> Iterator[Refusal]:
    """Sent, and the same bytes."""
    yield from _answered(context, operation.travel, operation.sealed_hash)


def apply_reject(context: Context, operation: RejectTravel) -> None:
    """What was held is free again; a ramp waits for its end."""
    record = require(context.state, TRAVEL, operation.travel)
    travel.end(context, record, TravelStatus.REJECTED, operation.reason)


SEND_TRAVEL = OperationSpec(
    operation=SendTravel,
    name="send_travel",
    family="travel",
    operation_class=OperationClass.SERVICE,
    check=check_send,
    apply=apply_send,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.TRAVEL_NOT_OPEN, Code.AGAINST_RULE),
)

ACCEPT_TRAVEL = OperationSpec(
    operation=AcceptTravel,
    name="accept_travel",
    family="travel",
    operation_class=OperationClass.MOVE,
    check=check_accept,
    apply=apply_accept,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.TRAVEL_NOT_OPEN,
        Code.TRAVEL_MISMATCH,
        Code.ASSET_NOT_ACTIVE,
        Code.ASSET_MATURED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.ACCOUNT_FROZEN,
        Code.CREDIT_STOPPED,
        Code.KYC_TIER_TOO_LOW,
        *(code for code in RULE_CODES if code is not Code.VELOCITY_EXCEEDED),
    ),
)

REJECT_TRAVEL = OperationSpec(
    operation=RejectTravel,
    name="reject_travel",
    family="travel",
    operation_class=OperationClass.SERVICE,
    check=check_reject,
    apply=apply_reject,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.TRAVEL_NOT_OPEN, Code.TRAVEL_MISMATCH),
)
