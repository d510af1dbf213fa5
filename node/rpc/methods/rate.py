"""rate_*: reference rates."""

from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import asset as schema
from node.sdk.schema.common import Page
from tokens.records.rates import REFERENCE_RATE, REFERENCE_RATES, ReferenceRate


def get_list(call: Call, params: schema.RatesParams) -> Page[ReferenceRate]:
    """Rates of one name, the newest first."""
    records, following, pinned = page_of(
        call,
        REFERENCE_RATE,
        REFERENCE_RATES,
        (params.name,),
        cursor=params.cursor,
        limit=params.limit,
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


METHODS = (
    method(
        "rate_list",
        schema.RatesParams,
        Page[ReferenceRate],
        Tier.READ,
        get_list,
        "Reference rates of one name, the newest first.",
        reads=Reads.STATE,
    ),
)
