"""Events of participants, accounts, keys, proposals and grants."""

import msgspec

from tokens.types import Address, AssetId, Count, Hash, Symbol


class ParticipantSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=50,
):
    """A participant was registered, or its entry changed."""

    participant: Address


class KeyPolicySet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=51,
):
    """A participant or account signs with other keys from the next operation on."""

    owner: Address


class AccountOpened(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=52,
):
    """An account was opened."""

    account: Address
    servicer: Address


class AccountClosed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=53,
):
    """An empty account was closed."""

    account: Address


class Proposed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=60,
):
    """Operations wait for approvals."""

    proposal: Hash
    proposer: Address
    operations_digest: Hash


class Approved(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=61,
):
    """One more party agrees."""

    proposal: Hash
    approver: Address


class ProposalClosed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=62,
):
    """A proposal ran, failed, was withdrawn or expired; the events of its run come before."""

    proposal: Hash
    status: Count
    """ProposalStatus."""
    code: Count
    """Code of the failed run; 0 otherwise."""
    operation: Count
    """Index of the refused operation; 0 where none was refused."""


class GrantSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=70,
):
    """Power was lent."""

    grantor: Address
    grantee: Address
    operation: Symbol
    asset: AssetId


class GrantEnded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=71,
):
    """A grant was revoked or expired."""

    grantor: Address
    grantee: Address
    operation: Symbol
    asset: AssetId
