"""tx_*: submit, wait, simulate, find, and the byte form for clients without msgpack."""

from collections.abc import Sequence

from node.api import Submitted, TransactionPlace
from node.rpc.errors import RpcCode, RpcError, fine_of, not_admitted, not_found
from node.rpc.method import Call
from node.rpc.paging import read_cursor, write_cursor
from node.rpc.views import receipt_view, symbol
from node.sdk.schema import tx
from node.sdk.schema.common import Page
from node.sdk.schema.common import Receipt as ReceiptView
from tokens.codec import Canonical, Malformed, NonCanonical, encode
from tokens.jsonform import type_name
from tokens.results import Code, Receipt, Refusal
from tokens.transaction import (
    DecodedTransaction,
    Transaction,
    build,
    decode_transaction,
)
from tokens.types import NO_ADDRESS

BLOCKS_WALKED_MAX = 200
"""Blocks that one page of tx_list without an address looks at."""

_transaction = Canonical[Transaction](Transaction)


async def submit(call: Call, params: tx.SubmitParams) -> tx.Submission:
    """Accept for inclusion, or say why not."""
    return _accepted(await call.api.submit(params.transaction))


async def submit_and_wait(call: Call, params: tx.SubmitAndWaitParams) -> ReceiptView:
    """Submit, then wait for the receipt."""
    accepted = _accepted(await call.api.submit(params.transaction))
    if accepted.receipt is not None:
        return accepted.receipt
    receipt = await call.api.wait_for_receipt(accepted.tx_id, params.timeout_ms)
    if receipt is None:
        message = "not final yet; ask tx_getReceipt, or send the same bytes again"
        raise RpcError(RpcCode.WAIT_TIMED_OUT, message, accepted.tx_id)
    return receipt_view(receipt)


async def submit_batch(call: Call, params: tx.SubmitBatchParams) -> tuple[tx.BatchSubmission, ...]:
    """Up to 50; each has its own answer."""
    answers = await call.api.submit_batch(list(params.transactions))
    call.caller.fine(sum([fine_of(answer.code) for answer in answers]))
    return tuple([_batch_item(answer) for answer in answers])


_OK_NAME = Code.OK.name


def _batch_item(answer: Submitted) -> tx.BatchSubmission:
    code = answer.code
    if code is Code.OK:
        status = "PENDING"
    else:
        status = "DUPLICATE" if code is Code.ALREADY_KNOWN else "REJECTED"
    return tx.BatchSubmission(
        tx_id=answer.tx_id,
        status=status,
        code=int(code),
        symbol=_OK_NAME if code is Code.OK else code.name,
        receipt=None if answer.receipt is None else receipt_view(answer.receipt),
    )


def _accepted(answer: Submitted) -> tx.Submission:
    if answer.tx_id is None or answer.code not in (Code.OK, Code.ALREADY_KNOWN):
        raise not_admitted(answer.code, answer.tx_id)
    return tx.Submission(
        tx_id=answer.tx_id,
        status="PENDING" if answer.code is Code.OK else "DUPLICATE",
        receipt=None if answer.receipt is None else receipt_view(answer.receipt),
    )


def simulate(call: Call, params: tx.SimulateParams) -> tx.Simulation:
    """All failing checks, in order; of the reader's own accounts whole, whatever is behind it."""
    viewer = call.view.subject or NO_ADDRESS
    given = params.transaction
    decoded = build(_checked(given), ()) if isinstance(given, Transaction) else _decoded(given)
    tried = call.api.simulate(decoded, viewer)
    proposals = [
        tx.ProposalTrial(
            operation=content.operation,
            ok=not content.refusals,
            failures=_failures(content.refusals),
        )
        for content in tried.contents
    ]
    return tx.Simulation(
        ok=not tried.refusals, failures=_failures(tried.refusals), proposals=tuple(proposals)
    )


def _failures(refusals: Sequence[tuple[int, Refusal]]) -> tuple[tx.Failure, ...]:
    return tuple(
        [
            tx.Failure(
                operation=operation,
                rule=each.rule,
                version=each.version,
                code=int(each.code),
                symbol=symbol(int(each.code)),
            )
            for operation, each in refusals
        ]
    )


def get(call: Call, params: tx.TxParams) -> tx.TransactionInfo:
    """A transaction, waiting or final."""
    place = call.api.find_transaction(params.tx_id)
    if place is None:
        decoded = call.api.pending_transaction(params.tx_id)
        if decoded is None:
            raise not_found("transaction known to this node")
        return _info(decoded, None)
    data, receipt = _stored(call, place)
    if data is None:
        raise not_found("transaction: the ledger did this by itself, ask for its receipt")
    return _info(_decoded(data), receipt)


