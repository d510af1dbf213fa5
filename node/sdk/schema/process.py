"""settle_*, gov_*, agenda_*: what is under way."""

import datetime
from typing import Annotated

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address, BlockHeight, Count, Hash, Reference, ValidatorName


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


class VersionSignal(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator of a validator says of its software."""

    validator: ValidatorName
    protocol_version: Count
    """Newest that it knows; 0 = no word from its present operator."""
    signalled_at: BlockHeight | None


class PendingActivation(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol version that is to take over."""

    protocol_version: Count
    height: BlockHeight
    """First height under it."""
    supporters: Count
    """Members of the next height that know it."""
    quorum: Count
    """How many must, when it takes over."""


class ProtocolState(msgspec.Struct, frozen=True, kw_only=True):
    """Protocol versions: in force, to come, known."""

    in_force: Count
    """At the next height."""
    known_here: Count
    """Newest that the software of this node knows."""
    pending: PendingActivation | None
    signals: tuple[VersionSignal, ...]
    """Of each member of the next height, by id."""


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
