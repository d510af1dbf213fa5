"""supervision_*: the market in sums, for supervisors."""

from node.rpc import supervision
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.methods.asset import require_asset
from node.sdk.schema import supervision as schema
from node.sdk.schema.common import NoParams
from tokens.posting import supply_of
from tokens.records.cash import CASH_ASSET
from tokens.reserve import is_breached
from tokens.reserve_value import worth_of

COINS_MAX = 100


async def get_outstanding(call: Call, params: NoParams) -> tuple[schema.TenorRow, ...]:
    """Debt by tenor."""
    return await supervision.tenors(call)


async def get_ladder(call: Call, params: NoParams) -> tuple[schema.LadderRow, ...]:
    """What falls due, by month."""
    return await supervision.ladder(call)


async def get_holders(call: Call, params: schema.HoldersParams) -> schema.HoldersReport:
    """Who holds an asset."""
    return await supervision.holders(call, require_asset(call, params.asset).id)


def get_coverage(call: Call, params: NoParams) -> tuple[schema.CoverageRow, ...]:
    """Every stablecoin against its reserve."""
    coins = call.state.scan(CASH_ASSET, CASH_ASSET.indexes[0], limit=COINS_MAX + 1)
    if len(coins) > COINS_MAX:
        raise RpcError(RpcCode.LIMIT_EXCEEDED, f"more than {COINS_MAX} stablecoins")
    rows = []
    for coin in sorted(coins, key=lambda each: each.asset):
        supply, value = supply_of(call.state, coin.asset), worth_of(call.state, coin).value
        rows.append(
            schema.CoverageRow(
                asset=coin.asset,
                supply=supply,
                value=value,
                coverage_bps=value * 10_000 // supply if supply else 0,
                breach=is_breached(call.state, coin.asset),
            )
        )
    return tuple(rows)


async def get_fails(call: Call, params: NoParams) -> schema.FailsReport:
    """Batches that should have settled."""
    return await supervision.fails(call)


async def get_velocity(call: Call, params: schema.VelocityParams) -> schema.Velocity:
    """Turnover against supply."""
    require_asset(call, params.asset)
    return await supervision.velocity(call, params)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "supervision_getOutstanding",
        NoParams,
        tuple[schema.TenorRow, ...],
        READ,
        get_outstanding,
        "Debt outstanding by currency, kind and residual term.",
        reads=STATE,
        walks=True,
    ),
    method(
        "supervision_getMaturityLadder",
        NoParams,
        tuple[schema.LadderRow, ...],
        READ,
        get_ladder,
        "Principal and coupons that fall due, by month and money.",
        reads=STATE,
        walks=True,
    ),
    method(
        "supervision_getHolders",
        schema.HoldersParams,
        schema.HoldersReport,
        READ,
        get_holders,
        "Holders of an asset by class, their concentration, and what foreigners hold.",
        reads=STATE,
        walks=True,
    ),
    method(
        "supervision_getCoverage",
        NoParams,
        tuple[schema.CoverageRow, ...],
        READ,
        get_coverage,
        "Every stablecoin against its reserve.",
        reads=STATE,
        walks=True,
    ),
    method(
        "supervision_getFails",
        NoParams,
        schema.FailsReport,
        READ,
        get_fails,
        "Settlement batches that are late, and how the others ended.",
        reads=STATE,
        walks=True,
    ),
    method(
        "supervision_getVelocity",
        schema.VelocityParams,
        schema.Velocity,
        READ,
        get_velocity,
        "Turnover of an asset over a range of blocks against its supply.",
        reads=STATE,
        walks=True,
    ),
)
"""The table of this namespace."""
