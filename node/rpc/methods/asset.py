"""asset_* and cash_*."""

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.rpc.views import proof_of
from node.sdk.schema import asset as schema
from node.sdk.schema.common import Page, PageParams, Proof
from tokens.posting import available, supply_of
from tokens.records.cash import (
    CASH_ASSET,
    QUEUED_REDEMPTION,
    REDEMPTION_QUEUE,
    CashAsset,
    QueuedRedemption,
)
from tokens.records.holdings import POSITION, SUPPLY, Position
from tokens.records.instruments import ASSET, Asset
from tokens.records.kind import Key, Kind
from tokens.records.reserves import REDEMPTION_PAUSE, RESERVE_POLICY
from tokens.reserve import is_breached
from tokens.reserve_keys import reserve_keys
from tokens.reserve_value import worth_of

ASSETS = ASSET.indexes[0]
HOLDERS = POSITION.indexes[0]


def require_asset(call: Call, asset: str) -> Asset:
    """The asset, or NOT_FOUND."""
    record = call.state.get(ASSET, asset)
    if record is None:
        raise not_found("asset")
    return record


def list_assets(call: Call, params: PageParams) -> Page[Asset]:
    """All assets, by id."""
    records, following, pinned = page_of(
        call, ASSET, ASSETS, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get(call: Call, params: schema.AssetParams) -> schema.AssetInfo:
    """An asset and its supply."""
    return schema.AssetInfo(
        asset=require_asset(call, params.asset), supply=supply_of(call.state, params.asset)
    )


def get_supply(call: Call, params: schema.SupplyParams) -> schema.AssetSupply:
    """Units in existence."""
    asset = require_asset(call, params.asset)
    return schema.AssetSupply(
        asset=asset.id, amount=supply_of(call.state, asset.id), max_supply=asset.max_supply
    )


def positions_page(
    call: Call, params: schema.AssetListParams
) -> tuple[list[Position], str | None, int]:
    """Positions of an asset, by account."""
    require_asset(call, params.asset)
    return page_of(
        call, POSITION, HOLDERS, (params.asset,), cursor=params.cursor, limit=params.limit
    )


def get_holders(call: Call, params: schema.AssetListParams) -> Page[schema.Holder]:
    """Who holds it."""
    records, following, pinned = positions_page(call, params)
    items = [
        schema.Holder(
            account=position.account, balance=position.balance, available=available(position)
        )
        for position in records
    ]
    return Page(items=tuple(items), next=following, pinned_height=pinned)


def _cash(call: Call, asset: str) -> CashAsset:
    record = call.state.get(CASH_ASSET, asset)
    if record is None:
        raise not_found("stablecoin")
    return record


def cash_supply(call: Call, params: schema.SupplyParams) -> schema.CashSupply:
    """Issued stablecoin and what waits for redemption."""
    cash = _cash(call, params.asset)
    return schema.CashSupply(
        asset=cash.asset, amount=supply_of(call.state, cash.asset), queued=cash.queued
    )


def cash_reserves(call: Call, params: schema.SupplyParams) -> schema.Reserves:
    """What stands behind a stablecoin."""
    cash = _cash(call, params.asset)
    supply = supply_of(call.state, cash.asset)
    worth = worth_of(call.state, cash)
    return schema.Reserves(
        cash=cash,
        supply=supply,
        reserve=worth.money,
        policy=call.state.get(RESERVE_POLICY, cash.asset),
        holdings=tuple(
            schema.ReserveHolding(asset=one.asset, face=one.face, value=one.value)
            for one in worth.holdings
        ),
        value=worth.value,
        coverage_bps=worth.value * 10_000 // supply if supply else 0,
        breach=is_breached(call.state, cash.asset),
        pause=call.state.get(REDEMPTION_PAUSE, cash.asset),
        as_of=call.tip.height,
    )


def cash_queue(call: Call, params: schema.AssetListParams) -> Page[QueuedRedemption]:
    """Redemptions that wait for money, in the order of payment."""
    cash = _cash(call, params.asset)
    records, following, pinned = page_of(
        call,
        QUEUED_REDEMPTION,
        REDEMPTION_QUEUE,
        (cash.asset,),
        cursor=params.cursor,
        limit=params.limit,
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def cash_proof(call: Call, params: schema.SupplyParams) -> tuple[Proof, ...]:
    """Every record that the reserve follows from, proven against one certificate."""
    keys = reserve_keys(call.state, params.asset)
    return tuple(proof_of(call, kind, kind.key_hash(key)) for kind, key in keys)


def _asset_key(params: schema.AssetParams) -> tuple[Kind, Key]:
    return ASSET, (params.asset,)


def _supply_key(params: schema.SupplyParams) -> tuple[Kind, Key]:
    return SUPPLY, (params.asset,)


def _cash_key(params: schema.SupplyParams) -> tuple[Kind, Key]:
    return CASH_ASSET, (params.asset,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "asset_list", PageParams, Page[Asset], READ, list_assets, "All assets, by id.", reads=STATE
    ),
    method(
        "asset_get",
        schema.AssetParams,
        schema.AssetInfo,
        READ,
        get,
        "An asset and its supply.",
        reads=STATE,
        proves=_asset_key,
    ),
    method(
        "asset_getSupply",
        schema.SupplyParams,
        schema.AssetSupply,
        READ,
        get_supply,
        "Units in existence.",
        reads=STATE,
        proves=_supply_key,
    ),
    method(
        "asset_getHolders",
        schema.AssetListParams,
        Page[schema.Holder],
        READ,
        get_holders,
        "Who holds it, by account.",
        reads=STATE,
    ),
    method(
        "cash_getSupply",
        schema.SupplyParams,
        schema.CashSupply,
        READ,
        cash_supply,
        "Issued stablecoin and what waits for redemption.",
        reads=STATE,
        proves=_supply_key,
    ),
    method(
        "cash_getReserves",
        schema.SupplyParams,
        schema.Reserves,
        READ,
        cash_reserves,
        "What stands behind a stablecoin.",
        reads=STATE,
        proves=_cash_key,
    ),
    method(
        "cash_getReserveProof",
        schema.SupplyParams,
        tuple[Proof, ...],
        READ,
        cash_proof,
        "Proof of reserve: every record that supply and value follow from, under one certificate.",
        reads=STATE,
        answers_proofs=True,
    ),
    method(
        "cash_getQueue",
        schema.AssetListParams,
        Page[QueuedRedemption],
        READ,
        cash_queue,
        "Redemptions that wait for money in the reserve, in the order of payment.",
        reads=STATE,
    ),
)
