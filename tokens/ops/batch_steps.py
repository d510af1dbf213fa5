"""What the parties of a matched batch do: allocate, settle, cancel (5.5)."""

import hashlib
from collections.abc import Callable, Iterator

import msgspec

from tokens import settling
from tokens.batch_parties import party_to_allocate, party_to_cancel
from tokens.context import Context
from tokens.eligibility import RULE_CODES
from tokens.events import BatchAllocated, PreimageShown
from tokens.legs import leg_refusals
from tokens.lookup import require
from tokens.record_parties import is_told
from tokens.records.settlement import BATCH, Batch, BatchStatus
from tokens.refusing import whole_code
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import NO_ADDRESS, Address, Hash, OperationClass, Reference


class AllocateBatch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=102,
):
    """Set aside what the sender gives, net, in the batch. The last one makes it ALLOCATED."""

    initiator: Address
    """Participant that instructed it."""
    batch_id: Reference
    """Its id at the initiator."""


class SettleBatch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=103,
):
    """Settle an allocated batch, from its intended date on. By any party."""

    initiator: Address
    """Participant that instructed it."""
    batch_id: Reference
    """Its id at the initiator."""


class CancelBatch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=104,
):
    """Cancel: until it is matched by the initiator alone, afterwards by all parties."""

    initiator: Address
    """Participant that instructed it."""
    batch_id: Reference
    """Its id at the initiator."""


class RevealBatch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=105,
):
    """Show the preimage of a hash-locked batch and settle it. By any party."""

    initiator: Address
    """Participant that instructed it."""
    batch_id: Reference
    """Its id at the initiator."""
    preimage: Hash
    """32 bytes whose SHA-256 is the hash lock; public from now on."""


Step = AllocateBatch | SettleBatch | CancelBatch | RevealBatch


Turn = Callable[[Context, Batch], bytes | None]


def _find(context: Context, operation: Step, turn: Turn) -> tuple[Batch, bytes] | Refusal:
    """The open batch and the party that acts."""
    batch = context.state.get(BATCH, operation.initiator, operation.batch_id)
    if batch is None or not is_told(context, BATCH, batch):
        return Refusal(Code.NOT_FOUND)
    party = turn(context, batch)
    if party is None:
        return Refusal(Code.NOT_A_PARTY)
    if batch.status not in settling.OPEN:
        return Refusal(Code.BATCH_NOT_OPEN)
    return batch, party


def check_allocate(context: Context, operation: AllocateBatch) -> Iterator[Refusal]:
    """A matched batch, once per party, from what is available."""
    found = _find(context, operation, party_to_allocate)
    if isinstance(found, Refusal):
        yield found
        return
    batch, party = found
    if settling.is_past_expiry(context, batch):
        yield Refusal(Code.BATCH_EXPIRED)
    if batch.status is BatchStatus.INSTRUCTED:
        yield Refusal(Code.NOT_MATCHED)
        return
    if any(entry.participant == party and entry.allocated for entry in batch.parties):
        yield Refusal(Code.ALREADY_ALLOCATED)
        return
    code = settling.allocation_code(context, batch, party)
    if code is not None:
        yield Refusal(code)


def apply_allocate(context: Context, operation: AllocateBatch) -> None:
    """Holds; with the last party ALLOCATED, and on the agenda if the ledger is to settle it."""
    batch = require(context.state, BATCH, operation.initiator, operation.batch_id)
    party = party_to_allocate(context, batch) or NO_ADDRESS
    placed = settling.allocate(context, batch, party)
    parties = tuple(
        msgspec.structs.replace(entry, allocated=True) if entry.participant == party else entry
        for entry in batch.parties
    )
    context.emit(
        BatchAllocated(initiator=batch.initiator, batch_id=batch.batch_id, participant=party)
    )
    changed = msgspec.structs.replace(batch, parties=parties, liens=batch.liens + placed)
    settling.advance(context, changed)


def check_settle(context: Context, operation: SettleBatch | RevealBatch) -> Iterator[Refusal]:
    """Everything allocated, not before its date, and every check again, now binding.

    A freeze that has reached what is held does not refuse here: the batch FAILS (page 04, Control).
    """
    found = _find(context, operation, party_to_allocate)
    if isinstance(found, Refusal):
        yield found
        return
    batch, _ = found
    if settling.is_past_expiry(context, batch):
        yield Refusal(Code.BATCH_EXPIRED)
    if batch.status is not BatchStatus.ALLOCATED:
        yield Refusal(Code.NOT_ALLOCATED)
        return
    if context.business_date < batch.isd:
        yield Refusal(Code.TOO_EARLY)
    if batch.hash_lock is not None and isinstance(operation, SettleBatch):
        yield Refusal(Code.HASH_LOCKED)
    for refusal in leg_refusals(context, batch.legs):
        if whole_code(refusal) is not Code.ACCOUNT_FROZEN:
            yield refusal


