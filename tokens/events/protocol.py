"""Events of protocol versions."""

import msgspec

from tokens.types import BlockHeight, Count, ValidatorName


class SupportSignalled(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=370,
):
    """An operator said which protocol version the software of its validator knows."""

    validator: ValidatorName
    protocol_version: Count


class ActivationScheduled(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=371,
):
    """A protocol version is to take over at a height."""

    protocol_version: Count
    height: BlockHeight
    """First height under it."""


class ProtocolActivated(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=372,
):
    """From the next height on the version is in force."""

    protocol_version: Count
    height: BlockHeight
    """That height."""


class ActivationLapsed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=373,
):
    """Too few validators of that height still know the version: the one in force stays."""

    protocol_version: Count
    height: BlockHeight
    """Height at which it was to take over."""
