"""The fixed order of checks for whatever moves units between accounts (page 04, Order of checks).

1 asset status and paused class; 2 account status; 3 KYC tier; 4 licence of the servicing
institution; 5 residency and jurisdiction; 6 sanctions list; 7 holder caps; 8 lock-up; 9
denomination; 10 velocity limits; 11 available balance.

Rules of this file:
1. One function says it for every movement; an operation adds only what is its own, before (who may
   act) or after (its own limits).
2. Checks 4, 5, 6, 7, 8 and 10 have no governed data yet: a rule enters as one more function of
   RULES at its place, and no operation changes.
3. A repeated account in a batch must not slip past check 11: batches net first and ask it
   themselves.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tokens.context import Context
from tokens.posting import available
from tokens.records.control import CREDIT_STOP
from tokens.records.holdings import POSITION, Position
from tokens.records.instruments import Asset
from tokens.records.parties import Account
from tokens.results import Code, Refusal
from tokens.status import ACCOUNT_CELLS, Standing, Use, asset_refusal, use_of
from tokens.types import AMOUNT_LIMIT, AccountPurpose, AccountStatus, OperationClass


class Movement(NamedTuple):
    """Units of one asset from one account to another; None = they begin or end there."""

    asset: Asset
    source: Account | None
    target: Account | None
    amount: int
    """Minor units, 1 or more."""
    operation_class: OperationClass
    reserve: bytes | None = None
    """The one RESERVE account that this operation may credit (5.7)."""
    from_reserve: bytes | None = None
    """The one RESERVE account that this operation may debit."""


RESERVED = (AccountPurpose.RESERVE, AccountPurpose.UNCLAIMED)
"""Opened by no key: only by the operations of reserves, payments and unclaimed money."""

_UNRESERVED_USES = (Use.SERVICE, Use.CONTROL)

Codes = tuple[Code, ...]
NONE: Codes = ()
Rule = Callable[[Context, Movement], Codes]


def movement_refusals(context: Context, movement: Movement) -> Iterator[Refusal]:
    """Checks 1 to 11."""
    for rule in RULES:
        for code in rule(context, movement):
            yield Refusal(code)
    source = movement.source
    if source is not None and movement.operation_class is not OperationClass.CONTROL:
        position = context.state.get(POSITION, movement.asset.id, source.id)
        if available(position) < movement.amount:
            yield Refusal(Code.INSUFFICIENT_AVAILABLE)


def rule_refusals(context: Context, movement: Movement) -> Iterator[Refusal]:
    """Checks 1 to 10: all that does not depend on the balance."""
    for rule in RULES:
        for code in rule(context, movement):
            yield Refusal(code)


def standing(context: Context, asset: str, account: Account, use: Use) -> Standing:
    """Row of the status table that an account is in, for one asset and use."""
    if account.status is AccountStatus.CLOSED:
        return Standing.CLOSED
    gives = use is Use.OUT or use is Use.LIEN or use is Use.ISSUE_OUT
    if gives and is_frozen_whole(context.state.get(POSITION, asset, account.id)):
        return Standing.FROZEN
    if use is not Use.OUT and context.state.get(CREDIT_STOP, account.id) is not None:
        return Standing.CREDIT_STOPPED
    return Standing.OPEN


def credit_refusal(context: Context, asset: str, account: Account) -> Code | None:
    """Why an account cannot receive units of an asset by status (check 2), or None."""
    return ACCOUNT_CELLS[standing(context, asset, account, Use.IN)][Use.IN]


def is_frozen_whole(position: Position | None) -> bool:
    """Whether a freeze of ALL rests on a position."""
    return position is not None and position.frozen == AMOUNT_LIMIT


def _asset(context: Context, movement: Movement) -> Codes:
    """Check 1."""
    use = use_of(movement.operation_class, gives=movement.source is not None)
    code = asset_refusal(movement.asset, movement.operation_class, use)
    return NONE if code is None else (code,)


def _source(context: Context, movement: Movement) -> Codes:
    """Check 2, of the account that gives."""
    return NONE if movement.source is None else _account(context, movement, movement.source, True)


def _target(context: Context, movement: Movement) -> Codes:
    """Check 2, of the account that receives."""
    return NONE if movement.target is None else _account(context, movement, movement.target, False)


def _account(context: Context, movement: Movement, account: Account, gives: bool) -> Codes:
    use = use_of(movement.operation_class, gives=gives)
    code = ACCOUNT_CELLS[standing(context, movement.asset.id, account, use)][use]
    mine = account.id == (movement.from_reserve if gives else movement.reserve)
    if account.purpose not in RESERVED or mine or use in _UNRESERVED_USES:
        return NONE if code is None else (code,)
    return (Code.ACCOUNT_RESERVED,) if code is None else (code, Code.ACCOUNT_RESERVED)


def _kyc_tier(context: Context, movement: Movement) -> Codes:
    """Check 3: the receiver's tier. SERVICE pays whoever holds."""
    target = movement.target
    if target is None or movement.operation_class is OperationClass.SERVICE:
        return NONE
    return (Code.KYC_TIER_TOO_LOW,) if target.kyc_tier < movement.asset.kyc_tier_min else NONE


def _denomination(context: Context, movement: Movement) -> Codes:
    """Check 9: at least one denomination, in steps of the increment."""
    asset, amount = movement.asset, movement.amount
    if amount < asset.denomination or amount % asset.increment:
        return (Code.DENOM_NOT_MULTIPLE,)
    return NONE


RULES: tuple[Rule, ...] = (_asset, _source, _target, _kyc_tier, _denomination)
"""In the order of page 04."""

MOVEMENT_CODES = (
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
"""What movement_refusals can yield."""
