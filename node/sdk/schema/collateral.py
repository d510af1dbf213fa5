"""pledge_* and repo_*: what secures claims."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address


class PledgeListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Pledges of one pledgee, by id. A repo pledges under the first 16 bytes of its own id."""

    pledgee: Address
    cursor: Cursor = None
    limit: Limit = 50
