"""complaint_*: complaints of holders to the regulator."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address, Reference


class ComplaintParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which complaint."""

    account: Address
    reference: Reference


class ComplaintListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Of one account, or about one institution."""

    account: Address | None = None
    about: Address | None = None
    open_only: bool = False
    """Of an account: without those that are closed."""
    cursor: Cursor = None
    limit: Limit = 50