def check_reveal(context: Context, operation: RevealBatch) -> Iterator[Refusal]:
    """The checks of settling, and bytes that open the lock."""
    yield from check_settle(context, operation)
    batch = context.state.get(BATCH, operation.initiator, operation.batch_id)
    if batch is not None and batch.hash_lock != hashlib.sha256(operation.preimage).digest():
        yield Refusal(Code.WRONG_PREIMAGE)


def apply_reveal(context: Context, operation: RevealBatch) -> None:
    """SETTLED, or FAILED as any batch; the preimage is told in both cases: it is public."""
    batch = require(context.state, BATCH, operation.initiator, operation.batch_id)
    shown = msgspec.structs.replace(batch, preimage=operation.preimage)
    context.state.put(BATCH, shown)
    context.emit(
        PreimageShown(
            initiator=batch.initiator, batch_id=batch.batch_id, preimage=operation.preimage
        )
    )
    apply_settle(context, operation)


def apply_settle(context: Context, operation: SettleBatch | RevealBatch) -> None:
    """SETTLED; or FAILED where a freeze has reached what was held."""
    batch = require(context.state, BATCH, operation.initiator, operation.batch_id)
    codes = list(settling.refusal_codes(context, batch))
    if codes:
        settling.fail(context, batch, BatchStatus.FAILED, codes[0])
    else:
        settling.settle(context, batch)


def check_cancel(context: Context, operation: CancelBatch) -> Iterator[Refusal]:
    """Before it is matched only the initiator; a party asks once."""
    found = _find(context, operation, party_to_cancel)
    if isinstance(found, Refusal):
        yield found
        return
    batch, party = found
    if batch.status is BatchStatus.INSTRUCTED and party != batch.initiator:
        yield Refusal(Code.NOT_AUTHORISED)
    elif any(entry.participant == party and entry.cancels for entry in batch.parties):
        yield Refusal(Code.ALREADY_APPROVED)


def apply_cancel(context: Context, operation: CancelBatch) -> None:
    """CANCELLED, or one party's agreement to it."""
    batch = require(context.state, BATCH, operation.initiator, operation.batch_id)
    party = party_to_cancel(context, batch) or NO_ADDRESS
    parties = tuple(
        msgspec.structs.replace(entry, cancels=True) if entry.participant == party else entry
        for entry in batch.parties
    )
    changed = msgspec.structs.replace(batch, parties=parties)
    alone = batch.status is BatchStatus.INSTRUCTED
    if alone or all(entry.cancels for entry in parties):
        settling.fail(context, changed, BatchStatus.CANCELLED, Code.OK)
    else:
        context.state.put(BATCH, changed)


_FOUND = (Code.NOT_FOUND, Code.NOT_A_PARTY, Code.BATCH_NOT_OPEN)

ALLOCATE_BATCH = OperationSpec(
    operation=AllocateBatch,
    name="allocate_batch",
    family="batch_steps",
    operation_class=OperationClass.TRADE,
    check=check_allocate,
    apply=apply_allocate,
    codes=(
        *_FOUND,
        Code.BATCH_EXPIRED,
        Code.NOT_MATCHED,
        Code.ALREADY_ALLOCATED,
        Code.ASSET_NOT_ACTIVE,
        Code.ASSET_MATURED,
        Code.ASSET_PAUSED,
        Code.ACCOUNT_CLOSED,
        Code.CREDIT_STOPPED,
        Code.ACCOUNT_FROZEN,
        Code.INSUFFICIENT_AVAILABLE,
        Code.LIENS_FULL,
        Code.EXIT_ONLY,
        Code.RECOVERY_OPEN,
    ),
)

_SETTLING = (
    *_FOUND,
    Code.BATCH_EXPIRED,
    Code.NOT_ALLOCATED,
    Code.TOO_EARLY,
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_MATURED,
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.CREDIT_STOPPED,
    Code.KYC_TIER_TOO_LOW,
    Code.DENOM_NOT_MULTIPLE,
    Code.MAX_SUPPLY_EXCEEDED,
    *RULE_CODES,
    Code.TRAVEL_HASH_MISSING,
)

REVEAL_BATCH = OperationSpec(
    operation=RevealBatch,
    name="reveal_batch",
    family="batch_steps",
    operation_class=OperationClass.TRADE,
    check=check_reveal,
    apply=apply_reveal,
    codes=(*_SETTLING, Code.WRONG_PREIMAGE),
)

SETTLE_BATCH = OperationSpec(
    operation=SettleBatch,
    name="settle_batch",
    family="batch_steps",
    operation_class=OperationClass.TRADE,
    check=check_settle,
    apply=apply_settle,
    codes=(*_SETTLING, Code.HASH_LOCKED),
)

CANCEL_BATCH = OperationSpec(
    operation=CancelBatch,
    name="cancel_batch",
    family="batch_steps",
    operation_class=OperationClass.TRADE,
    check=check_cancel,
    apply=apply_cancel,
    codes=(*_FOUND, Code.NOT_AUTHORISED, Code.ALREADY_APPROVED),
)
