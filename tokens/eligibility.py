"""The fixed order of checks for whatever moves units between accounts (page 04, Order of checks).

1 asset status and paused class; 2 account status; 3 KYC tier and credentials; 4 licence of the
servicing institution; 5 residency and jurisdiction; 6 sanctions list; 7 holder caps; 8 lock-up; 9
denomination; 10 velocity limits; 11 available balance.

Rules of this file:
1. One function says it for every movement; an operation adds only what is its own, before (who may
   act) or after (its own limits).
2. Checks 3 to 10 are governed data (rules.py, limits.py), but for the tier and the denomination,
   which are terms of the asset.
3. A repeated account in a batch must not slip past a sum: batches ask checks 7, 8, 10 and 11 on
   their net effect.
"""

from collections.abc import Iterator

from tokens import limits
from tokens.context import Context
from tokens.exits import is_exit, is_exiting
from tokens.limits import NetChange
from tokens.movement import Channel, Movement
from tokens.posting import available
from tokens.records.control import CREDIT_STOP
from tokens.records.holdings import POSITION, Position
from tokens.records.instruments import Asset
from tokens.records.parties import Account
from tokens.refusing import refusal_about, refusal_of_giver
from tokens.results import Code, Refusal
from tokens.rules import (
    EXEMPT,
    NONE,
    governed_refusals,
    is_ruled,
    lock_up_refusals,
    rules_of,
)
from tokens.status import ACCOUNT_CELLS, Standing, Use, asset_refusal, use_of
from tokens.types import (
    AMOUNT_LIMIT,
    AccountPurpose,
    AccountStatus,
    OperationClass,
)

__all__ = ["Channel", "Movement"]

RESERVED = (AccountPurpose.RESERVE, AccountPurpose.UNCLAIMED)
"""Opened by no key: only by the operations of reserves, payments and unclaimed money."""

_UNRESERVED_USES = (Use.SERVICE, Use.CONTROL)


def movement_refusals(context: Context, movement: Movement) -> Iterator[Refusal]:
    """Checks 1 to 11."""
    yield from _refusals(context, movement, alone=True)
    source = movement.source
    if source is not None and movement.operation_class is not OperationClass.CONTROL:
        position = context.state.get(POSITION, movement.asset.id, source.id)
        if available(position) < movement.amount:
            yield Refusal(Code.INSUFFICIENT_AVAILABLE)


def rule_refusals(context: Context, movement: Movement) -> Iterator[Refusal]:
    """Checks 1 to 6, 8 and 9: all that does not depend on a sum."""
    yield from _refusals(context, movement, alone=False)


def leaving_refusals(context: Context, movement: Movement) -> Iterator[Refusal]:
    """Checks 2 to 6 and 8 of units that their holder takes out: redeemed, delivered, paid outside.

    To do so is SERVICE for the asset: no pause stops it. But the holder says where it goes, so
    everything else is asked as of a payment, when it is asked for and when it happens.
    """
    asset, source, target = movement.asset, movement.source, movement.target
    if source is not None:
        yield from _account(context, movement, source, gives=True)
    if target is not None:
        yield from _account(context, movement, target, gives=False)
    if is_ruled(context, asset):
        rules = rules_of(context, asset)
        yield from governed_refusals(context, movement, rules)
        yield from lock_up_refusals(context, movement, rules)
        yield from limits.lock_up_refusals(context, asset, changes_of(movement))


def _refusals(context: Context, movement: Movement, *, alone: bool) -> Iterator[Refusal]:
    """What every transfer pays for: where nothing is wrong it makes one generator, its own."""
    asset, source, target = movement.asset, movement.source, movement.target
    code = _asset(movement)
    if code is not None:
        yield Refusal(code)
    if source is not None:
        yield from _account(context, movement, source, gives=True)
    if target is not None:
        yield from _account(context, movement, target, gives=False)
        if target.kyc_tier < asset.kyc_tier_min and movement.operation_class not in EXEMPT:
            yield refusal_about(context, target, Code.KYC_TIER_TOO_LOW)
    ruled = is_ruled(context, asset) and movement.operation_class not in EXEMPT
    rules = rules_of(context, asset) if ruled else NONE
    changes = changes_of(movement) if alone and ruled else ()
    if ruled:
        yield from governed_refusals(context, movement, rules)
        yield from limits.cap_refusals(context, asset, changes, rules)
        yield from lock_up_refusals(context, movement, rules)
        yield from limits.lock_up_refusals(context, asset, changes)
    if movement.amount < asset.denomination or movement.amount % asset.increment:
        yield Refusal(Code.DENOM_NOT_MULTIPLE)
    if changes:
        yield from limits.velocity_refusals(context, asset, changes, rules)


def changes_of(movement: Movement) -> tuple[NetChange, ...]:
    """What a movement does to the accounts on its sides."""
    given = () if movement.source is None else (NetChange(movement.source, -movement.amount),)
    taken = () if movement.target is None else (NetChange(movement.target, movement.amount),)
    return given + taken


def net_refusals(context: Context, changes: list[tuple[Asset, NetChange]]) -> Iterator[Refusal]:
    """Checks 5, 7, 8 and 10 of a batch, on its net effect."""
    yield from limits.circuit_refusals(context, changes)
    for asset, of in limits.by_asset(changes):
        rules = rules_of(context, asset)
        yield from limits.cap_refusals(context, asset, of, rules)
        yield from limits.lock_up_refusals(context, asset, of)
        yield from limits.velocity_refusals(context, asset, of, rules)


