"""The ledger's own records: chain, parameters, agenda, block notes."""

import datetime
from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import AgendaClass, BlockHeight, Hash, Symbol, ValidatorName


class Chain(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """What a ledger is from its genesis on."""

    chain_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    is_dev: bool
    """Balances in genesis and dev methods are allowed."""
    protocol_version: Annotated[int, msgspec.Meta(ge=1, le=255)]
    """In force at the next height."""
    genesis_timestamp_ms: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    """Milliseconds since the epoch, UTC."""
    genesis: Hash
    """Digest of the genesis document."""


class Parameter(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One number that governance sets; tokens/parameters.py lists them with unit and range."""

    name: Symbol
    value: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class BlockNote(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What the state remembers of one of the last W blocks."""

    height: BlockHeight
    client_refs: Hash
    """Digest of its (sender, client_ref) list: the exactly-once window under the root."""
    parent: Hash
    """Digest of the header of height - 1."""
    signers: Annotated[tuple[ValidatorName, ...], msgspec.Meta(max_length=31)]
    """Who signed the certificate of height - 1 that this block carries (R13)."""


class AgendaItem(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Work that the ledger does by itself on or after a business date."""

    due_on: datetime.date
    item_class: AgendaClass
    id: Hash
    handler: Symbol
    """Which handler does it: tokens/ops/__init__.py lists them."""
    subject: Annotated[bytes, msgspec.Meta(max_length=256)]
    """What it is about, in the handler's own form."""
    cursor: Annotated[bytes, msgspec.Meta(max_length=256)]
    """How far the handler has come; empty at the start."""


def agenda_key(item: AgendaItem) -> tuple[int, int, bytes]:
    """Key and order of an item: business date, class, id."""
    return (item.due_on.toordinal(), int(item.item_class), item.id)


CHAIN = RecordKind(230, "chain", Chain, lambda r: ())
PARAMETER = RecordKind(
    232,
    "parameter",
    Parameter,
    lambda r: (r.name,),
    (Index(232, "parameters", lambda r: (r.name,), static=True),),
)
BLOCK_NOTE = RecordKind(233, "block_note", BlockNote, lambda r: (r.height,))
AGENDA_ITEM = RecordKind(
    234,
    "agenda_item",
    AgendaItem,
    agenda_key,
    (Index(234, "agenda", agenda_key, static=True),),
)
