"""Validators and the evidence against them, as the ledger knows them (page 03, Validator set)."""

from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import Address, BlockHeight, Hash, PublicKey, ValidatorName

VALIDATORS_MAX = 31
OBSERVERS_MAX = 32
EVIDENCE_BYTES_MAX = 4_096


class Validator(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A member of the validator set."""

    id: ValidatorName
    public_key: PublicKey
    """Ed25519 key that signs consensus messages."""
    network_key: PublicKey
    """Ed25519 key of its TLS certificate."""
    operator: Address
    """Participant that runs it; at most floor((n-1)/3) validators each."""


class ValidatorSets(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The set in force and the one that follows it: a change at height h holds from h+2."""

    current: Annotated[tuple[Validator, ...], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)]
    """Strictly ascending by id."""
    next: Annotated[tuple[Validator, ...], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)]
    next_from: BlockHeight
    """First height at which `next` is in force."""


class Observer(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A node that gets all blocks and does not vote; a new validator syncs as one first."""

    id: ValidatorName
    network_key: PublicKey
    """Ed25519 key of its TLS certificate."""
    operator: Address
    """Participant that runs it."""


class Observers(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Whom validators let in besides each other (page 02, peer transport); absent at genesis."""

    members: Annotated[tuple[Observer, ...], msgspec.Meta(max_length=OBSERVERS_MAX)]
    """Strictly ascending by id."""


class Misbehaviour(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Evidence that a validator signed two things (R11); governance draws the conclusion."""

    validator: ValidatorName
    accused_height: BlockHeight
    """Height of the messages: each reporter is heard once per validator and height."""
    reporter: Address
    reported_at: BlockHeight
    digest: Hash
    """SHA-256 of the evidence; the bytes are in the transaction."""


VALIDATOR_SETS = RecordKind(7, "validator_sets", ValidatorSets, lambda r: ())
OBSERVERS = RecordKind(9, "observers", Observers, lambda r: ())
MISBEHAVIOUR = RecordKind(
    8,
    "misbehaviour",
    Misbehaviour,
    lambda r: (r.validator, r.accused_height, r.reporter),
    (
        Index(
            9,
            "misbehaviours",
            lambda r: (r.reported_at, r.validator, r.accused_height, r.reporter),
            static=True,
        ),
    ),
)
