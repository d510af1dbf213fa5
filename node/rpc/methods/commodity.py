"""commodity_*: classes of receipts, their lots and deliveries."""

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import commodity as schema
from node.sdk.schema.common import Page, PageParams
from tokens.posting import supply_of
from tokens.records.commodities import (
    COMMODITIES,
    COMMODITY,
    DELIVERIES,
    DELIVERY,
    LOT,
    LOTS,
    REQUESTED_DELIVERIES,
    Commodity,
    Delivery,
    Lot,
)
from tokens.records.kind import Key, Kind
from tokens.reserve import is_breached


def _commodity(call: Call, asset: str) -> Commodity:
    record = call.state.get(COMMODITY, asset)
    if record is None:
        raise not_found("commodity")
    return record


def list_classes(call: Call, params: PageParams) -> Page[Commodity]:
    """All classes, by code."""
    records, following, pinned = page_of(
        call, COMMODITY, COMMODITIES, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get(call: Call, params: schema.CommodityParams) -> schema.CommodityInfo:
    """A class, its receipts and what backs them."""
    commodity = _commodity(call, params.asset)
    return schema.CommodityInfo(
        commodity=commodity,
        supply=supply_of(call.state, commodity.asset),
        breach=is_breached(call.state, commodity.asset),
    )


def get_lot(call: Call, params: schema.LotParams) -> Lot:
    """A lot with its papers."""
    record = call.state.get(LOT, params.asset, params.lot_id)
    if record is None:
        raise not_found("lot")
    return record


def get_lots(call: Call, params: schema.CommodityListParams) -> Page[Lot]:
    """Lots of a class, in the order of first attestation."""
    commodity = _commodity(call, params.asset)
    records, following, pinned = page_of(
        call, LOT, LOTS, (commodity.asset,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_deliveries(call: Call, params: schema.DeliveryListParams) -> Page[Delivery]:
    """Deliveries of a class, in the order of request."""
    commodity = _commodity(call, params.asset)
    index = REQUESTED_DELIVERIES if params.open_only else DELIVERIES
    records, following, pinned = page_of(
        call, DELIVERY, index, (commodity.asset,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _commodity_key(params: schema.CommodityParams) -> tuple[Kind, Key]:
    return COMMODITY, (params.asset,)


def _lot_key(params: schema.LotParams) -> tuple[Kind, Key]:
    return LOT, (params.asset, params.lot_id)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "commodity_list",
        PageParams,
        Page[Commodity],
        READ,
        list_classes,
        "Classes of commodity receipts, by code.",
        reads=STATE,
    ),
    method(
        "commodity_get",
        schema.CommodityParams,
        schema.CommodityInfo,
        READ,
        get,
        "A class of commodity receipts, its supply and what is attested.",
        reads=STATE,
        proves=_commodity_key,
    ),
    method(
        "commodity_getLot",
        schema.LotParams,
        Lot,
        READ,
        get_lot,
        "A lot with its attestation and papers.",
        reads=STATE,
        proves=_lot_key,
    ),
    method(
        "commodity_getLots",
        schema.CommodityListParams,
        Page[Lot],
        READ,
        get_lots,
        "Lots of a class, in the order of first attestation.",
        reads=STATE,
    ),
    method(
        "commodity_getDeliveries",
        schema.DeliveryListParams,
        Page[Delivery],
        READ,
        get_deliveries,
        "Redemptions for delivery of a class, in the order of request.",
        reads=STATE,
    ),
)
