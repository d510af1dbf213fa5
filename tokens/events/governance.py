"""Events of parameters, policies and validators."""

import msgspec

from tokens.types import Address, BlockHeight, Hash, Symbol, ValidatorName


class ParameterSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=350,
):
    """A parameter has a new value from the next height on."""

    name: Symbol
    value: int


class ApprovalPolicySet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=351,
):
    """An approval policy changed; open proposals are judged by it."""

    name: Symbol


class ValidatorsChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=352,
):
    """The validator set changes."""

    effective_height: BlockHeight
    """First height of the new set."""
    validators_hash: Hash
    """Of the new set."""


class ObserversChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=354,
):
    """An observer was listed, got another key, or was taken off the list."""

    id: ValidatorName
    listed: bool
    """Whether it is on the list now."""


class MisbehaviourReported(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=353,
):
    """Evidence against a validator was recorded."""

    validator: ValidatorName
    accused_height: BlockHeight
    reporter: Address
