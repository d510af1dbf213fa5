"""Account statement: postings of one asset in a period, between an opening and a closing balance.

Rules of this file:
1. The closing balance is the balance at the call's height minus what came later; the opening
   balance is the closing balance minus what came in the period. Nothing is stored for it.
2. A history too long for one answer is refused, never cut: a statement is whole or it is none.
"""

from node.api import StoredBlock
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.rpc.views import check_kept
from node.sdk.schema.account import Statement, StatementEntry, StatementParams
from tokens.events import Burned, Issued, LedgerEvent, Moved
from tokens.jsonform import type_name
from tokens.posting import balance_of
from tokens.results import Receipt

PLACES_MAX = 2_000
"""Transactions of the account since the beginning of the period."""
PLACES_STEP = 200


def statement(call: Call, params: StatementParams) -> Statement:
    """The statement of one account and asset. INVALID_INPUT for an empty or too long period."""
    last = call.tip.height if params.to_height is None else params.to_height
    if not params.from_height <= last <= call.tip.height:
        message = "params: fromHeight <= toHeight <= height of the newest block"
        raise RpcError(RpcCode.INVALID_INPUT, message)
    check_kept(call, max(1, params.from_height))
    closing = balance_of(call.state, params.asset, params.account)
    entries: list[StatementEntry] = []
    for receipt in receipts_of(call, params.account, params.from_height):
        lines = _entries(receipt, params)
        if receipt.height > last:
            closing -= _sum(lines)
        else:
            entries.extend(lines[::-1])
    entries.reverse()
    opening = closing - _sum(entries)
    if opening < 0 or closing < 0:
        raise RpcError(RpcCode.PRUNED, "the history kept here does not reach that far")
    return Statement(
        account=params.account,
        asset=params.asset,
        from_height=params.from_height,
        to_height=last,
        opening=opening,
        closing=closing,
        entries=tuple(entries),
    )


def _sum(entries: list[StatementEntry]) -> int:
    return sum([entry.credit - entry.debit for entry in entries])


def receipts_of(call: Call, account: bytes, from_height: int) -> list[Receipt]:
    """Receipts that touch the account, newest first, from the call's height to from_height."""
    out: list[Receipt] = []
    before = (call.tip.height + 1, 0)
    blocks: dict[int, StoredBlock] = {}
    while True:
        places = call.api.account_history(account, before, PLACES_STEP)
        for place in places:
            if place.height < from_height:
                return out
            block = blocks.get(place.height) or call.api.block(place.height)
            if block is None or place.index >= len(block.receipts):
                raise RpcError(RpcCode.PRUNED, "that block is no longer kept here")
            blocks = {place.height: block}
            out.append(block.receipts[place.index])
        if len(places) < PLACES_STEP:
            return out
        if len(out) > PLACES_MAX:
            raise RpcError(RpcCode.LIMIT_EXCEEDED, "too many postings: ask for later heights")
        before = (places[-1].height, places[-1].index)


def _entries(receipt: Receipt, params: StatementParams) -> list[StatementEntry]:
    return [
        StatementEntry(
            height=receipt.height,
            index=receipt.index,
            tx_id=receipt.tx_id,
            event=type_name(type(event)),
            debit=debit,
            credit=credit,
            counterparty=other,
        )
        for event in receipt.events
        for debit, credit, other in effects_of(event, params.asset, params.account)
    ]


def effects_of(
    event: LedgerEvent, asset: str, account: bytes
) -> list[tuple[int, int, bytes | None]]:
    """(debit, credit, counterparty) of an event on one position."""
    match event:
        case Moved() if event.asset == asset and event.source == account:
            return [(event.amount, 0, event.target)]
        case Moved() if event.asset == asset and event.target == account:
            return [(0, event.amount, event.source)]
        case Issued() if event.asset == asset and event.target == account:
            return [(0, event.amount, None)]
        case Burned() if event.asset == asset and event.source == account:
            return [(event.amount, 0, None)]
        case _:
            return []
