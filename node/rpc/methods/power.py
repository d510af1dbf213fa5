"""What was lent, agreed, put aside and filed: grants, policies, unclaimed money, documents."""

from typing import Protocol, TypeVar

import msgspec

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema.account import AccountListParams
from node.sdk.schema.asset import AssetListParams
from node.sdk.schema.common import Page, PageParams
from node.sdk.schema.power import GrantListParams
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.documents import DOCUMENT, DOCUMENTS, Document
from tokens.records.instruments import ASSET
from tokens.records.kind import Index, Key, RecordKind
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import APPROVAL_POLICY, GRANT, ApprovalPolicy, Grant

R = TypeVar("R", bound=msgspec.Struct)


class _Paged(Protocol):
    """Params of a list."""

    @property
    def cursor(self) -> str | None:
        """Where the last page ended."""

    @property
    def limit(self) -> int:
        """Records of a page."""


def _page(call: Call, kind: RecordKind[R], index: Index[R], prefix: Key, params: _Paged) -> Page[R]:
    records, following, pinned = page_of(
        call, kind, index, prefix, cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def list_grants(call: Call, params: GrantListParams) -> Page[Grant]:
    """Powers that one gave, or that one holds; a void or expired one until the agenda comes by."""
    if (params.grantor is None) == (params.grantee is None):
        raise RpcError(RpcCode.INVALID_INPUT, "params: either grantor or grantee")
    gave, holds = GRANT.indexes
    if params.grantor is not None:
        return _page(call, GRANT, gave, (params.grantor,), params)
    prefix = () if params.grantee is None else (params.grantee,)
    return _page(call, GRANT, holds, prefix, params)


def list_policies(call: Call, params: PageParams) -> Page[ApprovalPolicy]:
    """Approval policies, by name."""
    return _page(call, APPROVAL_POLICY, APPROVAL_POLICY.indexes[0], (), params)


def get_unclaimed(call: Call, params: AccountListParams) -> Page[Unclaimed]:
    """Money that could not be credited to an account, by security and payment."""
    if call.state.get(ACCOUNT, params.account) is None:
        raise not_found("account")
    return _page(call, UNCLAIMED, UNCLAIMED.indexes[0], (params.account,), params)


def get_documents(call: Call, params: AssetListParams) -> Page[Document]:
    """Documents of an asset, in the order of adding."""
    if call.state.get(ASSET, params.asset) is None:
        raise not_found("asset")
    return _page(call, DOCUMENT, DOCUMENTS, (params.asset,), params)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "grant_list",
        GrantListParams,
        Page[Grant],
        READ,
        list_grants,
        "Powers that a participant or account gave, or that a participant holds.",
        reads=STATE,
    ),
    method(
        "gov_getPolicies",
        PageParams,
        Page[ApprovalPolicy],
        READ,
        list_policies,
        "Who must approve what, by name of the policy.",
        reads=STATE,
    ),
    method(
        "account_getUnclaimed",
        AccountListParams,
        Page[Unclaimed],
        READ,
        get_unclaimed,
        "Money that could not be credited to an account, and where it lies.",
        reads=STATE,
    ),
    method(
        "asset_getDocuments",
        AssetListParams,
        Page[Document],
        READ,
        get_documents,
        "Documents of an asset, in the order of adding.",
        reads=STATE,
    ),
)
