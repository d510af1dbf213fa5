"""Events of governed rules, credentials, sanctions lists, licences and recoveries."""

import datetime as dt

import msgspec

from tokens.types import Address, Amount, AssetId, Count, Hash, LicencePhase, Symbol


class RuleChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=255,
):
    """A governed rule has, or will have, another body."""

    rule: Symbol
    version: Count
    """Of the new body."""
    effective_on: dt.date
    ended: bool
    """It has no body any more."""


class LockUpSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=256,
):
    """Units of an account must stay until a date."""

    asset: AssetId
    account: Address
    version: Count
    amount: Amount
    until: dt.date


class CredentialSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=257,
):
    """The registrar issued or revoked a credential; the event does not say whose."""

    kind: Symbol
    revoked: bool


class SanctionsUpdated(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=258,
):
    """A sanctions list has another version."""

    list: Symbol
    version: Count
    persons: Count
    """Entries on it now."""


class AccountScreened(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=259,
):
    """The agenda froze what a listed person holds, or released it."""

    list: Symbol
    version: Count
    account: Address
    order: Hash
    """Freeze order of the list's authority."""
    frozen: bool


class LicenceChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=260,
):
    """An institution's licence is in another phase."""

    institution: Address
    phase: LicencePhase
    categories: Count
    """Sum of LicenceCategory bits."""


class TotalsMoved(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=265,
):
    """All that an account holds is in the totals of its new institution."""

    account: Address
    old: Address
    new: Address


class ServicerChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=261,
):
    """An account has another institution; its id, balances and liens are the same."""

    account: Address
    old: Address
    new: Address


class RecoveryOpened(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=262,
):
    """Nothing leaves the account any more; new keys wait for their day."""

    account: Address
    effective_on: dt.date
    evidence: Hash


class RecoveryAnswered(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=263,
):
    """The old keys objected, or the securities regulator agreed."""

    account: Address
    agreed: bool
    """False: an objection."""


class RecoveryClosed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=264,
):
    """A recovery is over."""

    account: Address
    replaced: bool
    """The account has the new keys; False: it keeps the old ones."""
