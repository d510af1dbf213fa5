"""account_getLimits, account_getLockUps, account_getCashRoutes: what an account may still give."""

from typing import TypeVar

import msgspec

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import limits as schema
from node.sdk.schema.account import AccountListParams
from node.sdk.schema.common import Page
from tokens.limits import spent_on
from tokens.lookup import require
from tokens.posting import available
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET
from tokens.records.kind import RecordKind
from tokens.records.parties import ACCOUNT, Account
from tokens.records.persons import LOCK_UP, LockUp
from tokens.records.rules import JurisdictionRule, LockUpRule, VelocityRule
from tokens.records.settlement import CASH_ROUTE, CashRoute
from tokens.rules import InForce, Rules, rules_on
from tokens.types import AccountPurpose

R = TypeVar("R", bound=msgspec.Struct)


def _account(call: Call, address: bytes) -> Account:
    record = call.state.get(ACCOUNT, address)
    if record is None:
        raise not_found("account")
    return record


def _velocity(account: Account, rules: Rules, spent: int) -> tuple[schema.VelocityLimit, ...]:
    """As check 10 asks: of accounts of persons, by tier."""
    if account.purpose is not AccountPurpose.GENERAL:
        return ()
    return tuple(
        [
            schema.VelocityLimit(
                rule=rule.id,
                version=rule.version,
                day_max=entry.day_max,
                left=max(0, entry.day_max - spent),
            )
            for rule in rules
            if isinstance(rule.body, VelocityRule)
            for entry in rule.body.limits
            if entry.tier == account.kyc_tier
        ]
    )


def _closes(rule: InForce, residency: str) -> bool:
    return isinstance(rule.body, JurisdictionRule) and residency in rule.body.closed


def get_limits(call: Call, params: schema.LimitsParams) -> schema.AccountLimits:
    """Velocity, lock-ups and the closed circuit of an account in one asset."""
    state, account = call.state, _account(call, params.account)
    if state.get(ASSET, params.asset) is None:
        raise not_found("asset")
    today = require(state, BUSINESS_DAY).date
    rules = rules_on(state, params.asset, today)
    spent = spent_on(state, params.asset, account.owner, today)
    lock = state.get(LOCK_UP, params.asset, account.id)
    in_force = lock is not None and lock.amount > 0 and today < lock.until
    closed_by = tuple([rule.id for rule in rules if _closes(rule, account.residency)])
    free = available(state.get(POSITION, params.asset, account.id))
    return schema.AccountLimits(
        account=account.id,
        asset=params.asset,
        business_date=today,
        spent=spent,
        velocity=_velocity(account, rules, spent),
        lock_up=lock if in_force else None,
        asset_lock_ups=tuple(
            [
                schema.AssetLockUp(rule=rule.id, version=rule.version, until=rule.body.until)
                for rule in rules
                if isinstance(rule.body, LockUpRule) and today < rule.body.until
            ]
        ),
        residency=account.residency,
        closed_by=closed_by,
        repatriable=free if closed_by else 0,
    )


def _by_account(call: Call, kind: RecordKind[R], params: AccountListParams) -> Page[R]:
    """Records of an account, in the order of the first index of their kind."""
    account = _account(call, params.account)
    records, following, pinned = page_of(
        call, kind, kind.indexes[0], (account.id,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_lock_ups(call: Call, params: AccountListParams) -> Page[LockUp]:
    """Lock-ups of an account, by asset; one that is over is listed until the agenda comes by."""
    return _by_account(call, LOCK_UP, params)


def get_cash_routes(call: Call, params: AccountListParams) -> Page[CashRoute]:
    """Accounts that pay and are paid for an account, by asset."""
    return _by_account(call, CASH_ROUTE, params)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "account_getLimits",
        schema.LimitsParams,
        schema.AccountLimits,
        READ,
        get_limits,
        "What limits an account in one asset today: velocity, lock-ups, its closed circuit.",
        reads=STATE,
    ),
    method(
        "account_getLockUps",
        AccountListParams,
        Page[LockUp],
        READ,
        get_lock_ups,
        "Lock-ups of an account, by asset.",
        reads=STATE,
    ),
    method(
        "account_getCashRoutes",
        AccountListParams,
        Page[CashRoute],
        READ,
        get_cash_routes,
        "Accounts that pay and are paid for an account, by asset.",
        reads=STATE,
    ),
)
