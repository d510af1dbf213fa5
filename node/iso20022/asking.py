"""What messages need to know of a ledger, asked of a node."""

import datetime as dt
from typing import TypeVar

from node.iso20022.directory import Directory
from node.iso20022.incoming import Ledger
from node.iso20022.refusal import NotSayable
from node.iso20022.semt_002 import Holdings, Report, report_of_account, report_of_bank
from node.sdk.client import Client
from node.sdk.errors import RpcFailed
from node.sdk.ledger_client import get_account, get_agenda, get_batch
from node.sdk.minor_digits import minor_digits_of
from node.sdk.schema.account import AccountListParams, Balance
from node.sdk.schema.chain import Parameter
from node.sdk.schema.collateral import RepoParams, RepoView
from node.sdk.schema.common import PAGE_MAX, Page, PageParams
from node.sdk.schema.statement import (
    BankStatement,
    BankStatementParams,
    DatedStatement,
    DatedStatementParams,
)
from tokens.records.instruments import Asset
from tokens.records.parties import Participant
from tokens.records.repos import Repo
from tokens.records.settlement import Batch

PAGES_MAX = 200
"""Pages of one list: 20,000 records."""

T = TypeVar("T")


async def directory_of(client: Client) -> Directory:
    """All participants and assets."""
    participants = await _all(client, "participant_list", Participant)
    assets = await _all(client, "asset_list", Asset)
    parameters = (await client.read("chain_getParams", of=tuple[Parameter, ...])).value
    return Directory(
        prefix=client.form.prefix,
        participants={entry.id: entry for entry in participants},
        assets={entry.id: entry for entry in assets},
        minor_digits=minor_digits_of(parameters, assets),
    )


async def find_batch(client: Client, initiator: bytes, batch_id: str) -> Batch | None:
    """A batch, or None if there is none of that name."""
    try:
        return await get_batch(client, initiator, batch_id)
    except RpcFailed as error:
        if error.symbol == "NOT_FOUND":
            return None
        raise


async def find_repo(client: Client, repo: bytes) -> Repo | None:
    """A repo, or None if there is none of that id."""
    try:
        read = await client.read("repo_get", RepoParams(repo=repo), of=RepoView)
    except RpcFailed as error:
        if error.symbol == "NOT_FOUND":
            return None
        raise
    return read.value.repo


async def find_servicer(client: Client, account: bytes) -> bytes | None:
    """Who services an account, or None if the node shows no such account."""
    try:
        return (await get_account(client, account)).value.servicer
    except RpcFailed as error:
        if error.symbol == "NOT_FOUND":
            return None
        raise


def ledger_of(client: Client) -> Ledger:
    """What messages that come in are compared with."""

    async def business_date() -> dt.date:
        return (await get_agenda(client)).business_date

    return Ledger(
        batch=lambda initiator, batch_id: find_batch(client, initiator, batch_id),
        repo=lambda repo: find_repo(client, repo),
        servicer=lambda account: find_servicer(client, account),
        business_date=business_date,
    )


async def statement_of(
    client: Client, account: bytes, asset: str, first: dt.date, last: dt.date
) -> DatedStatement:
    """Postings of one asset in one account."""
    params = DatedStatementParams(account=account, asset=asset, from_date=first, to_date=last)
    read = await client.read("account_getDatedStatement", params, of=DatedStatement)
    return read.value


async def report_of(client: Client, directory: Directory, holder: bytes, date: dt.date) -> Report:
    """Closing balances of an account; for a participant, of all accounts that it services."""
    if holder in directory.participants:
        held = await _bank_holdings(client, directory, holder, date)
        return report_of_bank(directory, holder, held, date)
    servicer = (await get_account(client, holder)).value.servicer
    own: Holdings = {}
    for balance in await _all_balances(client, holder):
        statement = await statement_of(client, holder, balance.asset, date, date)
        own[balance.asset] = statement.closing
    return report_of_account(directory, servicer, holder, own, date)


async def _bank_holdings(
    client: Client, directory: Directory, servicer: bytes, date: dt.date
) -> dict[bytes, Holdings]:
    found: dict[bytes, Holdings] = {}
    for asset in sorted(directory.assets):
        if directory.is_money(asset):
            continue
        params = BankStatementParams(servicer=servicer, asset=asset, from_date=date, to_date=date)
        read = await client.read("participant_getStatement", params, of=BankStatement)
        for row in read.value.rows:
            found.setdefault(row.account, {})[asset] = row.closing
    return found


async def _all(client: Client, method: str, of: type[T]) -> list[T]:
    out: list[T] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        params = PageParams(cursor=cursor, limit=PAGE_MAX)
        page_type = Page[of]  # type: ignore[valid-type]
        page = (await client.read(method, params, of=page_type)).value
        out += page.items
        cursor = page.next
        if cursor is None:
            return out
    raise NotSayable(f"{method}: more than {PAGES_MAX} pages")


async def _all_balances(client: Client, account: bytes) -> list[Balance]:
    out: list[Balance] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        params = AccountListParams(account=account, cursor=cursor, limit=PAGE_MAX)
        page = (await client.read("account_getBalances", params, of=Page[Balance])).value
        out += page.items
        cursor = page.next
        if cursor is None:
            return out
    raise NotSayable(f"account_getBalances: more than {PAGES_MAX} pages")
