"""Participants, accounts and their key policies (page 04, The few concepts)."""

from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import (
    AccountPurpose,
    AccountStatus,
    Address,
    Hash,
    PublicKey,
    Role,
    Symbol,
    Text,
)


class KeyPolicy(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """m of n Ed25519 keys: how one party signs (maker and checker)."""

    threshold: Annotated[int, msgspec.Meta(ge=1, le=16)]
    """m: how many of the keys must sign."""
    keys: Annotated[tuple[PublicKey, ...], msgspec.Meta(min_length=1, max_length=16)]
    """n keys, strictly ascending."""


class Participant(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A legal entity."""

    id: Address
    name: Text
    lei: Annotated[str, msgspec.Meta(max_length=20)]
    """ISO 17442, checked; empty where the profile allows none."""
    jurisdiction: Annotated[str, msgspec.Meta(min_length=2, max_length=2, pattern="^[A-Z]{2}\\Z")]
    """ISO 3166-1 alpha-2."""
    control_group: Symbol
    """Participants under one control count once as approvers and never trade with each other."""
    roles: tuple[Role, ...]
    """Strictly ascending."""
    policy: KeyPolicy
    encryption_key: PublicKey
    """X25519 key that others seal data to."""


class Account(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A leaf that holds balances."""

    id: Address
    owner: Hash
    """person_id: the registrar's keyed hash of a national id or LEI. No personal data on the
    ledger."""
    holder: Address
    """Participant that owns it, or 16 zero bytes for a client's account."""
    servicer: Address
    """Participant that services it."""
    purpose: AccountPurpose
    kyc_tier: Annotated[int, msgspec.Meta(ge=0, le=9)]
    residency: Annotated[str, msgspec.Meta(min_length=2, max_length=8, pattern="^[A-Z]+\\Z")]
    """Residency class, e.g. RESIDENT, SCRA, NRVA."""
    tax_class: Symbol
    """Holder class in the tax table."""
    policy: KeyPolicy | None
    """None: its holder signs, or, for a client account, its servicer."""
    status: AccountStatus


PARTICIPANT = RecordKind(
    1,
    "participant",
    Participant,
    lambda r: (r.id,),
    (Index(1, "participants", lambda r: (r.id,), static=True),),
)
ACCOUNT = RecordKind(
    2,
    "account",
    Account,
    lambda r: (r.id,),
    (
        Index(2, "accounts_by_servicer", lambda r: (r.servicer, r.id), static=False),
        Index(121, "accounts_by_owner", lambda r: (r.owner, r.id), static=False),
    ),
)

ACCOUNTS_BY_OWNER = ACCOUNT.indexes[1]


class KeyOwner(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Whose policy a key belongs to: a key belongs to one policy only (page 04)."""

    key: PublicKey
    owner: Address
    """Participant or account."""


KEY_OWNER = RecordKind(3, "key_owner", KeyOwner, lambda r: (r.key,))
