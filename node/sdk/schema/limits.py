"""account_getLimits, account_getLockUps, account_getCashRoutes: what an account may still give."""

import datetime

import msgspec

from tokens.records.persons import LockUp
from tokens.records.rules import Residency
from tokens.types import Address, Amount, AssetId, Count, Symbol


class LimitsParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which account, in which asset."""

    account: Address
    asset: AssetId


class VelocityLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A velocity limit of the account's tier."""

    rule: Symbol
    version: Count
    day_max: Amount
    """Minor units that a person may give on one business date from accounts of this tier."""
    left: Amount
    """max(0, dayMax - spent)."""


class AssetLockUp(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that nobody gives the asset before a date."""

    rule: Symbol
    version: Count
    until: datetime.date
    """First business date on which it may be given."""


class AccountLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What limits an account in one asset on the business date; balances stand elsewhere."""

    account: Address
    asset: AssetId
    business_date: datetime.date
    spent: Amount
    """What its person has given on this date from all its accounts, minor units; counted only where
    a velocity limit concerns the asset."""
    velocity: tuple[VelocityLimit, ...]
    """Empty: no limit for this tier, or an account of the ledger's own."""
    lock_up: LockUp | None
    """Of this account; null: none."""
    asset_lock_ups: tuple[AssetLockUp, ...]
    """Of everybody, in force on this date."""
    residency: Residency
    closed_by: tuple[Symbol, ...]
    """Rules that make this residency class a closed circuit for the asset. Empty: it is none."""
    repatriable: Amount
    """In a closed circuit the available units: all of them came in by its ways, and all of them may
    leave by a REPATRIATE off-ramp. 0 outside of one: nothing leaves that way."""
