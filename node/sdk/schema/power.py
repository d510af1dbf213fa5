"""grant_*: powers that were lent."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address


class GrantListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose powers: those that one gave, or those that one holds."""

    grantor: Address | None = None
    """Participant or account that gave them."""
    grantee: Address | None = None
    """Participant that may use them."""
    cursor: Cursor = None
    limit: Limit = 50
