"""chain_*: genesis, blocks, certificates, proofs."""

import datetime as dt
from typing import Annotated

import msgspec

from node.sdk.schema.common import BlockTag, TimestampMs
from tokens.genesis import Genesis, ProfileMark
from tokens.types import Address, BlockHeight, Count, Hash, Role, ValidatorName

BLOCKS_MAX = 50
"""Headers of one chain_getBlocks."""


class BlockParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which block."""

    block: BlockTag


class BlocksParams(msgspec.Struct, frozen=True, kw_only=True):
    """A run of blocks, ascending."""

    from_height: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=BLOCKS_MAX)] = 20


class DaysParams(msgspec.Struct, frozen=True, kw_only=True):
    """Business dates, both inclusive."""

    from_date: dt.date
    to_date: dt.date


class ReceiptPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a receipt stands."""

    height: BlockHeight
    index: Count


class BusinessDateSpan(msgspec.Struct, frozen=True, kw_only=True):
    """What of the chain belongs to a business date: from the receipt that opened it."""

    date: dt.date
    begins: ReceiptPlace
    ends: ReceiptPlace | None
    """First receipt of the next date; None while there is none."""


class GenesisInfo(msgspec.Struct, frozen=True, kw_only=True):
    """How the network began."""

    digest: Hash
    """Parent of block 1; part of every node's configuration."""
    document: bytes
    """Canonical bytes of the genesis document: their tagged hash is the digest."""
    genesis: Genesis
    """The same as JSON."""


class CardValidator(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the identity card."""

    id: ValidatorName
    operator: Address
    """Participant that runs it."""
    operator_name: str
    """Its name; empty if it is no participant any more."""
    roles: tuple[Role, ...]
    """Of the operator."""
    trades: bool
    """A role of the operator has business with the positions of others."""


class NetworkCard(msgspec.Struct, frozen=True, kw_only=True):
    """The identity card of a network."""

    chain_id: str
    genesis: Hash
    """Digest of the genesis document."""
    is_dev: bool
    """Balances at the start, and dev methods, are allowed."""
    protocol_version: Count
    """In force."""
    profile: ProfileMark | None
    """File that gave the genesis its figures; null: none."""
    validators: tuple[CardValidator, ...]
    """In force, by id."""
    who_sees: tuple[str, ...]
    """Who sees which positions, in sentences."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a block hash covers."""

    version: Count
    chain_id: str
    height: BlockHeight
    parent: Hash
    parent_state_root: Hash
    timestamp_ms: TimestampMs
    proposer: str
    origin_view: BlockHeight
    failed: tuple[str, ...]
    """Primaries that failed before this block."""
    tx_root: Hash
    parent_certificate: Hash
    validators_hash: Hash
    next_validators_hash: Hash


class BlockHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A header, its hash, and what executing the block gave."""

    hash: Hash
    header: Header
    state_root: Hash
    receipts_root: Hash
    transaction_count: Count


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A decided block."""

    hash: Hash
    header: Header
    state_root: Hash
    receipts_root: Hash
    transactions: tuple[Hash, ...]
    """tx_ids in order; tx_get and tx_getReceipt say the rest."""
    system_receipts: Count
    """How many agenda items the ledger did by itself after them."""


class ProofParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which record."""

    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    """Name of a record kind, e.g. position."""
    key_hash: Hash
    """SHA-256 of domain, kind tag and key (docs/spec/ledger.md)."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One number that governance sets."""

    name: str
    value: int
