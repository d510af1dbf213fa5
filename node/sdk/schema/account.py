"""account_*, participant_*: who there is and what they hold."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address, Amount, AssetId, BlockHeight, Count, Hash


class AccountParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account."""

    account: Address


class AccountListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account, and which part of its list."""

    account: Address
    cursor: Cursor = None
    limit: Limit = 50


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """One asset in one account, minor units."""

    asset: AssetId
    balance: Amount
    held: Amount
    pledged: Amount
    frozen: Amount
    available: Amount
    """max(0, balance - held - pledged - frozen)."""


class StatementParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account and asset, and the period in heights, both inclusive."""

    account: Address
    asset: AssetId
    from_height: BlockHeight = 1
    to_height: BlockHeight | None = None
    """Null: up to now."""


class StatementEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One posting."""

    height: BlockHeight
    index: Count
    tx_id: Hash
    event: str
    debit: Amount
    credit: Amount
    counterparty: Address | None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """closing = opening + credits - debits; nothing is left out."""

    account: Address
    asset: AssetId
    from_height: BlockHeight
    to_height: BlockHeight
    opening: Amount
    closing: Amount
    entries: tuple[StatementEntry, ...]


class ParticipantParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which participant."""

    participant: Address