def _info(decoded: DecodedTransaction, receipt: Receipt | None) -> tx.TransactionInfo:
    return tx.TransactionInfo(
        tx_id=decoded.tx_id,
        wire_id=decoded.wire_id,
        status="PENDING" if receipt is None else "FINAL",
        transaction=decoded.signed.transaction,
        signatures=decoded.signed.signatures,
        receipt=None if receipt is None else receipt_view(receipt),
    )


def get_receipt(call: Call, params: tx.TxParams) -> ReceiptView | None:
    """The receipt; null while the transaction waits."""
    place = call.api.find_transaction(params.tx_id)
    if place is not None:
        return receipt_view(_stored(call, place)[1])
    if call.api.pending_transaction(params.tx_id) is not None:
        return None
    raise not_found("transaction known to this node")


def _stored(call: Call, place: TransactionPlace) -> tuple[bytes | None, Receipt]:
    """Signed bytes (None for a system receipt) and receipt."""
    block = call.api.block(place.height)
    if block is None or place.index >= len(block.receipts):
        raise RpcError(RpcCode.PRUNED, "that block is no longer kept here")
    count = len(block.transactions)
    data = block.transactions[place.index] if place.index < count else None
    return data, block.receipts[place.index]


def list_transactions(call: Call, params: tx.TxListParams) -> Page[tx.TxPlace]:
    """Newest first."""
    pinned, after = read_cursor(params.cursor, "transactions", call)
    whose = params.address or b""
    before = (pinned + 1, 0) if after is None else _place_of(after, whose)
    if params.address is not None:
        places = call.api.account_history(params.address, before, params.limit)
        last = (places[-1].height, places[-1].index) if len(places) == params.limit else None
    else:
        places, last = _walk(call, before, params.limit)
    return Page(
        items=tuple([_listed(call, place) for place in places]),
        next=None if last is None else write_cursor(pinned, "transactions", (*last, whose)),
        pinned_height=pinned,
    )


def _place_of(after: tuple[object, ...], whose: bytes) -> tuple[int, int]:
    """Where a list goes on. INVALID_INPUT for the cursor of another address's."""
    match after:
        case (int(height), int(index), bytes(address)):
            if address != whose:
                raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: a cursor of another list")
            return height, index
        case _:
            raise RpcError(RpcCode.INVALID_INPUT, "params.cursor: not a cursor of this list")


def _walk(
    call: Call, before: tuple[int, int], limit: int
) -> tuple[list[TransactionPlace], tuple[int, int] | None]:
    """Places below `before`, newest first, and where to go on (None at the end)."""
    out: list[TransactionPlace] = []
    height, index = before
    for _ in range(BLOCKS_WALKED_MAX):
        if index == 0:
            height -= 1
            block = call.api.block(height) if height >= 1 else None
            if block is None:
                return out, None
            index = len(block.receipts)
        while index:
            index -= 1
            out.append(TransactionPlace(height=height, index=index))
            if len(out) == limit:
                return out, (height, index)
    return out, (height, 0)


def _listed(call: Call, place: TransactionPlace) -> tx.TxPlace:
    data, receipt = _stored(call, place)
    transaction = None if data is None else _decoded(data).signed.transaction
    return tx.TxPlace(
        tx_id=receipt.tx_id,
        height=place.height,
        index=place.index,
        status="success" if receipt.code == 0 else "failed",
        symbol=symbol(receipt.code),
        operations=()
        if transaction is None
        else tuple([type_name(type(operation)) for operation in transaction.operations]),
        sender=None if transaction is None else transaction.sender,
    )


def encode_transaction(call: Call, params: tx.EncodeParams) -> tx.Encoded:
    """JSON to canonical bytes and the 32 bytes to sign."""
    built = build(_checked(params.transaction), params.signatures)
    if params.signatures:
        _decoded(built.data)
    return tx.Encoded(
        tx_id=built.tx_id,
        unsigned=encode(params.transaction),
        signed=built.data if params.signatures else None,
    )


def decode(call: Call, params: tx.DecodeParams) -> tx.Decoded:
    """Canonical bytes to JSON."""
    decoded = _decoded(params.data)
    return tx.Decoded(
        tx_id=decoded.tx_id,
        wire_id=decoded.wire_id,
        transaction=decoded.signed.transaction,
        signatures=decoded.signed.signatures,
    )


def _decoded(data: bytes) -> DecodedTransaction:
    decoded = decode_transaction(data)
    if isinstance(decoded, Code):
        raise not_admitted(decoded, None)
    return decoded


def _checked(transaction: Transaction) -> Transaction:
    """What JSON said must also pass the codec: one rule for what a transaction is."""
    try:
        return _transaction.decode(encode(transaction))
    except (Malformed, NonCanonical):
        raise not_admitted(Code.MALFORMED, None) from None
