"""ramp_*: on- and off-ramps."""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import ramp as schema
from node.sdk.schema.common import Page
from tokens.records.kind import Key, Kind
from tokens.records.ramps import (
    OPEN_RAMPS_OF_ACCOUNT,
    OPEN_RAMPS_OF_BANK,
    RAMP,
    RAMP_REFERENCE,
    RAMPS_OF_ACCOUNT,
    RAMPS_OF_BANK,
    Ramp,
    RampReference,
)


def get(call: Call, params: schema.RampParams) -> Ramp:
    """A ramp."""
    record = call.state.get(RAMP, params.ramp)
    if record is None:
        raise not_found("ramp")
    return record


def list_ramps(call: Call, params: schema.RampListParams) -> Page[Ramp]:
    """Ramps of one account, or of one bank, in the order of opening."""
    if (params.account is None) == (params.bank is None):
        raise RpcError(RpcCode.INVALID_INPUT, "params: either account or bank")
    if params.account is not None:
        index = OPEN_RAMPS_OF_ACCOUNT if params.open_only else RAMPS_OF_ACCOUNT
        prefix: Key = (params.account,)
    else:
        index = OPEN_RAMPS_OF_BANK if params.open_only else RAMPS_OF_BANK
        prefix = () if params.bank is None else (params.bank,)
    records, following, pinned = page_of(
        call, RAMP, index, prefix, cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_reference(call: Call, params: schema.RampReferenceParams) -> RampReference:
    """Which ramp a payment outside belongs to."""
    record = call.state.get(RAMP_REFERENCE, params.bank, int(params.rail), params.reference_hash)
    if record is None:
        raise not_found("payment reference")
    return record


def _ramp_key(params: schema.RampParams) -> tuple[Kind, Key]:
    return RAMP, (params.ramp,)


def _reference_key(params: schema.RampReferenceParams) -> tuple[Kind, Key]:
    return RAMP_REFERENCE, (params.bank, int(params.rail), params.reference_hash)


METHODS = (
    method(
        "ramp_get",
        schema.RampParams,
        Ramp,
        Tier.READ,
        get,
        "An on- or off-ramp.",
        reads=Reads.STATE,
        proves=_ramp_key,
    ),
    method(
        "ramp_list",
        schema.RampListParams,
        Page[Ramp],
        Tier.READ,
        list_ramps,
        "Ramps of one account or one bank, in the order of opening.",
        reads=Reads.STATE,
    ),
    method(
        "ramp_getReference",
        schema.RampReferenceParams,
        RampReference,
        Tier.READ,
        get_reference,
        "Which ramp a payment outside belongs to.",
        reads=Reads.STATE,
        proves=_reference_key,
    ),
)
