"""Movements of a case's accounts on the ledger, from their statements.

Rules of this file:
1. Only what passed between a client and somebody else: what the institution itself took or gave (a
   ramp, a fee) is told by its ramps, and the service of a security is none of it.
2. Between two accounts of the case a movement is told once, as what went out.
3. A message names a place in the case file, never what stands there.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from node.aml.collect import NotCollected
from node.aml.facts import Move
from node.sdk.client import Client
from node.sdk.errors import RpcFailed
from node.sdk.schema.asset import AssetInfo
from node.sdk.schema.statement import DatedStatement
from tokens import bech32m
from tokens.events import Moved
from tokens.jsonform import type_name
from tokens.marks import MONEY_KINDS
from tokens.records.parties import Account

_MOVED = type_name(Moved)


async def check_accounts(client: Client, institution: bytes, accounts: Sequence[str]) -> None:
    """Raises NotCollected unless the institution services each of them."""
    for place, text in enumerate(accounts):
        account = None
        if bech32m.decode(client.form.prefix, text) is not None:
            account = await _account(client, text)
        if account is None or account.servicer != institution:
            raise NotCollected(f"accounts[{place}]: not an account that the institution services")


async def check_assets(client: Client, assets: Sequence[str], currency: str) -> None:
    """Raises NotCollected unless each of them is money of a currency: amounts are added up."""
    for place, name in enumerate(assets):
        try:
            found = (await client.read("asset_get", {"asset": name}, of=AssetInfo)).value.asset
        except RpcFailed:
            raise NotCollected(f"assets[{place}]: no asset of this ledger") from None
        if found.kind not in MONEY_KINDS or found.currency != currency:
            raise NotCollected(f"assets[{place}]: not money of {currency}")


async def moves_between(
    client: Client,
    institution: bytes,
    accounts: Sequence[str],
    assets: Sequence[str],
    dates: tuple[dt.date, dt.date],
) -> list[Move]:
    """Movements of the accounts on business dates (first, last), by account and asset, in order."""
    moves: list[Move] = []
    parts: Counter[str] = Counter()
    for account in accounts:
        for asset in assets:
            statement = await _statement(client, account, asset, dates)
            serviced = {(paid.height, paid.tx_id) for paid in statement.payments}
            for line in statement.lines:
                if line.event != _MOVED or (line.height, line.tx_id) in serviced:
                    continue
                other = None
                if line.counterparty is not None:
                    other = bech32m.encode(client.form.prefix, line.counterparty)
                    known = await _account(client, other)
                    if known is not None and known.holder == institution:
                        continue
                if line.credit and other in accounts:
                    continue
                transaction = "0x" + line.tx_id.hex()
                parts[transaction] += 1
                moves.append(
                    Move(
                        transaction=transaction,
                        part=parts[transaction],
                        height=line.height,
                        account=account,
                        other=other,
                        comes_in=line.credit > 0,
                        amount=line.credit or line.debit,
                        date=line.date,
                    )
                )
    return moves


async def _statement(
    client: Client, account: str, asset: str, dates: tuple[dt.date, dt.date]
) -> DatedStatement:
    first, last = (date.isoformat() for date in dates)
    asked = {"account": account, "asset": asset, "fromDate": first, "toDate": last}
    return (await client.read("account_getDatedStatement", asked, of=DatedStatement)).value


async def _account(client: Client, text: str) -> Account | None:
    """None where the ledger has none, or does not show it to this reader."""
    try:
        return (await client.read("account_get", {"account": text}, of=Account)).value
    except RpcFailed:
        return None
