"""Rules that governance sets as data: each with an id and a version (page 04, Order of checks).

Rules of this file:
1. A rule is in force from a business date on; a body that waits takes over on its date, at once.
2. Everything is bounded: rows of a body, rules that concern one asset. A movement reads the two
   tables that name its rules (all assets, its asset) and these rules, nothing else.
"""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.instruments import ClassMask
from tokens.records.kind import Index, RecordKind
from tokens.records.market_rules import AuctionRule, IssueRule, ReserveRule
from tokens.types import AssetId, Count, LicencePhase, PositiveAmount, Role, Symbol

ROWS_MAX = 64
"""Rows of one table."""
RULES_MAX = 16
"""Rules that concern one asset, and rules that concern all."""

Residency = Annotated[str, msgspec.Meta(min_length=2, max_length=8, pattern="^[A-Z]+\\Z")]
ANY = "ANY"
"""Row that fits every residency class."""
ISSUER = "ISSUER"
"""Stands where units come into being or end."""


class CredentialRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=1
):
    """Check 3: the owner must have a credential that is valid on the business date."""

    credential: Symbol
    """Kind of credential, for example `kyc`."""
    gives: bool
    """Asked of who gives."""
    receives: bool
    """Asked of who receives."""


class LicenceRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a category of activity lets an institution's accounts do in one phase."""

    phase: LicencePhase
    category: Annotated[int, msgspec.Meta(ge=1, le=255)]
    """Sum of LicenceCategory bits; one of them in the licence is enough."""
    classes: ClassMask
    """Sum of OperationClass bits."""


class LicenceRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=2
):
    """Check 4: phase of the servicing institution -> operation classes."""

    roles: Annotated[tuple[Role, ...], msgspec.Meta(min_length=1, max_length=13)]
    """Who needs a licence, strictly ascending; others are not asked."""
    rows: Annotated[tuple[LicenceRow, ...], msgspec.Meta(max_length=ROWS_MAX)]
    """What several rows allow adds up."""


class JurisdictionRow(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What may go from one residency class to another."""

    source: Residency
    """Class of who gives; ANY; ISSUER where units come into being."""
    target: Residency
    """Class of who receives; ANY; ISSUER where units end."""
    classes: ClassMask
    """Sum of OperationClass bits; 0 = nothing."""


class JurisdictionRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=3
):
    """Check 5: the matrix of residency classes, and those that are a closed circuit."""

    rows: Annotated[tuple[JurisdictionRow, ...], msgspec.Meta(max_length=ROWS_MAX)]
    """The first that fits decides; where none fits nothing may go."""
    closed: Annotated[tuple[Residency, ...], msgspec.Meta(max_length=8)]
    """Non-resident classes (SCRA, NRVA) whose accounts are a closed circuit, strictly ascending."""


class HolderCapRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=4
):
    """Check 7: how much one person may hold of an asset, and how many may hold it."""

    amount_max: PositiveAmount | None
    """Minor units of one person over all its accounts; None = no limit."""
    share_e6: Annotated[int, msgspec.Meta(ge=1, le=10**6)] | None
    """Part of the size of the issue (its maximum supply) x 10^6; None = no limit."""
    holders_max: Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None
    """Persons that hold some of it; None = no limit."""


class LockUpRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=5
):
    """Check 8: nobody gives the asset before a date."""

    until: dt.date
    """First business date on which it may be given."""


class TierLimit(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a person may give on one business date from accounts of a tier."""

    tier: Annotated[int, msgspec.Meta(ge=0, le=9)]
    day_max: PositiveAmount
    """Minor units."""


class VelocityRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=6
):
    """Check 10: how much a person may give on one business date, by tier."""

    limits: Annotated[tuple[TierLimit, ...], msgspec.Meta(min_length=1, max_length=10)]
    """Strictly ascending by tier; a tier that is not named has no limit."""


class TierBalance(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What an account of a tier may hold."""

    tier: Annotated[int, msgspec.Meta(ge=0, le=9)]
    balance_max: PositiveAmount
    """Minor units."""


class BalanceRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True, tag=7
):
    """Check 7: how much an account may hold, by tier."""

    limits: Annotated[tuple[TierBalance, ...], msgspec.Meta(min_length=1, max_length=10)]
    """Strictly ascending by tier; a tier that is not named has no limit."""


RuleBody = (
    CredentialRule
    | LicenceRule
    | JurisdictionRule
    | HolderCapRule
    | LockUpRule
    | VelocityRule
    | BalanceRule
    | IssueRule
    | AuctionRule
    | ReserveRule
)

RANKS: dict[type[msgspec.Struct], int] = {
    CredentialRule: 3,
    LicenceRule: 4,
    JurisdictionRule: 5,
    HolderCapRule: 7,
    BalanceRule: 7,
    LockUpRule: 8,
    VelocityRule: 10,
    IssueRule: 20,
    AuctionRule: 21,
    ReserveRule: 22,
}
"""Number of the check that a body belongs to: the order of page 04; from 20 on, of no movement."""


class Rule(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One governed rule; it stays when it ends, so that a version is never used twice."""

    id: Symbol
    asset: AssetId | None
    """What it concerns; None = all assets."""
    version: Count
    """Of `body`; 0 before the first one is in force."""
    body: RuleBody | None
    """None: not in force yet, or ended."""
    next_body: RuleBody | None
    """Takes over on `next_on`; None then means that the rule ends."""
    next_on: dt.date | None
    """None: nothing waits."""


class RuleTable(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Which rules concern an asset: what a movement reads first."""

    asset: Annotated[str, msgspec.Meta(max_length=16)]
    """Asset id; empty = all assets; `market` = rules of the market, which no movement reads."""
    rules: Annotated[tuple[Symbol, ...], msgspec.Meta(max_length=RULES_MAX)]
    """In the order of checks, then by id."""
    screened: bool
    """Some person is on a sanctions list (kept in the table of all assets)."""


RULE = RecordKind(
    70,
    "rule",
    Rule,
    lambda r: (r.id,),
    (Index(70, "rules", lambda r: (r.id,), static=True),),
)
RULE_TABLE = RecordKind(71, "rule_table", RuleTable, lambda r: (r.asset,))
