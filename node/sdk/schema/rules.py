"""rule_*, licence_*, sanction_*, credential_*, recovery_*: who may hold and move what."""

import datetime

import msgspec

from tokens.records.rules import RuleBody
from tokens.types import Address, AssetId, Count, Hash, Symbol


class RuleParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which rule."""

    rule: Symbol


class RuleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it stands on the business date, and what waits."""

    id: Symbol
    asset: AssetId | None
    """Null: all assets."""
    version: Count
    """Of `body`; 0 before the first one."""
    body: RuleBody | None
    """Null: not in force."""
    next_body: RuleBody | None
    """Null with a `nextOn`: the rule ends then."""
    next_on: datetime.date | None
    """Null: nothing waits."""


class LicenceParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose licence."""

    institution: Address


class SanctionsInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A sanctions list; who is on it is not told."""

    id: Symbol
    version: Count
    authority: Address


class CredentialParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose credential, and of which kind."""

    person: Hash
    """person_id."""
    kind: Symbol


class RecoveryParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose recovery."""

    account: Address
