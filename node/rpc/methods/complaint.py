"""complaint_*: complaints of holders to the regulator."""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import complaint as schema
from node.sdk.schema.common import Page
from tokens.records.complaints import (
    COMPLAINT,
    COMPLAINTS,
    COMPLAINTS_ABOUT,
    OPEN_COMPLAINTS,
    Complaint,
)
from tokens.records.kind import Key, Kind


def get(call: Call, params: schema.ComplaintParams) -> Complaint:
    """A complaint."""
    record = call.state.get(COMPLAINT, params.account, params.reference)
    if record is None:
        raise not_found("complaint")
    return record


def list_complaints(call: Call, params: schema.ComplaintListParams) -> Page[Complaint]:
    """Complaints of one account, or about one institution."""
    if (params.account is None) == (params.about is None):
        raise RpcError(RpcCode.INVALID_INPUT, "params: either account or about")
    if params.account is not None:
        index = OPEN_COMPLAINTS if params.open_only else COMPLAINTS
        prefix: Key = (params.account,)
    else:
        index = COMPLAINTS_ABOUT
        prefix = () if params.about is None else (params.about,)
    records, following, pinned = page_of(
        call, COMPLAINT, index, prefix, cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _key(params: schema.ComplaintParams) -> tuple[Kind, Key]:
    return COMPLAINT, (params.account, params.reference)


METHODS = (
    method(
        "complaint_get",
        schema.ComplaintParams,
        Complaint,
        Tier.READ,
        get,
        "A complaint, and who must take the next step by when.",
        reads=Reads.STATE,
        proves=_key,
    ),
    method(
        "complaint_list",
        schema.ComplaintListParams,
        Page[Complaint],
        Tier.READ,
        list_complaints,
        "Complaints of one account, or about one institution.",
        reads=Reads.STATE,
    ),
)
"""The table of this namespace."""
