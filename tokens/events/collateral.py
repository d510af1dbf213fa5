"""Events of marks, pledges and repos (5.6)."""

import datetime as dt

import msgspec

from tokens.records.marks import MarkPrice
from tokens.records.repos import RepoClaim, RepoLine, RepoStatus
from tokens.types import Address, Amount, AssetId, Count, Hash


class MarkSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=430,
):
    """A price was set; it holds from the next open_day."""

    asset: AssetId
    price_e4: MarkPrice
    dirty: bool
    for_date: dt.date
    effective: dt.date
    source: Address


class PledgeReleased(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=431,
):
    """A pledgee gave up a pledge or a part of it."""

    pledge: Hash
    account: Address
    amount: Amount


class EnforcementNotified(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=440,
):
    """A pledgee says that its claim was not paid."""

    pledge: Hash
    account: Address
    """Of the pledgor."""
    pledgee: Address
    claim: Amount
    from_date: dt.date
    """First date on which the pledge may be enforced."""


class EnforcementWithdrawn(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=441,
):
    """A notice was taken back."""

    pledge: Hash
    account: Address


class PledgeEnforced(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=442,
):
    """Units of a pledge were taken or sold for its claim."""

    pledge: Hash
    account: Address
    """Of the pledgor."""
    pledgee: Address
    claim: Amount
    """Before it."""
    value: Amount
    """What was taken or fetched."""
    surplus: Amount
    """Part of the value that was paid to the pledgor."""
    owed: Amount
    """Left of the claim."""


class PledgeSubstituted(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=432,
):
    """Other units took the place of pledged ones."""

    pledge: Hash
    by: Hash
    """Id of the new lien."""
    account: Address


class RepoProposed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=433,
):
    """A repo waits for the other party."""

    repo: Hash
    proposer: Address
    seller: Address
    buyer: Address


class RepoStatusChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=434,
):
    """A repo moved on in its life."""

    repo: Hash
    status: RepoStatus
    end: dt.date | None
    price: Amount
    """Paid at closing, owed at default; 0 before."""
    claim: RepoClaim | None
    """What is left owed."""


class RepoMarginCalled(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=435,
):
    """The collateral is worth too little: the seller must add to it."""

    repo: Hash
    amount: Amount
    """Value that is missing, minor units of the cash asset."""
    until: dt.date
    """Date at whose close it must be there."""


class RepoCallsSuspended(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=436,
):
    """A mark is stale: nothing is called, and no open call is enforced."""

    repo: Hash
    call: Amount
    """Of the open call, 0 if there is none."""


class RepoPending(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=437,
):
    """A repo should be over, and what stands in the way is no party's failure to deliver."""

    repo: Hash
    reason: Count
    """Code of the first refusal."""


class RepoCollateralChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=438,
):
    """Collateral came in or went out."""

    repo: Hash
    lines: tuple[RepoLine, ...]
    """The basket from now on."""


class RepoClosedOut(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=439,
):
    """A defaulted repo was closed out at the last marks."""

    repo: Hash
    price: Amount
    """Owed by the seller at default."""
    kept_value: Amount
    """Value of the collateral that stays the buyer's."""
    claim: RepoClaim | None
    """What is left owed; None if nothing is."""


CollateralEvent = (
    EnforcementNotified
    | EnforcementWithdrawn
    | MarkSet
    | PledgeEnforced
    | PledgeReleased
    | PledgeSubstituted
    | RepoCallsSuspended
    | RepoClosedOut
    | RepoCollateralChanged
    | RepoMarginCalled
    | RepoPending
    | RepoProposed
    | RepoStatusChanged
)
"""Listed here: the table of all events names the family."""
