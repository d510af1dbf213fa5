"""pledge_* and repo_*: what secures claims."""

from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import collateral as schema
from node.sdk.schema.common import Page
from tokens.records.holdings import LIEN, PLEDGES, Lien


def list_pledges(call: Call, params: schema.PledgeListParams) -> Page[Lien]:
    """Pledges of one pledgee."""
    records, following, pinned = page_of(
        call, LIEN, PLEDGES, (params.pledgee,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "pledge_list",
        schema.PledgeListParams,
        Page[Lien],
        READ,
        list_pledges,
        "Pledges of one pledgee, by id.",
        reads=STATE,
    ),
)
