"""Results with what a closed view may not see taken out: transactions, receipts, statements.

Rules of this file:
1. A body is its sender's. A receipt is seen by whoever it names, less the events of others.
2. Whoever hands in signed bytes may read what became of them: as much as their sender.
3. A proof shows bytes that cannot be blotted: it is given where nothing would be.
"""

from typing import cast

import msgspec

from node.api import StoredBlock, TransactionPlace
from node.rpc.method import Call
from node.rpc.record_scopes import is_public, shows
from node.rpc.scoped_trials import as_seen
from node.rpc.view import View, refused
from node.sdk.schema import tx as schema
from node.sdk.schema.account import Statement
from node.sdk.schema.chain import ProofParams
from node.sdk.schema.common import Page, Proof
from node.sdk.schema.common import Receipt as ReceiptView
from node.sdk.schema.process import AgendaStatus
from tokens.codec import Canonical
from tokens.records import KINDS
from tokens.records.holdings import LIEN, Lien
from tokens.records.parties import ACCOUNT
from tokens.results import Code, Receipt
from tokens.screening import is_of_list
from tokens.transaction import Transaction, decode_transaction

_KINDS = {kind.name: kind for kind in KINDS}
_replace = msgspec.structs.replace


def _sender_of_bytes(data: bytes) -> bytes | None:
    decoded = decode_transaction(data)
    return None if isinstance(decoded, Code) else decoded.signed.transaction.sender


def sender_in(block: StoredBlock, index: int) -> bytes | None:
    """Sender of a transaction of a block; None for what the ledger did by itself."""
    return _sender_of_bytes(block.transactions[index]) if index < len(block.transactions) else None


def sender_at(call: Call, place: TransactionPlace) -> bytes | None:
    """Sender of a decided transaction; None for what the ledger did by itself."""
    block = call.api.block(place.height)
    return None if block is None else sender_in(block, place.index)


def sender_of(call: Call, tx_id: bytes) -> bytes | None:
    """Sender of a transaction, decided or waiting."""
    place = call.api.find_transaction(tx_id)
    if place is not None:
        return sender_at(call, place)
    waiting = call.api.pending_transaction(tx_id)
    return None if waiting is None else waiting.signed.transaction.sender


def seen(view: View, receipt: Receipt, sender: bytes | None) -> Receipt | None:
    """A receipt as the view may see it; None: not at all."""
    if view.is_open:
        return receipt
    if not view.covers(sender) and not view.touches(receipt.events):
        return None
    return _replace(receipt, events=view.events(receipt.events, sender))


def _cut(view: View, receipt: ReceiptView, sender: bytes | None) -> ReceiptView:
    return _replace(receipt, events=view.events(receipt.events, sender))


def receipt(call: Call, params: msgspec.Struct, result: object) -> object:
    """tx_getReceipt."""
    sender = sender_of(call, cast("schema.TxParams", params).tx_id)
    if result is None:
        if not call.view.covers(sender):
            raise refused()
        return None
    whole = cast("ReceiptView", result)
    if not call.view.covers(sender) and not call.view.touches(whole.events):
        raise refused()
    return _cut(call.view, whole, sender)


def transaction(call: Call, _params: msgspec.Struct, result: object) -> object:
    """tx_get."""
    info = cast("schema.TransactionInfo", result)
    sender = info.transaction.sender
    if not call.view.covers(sender):
        raise refused()
    if info.receipt is None:
        return info
    return _replace(info, receipt=_cut(call.view, info.receipt, sender))


def transaction_proof(call: Call, params: msgspec.Struct, result: object) -> object:
    """tx_getProof: the sender's, where every event is for its eyes."""
    tx_id = cast("schema.TxParams", params).tx_id
    place = call.api.find_transaction(tx_id)
    block = None if place is None else call.api.block(place.height)
    sender = sender_of(call, tx_id)
    if place is None or block is None or not call.view.covers(sender):
        raise refused()
    events = block.receipts[place.index].events
    if call.view.events(events, sender) != tuple(events):
        raise refused()
    return result


def places(call: Call, _params: msgspec.Struct, result: object) -> object:
    """tx_list and account_getHistory: those that name the reader; bodies are their senders'."""
    page = cast("Page[schema.TxPlace]", result)
    items = []
    for item in page.items:
        block = call.api.block(item.height)
        if block is None:
            continue
        whole = block.receipts[item.index]
        if seen(call.view, whole, item.sender) is None:
            continue
        if not call.view.covers(item.sender):
            item = _replace(item, operations=(), sender=call.view.named(item.sender))
        items.append(item)
    return _replace(page, items=tuple(items))


