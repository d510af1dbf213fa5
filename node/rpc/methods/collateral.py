"""lien_*, pledge_* and repo_*: what rests on an account, and what secures claims."""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import collateral as schema
from node.sdk.schema.common import Page
from tokens.liens import LIENS_BY_ACCOUNT
from tokens.pledged import parts_of
from tokens.records.day import BUSINESS_DAY
from tokens.records.enforcements import ENFORCEMENT
from tokens.records.holdings import FREEZE_ORDERS, LIEN, PLEDGES, Lien
from tokens.records.kind import Key, Kind
from tokens.records.repos import LIVE, LIVE_REPOS, REPO, REPOS, Repo
from tokens.repo_value import collateral_value, price_on
from tokens.results import Code
from tokens.types import NO_ADDRESS


def list_liens(call: Call, params: schema.LienListParams) -> Page[Lien]:
    """What rests on one account, or the orders of one authority."""
    if (params.account is None) == (params.authority is None):
        raise RpcError(RpcCode.INVALID_INPUT, "params: either account or authority")
    if params.account is not None:
        index, prefix = LIENS_BY_ACCOUNT, (params.account,)
    else:
        index, prefix = FREEZE_ORDERS, (params.authority or NO_ADDRESS,)
    records, following, pinned = page_of(
        call, LIEN, index, prefix, cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def list_pledges(call: Call, params: schema.PledgeListParams) -> Page[Lien]:
    """Pledges of one pledgee."""
    records, following, pinned = page_of(
        call, LIEN, PLEDGES, (params.pledgee,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_pledge(call: Call, params: schema.PledgeParams) -> tuple[Lien, ...]:
    """The lien of that id, then the money that was paid for a part of what it rested on."""
    parts = parts_of(call.state, params.pledge)
    if not parts:
        raise not_found("pledge")
    return parts


def get_notice(call: Call, params: schema.PledgeParams) -> schema.NoticeView:
    """The notice that was given of a pledge; it is asked for by the id that it was given of."""
    notice = call.state.get(ENFORCEMENT, params.pledge)
    if notice is None:
        raise not_found("notice")
    day = call.state.get(BUSINESS_DAY)
    return schema.NoticeView(notice=notice, due=day is not None and day.date >= notice.from_date)


def get_repo(call: Call, params: schema.RepoParams) -> schema.RepoView:
    """A repo with its price and value today."""
    repo = call.state.get(REPO, params.repo)
    if repo is None:
        raise not_found("repo")
    day = call.state.get(BUSINESS_DAY)
    if repo.status not in LIVE or day is None:
        return schema.RepoView(repo=repo, price=repo.price, value=None)
    value = collateral_value(call.state, repo, repo.lines)
    return schema.RepoView(
        repo=repo,
        price=price_on(call.state, repo, day.date),
        value=None if isinstance(value, Code) else value,
    )


def list_repos(call: Call, params: schema.RepoListParams) -> Page[Repo]:
    """Repos in the order of proposal."""
    index = LIVE_REPOS if params.live_only else REPOS
    records, following, pinned = page_of(
        call, REPO, index, (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _notice_key(params: schema.PledgeParams) -> tuple[Kind, Key]:
    return ENFORCEMENT, (params.pledge,)


def _repo_key(params: schema.RepoParams) -> tuple[Kind, Key]:
    return REPO, (params.repo,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "lien_list",
        schema.LienListParams,
        Page[Lien],
        READ,
        list_liens,
        "Holds, pledges and freezes of an account, or the freeze orders of an authority.",
        reads=STATE,
    ),
    method(
        "pledge_get",
        schema.PledgeParams,
        tuple[Lien, ...],
        READ,
        get_pledge,
        "A pledge with all its parts: units, and the money that was paid for some of them.",
        reads=STATE,
    ),
    method(
        "pledge_getNotice",
        schema.PledgeParams,
        schema.NoticeView,
        READ,
        get_notice,
        "The notice that a pledge is enforced: the claim, the agreement, the first date.",
        reads=STATE,
        proves=_notice_key,
    ),
    method(
        "pledge_list",
        schema.PledgeListParams,
        Page[Lien],
        READ,
        list_pledges,
        "Pledges of one pledgee, by id.",
        reads=STATE,
    ),
    method(
        "repo_get",
        schema.RepoParams,
        schema.RepoView,
        READ,
        get_repo,
        "A repo, its repurchase price and the value of its collateral today.",
        reads=STATE,
        proves=_repo_key,
    ),
    method(
        "repo_list",
        schema.RepoListParams,
        Page[Repo],
        READ,
        list_repos,
        "Repos in the order of proposal.",
        reads=STATE,
    ),
)
