"""lien_*, pledge_* and repo_*: what rests on an account, and what secures claims."""

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.records.enforcements import Enforcement
from tokens.records.repos import Repo
from tokens.types import Address, Amount, Hash


class PledgeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which pledge: the id of its lien."""

    pledge: Hash


class PledgeListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Pledges of one pledgee, by id. A repo pledges under the first 16 bytes of its own id."""

    pledgee: Address
    cursor: Cursor = None
    limit: Limit = 50


class LienListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Holds, pledges and freezes of one account, or the freeze orders of one authority, by id."""

    account: Address | None = None
    authority: Address | None = None
    """Who gave the orders; what a credit stop or a sanctions list froze is in its name too."""
    cursor: Cursor = None
    limit: Limit = 50


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that a secured claim was not paid, and whether its period is over."""

    notice: Enforcement
    due: bool
    """True from its first business date on: the pledge may be enforced on an open day."""


class RepoParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which repo."""

    repo: Hash


class RepoListParams(msgspec.Struct, frozen=True, kw_only=True):
    """In the order of proposal."""

    live_only: bool = False
    """Only those under which money is lent."""
    cursor: Cursor = None
    limit: Limit = 50


class RepoView(msgspec.Struct, frozen=True, kw_only=True):
    """A repo, and what it is worth on the business date."""

    repo: Repo
    price: Amount
    """What the seller would pay back today; what was paid or is owed once it has ended."""
    value: Amount | None
    """Collateral after haircuts at fresh marks; null at stale ones and when it has ended."""