def statement(call: Call, _params: msgspec.Struct, result: object) -> object:
    """account_getStatement: the other account of a line is named where it is the reader's."""
    whole = cast("Statement", result)
    entries = tuple(
        [
            _replace(entry, counterparty=call.view.named(entry.counterparty))
            for entry in whole.entries
        ]
    )
    return _replace(whole, entries=entries)


def pledges(call: Call, _params: msgspec.Struct, result: object) -> object:
    """pledge_get: the units of one pledge, to its owner or the holder."""
    liens = cast("tuple[Lien, ...]", result)
    if not all(shows(call.view, LIEN, lien) for lien in liens):
        raise refused()
    return call.view.blot(liens)


def liens(call: Call, params: msgspec.Struct, result: object) -> object:
    """lien_list: the holder is not told that a list is behind a freeze (no tipping-off)."""
    page = cast("Page[Lien]", result)
    items = tuple(_untold(call, lien) for lien in page.items)
    return call.view.blot(_replace(page, items=items))


def _untold(call: Call, lien: Lien) -> Lien:
    account = call.state.get(ACCOUNT, lien.account)
    knows = (lien.owner, None if account is None else account.servicer)
    if call.view.subject in knows or not is_of_list(lien):
        return lien
    return msgspec.structs.replace(lien, basis=None, memo="")


def agenda(_call: Call, _params: msgspec.Struct, result: object) -> object:
    """agenda_status: the day. Items and their number tell of freezes and holds of others."""
    return _replace(cast("AgendaStatus", result), due=0, next=())


def proof(call: Call, params: msgspec.Struct, result: object) -> object:
    """chain_getProof: of public kinds all, absence too; else what the view shows whole."""
    given = cast("Proof", result)
    kind = _KINDS[cast("ProofParams", params).kind]
    if is_public(kind):
        return result
    if given.record is None:
        raise refused()
    found = Canonical[msgspec.Struct](kind.struct).decode(given.record)
    if not shows(call.view, kind, found) or call.view.blot(found) != found:
        raise refused()
    return result


def _tried(params: msgspec.Struct) -> Transaction | None:
    """The transaction that a simulation is asked of; None for bytes that are none."""
    given = cast("schema.SimulateParams", params).transaction
    if isinstance(given, Transaction):
        return given
    decoded = decode_transaction(given)
    return None if isinstance(decoded, Code) else decoded.signed.transaction


def may_simulate(call: Call, params: msgspec.Struct) -> bool:
    """Only for oneself: a simulation answers questions about its sender's holdings."""
    tried = _tried(params)
    return tried is not None and call.view.covers(tried.sender)


def simulation(call: Call, params: msgspec.Struct, result: object) -> object:
    """All that fails of what is the reader's own (node/rpc/scoped_trials.py)."""
    tried = _tried(params)
    if tried is None:
        return result
    return as_seen(call.view, tried.operations, cast("schema.Simulation", result))


def _submitter(call: Call, tx_id: bytes | None) -> tuple[View, bytes | None]:
    sender = None if tx_id is None else sender_of(call, tx_id)
    return (call.view if call.view.covers(sender) else View(call.state, sender)), sender


def submitted_receipt(call: Call, _params: msgspec.Struct, result: object) -> object:
    """tx_submitAndWait."""
    whole = cast("ReceiptView", result)
    view, sender = _submitter(call, whole.tx_id)
    return _cut(view, whole, sender)


def submission(call: Call, _params: msgspec.Struct, result: object) -> object:
    """tx_submit."""
    answer = cast("schema.Submission", result)
    if answer.receipt is None:
        return answer
    return _replace(answer, receipt=submitted_receipt(call, _params, answer.receipt))


def submissions(call: Call, params: msgspec.Struct, result: object) -> object:
    """tx_submitBatch."""
    answers = cast("tuple[schema.BatchSubmission, ...]", result)
    return tuple(
        [
            answer
            if answer.receipt is None
            else _replace(answer, receipt=submitted_receipt(call, params, answer.receipt))
            for answer in answers
        ]
    )
