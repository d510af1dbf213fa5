"""Settlement batches: instructed, matched, allocated, settled (5.5)."""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens import settling
from tokens.authority import with_role
from tokens.batch_parties import (
    account_refusals,
    named_at_start,
    own_sides,
    parties_at_start,
    party_of,
    party_to_approve,
    routed,
    travel_refusals,
    with_accounts,
)
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.events import BatchApproved, BatchInstructed
from tokens.finance.uti import is_uti
from tokens.lookup import require
from tokens.record_parties import is_told
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.parties import PARTICIPANT
from tokens.records.settlement import (
    BATCH,
    ISSUANCE,
    LEGS_MAX,
    Batch,
    BatchStatus,
    Leg,
)
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    Address,
    AgendaClass,
    Hash,
    OperationClass,
    Reference,
    Role,
)

_DIGEST = b"mohur/instruction/v1"

EXPIRY_DAYS_MAX = 366
"""A batch that is open for more than a year is forgotten by its parties."""


class InstructBatch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=100,
):
    """Instruct a batch: delivery versus payment, payment versus payment, or free of payment.

    By one of its parties, which names its own accounts; the others name theirs when they approve.
    A leg that the travel rule asks about carries the hash of its data: both sides agree to it.
    """

    batch_id: Reference
    """Unique for ever per initiator (sese.023 TxId)."""
    trade_date: dt.date
    """Date of the trade, on or before isd."""
    isd: dt.date
    """Intended settlement date, on or after the trade date."""
    expires_on: dt.date
    """Released at the first open_day on or after it; later than isd."""
    legs: Annotated[tuple[Leg, ...], msgspec.Meta(min_length=1, max_length=LEGS_MAX)]
    """What moves; each account named by its own party."""
    trade_ref: Annotated[str, msgspec.Meta(max_length=35)]
    """The parties' own reference; may be empty."""
    uti: Annotated[str, msgspec.Meta(max_length=52)]
    """ISO 23897 unique transaction identifier, or empty."""
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)]
    """ISO 20022 order, 0..9: of what the ledger settles on one date the lower number goes first."""
    automatic: bool
    """The ledger settles it at isd, when everything is allocated."""
    hash_lock: Hash | None = None
    """SHA-256 of 32 bytes that a party must show to settle it (HTLC, for PvP across ledgers), or
    null. Such a batch is never automatic; at its expiry everything is released."""


