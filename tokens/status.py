"""What the status of an asset and of an account lets happen: the table of page 04 as data.

Rules of this file:
1. A column is a use: the class of an operation, and whether the account gives or receives. A cell
   is None (yes) or the code that refuses.
2. SERVICE is never refused by an account that it pays: what it cannot take goes to the servicer's
   unclaimed account. What an account gives in a service (SERVICE_OUT) waits for its lost keys.
3. CONTROL has its own row everywhere: a seizure is not stopped by the freeze that it enforces.
4. Pausing is per class and never touches SERVICE and CONTROL.
"""

from enum import IntEnum

from tokens.records.instruments import Asset
from tokens.results import Code
from tokens.types import AssetFlag, AssetStatus, OperationClass


class Use(IntEnum):
    """Columns of the table."""

    OUT = 1
    """MOVE, TRADE or BID, giving."""
    IN = 2
    """MOVE, TRADE or BID, receiving."""
    LIEN = 3
    """Placing a hold or pledge."""
    RELEASE = 4
    """Ending one."""
    ISSUE_OUT = 5
    """Giving in an issue: what the subscriber pays."""
    ISSUE_IN = 6
    """Receiving what is issued."""
    SERVICE = 7
    """Coupons, redemption, withholding."""
    CONTROL = 8
    """Freezes and seizures."""
    SERVICE_OUT = 9
    """Giving in a service that somebody asks for: a redemption, a delivery, a return."""


class Standing(IntEnum):
    """Rows for accounts."""

    OPEN = 1
    FROZEN = 2
    """A freeze of everything rests on it (for this asset)."""
    CREDIT_STOPPED = 3
    CLOSED = 4
    EXITING = 5
    """Its institution is suspended, revoked or expired: clients may only move out."""
    RECOVERING = 6
    """Its keys were lost: nothing goes out until it has new ones."""


_FREE: dict[Use, Code | None] = dict.fromkeys(Use)

ACCOUNT_TABLE: dict[Standing, dict[Use, Code | None]] = {
    Standing.OPEN: _FREE,
    Standing.FROZEN: _FREE
    | {
        Use.OUT: Code.ACCOUNT_FROZEN,
        Use.LIEN: Code.ACCOUNT_FROZEN,
        Use.ISSUE_OUT: Code.ACCOUNT_FROZEN,
    },
    Standing.CREDIT_STOPPED: _FREE
    | {
        Use.IN: Code.CREDIT_STOPPED,
        Use.LIEN: Code.CREDIT_STOPPED,
        Use.ISSUE_OUT: Code.CREDIT_STOPPED,
        Use.ISSUE_IN: Code.CREDIT_STOPPED,
    },
    Standing.CLOSED: _FREE
    | {
        Use.OUT: Code.ACCOUNT_CLOSED,
        Use.IN: Code.ACCOUNT_CLOSED,
        Use.LIEN: Code.ACCOUNT_CLOSED,
        Use.RELEASE: Code.ACCOUNT_CLOSED,
        Use.ISSUE_OUT: Code.ACCOUNT_CLOSED,
        Use.ISSUE_IN: Code.ACCOUNT_CLOSED,
    },
    Standing.EXITING: _FREE
    | {
        Use.OUT: Code.EXIT_ONLY,
        Use.IN: Code.EXIT_ONLY,
        Use.LIEN: Code.EXIT_ONLY,
        Use.ISSUE_OUT: Code.EXIT_ONLY,
        Use.ISSUE_IN: Code.EXIT_ONLY,
    },
    Standing.RECOVERING: _FREE
    | {
        Use.OUT: Code.RECOVERY_OPEN,
        Use.LIEN: Code.RECOVERY_OPEN,
        Use.ISSUE_OUT: Code.RECOVERY_OPEN,
        Use.SERVICE_OUT: Code.RECOVERY_OPEN,
    },
}
"""Page 04, rows account OPEN, with freeze ALL, with credit stop, CLOSED, institution SUSPENDED /
REVOKED. EXIT_ONLY out is lifted for the ways out (eligibility.py). RECOVERING: page 04, Control."""

_INACTIVE: dict[Use, Code | None] = dict.fromkeys(Use, Code.ASSET_NOT_ACTIVE)

ASSET_TABLE: dict[AssetStatus, dict[Use, Code | None]] = {
    AssetStatus.DRAFT: _INACTIVE,
    AssetStatus.APPROVED: _INACTIVE | {Use.ISSUE_OUT: None, Use.ISSUE_IN: None, Use.CONTROL: None},
    AssetStatus.OUTSTANDING: _FREE,
    AssetStatus.MATURED: dict.fromkeys(Use, Code.ASSET_MATURED)
    | {Use.RELEASE: None, Use.SERVICE: None, Use.SERVICE_OUT: None, Use.CONTROL: None},
    AssetStatus.REDEEMED: _INACTIVE | {Use.RELEASE: None, Use.SERVICE: None, Use.SERVICE_OUT: None},
    AssetStatus.CANCELLED: _INACTIVE,
}
"""Page 04: an asset moves while OUTSTANDING; MATURED admits only redemption and control. A payment
missed before is still served on a REDEEMED asset."""

ACCOUNT_CELLS = tuple(
    tuple(ACCOUNT_TABLE[Standing(row)][Use(use)] if row and use else None for use in range(10))
    for row in range(7)
)
"""ACCOUNT_TABLE by number: what every transfer reads."""

ASSET_CELLS = tuple(
    tuple(ASSET_TABLE[AssetStatus(row)][Use(use)] if row and use else None for use in range(10))
    for row in range(7)
)
"""ASSET_TABLE by number."""

STANDING_STILL = (Use.OUT, Use.IN, Use.LIEN, Use.ISSUE_OUT, Use.ISSUE_IN)
"""What an asset does not do while a partial call is drawn (5.4): a share is of what is held."""

PAUSABLE = (
    OperationClass.MOVE
    | OperationClass.TRADE
    | OperationClass.BID
    | OperationClass.LIEN
    | OperationClass.ISSUE
)
"""Classes that a pause may name."""


def use_of(operation_class: OperationClass, *, gives: bool) -> Use:
    """Column of an operation for the side that gives or receives."""
    if operation_class is OperationClass.ISSUE:
        return Use.ISSUE_OUT if gives else Use.ISSUE_IN
    if operation_class is OperationClass.LIEN:
        return Use.LIEN if gives else Use.RELEASE
    if operation_class is OperationClass.SERVICE:
        return Use.SERVICE_OUT if gives else Use.SERVICE
    if operation_class is OperationClass.CONTROL:
        return Use.CONTROL
    return Use.OUT if gives else Use.IN


def asset_refusal(asset: Asset, operation_class: OperationClass, use: Use) -> Code | None:
    """Check 1: status of the asset, then its pauses."""
    code = ASSET_CELLS[asset.status][use]
    if code is not None:
        return code
    if asset.flags & AssetFlag.DRAWING and use in STANDING_STILL:
        return Code.ASSET_PAUSED
    if (
        asset.paused
        and asset.paused & operation_class.value
        and use not in (Use.RELEASE, Use.SERVICE, Use.SERVICE_OUT, Use.CONTROL)
    ):
        return Code.ASSET_PAUSED
    return None