def standing(context: Context, asset: str, account: Account, use: Use) -> Standing:
    """Row of the status table that an account is in, for one asset and use."""
    status = account.status
    if status is AccountStatus.CLOSED:
        return Standing.CLOSED
    gives = use is Use.OUT or use is Use.LIEN or use is Use.ISSUE_OUT
    if gives and is_frozen_whole(context.state.get(POSITION, asset, account.id)):
        return Standing.FROZEN
    if status is AccountStatus.RECOVERING and use not in (Use.IN, Use.ISSUE_IN):
        return Standing.RECOVERING
    if is_exiting(context, account.servicer):
        return Standing.EXITING
    if use is not Use.OUT and context.state.get(CREDIT_STOP, account.id) is not None:
        return Standing.CREDIT_STOPPED
    return Standing.OPEN


def credit_refusal(context: Context, asset: str, account: Account) -> Code | None:
    """Why an account cannot receive units of an asset by status (check 2), or None."""
    return ACCOUNT_CELLS[standing(context, asset, account, Use.IN)][Use.IN]


def is_frozen_whole(position: Position | None) -> bool:
    """Whether a freeze of ALL rests on a position."""
    return position is not None and position.frozen == AMOUNT_LIMIT


def _asset(movement: Movement) -> Code | None:
    """Check 1."""
    use = use_of(movement.operation_class, gives=movement.source is not None)
    return asset_refusal(movement.asset, movement.operation_class, use)


def _account(
    context: Context, movement: Movement, account: Account, *, gives: bool
) -> tuple[Refusal, ...]:
    """Check 2, of the account that gives or receives."""
    use = use_of(movement.operation_class, gives=gives)
    code = ACCOUNT_CELLS[standing(context, movement.asset.id, account, use)][use]
    if code is None and account.purpose not in RESERVED:
        return ()
    if code is Code.EXIT_ONLY and gives and is_exit(context, movement, account):
        code = None
    found: tuple[Refusal, ...] = ()
    if code is not None:
        about = refusal_of_giver if gives else refusal_about
        found = (about(context, account, code),)
    mine = account.id == (movement.from_reserve if gives else movement.reserve)
    if account.purpose in RESERVED and not mine and use not in _UNRESERVED_USES:
        found += (Refusal(Code.ACCOUNT_RESERVED),)
    return found


PARTY_RULE_CODES = (
    Code.COUNTERPARTY_NOT_ELIGIBLE,
    Code.UNDER_REVIEW,
    Code.CREDENTIAL_MISSING,
    Code.LICENCE_REQUIRED,
    Code.JURISDICTION_REFUSED,
    Code.LOCKED_UP,
    Code.EXIT_ONLY,
    Code.RECOVERY_OPEN,
)
"""What rule_refusals can yield because of governed data: nothing that depends on a sum."""

RULE_CODES = (*PARTY_RULE_CODES, Code.HOLDER_CAP_EXCEEDED, Code.VELOCITY_EXCEEDED)
"""What checks 2 to 10 can yield because of governed data."""

_OF_THE_GIVER = (Code.LOCKED_UP, Code.RECOVERY_OPEN, Code.VELOCITY_EXCEEDED)
ISSUE_RULE_CODES = tuple(code for code in RULE_CODES if code not in _OF_THE_GIVER)
"""The same of a movement that nobody gives: units that come into being."""
ENTRY_RULE_CODES = tuple(code for code in PARTY_RULE_CODES if code not in _OF_THE_GIVER)
"""The same of what will come in, before any sum is known."""
EXIT_RULE_CODES = tuple(code for code in RULE_CODES if code is not Code.HOLDER_CAP_EXCEEDED)
"""The same of a movement into no account of a person: off the ledger, or into a reserve."""

STATE_CODES = (
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_MATURED,
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.ACCOUNT_FROZEN,
    Code.CREDIT_STOPPED,
    Code.ACCOUNT_RESERVED,
    Code.KYC_TIER_TOO_LOW,
    Code.DENOM_NOT_MULTIPLE,
    Code.INSUFFICIENT_AVAILABLE,
)
"""What the states of assets, accounts and balances can yield."""

RECEIVING_CODES = (
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_MATURED,
    Code.ASSET_PAUSED,
    Code.ACCOUNT_CLOSED,
    Code.CREDIT_STOPPED,
    Code.ACCOUNT_RESERVED,
    Code.KYC_TIER_TOO_LOW,
    Code.DENOM_NOT_MULTIPLE,
    Code.COUNTERPARTY_NOT_ELIGIBLE,
    Code.UNDER_REVIEW,
    Code.CREDENTIAL_MISSING,
    Code.LICENCE_REQUIRED,
    Code.EXIT_ONLY,
    Code.HOLDER_CAP_EXCEEDED,
)
"""What rule_refusals and net_refusals can yield of a side that receives and gives nothing."""

PAYING_CODES = (
    Code.ACCOUNT_FROZEN,
    Code.INSUFFICIENT_AVAILABLE,
    Code.JURISDICTION_REFUSED,
    *_OF_THE_GIVER,
)
"""What a side that receives can be refused besides, where it pays something back."""

MOVEMENT_CODES = (*STATE_CODES, *RULE_CODES)
"""What movement_refusals can yield."""
