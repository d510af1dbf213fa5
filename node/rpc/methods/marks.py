"""mark_*: prices at which the ledger values assets."""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import marks as schema
from node.sdk.schema.asset import AssetParams
from node.sdk.schema.common import Page, PageParams
from tokens.marks import is_stale, mark_of
from tokens.records.day import BUSINESS_DAY
from tokens.records.kind import Key, Kind
from tokens.records.marks import ASSET_MARKS, MARKS, AssetMarks


def get_mark(call: Call, params: AssetParams) -> schema.MarkView:
    """The marks of one asset."""
    record = call.state.get(ASSET_MARKS, params.asset)
    if record is None:
        raise not_found("mark")
    return _view(call, record)


def list_marks(call: Call, params: PageParams) -> Page[schema.MarkView]:
    """All marks, by asset."""
    records, following, pinned = page_of(
        call, ASSET_MARKS, MARKS, (), cursor=params.cursor, limit=params.limit
    )
    views = tuple(_view(call, record) for record in records)
    return Page(items=views, next=following, pinned_height=pinned)


def _view(call: Call, record: AssetMarks) -> schema.MarkView:
    if call.state.get(BUSINESS_DAY) is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the ledger has no business day yet")
    mark = mark_of(call.state, record.asset)
    return schema.MarkView(
        asset=record.asset,
        in_force=mark,
        is_stale=mark is None or is_stale(call.state, mark),
        coming=None if mark == record.coming else record.coming,
    )


def _mark_key(params: AssetParams) -> tuple[Kind, Key]:
    return ASSET_MARKS, (params.asset,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "mark_get",
        AssetParams,
        schema.MarkView,
        READ,
        get_mark,
        "The mark of an asset in force, whether it is stale, and the one to come.",
        reads=STATE,
        proves=_mark_key,
    ),
    method(
        "mark_list",
        PageParams,
        Page[schema.MarkView],
        READ,
        list_marks,
        "All marks, by asset.",
        reads=STATE,
    ),
)
