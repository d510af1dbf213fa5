"""account_* and participant_*."""

from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.methods.tx import list_transactions
from node.rpc.paging import page_of
from node.rpc.statement import statement
from node.sdk.schema import account as schema
from node.sdk.schema.common import Page, PageParams
from node.sdk.schema.tx import TxListParams, TxPlace
from tokens.posting import available
from tokens.records.holdings import POSITION, Position
from tokens.records.kind import Key, Kind
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account, Participant

HOLDINGS = POSITION.indexes[1]


def get(call: Call, params: schema.AccountParams) -> Account:
    """An account."""
    record = call.state.get(ACCOUNT, params.account)
    if record is None:
        raise not_found("account")
    return record


def balance_view(position: Position) -> schema.Balance:
    """A position as its owner reads it."""
    return schema.Balance(
        asset=position.asset,
        balance=position.balance,
        held=position.held,
        pledged=position.pledged,
        frozen=position.frozen,
        available=available(position),
    )


def get_balances(call: Call, params: schema.AccountListParams) -> Page[schema.Balance]:
    """Every asset that the account holds or held."""
    get(call, schema.AccountParams(account=params.account))
    records, following, pinned = page_of(
        call,
        POSITION,
        HOLDINGS,
        (params.account,),
        cursor=params.cursor,
        limit=params.limit,
    )
    items = tuple([balance_view(position) for position in records])
    return Page(items=items, next=following, pinned_height=pinned)


def get_history(call: Call, params: schema.AccountListParams) -> Page[TxPlace]:
    """Transactions that touched the account, newest first."""
    return list_transactions(
        call, TxListParams(address=params.account, cursor=params.cursor, limit=params.limit)
    )


def get_statement(call: Call, params: schema.StatementParams) -> schema.Statement:
    """Opening, postings, closing."""
    get(call, schema.AccountParams(account=params.account))
    return statement(call, params)


def get_participant(call: Call, params: schema.ParticipantParams) -> Participant:
    """A participant."""
    record = call.state.get(PARTICIPANT, params.participant)
    if record is None:
        raise not_found("participant")
    return record


def list_participants(call: Call, params: PageParams) -> Page[Participant]:
    """All participants, by address."""
    records, following, pinned = page_of(
        call, PARTICIPANT, PARTICIPANT.indexes[0], (), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _account_key(params: schema.AccountParams) -> tuple[Kind, Key]:
    return ACCOUNT, (params.account,)


def _participant_key(params: schema.ParticipantParams) -> tuple[Kind, Key]:
    return PARTICIPANT, (params.participant,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "account_get",
        schema.AccountParams,
        Account,
        READ,
        get,
        "An account.",
        reads=STATE,
        proves=_account_key,
    ),
    method(
        "account_getBalances",
        schema.AccountListParams,
        Page[schema.Balance],
        READ,
        get_balances,
        "What the account holds, by asset.",
        reads=STATE,
    ),
    method(
        "account_getHistory",
        schema.AccountListParams,
        Page[TxPlace],
        READ,
        get_history,
        "Transactions that touched the account, newest first.",
        reads=STATE,
    ),
    method(
        "account_getStatement",
        schema.StatementParams,
        schema.Statement,
        READ,
        get_statement,
        "Opening balance, postings and closing balance of a period.",
        reads=STATE,
    ),
    method(
        "participant_get",
        schema.ParticipantParams,
        Participant,
        READ,
        get_participant,
        "A participant.",
        reads=STATE,
        proves=_participant_key,
    ),
    method(
        "participant_list",
        PageParams,
        Page[Participant],
        READ,
        list_participants,
        "All participants, by address.",
        reads=STATE,
    ),
)