class LegAccount(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The account that a party names for its side of a leg."""

    leg: Annotated[int, msgspec.Meta(ge=0, lt=LEGS_MAX)]
    """Index of the leg, from 0."""
    gives: bool
    """True: account debited; False: account credited."""
    account: Address
    """Account concerned."""


class ApproveBatch(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=101,
):
    """Agree to a batch as another party, naming its own accounts. The last makes it MATCHED."""

    initiator: Address
    """Participant that instructed it."""
    batch_id: Reference
    """Its id at the initiator."""
    digest: Hash
    """Of the instruction: what is agreed to."""
    accounts: Annotated[tuple[LegAccount, ...], msgspec.Meta(max_length=2 * LEGS_MAX)]
    """One entry for each side of a leg that is the sender's."""


def instruction_digest(initiator: bytes, operation: InstructBatch) -> bytes:
    """What ApproveBatch names: SHA-256("mohur/instruction/v1", 0, [initiator, operation])."""
    return tagged_hash(_DIGEST, encode((initiator, operation)))


def check_instruct(context: Context, operation: InstructBatch) -> Iterator[Refusal]:
    """A new batch of known assets and parties; the initiator names its own accounts only."""
    initiator = party_of(context, operation.legs)
    if initiator is None:
        yield Refusal(Code.NOT_A_PARTY)
        return
    if context.state.get(BATCH, initiator, operation.batch_id) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    if operation.isd < operation.trade_date or operation.expires_on <= operation.isd:
        yield Refusal(Code.BAD_DATE)
    elif operation.expires_on <= context.business_date:
        yield Refusal(Code.BATCH_EXPIRED)
    elif (operation.expires_on - context.business_date).days > EXPIRY_DAYS_MAX:
        yield Refusal(Code.BAD_DATE)
    if operation.uti and not is_uti(operation.uti):
        yield Refusal(Code.BAD_CHECK_DIGIT)
    if operation.automatic and operation.hash_lock is not None:
        yield Refusal(Code.BAD_FIELD)
    for leg in operation.legs:
        if context.state.get(ASSET, leg.asset) is None:
            yield Refusal(Code.UNKNOWN_ASSET)
            return
        for name in (leg.giver, leg.taker):
            if context.state.get(PARTICIPANT, name) is None:
                yield Refusal(Code.UNKNOWN_PARTICIPANT)
                return
        yield from _check_side(context, initiator, leg, gives=True)
        yield from _check_side(context, initiator, leg, gives=False)
        through = routed(context.state, leg)
        if through.source is not None and through.source == through.target:
            yield Refusal(Code.SELF_LEG)
    yield from travel_refusals(
        context,
        tuple(routed(context.state, leg) for leg in operation.legs),
        named_at_start(operation.legs, initiator),
    )


def _check_side(context: Context, initiator: bytes, leg: Leg, *, gives: bool) -> Iterator[Refusal]:
    """One side of a leg at instruction."""
    account = leg.source if gives else leg.target
    mine = (leg.giver if gives else leg.taker) == initiator
    if not mine:
        if account is not None:
            yield Refusal(Code.NOT_AUTHORISED)
        return
    if gives and account == ISSUANCE:
        yield from _check_issuance(context, initiator, leg)
    elif account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
    else:
        yield from account_refusals(context, initiator, account)


def _check_issuance(context: Context, initiator: bytes, leg: Leg) -> Iterator[Refusal]:
    """Only the issuer of an instrument, as treasury, brings units into being. Money has its way."""
    asset = require(context.state, ASSET, leg.asset)
    if context.state.get(INSTRUMENT, leg.asset) is None:
        yield Refusal(Code.BAD_FIELD)
    treasury = with_role(context, Role.TREASURY)
    if asset.issuer != initiator or treasury is None or treasury.id != initiator:
        yield Refusal(Code.NOT_AUTHORISED)


def apply_instruct(context: Context, operation: InstructBatch) -> None:
    """INSTRUCTED, or MATCHED when there is no other party. Compliance is told as a warning."""
    state = context.state
    initiator = party_of(context, operation.legs) or NO_ADDRESS
    parties = parties_at_start(initiator, operation.legs)
    legs = tuple(routed(state, leg) for leg in operation.legs)
    batch = Batch(
        initiator=initiator,
        batch_id=operation.batch_id,
        trade_date=operation.trade_date,
        isd=operation.isd,
        expires_on=operation.expires_on,
        legs=legs,
        trade_ref=operation.trade_ref,
        uti=operation.uti,
        priority=operation.priority,
        automatic=operation.automatic,
        digest=instruction_digest(initiator, operation),
        status=BatchStatus.MATCHED if len(parties) == 1 else BatchStatus.INSTRUCTED,
        reason=0,
        parties=parties,
        liens=(),
        number=settling.next_number(state),
        hash_lock=operation.hash_lock,
    )
    settling.enqueue(context, batch, settling.EXPIRY_HANDLER, AgendaClass.RELEASE)
    context.emit(
        BatchInstructed(
            initiator=initiator,
            batch_id=batch.batch_id,
            digest=batch.digest,
            isd=batch.isd,
            parties=tuple(party.participant for party in parties),
            warnings=settling.warnings_of(context, batch.legs),
        )
    )
    settling.advance(context, batch)


def _given(operation: ApproveBatch) -> dict[tuple[int, bool], bytes]:
    """The accounts that a party names, per side of a leg."""
    return {(entry.leg, entry.gives): entry.account for entry in operation.accounts}


def _named(
    context: Context, batch: Batch, party: bytes, operation: ApproveBatch
) -> tuple[Leg, ...] | None:
    """The legs with a party's accounts, or None if it named too few, too many, or another's."""
    given = _given(operation)
    asked = own_sides(batch.legs, party)
    if len(given) != len(operation.accounts) or sorted(asked) != sorted(given):
        return None
    return with_accounts(context.state, batch.legs, given)


def check_approve(context: Context, operation: ApproveBatch) -> Iterator[Refusal]:
    """A party that has not agreed yet, the same content, its own accounts for all its sides."""
    batch = context.state.get(BATCH, operation.initiator, operation.batch_id)
    if batch is None or not is_told(context, BATCH, batch):
        yield Refusal(Code.NOT_FOUND)
        return
    party = party_to_approve(context, batch)
    if party is None:
        yield Refusal(Code.NOT_A_PARTY)
        return
    if batch.status not in settling.OPEN:
        yield Refusal(Code.BATCH_NOT_OPEN)
    elif settling.is_past_expiry(context, batch):
        yield Refusal(Code.BATCH_EXPIRED)
    if operation.digest != batch.digest:
        yield Refusal(Code.DIGEST_MISMATCH)
    if any(entry.participant == party and entry.approved for entry in batch.parties):
        yield Refusal(Code.ALREADY_APPROVED)
        return
    legs = _named(context, batch, party, operation)
    if legs is None:
        yield Refusal(Code.BAD_FIELD)
        return
    for entry in operation.accounts:
        yield from account_refusals(context, party, entry.account)
    if any(leg.source is not None and leg.source == leg.target for leg in legs):
        yield Refusal(Code.SELF_LEG)
    yield from travel_refusals(context, legs, _given(operation))


def apply_approve(context: Context, operation: ApproveBatch) -> None:
    """Agreed; MATCHED with the last party."""
    batch = require(context.state, BATCH, operation.initiator, operation.batch_id)
    party = party_to_approve(context, batch) or NO_ADDRESS
    parties = tuple(
        msgspec.structs.replace(entry, approved=True) if entry.participant == party else entry
        for entry in batch.parties
    )
    legs = _named(context, batch, party, operation) or batch.legs
    context.emit(
        BatchApproved(initiator=batch.initiator, batch_id=batch.batch_id, participant=party)
    )
    settling.advance(context, msgspec.structs.replace(batch, legs=legs, parties=parties))


INSTRUCT_BATCH = OperationSpec(
    operation=InstructBatch,
    name="instruct_batch",
    family="settlement",
    operation_class=OperationClass.TRADE,
    check=check_instruct,
    apply=apply_instruct,
    codes=(
        Code.NOT_A_PARTY,
        Code.ALREADY_EXISTS,
        Code.BAD_DATE,
        Code.BATCH_EXPIRED,
        Code.BAD_CHECK_DIGIT,
        Code.UNKNOWN_ASSET,
        Code.UNKNOWN_PARTICIPANT,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.ACCOUNT_CLOSED,
        Code.BAD_FIELD,
        Code.SELF_LEG,
        Code.TRAVEL_HASH_MISSING,
    ),
)

APPROVE_BATCH = OperationSpec(
    operation=ApproveBatch,
    name="approve_batch",
    family="settlement",
    operation_class=OperationClass.TRADE,
    check=check_approve,
    apply=apply_approve,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_A_PARTY,
        Code.BATCH_NOT_OPEN,
        Code.BATCH_EXPIRED,
        Code.DIGEST_MISMATCH,
        Code.ALREADY_APPROVED,
        Code.BAD_FIELD,
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.ACCOUNT_CLOSED,
        Code.SELF_LEG,
        Code.TRAVEL_HASH_MISSING,
    ),
)
