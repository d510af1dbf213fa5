"""Who knows which protocol version, and the activation that is decided (page 04; ADR 0019)."""

from typing import Annotated

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import Address, BlockHeight, ValidatorName

ProtocolVersion = Annotated[int, msgspec.Meta(ge=1, le=255)]
"""1..255."""


class Support(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The newest protocol version that the software of a validator knows, as its operator says."""

    validator: ValidatorName
    operator: Address
    """Who said it; void when another participant runs the validator."""
    protocol_version: ProtocolVersion
    signalled_at: BlockHeight
    """Height of the block."""


class Activation(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A protocol version that takes over; at most one is decided at a time."""

    protocol_version: ProtocolVersion
    height: BlockHeight
    """First height under it."""
    decided_at: BlockHeight
    """Height of the block that decided it."""


SUPPORT = RecordKind(
    150,
    "protocol_support",
    Support,
    lambda r: (r.validator,),
    (Index(150, "protocol_supports", lambda r: (r.validator,), static=True),),
)
ACTIVATION = RecordKind(151, "protocol_activation", Activation, lambda r: ())
