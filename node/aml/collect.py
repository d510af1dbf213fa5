"""Legs of business dates, as an institution's own transactions on the ledger tell them.

Rules of this file:
1. What an institution did is read from its own final transactions, newest first; what was done
   for it inside a proposal is not among them, and the ledger asks no proposal for ramps.
2. Nothing is guessed: a business date that the node no longer keeps whole is refused by the node.
"""

import datetime as dt

from node.aml.cash_reports import leg_of
from node.aml.facts import Leg
from node.sdk.client import Client
from node.sdk.errors import RpcFailed
from node.sdk.ledger_client import get_agenda, get_participant
from node.sdk.schema.chain import BusinessDateSpan, GenesisInfo, Parameter, ReceiptPlace
from node.sdk.schema.common import Page
from node.sdk.schema.tx import TransactionInfo, TxPlace
from tokens import bech32m
from tokens.ops.off_ramps import SendRamp
from tokens.ops.on_ramps import ReceiveRamp
from tokens.records.ramps import Ramp

PAGE = 100
TRANSACTIONS_MAX = 100_000
"""Of one institution, read for one date."""
GOAML_DECIMALS = 2
"""Of an amount, in its schema."""
LEGS = frozenset(("receive_ramp", "send_ramp"))
"""Operations by which money passes outside."""


class NotCollected(Exception):
    """The date is not on the ledger, or there is more of it than is read."""


async def legs_of_date(client: Client, institution: bytes, on: dt.date) -> list[Leg]:
    """Payments that an institution received or made outside on a date, in their order."""
    return await legs_between(client, institution, on, on)


async def legs_between(
    client: Client, institution: bytes, first: dt.date, last: dt.date
) -> list[Leg]:
    """The same of a range of business dates, both inclusive. Raises NotCollected.

    All transactions of the institution are read and none is asked for by client: whoever runs the
    node learns nothing of whom a report is about.
    """
    spans = await _spans(client, first, last)
    legs: list[Leg] = []
    address = bech32m.encode(client.form.prefix, institution)
    params: dict[str, object] = {"address": address, "limit": PAGE}
    read = 0
    while read < TRANSACTIONS_MAX:
        page = await client.call("tx_list", params, of=Page[TxPlace])
        for place in page.items:
            if _before(place, spans[0].begins):
                return legs[::-1]
            date = _date_of(place, spans)
            if date is None or place.sender != institution:
                continue
            if LEGS.intersection(place.operations):
                legs += await _legs(client, place, date)
        read += len(page.items)
        if page.next is None:
            return legs[::-1]
        params["cursor"] = page.next
    raise NotCollected(f"more than {TRANSACTIONS_MAX} transactions")


async def threshold_of(client: Client) -> int:
    """From which amount a leg is reported, minor units; 0 = none."""
    found = (await client.read("chain_getParams", of=tuple[Parameter, ...])).value
    return next((each.value for each in found if each.name == "cash_report_threshold"), 0)


async def check_institution(client: Client, institution: bytes) -> None:
    """Raises NotCollected unless it is a participant: of another address nothing would be due."""
    try:
        await get_participant(client, institution)
    except RpcFailed as error:
        if error.symbol != "NOT_FOUND":
            raise
        address = bech32m.encode(client.form.prefix, institution)
        raise NotCollected(f"{address}: no participant of this ledger") from None


async def currency_of(client: Client, asked: str | None = None) -> str:
    """Code of the ledger's money, ISO 4217.

    NotCollected if goAML cannot write its amounts, or another currency is asked for: a ledger has
    money of one currency, and no report changes it into another.
    """
    found = (await client.read("chain_getParams", of=tuple[Parameter, ...])).value
    digits = {each.name: each.value for each in found}.get("minor_digits", GOAML_DECIMALS)
    if digits != GOAML_DECIMALS:
        raise NotCollected(f"goAML has {GOAML_DECIMALS} decimals, the ledger's money has {digits}")
    info = await client.call("chain_getGenesis", {}, of=GenesisInfo)
    own = info.genesis.central_bank_money.currency
    if asked not in (None, own):
        raise NotCollected(f"the ledger's money is in {own}, not in {asked}")
    return own


async def _spans(client: Client, first: dt.date, last: dt.date) -> tuple[BusinessDateSpan, ...]:
    today = (await get_agenda(client)).business_date
    if not first <= last <= today:
        raise NotCollected(f"from {first} to {last}: the business date is {today}")
    asked = {"fromDate": first.isoformat(), "toDate": last.isoformat()}
    found = (await client.read("chain_getDays", asked, of=tuple[BusinessDateSpan, ...])).value
    if not found:
        raise NotCollected(f"no business date of this ledger from {first} to {last}")
    return found


def _date_of(place: TxPlace, spans: tuple[BusinessDateSpan, ...]) -> dt.date | None:
    """Business date of a place that is not before the first; None after the last."""
    for span in reversed(spans):
        if not _before(place, span.begins):
            return span.date if span.ends is None or _before(place, span.ends) else None
    return None


async def _legs(client: Client, place: TxPlace, on: dt.date) -> list[Leg]:
    """Of one transaction, the last first."""
    asked = {"txId": "0x" + place.tx_id.hex()}
    info = await client.call("tx_get", asked, of=TransactionInfo)
    if info.receipt is None or info.receipt.code:
        return []
    legs = []
    for operation in reversed(info.transaction.operations):
        if isinstance(operation, ReceiveRamp | SendRamp):
            params = {"ramp": "0x" + operation.ramp.hex()}
            ramp = (await client.read("ramp_get", params, of=Ramp)).value
            account = bech32m.encode(client.form.prefix, ramp.account)
            legs.append(leg_of(ramp, operation, account, on))
    return legs


def _before(place: TxPlace, other: ReceiptPlace) -> bool:
    return (place.height, place.index) < (other.height, other.index)
