"""settle_*, gov_*, agenda_*: what is under way."""

import datetime
from typing import Annotated

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address, Count, Hash, Reference


class BatchParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which settlement batch."""

    initiator: Address
    batch_id: Reference


class BatchListParams(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of instruction."""

    open_only: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class ProposalParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which proposal."""

    proposal_id: Hash


class ProposalListParams(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of proposing."""

    open_only: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class AgendaEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Work that the ledger will do by itself."""

    due_on: datetime.date
    item_class: str
    handler: str
    id: Hash


class AgendaStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The business day and the work before it."""

    business_date: datetime.date
    day_open: bool
    due: Annotated[Count, msgspec.Meta(description="Items due now, counted up to 1,000.")]
    next: tuple[AgendaEntry, ...]
    """The first 20 items in order, due or not."""
