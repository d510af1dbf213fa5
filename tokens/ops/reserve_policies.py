"""The rules of a reserve: what counts in it beside money, and how much (5.7)."""

from collections.abc import Iterator

import msgspec

from tokens import posting, reserve
from tokens.context import Context
from tokens.events import ReservePolicySet
from tokens.lookup import require, require_asset
from tokens.market_rules import reserve_refusals
from tokens.records.cash import CASH_ASSET
from tokens.records.reserves import RESERVE_POLICY, Bps, ReservePolicy, ResidualDays
from tokens.registry import OperationSpec
from tokens.reserve_value import counted
from tokens.results import Code, Refusal
from tokens.types import AssetId, OperationClass


class SetReservePolicy(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=55,
):
    """What counts in a reserve beside money: by the issuer and the central bank together."""

    asset: AssetId
    """The stablecoin."""
    haircut_bps: Bps
    """Off the marked value of each security, 0..10,000."""
    residual_days_max: ResidualDays
    """Calendar days to maturity, at most; 1..3,660."""
    concentration_bps: Bps
    """Most that one security may be of the value when it comes in, 0..10,000."""
    buffer_bps: Bps
    """Above the supply, must stay after something was taken; 0..10,000."""


def check_policy(context: Context, operation: SetReservePolicy) -> Iterator[Refusal]:
    """The issuer's coin, the rules of the market; the reserve covers it, or no worse than now."""
    state = context.state
    cash = state.get(CASH_ASSET, operation.asset)
    if cash is None:
        yield Refusal(Code.UNKNOWN_ASSET)
        return
    if require_asset(state, cash.asset).issuer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    yield from reserve_refusals(context, _policy(operation, ()))
    known = state.get(RESERVE_POLICY, cash.asset)
    if known is None:
        return
    policy = _policy(operation, known.securities)
    counts = [
        counted(state, cash, policy, asset, posting.balance_of(state, asset, cash.reserve_account))
        for asset in known.securities
    ]
    money = posting.balance_of(state, cash.backing, cash.reserve_account)
    now = reserve.reserve_value(state, cash)
    if money + sum(counts) < min(posting.supply_of(state, cash.asset), now):
        yield Refusal(Code.RESERVE_SHORT)


def _policy(operation: SetReservePolicy, securities: tuple[str, ...]) -> ReservePolicy:
    return ReservePolicy(
        asset=operation.asset,
        haircut_bps=operation.haircut_bps,
        residual_days_max=operation.residual_days_max,
        concentration_bps=operation.concentration_bps,
        buffer_bps=operation.buffer_bps,
        securities=securities,
    )


def apply_policy(context: Context, operation: SetReservePolicy) -> None:
    """The rules change, what lies there stays."""
    state = context.state
    known = state.get(RESERVE_POLICY, operation.asset)
    policy = _policy(operation, () if known is None else known.securities)
    state.put(RESERVE_POLICY, policy)
    context.emit(
        ReservePolicySet(
            asset=policy.asset,
            haircut_bps=policy.haircut_bps,
            residual_days_max=policy.residual_days_max,
            concentration_bps=policy.concentration_bps,
            buffer_bps=policy.buffer_bps,
        )
    )
    reserve.review(context, require(state, CASH_ASSET, operation.asset))


SET_RESERVE_POLICY = OperationSpec(
    operation=SetReservePolicy,
    name="set_reserve_policy",
    family="reserve_policies",
    operation_class=OperationClass.GOVERN,
    check=check_policy,
    apply=apply_policy,
    approval="cash_asset",
    codes=(Code.UNKNOWN_ASSET, Code.NOT_AUTHORISED, Code.AGAINST_RULE, Code.RESERVE_SHORT),
)
